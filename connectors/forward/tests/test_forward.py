"""A batch goes to the pipelines of its signal."""

from spanloom.batch import Logs, Traces
from spanloom.connectors.forward.config import Config
from spanloom.connectors.forward.forward import FACTORY, ForwardConnector
from spanloom.testing import Recording, build_logs, build_traces, make_settings


def test_hands_on_each_signal_unchanged() -> None:
    connector = ForwardConnector(Config(), make_settings("forward", "connector"))
    traces, logs = Recording(), Recording()
    connector.consumers = {"traces": traces, "logs": logs}
    request = build_traces(3)
    connector.consume(Traces.from_message(request))
    connector.consume(Logs.from_message(build_logs(2)))
    assert traces.encoded == [request.SerializeToString()]
    assert logs.n_items == 2


def test_joins_equal_signals_only() -> None:
    pairs: set[object] = {("traces", "traces"), ("logs", "logs"), ("metrics", "metrics")}
    assert pairs == set(FACTORY.signals)
