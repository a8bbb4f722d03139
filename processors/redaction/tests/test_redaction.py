"""What the processor does with batches, and what it tells."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import yaml

from spanloom.batch import Ledger, Logs, Metrics, Traces
from spanloom.config import ConfigErrors
from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.load import load_rules
from spanloom.processors.redaction.redaction import RedactionProcessor
from spanloom.telemetry import Telemetry
from spanloom.testing import (
    FakeHost,
    Recording,
    attach,
    build_logs,
    build_metrics,
    build_traces,
    make_settings,
)
from spanloom.testing.contract import _YAML_BLOCK

EMAIL = "ada.lovelace@acme.org"
FIND_EMAIL = {"id": "email", "detector": "email"}
BOTH = pytest.mark.parametrize("engine", ["native", "python"])


def make(
    folder: Path | str = ".", telemetry: Telemetry | None = None, **fields: Any
) -> RedactionProcessor:
    config = Config.model_validate_json(
        json.dumps({"rule_sets": [], "rules": [FIND_EMAIL], **fields})
    )
    settings = make_settings("redaction", telemetry=telemetry, config_dir=str(folder))
    return attach(RedactionProcessor(config, settings), Recording())


def recorded(processor: RedactionProcessor) -> Recording:
    assert isinstance(processor.next, Recording)
    return processor.next


def traces(n_spans: int = 2, attributes: dict[str, Any] | None = None, **more: Any) -> Traces:
    given = {**(attributes or {}), **more}
    return Traces.from_message(build_traces(n_spans, attributes=given))


def attributes_of(message: Any) -> list[dict[str, Any]]:
    spans = message.resource_spans[0].scope_spans[0].spans
    return [
        {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in span.attributes}
        for span in spans
    ]


@BOTH
def test_replaces_what_a_rule_finds_and_keeps_the_rest(engine: str) -> None:
    processor = make(engine=engine)
    processor.consume(traces(note=f"ask {EMAIL} today"))
    for attributes in attributes_of(recorded(processor).messages[0]):
        assert attributes["note"] == "ask [EMAIL] today"
        assert attributes["gen_ai.request.model"]
    assert EMAIL.encode() not in recorded(processor).encoded[0]


@pytest.mark.parametrize(
    "batch",
    [
        lambda: Traces.from_message(build_traces(2, resource_attributes={"owner": EMAIL})),
        lambda: Logs.from_message(build_logs(2, attributes={"who": EMAIL})),
        lambda: Metrics.from_message(build_metrics(6, resource_attributes={"who": EMAIL})),
    ],
)
def test_cleans_every_signal(batch: Any) -> None:
    processor = make()
    processor.consume(batch())
    assert EMAIL.encode() not in recorded(processor).encoded[0]
    assert b"[EMAIL]" in recorded(processor).encoded[0]


def test_a_batch_without_findings_keeps_its_bytes() -> None:
    processor = make()
    encoded = build_traces(3).SerializeToString()
    processor.consume(Traces.from_bytes(encoded))
    assert recorded(processor).encoded == [encoded]


def test_counts_findings_by_rule_action_and_signal() -> None:
    telemetry = Telemetry()
    processor = make(telemetry=telemetry)
    processor.consume(traces(3, note=EMAIL))
    labels = {"rule": "email", "action": "token", "signal": "traces"}
    assert telemetry.value("redaction_findings_total", labels) == 3
    assert telemetry.value("redaction_values_total", {"kind": "string"}) > 3
    assert telemetry.value("redaction_bytes_scanned_total", {}) > 3 * len(EMAIL)
    assert b"redaction_scan_seconds_count 1.0" in telemetry.render()


def test_what_should_be_zero_is_on_the_page_from_the_start() -> None:
    telemetry = Telemetry()
    make(telemetry=telemetry)
    page = telemetry.render().decode()
    assert 'redaction_values_unscanned_total{reason="timeout"} 0.0' in page
    assert 'redaction_errors_total{stage="redact"} 0.0' in page


def test_no_metric_says_what_was_found() -> None:
    telemetry = Telemetry()
    processor = make(telemetry=telemetry)
    processor.consume(traces(2, {EMAIL: "as a key"}, note=EMAIL))
    assert EMAIL.encode() not in telemetry.render()


def info(telemetry: Telemetry) -> list[dict[str, str]]:
    return [s.labels for s in telemetry.samples() if s.name == "redaction_ruleset_info"]


def test_tells_which_rules_are_at_work_across_a_reload() -> None:
    telemetry = Telemetry()
    old = make(telemetry=telemetry)
    assert info(telemetry) == []
    old.start(FakeHost())
    (before,) = info(telemetry)
    assert before["rules"] == "1"
    assert len(before["digest"]) == 8
    new = make(telemetry=telemetry, rules=[FIND_EMAIL, {"id": "x", "phrases": ["project x"]}])
    new.start(FakeHost())
    old.shutdown(1.0)
    (after,) = info(telemetry)
    assert after["rules"] == "2"
    assert after["digest"] != before["digest"]
    new.shutdown(1.0)
    new.shutdown(1.0)
    assert info(telemetry) == []


def test_rules_that_two_processors_share_are_told_once() -> None:
    telemetry = Telemetry()
    first, second = make(telemetry=telemetry), make(telemetry=telemetry)
    for processor in (first, second):
        processor.start(FakeHost())
    assert len(info(telemetry)) == 1
    first.shutdown(1.0)
    assert len(info(telemetry)) == 1


def test_a_failure_refuses_the_batch_and_hands_nothing_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    telemetry = Telemetry()
    processor = make(telemetry=telemetry)

    class Broken:
        def redact(self, _batch: Any, *, audit: bool) -> None:
            raise RuntimeError(EMAIL)

    monkeypatch.setattr(processor, "_engine", Broken())
    batch, ledger = traces(note=EMAIL), Ledger()
    batch.enter(ledger)
    processor.consume(batch)
    assert recorded(processor).messages == []
    assert ledger.snapshot()["refused"] == 2
    assert telemetry.value("redaction_errors_total", {"stage": "redact"}) == 1


def test_a_batch_whose_items_all_went_is_settled_and_booked() -> None:
    telemetry = Telemetry()
    processor = make(rules=[{**FIND_EMAIL, "action": "drop_item"}], telemetry=telemetry)
    batch, ledger = traces(note=EMAIL), Ledger()
    batch.enter(ledger)
    processor.consume(batch)
    assert recorded(processor).messages == []
    books = ledger.snapshot()
    assert (books["dropped"], books["in_flight"]) == ({"redaction": 2}, 0)
    assert telemetry.value("redaction_dropped_total", {"reason": "item"}) == 2


def test_letting_unscanned_values_pass_is_warned_of_at_the_start(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger("spanloom").propagate = True
    make().start(FakeHost())
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []
    make(on_error="pass").start(FakeHost())
    (record, *_) = (one for one in caplog.records if one.levelno >= logging.WARNING)
    assert "cannot be scanned" in record.getMessage()


def test_pipelines_with_the_same_rules_share_one_engine() -> None:
    first, second, other = make(), make(), make(summary="silent")
    assert first._engine is second._engine
    assert first._engine is not other._engine


def test_rules_that_the_engine_refuses_are_told_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "version: 1\nrules:\n  - {id: a, regex: '(?=x)'}\n  - id: b\n    detector: emial\n"
    )
    with pytest.raises(ConfigErrors) as caught:
        make(tmp_path, rule_files=["rules.yaml"], rules=[{"id": "c", "regex": "("}])
    lines = str(caught.value).replace(f"{tmp_path}/", "").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("rules[0].regex: c: ")
    assert lines[1].startswith("rules.yaml:3:20 rules[0].regex: a: ")
    assert lines[2].startswith("rules.yaml:5:15 rules[1].detector: b: ")


def _examples() -> list[dict[str, Any]]:
    readme = Path(__file__).parents[1] / "README.md"
    blocks = _YAML_BLOCK.findall(readme.read_text())
    return [yaml.safe_load(block)["processors"]["redaction"] or {} for block in blocks]


@pytest.mark.parametrize("example", _examples(), ids=range(len(_examples())))
def test_the_readmes_examples_load(example: dict[str, Any], tmp_path: Path) -> None:
    config = Config.model_validate_json(json.dumps(example))
    for file in config.rule_files:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("version: 1\nrules: [{id: acme.id, regex: 'acme_[0-9]{8}'}]\n")
    assert load_rules(config, str(tmp_path), {"REDACTION_KEY": "k" * 32}).rules
