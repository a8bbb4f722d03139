"""Randomness from ids."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanloom_native import Randomness

from spanloom.batch import Logs, Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.modes import HashSeed, Sha256Mod
from spanloom.processors.sampler.randomness import id_bytes
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
    (randomness,), _ = Randomness("fnv1a", seed=seed).of_ids(as_ids(bytes.fromhex(trace_id)))
    assert int(randomness) >> 42 == 0x3FFF - bucket


def fnv1a(data: bytes) -> int:
    hashed = 0x811C9DC5
    for byte in data:
        hashed = (hashed ^ byte) * 0x01000193 % 2**32
    return hashed


IDS = st.lists(st.binary(min_size=16, max_size=16).filter(any), min_size=1, max_size=30)


@given(IDS, st.integers(0, 2**32 - 1))
def test_the_randomness_of_a_hash_is_the_collectors(ids: list[bytes], seed: int) -> None:
    randomness, missing = Randomness("fnv1a", seed=seed).of_ids(as_ids(*ids))
    for trace_id, found in zip(ids, randomness.tolist(), strict=True):
        hashed = fnv1a(seed.to_bytes(4, "little") + trace_id)
        bucket, unused = hashed & 0x3FFF, hashed >> 18
        mixed = (unused ^ unused << 10) & 0xFFFFFF
        assert found == (0x3FFF - bucket) << 42 | mixed << 14 | bucket
    assert missing is None


@pytest.mark.parametrize(("percent", "buckets"), [(1, 163), (10, 1638), (25, 4096), (50, 8192)])
def test_a_percentage_keeps_the_buckets_below_its_own(percent: float, buckets: int) -> None:
    ids = [hashlib.md5(bytes([i % 256, i // 256])).digest() for i in range(20_000)]
    randomness, _ = Randomness("fnv1a").of_ids(as_ids(*ids))
    kept = randomness >= HashSeed().threshold(percent, NEVER)
    assert kept.tolist() == [fnv1a(bytes(4) + each) & 0x3FFF < buckets for each in ids]


def test_the_low_56_bits_of_a_trace_id_are_its_randomness() -> None:
    ids = as_ids(bytes.fromhex("ff" * 9 + "80000000000001"), bytes(8) + bytes([0, *range(1, 8)]))
    randomness, _ = Randomness("low56").of_ids(ids)
    assert randomness.tolist() == [0x80000000000001, 0x01020304050607]


@pytest.mark.parametrize("source", ["low56", "fnv1a", "sha256", "sha256_hex"])
def test_ids_of_zeros_have_none(source: Any) -> None:
    randomness, missing = Randomness(source).of_ids(as_ids(bytes(8), b"12345678", bytes(8)))
    assert missing is not None
    assert missing.tolist() == [True, False, True]
    assert randomness.tolist() == [2**56 - 1, Randomness(source).of_bytes(b"12345678"), 2**56 - 1]


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(ValueError, match="no such source"):
        Randomness("md5")  # type: ignore[arg-type]


def remainder(value: bytes) -> int:
    return int.from_bytes(hashlib.sha256(value).digest(), "big") % 100


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=30))
def test_whole_per_cents_keep_the_remainders_below(values: list[bytes]) -> None:
    randomness = np.array([Randomness("sha256").of_bytes(value) for value in values], np.uint64)
    remainders = [remainder(value) for value in values]
    for percent in range(1, 101):
        kept = randomness >= Sha256Mod().threshold(percent, NEVER)
        assert kept.tolist() == [found < percent for found in remainders]


@given(st.uuids())
def test_a_uuid_is_hashed_as_its_bytes_in_any_spelling(value: uuid.UUID) -> None:
    assert id_bytes(str(value)) == id_bytes(value.hex) == id_bytes(value.bytes) == value.bytes


def test_other_ids_are_hashed_as_text() -> None:
    assert (id_bytes("0123456789abcdef"), id_bytes(17)) == (b"0123456789abcdef", b"17")
    ids = as_ids(bytes.fromhex("0123456789abcdef"))
    (randomness,), _ = Randomness("sha256_hex").of_ids(ids)
    assert int(randomness) == Randomness("sha256").of_bytes(b"0123456789abcdef")


def test_the_place_within_a_hundredth_comes_from_the_digest() -> None:
    digest = hashlib.sha256(b"0123456789abcdef").digest()
    part = 99 - int.from_bytes(digest, "big") % 100
    start, end = (-(-each * 2**56 // 100) for each in (part, part + 1))
    place = int.from_bytes(digest[:8], "big") % (end - start)
    assert Randomness("sha256").of_bytes(b"0123456789abcdef") == start + place


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
