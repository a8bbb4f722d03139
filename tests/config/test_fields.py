from __future__ import annotations

import copy
import json
import pickle
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from spanloom.component import Config
from spanloom.config.duration import DURATION_PATTERN
from spanloom.config.fields import (
    Block,
    ByteSize,
    Duration,
    Endpoint,
    HeaderMap,
    Secret,
    Target,
    Url,
)


def read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_json(json.dumps(value), strict=True)


def refusal(kind: Any, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        read(kind, value)
    return caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        (0, 0),
        ("0s", 0),
        ("200ms", 0.2),
        ("1m30s", 90),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("1.s", 1),
        ("100us", 1e-4),
        ("100µs", 1e-4),
        ("100μs", 1e-4),
        ("5ns", 5e-9),
        ("1h1m1s1ms", 3661.001),
    ],
)
def test_reads_durations_as_go_writes_them(text: object, seconds: float) -> None:
    assert read(Duration, text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "1d", "5S", "1m 30s", "1e3s", 5, 1.5, True])
def test_refuses_what_is_no_duration_and_names_the_form(text: object) -> None:
    assert refusal(Duration, text) == "must be a duration such as '200ms' or '1m30s'"


def test_refuses_durations_that_go_cannot_hold() -> None:
    assert "negative" in refusal(Duration, "-1s")
    assert "292 years" in refusal(Duration, "9999999999h")
    assert "must be a duration" in refusal(Duration, "1" * 100 + "s")


@pytest.mark.parametrize(
    ("text", "form"),
    [("200ms", "200ms"), ("90s", "1m30s"), ("1h", "1h0m0s"), ("0", "0s"), ("1500us", "1.5ms")],
)
def test_prints_durations_as_go_does(text: str, form: str) -> None:
    assert str(Duration(text)) == form


@given(st.integers(min_value=0, max_value=10**17))
def test_a_printed_duration_reads_back(n_ns: int) -> None:
    duration = Duration(f"{n_ns}ns")
    assert Duration(str(duration)) == pytest.approx(duration, abs=1e-9)
    assert re.match(DURATION_PATTERN, str(duration))


def test_a_duration_survives_copies() -> None:
    duration = Duration("1m30s")
    assert copy.deepcopy(duration) == pickle.loads(pickle.dumps(duration)) == duration


def test_a_secret_is_never_shown() -> None:
    secret = read(Secret, "hunter2")
    shown = f"{secret} {secret!r} {[secret]} {TypeAdapter(Secret).dump_json(secret)!r}"
    assert "hunter2" not in shown
    assert secret.reveal() == "hunter2"


def test_a_secret_that_is_no_string_is_refused_without_showing_it() -> None:
    assert "12345" not in refusal(Secret, 12345)


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1


@pytest.mark.parametrize(
    ("value", "n_bytes"), [(5, 5), ("5", 5), ("16MiB", 16 << 20), ("1 kB".replace("k", "K"), 1000)]
)
def test_reads_sizes_as_ints_or_with_a_unit(value: object, n_bytes: int) -> None:
    assert read(ByteSize, value) == n_bytes


@pytest.mark.parametrize("value", [-1, 1.5, "16 miles", "", True])
def test_refuses_what_is_no_size(value: object) -> None:
    refusal(ByteSize, value)


@pytest.mark.parametrize(
    "address", ["localhost:4317", ":0", "[::1]:4317", "0.0.0.0:65535", "unix:/run/s.sock"]
)
def test_takes_addresses_to_listen_on(address: str) -> None:
    assert read(Endpoint, address) == address


@pytest.mark.parametrize(
    "address",
    ["localhost", "::1:4317", "h:65536", "h:x", "http://h:1", "h :1", "unix:", "h:\u0661"],
)
def test_refuses_what_is_no_address(address: str) -> None:
    refusal(Endpoint, address)


def test_tells_urls_from_addresses() -> None:
    assert read(Url, "https://h:4318/v1") == "https://h:4318/v1"
    assert read(Target, "http://h") == "http://h"
    assert read(Target, "h:4317") == "h:4317"
    for bad in ("h:4318", "ftp://h", "http://", "http://h:99999", "http://a b"):
        refusal(Url, bad)


def test_headers_are_a_map_or_pairs_with_secret_values() -> None:
    expected = {"X-Scope-OrgID": Secret("a")}
    assert read(HeaderMap, {"X-Scope-OrgID": "a"}) == expected
    assert read(HeaderMap, [{"name": "X-Scope-OrgID", "value": "a"}]) == expected


@pytest.mark.parametrize(
    "headers",
    [{"a b": "c"}, {"": "c"}, [{"name": "a"}], ["a"], [{"name": "a", "value": "b"}] * 2],
)
def test_refuses_headers_that_cannot_be_sent(headers: object) -> None:
    refusal(HeaderMap, headers)


class Queue(Block):
    """A block with a field that has no default."""

    size: int = Field(ge=1)
    """How many."""


class Outer(Config):
    """Holds the block."""

    queue: Queue = Queue.off()
    """Off unless written."""
    timeout: Duration = Duration("5s")
    """How long."""


def test_a_block_that_is_off_needs_no_required_fields() -> None:
    assert Outer().queue.enabled is False
    assert refusal(Outer, {"queue": {}}) == "Field required"


def test_the_schema_shows_forms_defaults_and_nullable_blocks() -> None:
    schema = Outer.model_json_schema()
    assert schema["properties"]["timeout"]["default"] == "5s"
    assert schema["properties"]["timeout"]["anyOf"][0]["pattern"] == DURATION_PATTERN
    assert schema["$defs"]["Queue"]["type"] == ["object", "null"]
