"""The tracestate, and its `ot` entry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.processors.sampler.tracestate import EMPTY, _parse, parse

SIMPLE = "x" * 257
ENTRIES = ",".join(["x=y"] * 32)


@pytest.mark.parametrize(
    ("text", "randomness", "threshold", "others"),
    [
        ("ot=th:1", "", "1", ()),
        (" ot=th:1 ", "", "1", ()),
        (" ot=th:1,other=value ", "", "1", ("other=value",)),
        (",,,", "", "", ()),
        (" , ot=th:1, , other=value ", "", "1", ("other=value",)),
        ("ot=th:100;rv:abcdabcdabcdff", "abcdabcdabcdff", "100", ()),
        ("ot=rv:11111111111111", "11111111111111", "", ()),
        ("ot=rv:ffffffffffffff,unknown=value", "ffffffffffffff", "", ("unknown=value",)),
        ("0tenant@system=value", "", "", ("0tenant@system=value",)),
        ("key= value", "", "", ("key= value",)),
    ],
)
def test_reads_what_the_collector_reads(
    text: str, randomness: str, threshold: str, others: tuple[str, ...]
) -> None:
    state = parse(text)
    assert state.valid
    assert (state.randomness_text, state.threshold_text) == (randomness, threshold)
    assert state.others == others


@pytest.mark.parametrize(
    "text",
    [
        "-1=2",
        "=",
        "=value",
        "KEY=value",
        "key=",
        "1abc=value",
        "@system=value",
        "tenant@=value",
        "tenant@1system=v",
        "key=val\x00ue",
        "key=value\x7f",
        "a b=value",
        f"{SIMPLE}=v",
        f"{'x' * 242}@y=v",
        f"y@{'x' * 15}=v",
        f"x={'y' * 1023}",
        ENTRIES,
        "ot=th:1;",
        "ot=th:1=p:2",
        "ot=:1;p:2",
        "ot=:",
        "ot=th:;p:1",
        "ot=th:$",
        "ot=th:0x1p+3",
        "ot=th:14.5",
        "ot=th:-1",
        "ot=th:1_0",
        "ot=th:ffffffffffffffff",
        "ot=th:100000000000000",
        "ot=1:1;u:V",
        "ot=X:1;u:V",
        "ot=rv:3;p:2",
        "ot=rv:100000000000000",
        f"ot=x:{'_' * 255}",
    ],
)
def test_refuses_what_the_collector_refuses(text: str) -> None:
    assert not parse(text).valid


def test_keeps_other_fields_and_vendors_behind_its_own() -> None:
    state = parse("zz=vendor,ot=a:b;rv:12341234123412;c:d")
    assert state.text("3") == "ot=rv:12341234123412;th:3;a:b;c:d,zz=vendor"


def test_an_empty_state_becomes_the_threshold_alone() -> None:
    assert EMPTY.text("c") == "ot=th:c"


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    state = parse(text)
    if state.valid and state.others:
        assert parse(",".join(state.others)).others == state.others


@given(st.from_regex(r"(ot=)?[a-z0-9:;,=@ rvth]{0,40}", fullmatch=True))
def test_what_is_written_reads_the_same(text: str) -> None:
    state = parse(text)
    if state.valid:
        again = parse(state.text("c"))
        assert (again.fields, again.others) == (state.fields, state.others)
        assert again.randomness == state.randomness


def test_a_tracestate_that_is_too_long_is_invalid_and_not_remembered() -> None:
    n_known = _parse.cache_info().currsize
    assert not parse("ot=th:8," + "x" * 5000).valid
    assert _parse.cache_info().currsize == n_known
