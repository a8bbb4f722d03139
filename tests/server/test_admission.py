"""The byte budget: what is admitted, refused and given back."""

from __future__ import annotations

from typing import Any

import grpc
import httpx
import pytest
from spanloom_native import ByteBudget

from tests.server.grpc_calls import export, retry_delay_s
from tests.server.otlp_bytes import in_span
from tests.server.serving import JSON, MIB, PROTOBUF, Serving, eventually, serves_others, traces

REQUEST = traces(1, content_bytes=MIB).SerializeToString()


def post(serving: Serving, content: bytes = REQUEST) -> httpx.Response:
    return httpx.post(f"{serving.url}/v1/traces", content=content, headers=PROTOBUF, timeout=10.0)


def test_at_the_soft_limit_no_request_is_begun() -> None:
    held: list[Any] = []
    with Serving(held.append, budget=(MIB, 8 * MIB), retry_after_s=3.0) as serving:
        with export(serving) as call:
            waiting = call.future(REQUEST, timeout=10.0)
            eventually(lambda: len(held) == 1, "the first is pulled")
            reply = post(serving, b"")
            with pytest.raises(grpc.RpcError) as refused:
                call(b"", timeout=10.0)
            held.pop().ack()
            assert waiting.result() == b""
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "3")
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        assert retry_delay_s(refused.value) == 3.0
        eventually(lambda: serving.budget.used_bytes == 0, "all bytes are given back")
        assert post(serving, b"").status_code == 200
        assert serving.count("failed_requests", reason="overload") == 2


def test_small_requests_in_flight_are_charged_what_they_cost() -> None:
    held: list[Any] = []
    request = traces().SerializeToString()
    with Serving(held.append) as serving, export(serving) as call:
        waiting = call.future(request, timeout=10.0)
        eventually(lambda: len(held) == 1, "it is pulled")
        assert serving.budget.used_bytes == (6 << 10) + 5 + len(request)
        held.pop().ack()
        assert waiting.result() == b""


def test_json_is_charged_as_what_it_means() -> None:
    bounds = ",".join(["1"] * 400_000)
    point = f'{{"bucketCounts": [], "explicitBounds": [{bounds}]}}'
    metric = f'{{"name": "m", "histogram": {{"dataPoints": [{point}]}}}}'
    body = f'{{"resourceMetrics": [{{"scopeMetrics": [{{"metrics": [{metric}]}}]}}]}}'
    with Serving(budget=(2 * MIB, 2 * MIB)) as serving, serves_others(serving):
        reply = httpx.post(f"{serving.url}/v1/metrics", content=body, headers=JSON, timeout=10.0)
        assert reply.status_code == 503


def test_at_the_hard_limit_nothing_is_read() -> None:
    with Serving(budget=(2 * MIB, 2 * MIB)) as serving, serves_others(serving):
        reply = post(serving, bytes(3 * MIB))
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
        assert serving.budget.peak_bytes <= 2 * MIB
        assert serving.count("failed_requests", transport="http", reason="overload") == 1


def test_decompression_counts_too() -> None:
    with Serving(budget=(2 * MIB, 2 * MIB)) as serving, serves_others(serving):
        request = traces(1, content_bytes=4 * MIB).SerializeToString()
        with export(serving) as call, pytest.raises(grpc.RpcError) as refused:
            call(request, timeout=10.0, compression=grpc.Compression.Gzip)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        assert serving.budget.peak_bytes <= 2 * MIB


def test_millions_of_tiny_attributes_are_charged_what_their_index_costs() -> None:
    message = traces()
    encoded = message.resource_spans[0].scope_spans[0].spans[0].SerializeToString()
    request = in_span(encoded + b"\x4a\x00" * 100_000)
    held: list[Any] = []
    with Serving(held.append, budget=(4 * MIB, 4 * MIB)) as serving, export(serving) as call:
        waiting = call.future(request, timeout=10.0)
        eventually(lambda: len(held) == 1, "it is pulled")
        assert serving.budget.used_bytes >= 100_000 * 32
        held.pop().ack()
        assert waiting.result() == b""
    with Serving(budget=(MIB, 2 * MIB)) as serving, serves_others(serving):
        assert post(serving, request).status_code == 413
        assert serving.count("failed_requests", reason="too_large") == 1


def test_bytes_are_held_until_the_batch_is_freed() -> None:
    held: list[Any] = []
    with Serving(held.append) as serving, export(serving) as call:
        waiting = call.future(REQUEST, timeout=10.0)
        eventually(lambda: len(held) == 1, "it is pulled")
        assert serving.budget.used_bytes >= len(REQUEST)
        held.pop().ack()
        assert waiting.result() == b""
        eventually(lambda: serving.budget.used_bytes == 0, "all bytes are given back")


def test_a_budget_names_its_limits() -> None:
    budget = ByteBudget(5, 7)
    assert (budget.limit_bytes, budget.hard_limit_bytes) == (5, 7)
    assert (budget.used_bytes, budget.peak_bytes) == (0, 0)
    with pytest.raises(ValueError, match="hard_limit_bytes"):
        ByteBudget(7, 5)
