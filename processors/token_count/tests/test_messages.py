"""What counts of captured messages, whatever shape they have."""

import base64
import json
import struct

import pytest

from spanloom.processors.token_count.families import Family
from spanloom.processors.token_count.images import image_tokens, size_of_base64, size_of_uri
from spanloom.processors.token_count.messages import (
    Content,
    UncountableError,
    add_messages,
    add_parts,
    parse,
)

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 1024, 512) + b"\x08\x06"
GIF = b"GIF89a" + struct.pack("<HH", 300, 400)
JPEG = (
    b"\xff\xd8\xff\xe1"
    + struct.pack(">H", 2 + 40_000)
    + bytes(40_000)
    + b"\xff\xc0\x00\x11\x08"
    + struct.pack(">HH", 768, 1024)
)


def uri(image: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(image).decode()


def read(value: object, *, has_names: bool = True) -> Content:
    content = Content(has_names=has_names)
    add_messages(content, parse(value))
    return content


def test_convention_messages_count_by_their_parts() -> None:
    parts = [
        {"type": "text", "content": "look"},
        {"type": "reasoning", "content": "hmm"},
        {"type": "tool_call", "id": "c1", "name": "find", "arguments": {"q": 1}},
    ]
    content = read(json.dumps([{"role": "assistant", "parts": parts, "finish_reason": "stop"}]))
    assert content.texts == ["look", "hmm", "find", '{"q":1}']
    assert content.n_messages == 1


def test_result_of_a_tool_counts() -> None:
    part = {"type": "tool_call_response", "id": "c1", "response": {"found": ["a"]}}
    assert read([{"role": "tool", "parts": [part]}]).texts == ['{"found":["a"]}']
    part["response"] = "found"
    assert read([{"role": "tool", "parts": [part]}]).texts == ["found"]


def test_openai_messages_count_by_content_and_calls() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "name": "ada", "content": "hi"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "user", "content": [{"type": "text", "text": "see"}]},
    ]
    content = read(messages)
    assert content.texts == ["ada", "hi", "f", "{}", "see"]
    assert (content.n_messages, content.n_names) == (3, 1)


def test_names_do_not_count_where_a_model_wrote() -> None:
    assert read([{"role": "assistant", "name": "bot", "content": "x"}], has_names=False).texts == [
        "x"
    ]


def test_anthropic_blocks_count() -> None:
    blocks = [
        {"type": "thinking", "thinking": "let me see"},
        {"type": "tool_use", "id": "t", "name": "find", "input": {"q": "x"}},
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "y"}]},
    ]
    assert read([{"role": "user", "content": blocks}]).texts == [
        "let me see",
        "find",
        '{"q":"x"}',
        "y",
    ]


@pytest.mark.parametrize("text", ["plain words", "[INST] hi [/INST]", "{name} is here", "", "[x"])
def test_plain_text_is_one_message(text: str) -> None:
    content = read(text)
    assert content.texts == [text]
    assert content.n_messages == 1


@pytest.mark.parametrize("text", ['[{"role":"user","par', '{"role": "us', "[" * 100_000, '["a'])
def test_cut_json_is_not_counted(text: str) -> None:
    with pytest.raises(UncountableError) as caught:
        parse(text)
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize(
    "part",
    [
        {"type": "blob", "modality": "audio", "content": "AAAA"},
        {"type": "uri", "modality": "video", "uri": "https://example.com/x"},
        {"type": "file", "modality": "document", "file_id": "f1"},
        {"type": "input_audio", "input_audio": {"data": "AAAA"}},
        {"type": "document", "source": {"data": "AAAA"}},
    ],
)
def test_sound_film_and_documents_make_a_count_impossible(part: dict[str, object]) -> None:
    with pytest.raises(UncountableError) as caught:
        read([{"role": "user", "parts": [{"type": "text", "content": "x"}, part]}])
    assert caught.value.reason == "media"


@pytest.mark.parametrize(
    ("part", "image"),
    [
        (
            {"type": "blob", "modality": "image", "content": base64.b64encode(PNG).decode()},
            ((1024, 512), "auto"),
        ),
        ({"type": "uri", "modality": "image", "uri": "https://x/y.png"}, (None, "auto")),
        (
            {"type": "image_url", "image_url": {"url": uri(GIF), "detail": "low"}},
            ((300, 400), "low"),
        ),
        (
            {"type": "input_image", "image_url": uri(PNG), "detail": "high"},
            ((1024, 512), "high"),
        ),
        (
            {"type": "image", "source": {"data": base64.b64encode(JPEG).decode()}},
            ((1024, 768), "auto"),
        ),
        ({"type": "image_url", "image_url": 7}, (None, "auto")),
    ],
)
def test_images_are_known_by_their_size(part: dict[str, object], image: object) -> None:
    content = read([{"role": "user", "content": [part]}])
    assert content.images == [image]
    assert content.texts == []


def test_system_instructions_are_a_message() -> None:
    content = Content()
    add_parts(content, [{"type": "text", "content": "be kind"}])
    assert (content.texts, content.n_messages) == (["be kind"], 1)


@pytest.mark.parametrize("value", [[1, None, True], [[]], [{"role": 5, "parts": 7}], {"x": {}}])
def test_odd_values_are_read_without_an_error(value: object) -> None:
    assert read(value).images == []


@pytest.mark.parametrize(
    ("size", "detail", "family", "tokens"),
    [
        # OpenAI's published examples.
        ((1024, 1024), "high", "o200k", 765),
        ((2048, 4096), "high", "o200k", 1105),
        ((4096, 8192), "low", "o200k", 85),
        ((512, 512), "auto", "o200k", 255),
        (None, "auto", "o200k", 765),
        ((1000, 1000), "auto", "claude", 1334),
        ((3136, 1568), "auto", "claude", 1640),
        ((300, 300), "auto", "gemma", 258),
        ((1024, 1024), "auto", "gemma", 1032),
    ],
)
def test_image_costs_what_its_maker_says(
    size: tuple[int, int] | None, detail: str, family: Family, tokens: int
) -> None:
    assert image_tokens(size, detail, family) == tokens


@pytest.mark.parametrize(
    "content", ["", "!!!!", "AAAA", "/9j/", base64.b64encode(JPEG[:1000]).decode(), "ü" * 8]
)
def test_what_is_no_image_has_no_size(content: str) -> None:
    assert size_of_base64(content) is None
    assert size_of_uri("data:image/png;base64," + content) is None
    assert size_of_uri(content) is None


def test_absurd_sizes_are_not_believed() -> None:
    image = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 2**32 - 1, 0)
    assert size_of_base64(base64.b64encode(image).decode()) is None
