"""Which conventions a resource or a scope names, read and written anew."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanloom_native import BatchError, Traces

from tests.native.batch_cases import BATCHES, all_scopes, request, resources, wire
from tests.native.otlp_wire import REQUESTS, SIGNALS, length_delimited, searched

cases = st.tuples(st.sampled_from(SIGNALS), st.integers(0, 2**32))
LEVELS = {"resource": resources, "scope": all_scopes}


@searched
@given(cases)
def test_urls_are_those_of_the_request(case: tuple[str, int]) -> None:
    rng = random.Random(case[1])
    raw = wire(rng, request(rng, case[0]))
    batch, message = BATCHES[case[0]].from_bytes(raw), REQUESTS[case[0]].FromString(raw)
    assert batch.resource_schema_urls == [r.schema_url for r in resources(message)]
    assert batch.scope_schema_urls == [s.schema_url for s in all_scopes(message)]


@searched
@given(cases, st.sampled_from(sorted(LEVELS)), st.sampled_from(["", "https://x/1.30.0"]))
def test_nothing_but_the_url_of_the_meant_changes(
    case: tuple[str, int], level: Any, url: str
) -> None:
    rng = random.Random(case[1])
    raw = wire(rng, request(rng, case[0]))
    batch, message = BATCHES[case[0]].from_bytes(raw), REQUESTS[case[0]].FromString(raw)
    owners = LEVELS[level](message)
    mask = np.array([rng.random() < 0.5 for _ in owners], np.bool_)
    batch.set_schema_url(url, where=mask, level=level)
    for owner, is_meant in zip(owners, mask.tolist(), strict=True):
        owner.schema_url = url if is_meant else owner.schema_url
    assert batch.to_message() == message
    assert getattr(batch, f"{level}_schema_urls") == [owner.schema_url for owner in owners]


def test_a_url_that_stands_twice_is_replaced_as_one() -> None:
    urls = length_delimited(3, b"old") + length_delimited(3, b"older")
    batch = Traces.from_bytes(length_delimited(1, length_delimited(2, urls)))
    assert batch.scope_schema_urls == ["older"]
    batch.set_schema_url("new")
    assert batch.encode() == [length_delimited(1, length_delimited(2, length_delimited(3, b"new")))]


def test_a_fork_keeps_its_own_url() -> None:
    batch = Traces.from_bytes(length_delimited(1, length_delimited(2, b"")))
    fork = batch.fork()
    fork.set_schema_url("new")
    assert (batch.scope_schema_urls, fork.scope_schema_urls) == ([""], ["new"])


def test_refuses_levels_that_have_no_url_and_masks_of_another_length() -> None:
    batch: Any = Traces.from_bytes(length_delimited(1, length_delimited(2, b"")))
    with pytest.raises(BatchError, match="only resources and scopes"):
        batch.set_schema_url("x", level="item")
    with pytest.raises(BatchError, match="where has length 2"):
        batch.set_schema_url("x", where=np.ones(2, np.bool_))
