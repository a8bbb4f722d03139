"""OTLP/JSON is read leniently, written strictly, and loses nothing that has a name."""

import base64
import json
import random
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from spanloom_native._native import checks

from tests.native.otlp_wire import (
    ID_BYTES,
    REQUESTS,
    SIGNALS,
    length_delimited,
    messages,
    searched,
    stuttered,
)

requests = st.sampled_from(SIGNALS).flatmap(
    lambda signal: st.tuples(st.just(signal), messages(signal))
)
seeds = st.integers(0, 2**32)


def canonical(signal: str, request: bytes) -> bytes:
    """Equal for equal requests, NaN included."""
    message = REQUESTS[signal].FromString(request)
    message.DiscardUnknownFields()
    return message.SerializeToString(deterministic=True)


def otlp_dict(message: Message) -> dict[str, Any]:
    """The message in protobuf's JSON mapping, with ids in hex as OTLP wants them."""
    plain = json_format.MessageToDict(message, use_integers_for_enums=True)
    return with_hex_ids(message.DESCRIPTOR, plain)


def with_hex_ids(descriptor: Descriptor, plain: dict[str, Any]) -> dict[str, Any]:
    fields = {field.json_name: field for field in descriptor.fields}
    return {key: hex_ids_in(fields[key], value) for key, value in plain.items()}


def hex_ids_in(field: FieldDescriptor, value: Any) -> Any:
    if field.name in ID_BYTES:
        return base64.b64decode(value).hex()
    if field.message_type is None:
        return value
    if field.is_repeated:
        return [with_hex_ids(field.message_type, element) for element in value]
    return with_hex_ids(field.message_type, value)


def loosely(rng: random.Random, descriptor: Descriptor, plain: dict[str, Any]) -> dict[str, Any]:
    """The same object as sloppy clients write it."""
    fields = {field.json_name: field for field in descriptor.fields}
    loose: dict[str, Any] = {}
    for key, value in rng.sample(sorted(plain.items()), len(plain)):
        field = fields[key]
        name = rng.choice([field.name, field.json_name])
        many = field.is_repeated
        loose[name] = (
            [loose_value(rng, field, v) for v in value] if many else loose_value(rng, field, value)
        )
    if rng.random() < 0.3:
        loose["unknown"] = [{"deep": [None, 1, "x"]}]
    absent = [field for field in descriptor.fields if field.json_name not in plain]
    if absent and rng.random() < 0.3:
        loose[rng.choice(absent).json_name] = None
    return loose


def loose_value(rng: random.Random, field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None:
        return loosely(rng, field.message_type, value)
    return rng.choice(spellings(field, value))


def spellings(field: FieldDescriptor, value: Any) -> list[Any]:
    """The ways to write a scalar, the strict one first."""
    if field.name in ID_BYTES:
        return [value, value.upper()]
    match field.type:
        case FieldDescriptor.TYPE_BYTES:
            return [value, value.rstrip("="), value.replace("+", "-").replace("/", "_")]
        case FieldDescriptor.TYPE_ENUM:
            names = field.enum_type.values_by_number
            return [value, str(value), *([names[value].name] if value in names else [])]
        case FieldDescriptor.TYPE_STRING | FieldDescriptor.TYPE_BOOL:
            return [value]
        case FieldDescriptor.TYPE_DOUBLE:
            return [value, value if isinstance(value, str) else repr(value)]
        case _:
            return [value, int(value), str(value)]


@searched
@given(requests)
def test_writes_what_protobuf_writes_but_for_hex_ids(case: tuple[str, Message]) -> None:
    signal, message = case
    written = checks.json_encode(signal, message.SerializeToString())
    assert json.loads(written) == otlp_dict(message)
    assert b"\n" not in written


@searched
@given(requests)
def test_what_is_written_is_read_back(case: tuple[str, Message]) -> None:
    signal, message = case
    request = message.SerializeToString()
    read = checks.json_decode(signal, checks.json_encode(signal, request))
    assert canonical(signal, read) == canonical(signal, request)
    checks.validate_request(signal, read)


@searched
@given(requests, seeds)
def test_reads_what_sloppy_clients_write(case: tuple[str, Message], seed: int) -> None:
    signal, message = case
    loose = loosely(random.Random(seed), message.DESCRIPTOR, otlp_dict(message))
    text = json.dumps(loose, indent=seed % 3, ensure_ascii=bool(seed % 2)).encode()
    read = checks.json_decode(signal, text)
    assert canonical(signal, read) == canonical(signal, message.SerializeToString())


@searched
@given(requests, seeds)
def test_repeated_fields_are_gathered(case: tuple[str, Message], seed: int) -> None:
    signal, message = case
    request = stuttered(random.Random(seed), message)
    written = checks.json_encode(signal, request)
    assert json.loads(written) == otlp_dict(REQUESTS[signal].FromString(request))


@searched
@given(st.sampled_from(SIGNALS), st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_refuses_noise_without_harm(signal: str, noise: bytes) -> None:
    try:
        read = checks.json_decode(signal, noise)
    except ValueError:
        return
    checks.validate_request(signal, read)


def read_attribute(value: str) -> Message:
    text = f'{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"k","value":{value}}}]}}}}]}}'
    request = REQUESTS["traces"].FromString(checks.json_decode("traces", text.encode()))
    return request.resource_spans[0].resource.attributes[0].value


@pytest.mark.parametrize(
    ("value", "case"),
    [
        ('{"stringValue":""}', "string_value"),
        ('{"intValue":0}', "int_value"),
        ('{"intValue":"0"}', "int_value"),
        ('{"boolValue":false}', "bool_value"),
        ('{"doubleValue":0}', "double_value"),
        ('{"bytesValue":""}', "bytes_value"),
        ('{"arrayValue":{}}', "array_value"),
        ('{"stringValue":null}', None),
        ("{}", None),
        ("null", None),
    ],
)
def test_zero_and_absent_values_differ(value: str, case: str | None) -> None:
    assert read_attribute(value).WhichOneof("value") == case


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"intValue":"-9223372036854775808"}', -(2**63)),
        ('{"intValue":9223372036854775807}', 2**63 - 1),
        ('{"intValue":1e3}', 1000),
        ('{"intValue":"4.0"}', 4),
    ],
)
def test_integers_come_as_numbers_and_as_strings(value: str, expected: int) -> None:
    assert read_attribute(value).int_value == expected


@pytest.mark.parametrize(
    "value",
    [
        '{"intValue":9223372036854775808}',
        '{"intValue":"1.5"}',
        '{"intValue":1.5}',
        '{"intValue":""}',
        '{"intValue":true}',
        '{"doubleValue":"1e999"}',
        '{"doubleValue":1e999}',
        '{"doubleValue":"nan"}',
        '{"doubleValue":NaN}',
        '{"stringValue":1}',
        '{"stringValue":["a"]}',
        '{"stringValue":"\\ud800"}',
        '{"boolValue":1}',
        '{"bytesValue":"!"}',
        '{"arrayValue":[]}',
        '{"arrayValue":{"values":{}}}',
        "[]",
        '"x"',
    ],
)
def test_values_that_do_not_fit_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"^the JSON is malformed or does not fit the schema at"):
        read_attribute(value)


@pytest.mark.parametrize("trace_id", ["ab", "zz" * 16, "ab" * 15, "ab" * 17, "é" * 16])
def test_ids_that_are_no_hex_of_their_length_are_refused(trace_id: str) -> None:
    text = json.dumps(
        {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": trace_id}]}]}]},
        ensure_ascii=False,
    )
    with pytest.raises(ValueError, match=r"^an id is not hex or has the wrong length at byte"):
        checks.json_decode("traces", text.encode())


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"", "JSON is malformed"),
        (b"null", "JSON is malformed"),
        (b"[]", "JSON is malformed"),
        (b"{} {}", "JSON is malformed .* at byte 3"),
        (b'{\n"resourceSpans": [{}]\n,,}', "JSON is malformed .* at byte 25"),
        (b'{"resourceSpans": [1]}', "JSON is malformed"),
        (b'{"resourceSpans": [', "JSON is malformed"),
        (b'{"ignored": "\xff"}', "not valid UTF-8 at byte 13"),
        (b'{"\xff": 1}', "not valid UTF-8 at byte 2"),
    ],
)
def test_malformed_requests_are_refused_with_their_place(text: bytes, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        checks.json_decode("traces", text)


def nested_arrays(depth: int) -> str:
    return '{"arrayValue":{"values":[' * depth + "{}" + "]}}" * depth


def test_nests_as_deep_as_protobuf_and_no_deeper() -> None:
    read_attribute(nested_arrays(48))
    with pytest.raises(ValueError, match="nested too deeply"):
        read_attribute(nested_arrays(49))
    with pytest.raises(ValueError, match="nested too deeply"):
        read_attribute(nested_arrays(50_000))


def test_what_is_ignored_may_nest_to_death() -> None:
    text = '{"unknown":' + "[" * 100_000 + "]" * 100_000 + "}"
    assert checks.json_decode("logs", text.encode()) == b""


def test_null_in_a_list_is_an_empty_message_but_no_number() -> None:
    value = read_attribute('{"arrayValue":{"values":[null,{"intValue":1}]}}')
    assert len(value.array_value.values) == 2
    text = (
        b'{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[%s]}}]}]}]}'
    )
    with pytest.raises(ValueError, match="JSON is malformed"):
        checks.json_decode("metrics", text % b'{"bucketCounts":[null]}')


def test_unknown_fields_are_left_out() -> None:
    resource = length_delimited(2, b"\x0a\x00") + length_delimited(99, b"secret")
    written = checks.json_encode("traces", length_delimited(1, resource))
    assert written == b'{"resourceSpans":[{"scopeSpans":[{"scope":{}}]}]}'


def test_malformed_protobuf_is_not_written() -> None:
    with pytest.raises(ValueError, match="not valid UTF-8"):
        checks.json_encode("traces", length_delimited(1, length_delimited(3, b"\xff")))
