"""The processor `cost` in a running service."""

from collections.abc import Callable

import grpc

from spanloom.batch import Traces
from spanloom.testing import build_traces
from spanloom.testing.sink import RecordingSink
from tests.runtime.conftest import Running, Sender

CONFIG = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
processors:
  cost: {}
  resource: {attributes: [{key: lap, value: LAP, action: upsert}]}
exporters:
  otlp: {endpoint: "SINK", tls: {insecure: true}}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [cost, resource], exporters: [otlp]}
"""


def request(seed: int) -> bytes:
    """One call with a response id, told by a span of its own for each seed."""
    attributes = {"gen_ai.provider.name": "openai", "gen_ai.response.id": "r"}
    return build_traces(
        1, seed=seed, attributes={**attributes, "gen_ai.response.model": "gpt-4o"}
    ).SerializeToString()


def test_a_call_told_again_after_a_reload_is_billed_once(
    running: Running, sink: RecordingSink, make_sender: Callable[[int], Sender]
) -> None:
    text = CONFIG.replace("SINK", sink.grpc_endpoint)
    running.start(text.replace("LAP", "one"))
    assert make_sender(running.port).send(request(1)) == grpc.StatusCode.OK
    running.reload(text.replace("LAP", "two"))
    assert make_sender(running.port).send(request(2)) == grpc.StatusCode.OK
    first, second = (Traces.from_bytes(each.body) for each in sink.requests)
    assert first.attribute("gen_ai.usage.cost.amount").present.all()
    assert not second.attribute("gen_ai.usage.cost.amount").present.any()
    assert second.attribute("spanloom.cost.note").strings() == ["duplicate"]
    for each in (first, second):
        each.ack()
