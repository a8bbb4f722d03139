"""Own metrics: names, values, and what a scraper gets."""

import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from spanloom.config.model import Prometheus
from spanloom.metrics_server import MetricsServer
from spanloom.telemetry import Sample, Telemetry


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


def test_counters_render_under_the_collectors_names_without_a_suffix(telemetry: Telemetry) -> None:
    labels = {"receiver": "otlp", "transport": "grpc"}
    telemetry.counter("otelcol_receiver_accepted_spans", "Spans.", labels).add(3)
    text = telemetry.render().decode()
    assert 'otelcol_receiver_accepted_spans{receiver="otlp",transport="grpc"} 3.0' in text
    assert "# TYPE otelcol_receiver_accepted_spans counter" in text


def test_counters_render_with_the_suffix_where_asked(telemetry: Telemetry) -> None:
    telemetry.counter("otelcol_x", "X.", {"a": "b"}).add(3)
    text = telemetry.render(without_total=False).decode()
    assert 'otelcol_x_total{a="b"} 3.0' in text
    assert "# TYPE otelcol_x_total counter" in text
    assert "otelcol_process_memory_rss " in text


def test_a_name_that_ends_in_total_keeps_one_suffix_either_way(telemetry: Telemetry) -> None:
    telemetry.counter("redaction_x_total", "X.", {"a": "b"}).add(3)
    for without_total in (True, False):
        text = telemetry.render(without_total=without_total).decode()
        assert 'redaction_x_total{a="b"} 3.0' in text
        assert "# TYPE redaction_x_total counter" in text
        assert "total_total" not in text


def test_the_same_name_and_labels_are_one_instrument(telemetry: Telemetry) -> None:
    telemetry.counter("c", "C.", {"a": "1", "b": "2"}).add(1)
    telemetry.counter("c", "C.", {"b": "2", "a": "1"}).add(1)
    assert telemetry.value("c", {"a": "1", "b": "2"}) == 2


def test_a_name_cannot_be_of_two_types(telemetry: Telemetry) -> None:
    telemetry.counter("c", "C.", {})
    with pytest.raises(TypeError, match="metric c is not a gauge"):
        telemetry.gauge("c", "C.", {}, lambda: 0.0)


def test_a_gauge_is_read_when_scraped(telemetry: Telemetry) -> None:
    sizes = [1]
    telemetry.gauge("queue_size", "Size.", {}, lambda: float(len(sizes)))
    sizes.append(2)
    assert telemetry.value("queue_size", {}) == 2


def test_forgotten_gauges_of_a_component_leave_its_counters(telemetry: Telemetry) -> None:
    owner = object()
    telemetry.gauge("g", "G.", {"exporter": "otlp"}, lambda: 1.0, owner)
    telemetry.counter("c", "C.", {"exporter": "otlp"}).add(1)
    telemetry.forget_gauges(owner)
    assert {s.name for s in telemetry.samples() if s.labels} == {"c"}


@pytest.mark.parametrize(("forgotten", "shown"), [("old", 2.0), ("new", 1.0)])
def test_a_gauge_shows_the_newest_owner_that_is_left(
    telemetry: Telemetry, forgotten: str, shown: float
) -> None:
    for owner, value in (("old", 1.0), ("new", 3.0), ("new", 2.0)):
        telemetry.gauge("g", "G.", {}, lambda value=value: value, owner)  # type: ignore[misc]
    telemetry.forget_gauges(forgotten)
    assert telemetry.value("g", {}) == shown


def test_histograms_count_up_to_each_bound(telemetry: Telemetry) -> None:
    histogram = telemetry.histogram("h", "H.", {"x": "y"}, [1, 10])
    for value in (1, 2, 11):
        histogram.record(value)
    families = {f.name: f for f in text_string_to_metric_families(telemetry.render().decode())}
    buckets = {s.labels["le"]: s.value for s in families["h"].samples if s.name == "h_bucket"}
    assert buckets == {"1.0": 1, "10.0": 2, "+Inf": 3}


def test_observed_sources_are_read_at_each_scrape(telemetry: Telemetry) -> None:
    telemetry.observe("native", lambda: [Sample("s", "S.", "counter", {"k": "v"}, 7.0)])
    assert telemetry.value("s", {"k": "v"}) == 7
    telemetry.forget("native")
    assert telemetry.value("s", {"k": "v"}) == 0


def test_a_real_scrape_is_readable_and_names_the_process(telemetry: Telemetry) -> None:
    server = MetricsServer(telemetry, Prometheus(host="127.0.0.1", port=0))
    try:
        url = f"http://127.0.0.1:{server.port}/metrics"
        with urllib.request.urlopen(url, timeout=5) as response:
            text = response.read().decode()
    finally:
        server.close()
    values = {s.name: s.value for f in text_string_to_metric_families(text) for s in f.samples}
    assert values["otelcol_process_memory_rss"] > 1 << 20
