"""Randomness from ids."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.batch import Logs, Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.modes import HashSeed, Sha256Mod
from spanloom.processors.sampler.randomness import (
    digest_of,
    fnv1a,
    fnv1a_of,
    of_digests,
    of_hashes,
    of_trace_ids,
)
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.processors.sampler.threshold import NEVER
from spanloom.testing import build_logs, build_traces, make_settings


def as_ids(*ids: bytes) -> Any:
    return np.frombuffer(b"".join(ids), np.uint8).reshape(len(ids), -1)


@pytest.mark.parametrize(
    ("trace_id", "seed", "bucket"),
    [
        ("5b8efff798038103d269b633813fc60c", 0, 5855),
        ("5b8efff798038103d269b633813fc60c", 22, 3273),
        ("0102030405060708090a0b0c0d0e0f10", 0, 6693),
        ("00000000000000000000000000000001", 0, 8898),
        ("ffffffffffffffffffffffffffffffff", 0, 5445),
    ],
)
def test_fnv_buckets(trace_id: str, seed: int, bucket: int) -> None:
    (hashed,) = fnv1a(as_ids(bytes.fromhex(trace_id)), seed)
    assert int(hashed) & 0x3FFF == bucket


@given(st.binary(min_size=16, max_size=16), st.integers(0, 2**32 - 1))
def test_the_column_hash_is_the_hash_of_each(trace_id: bytes, seed: int) -> None:
    (hashed,) = fnv1a(as_ids(trace_id), seed)
    assert int(hashed) == fnv1a_of(trace_id, seed)


@pytest.mark.parametrize(("percent", "buckets"), [(1, 163), (10, 1638), (25, 4096), (50, 8192)])
def test_a_percentage_keeps_the_buckets_below_its_own(percent: float, buckets: int) -> None:
    hashed = np.arange(0x4000, dtype=np.uint32)
    kept = of_hashes(hashed) >= HashSeed().threshold(percent, NEVER)
    assert kept.tolist() == [bucket < buckets for bucket in range(0x4000)]


def test_the_low_56_bits_of_a_trace_id_are_its_randomness() -> None:
    ids = as_ids(bytes.fromhex("ff" * 9 + "80000000000001"), bytes(8) + bytes([0, *range(1, 8)]))
    assert of_trace_ids(ids).tolist() == [0x80000000000001, 0x01020304050607]


def remainder(value: bytes) -> int:
    return int.from_bytes(hashlib.sha256(value).digest(), "big") % 100


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=30))
def test_whole_per_cents_keep_the_remainders_below(values: list[bytes]) -> None:
    randomness = of_digests([hashlib.sha256(value).digest() for value in values])
    remainders = [remainder(value) for value in values]
    for percent in range(1, 101):
        kept = randomness >= Sha256Mod().threshold(percent, NEVER)
        assert kept.tolist() == [found < percent for found in remainders]


@given(st.uuids())
def test_a_uuid_is_hashed_as_its_bytes_in_any_spelling(value: uuid.UUID) -> None:
    expected = hashlib.sha256(value.bytes).digest()
    assert digest_of(str(value)) == digest_of(value.hex) == digest_of(value.bytes) == expected


def test_other_ids_are_hashed_as_text() -> None:
    assert digest_of("0123456789abcdef") == hashlib.sha256(b"0123456789abcdef").digest()
    assert digest_of(17) == hashlib.sha256(b"17").digest()


@pytest.mark.parametrize("form", ["trace_id", "span_id", "span_id_text", "attribute"])
def test_sha256_mod_keeps_what_instrumentation_sdk_marks(form: str) -> None:
    request = build_traces(3000, content_bytes=60)
    spans = request.resource_spans[0].scope_spans[0].spans
    expected = set()
    for index, span in enumerate(spans):
        span.trace_id = hashlib.md5(bytes([index % 256, index // 256])).digest()
        own = str(uuid.UUID(bytes=span.trace_id))
        span.attributes.add(key="llm.span_id").value.string_value = own
        ids = {
            "trace_id": span.trace_id,
            "span_id": span.span_id,
            "span_id_text": span.span_id.hex().encode(),
            "attribute": span.trace_id,
        }
        if remainder(ids[form]) == 0:
            expected.add(span.span_id)
    config = Config(
        mode="sha256_mod",
        sampling_percentage=1.0,
        sha256_id=form,  # type: ignore[arg-type]
        from_attribute="llm.span_id",
    )
    batch = SpanSampler(config, make_settings()).process(Traces.from_message(request))
    assert {span_id.tobytes() for span_id in batch.span_id} == expected
    assert 0 < len(expected) < 100


@pytest.mark.parametrize("mode", ["hash_seed", "sha256_mod", "proportional", "equalizing"])
def test_log_records_follow_their_trace(mode: Any) -> None:
    config = Config(mode=mode, sampling_percentage=30.0)
    traces, logs = build_traces(400, content_bytes=60), build_logs(400)
    spans = traces.resource_spans[0].scope_spans[0].spans
    records = logs.resource_logs[0].scope_logs[0].log_records
    for index, (span, record) in enumerate(zip(spans, records, strict=True)):
        span.trace_id = record.trace_id = hashlib.sha256(bytes([index % 256])).digest()[:16]
    kept_spans = SpanSampler(config, make_settings()).process(Traces.from_message(traces))
    kept_logs = SpanSampler(config, make_settings()).process(Logs.from_message(logs))
    assert kept_spans.trace_id.tobytes() == kept_logs.trace_id.tobytes()
    assert 0 < len(kept_logs) < 400


def test_ids_with_64_zero_high_bits_are_as_random_as_others() -> None:
    request = build_traces(2000, content_bytes=60)
    for index, span in enumerate(request.resource_spans[0].scope_spans[0].spans):
        span.trace_id = bytes(8) + hashlib.sha256(index.to_bytes(2, "big")).digest()[:8]
    config = Config(mode="equalizing", sampling_percentage=25.0)
    kept = len(SpanSampler(config, make_settings()).process(Traces.from_message(request)))
    # Five standard deviations of 2000 draws at 25 %.
    assert abs(kept - 500) < 5 * (2000 * 0.25 * 0.75) ** 0.5
