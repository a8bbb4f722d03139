"""The audit log says that something was found, and never what."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from spanloom.batch import Traces
from spanloom.processors.redaction.audit import open_audit_log, release
from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.redaction import RedactionProcessor
from spanloom.telemetry import Telemetry
from spanloom.testing import FakeClock, FakeHost, Recording, attach, build_traces, make_settings

EMAIL = "ada.lovelace@acme.org"


def make(folder: Path, telemetry: Telemetry | None = None, **fields: Any) -> RedactionProcessor:
    config = Config.model_validate_json(
        json.dumps(
            {
                "rule_sets": [],
                "rules": [{"id": "email", "detector": "email"}],
                "audit": {"path": "audit.ndjson"},
                **fields,
            }
        )
    )
    settings = make_settings("redaction/x", telemetry=telemetry, config_dir=str(folder))
    processor = attach(RedactionProcessor(config, settings), Recording())
    processor.start(FakeHost())
    return processor


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "audit.ndjson").read_text().splitlines()]


def traces(text: str = EMAIL) -> Traces:
    return Traces.from_message(build_traces(1, attributes={"note": f"ask {text}"}))


def test_a_line_per_finding_says_where_and_what_was_done(tmp_path: Path) -> None:
    processor = make(tmp_path)
    processor.consume(traces())
    processor.shutdown(1.0)
    (line,) = lines(tmp_path)
    assert list(line) == ["time", "trace_id", "rule", "action", "key", "ruleset", "processor"]
    assert (line["rule"], line["action"], line["key"]) == ("email", "token", "note")
    assert len(line["trace_id"]) == 32
    assert line["processor"] == "redaction/x"
    assert EMAIL not in json.dumps(line)


def test_a_key_adds_a_keyed_hash_that_joins_findings(tmp_path: Path) -> None:
    processor = make(tmp_path, hmac={"key": "k" * 32, "key_id": "2026-11"})
    for text in (EMAIL, EMAIL.upper(), "bob@acme.org"):
        processor.consume(traces(text))
    processor.shutdown(1.0)
    first, same, other = [line["hmac"] for line in lines(tmp_path)]
    assert first == same != other
    assert {line["key_id"] for line in lines(tmp_path)} == {"2026-11"}


def test_a_private_key_of_an_attribute_is_not_in_the_log(tmp_path: Path) -> None:
    processor = make(tmp_path)
    attributes = {EMAIL: EMAIL, "map": {EMAIL: {"inner": EMAIL}}, "list": [{EMAIL: EMAIL}]}
    processor.consume(Traces.from_message(build_traces(1, attributes=attributes)))
    processor.shutdown(1.0)
    assert len(lines(tmp_path)) >= 6
    assert EMAIL not in (tmp_path / "audit.ndjson").read_text()


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    make(tmp_path).shutdown(1.0)
    assert (tmp_path / "audit.ndjson").stat().st_mode & 0o777 == 0o600


def test_nothing_is_opened_before_the_start(tmp_path: Path) -> None:
    config = Config.model_validate({"rule_sets": ["pii"], "audit": {"path": "none/audit.ndjson"}})
    processor = RedactionProcessor(config, make_settings(config_dir=str(tmp_path)))
    with pytest.raises(OSError, match="No such file or directory"):
        processor.start(FakeHost())
    processor.shutdown(1.0)


def test_data_goes_on_when_the_log_cannot_be_written_and_it_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("spanloom").propagate = True
    telemetry = Telemetry()
    processor = make(tmp_path, telemetry)
    assert processor._audit is not None
    processor._audit._file.close()
    (tmp_path / "audit.ndjson").unlink()
    (tmp_path / "audit.ndjson").mkdir()
    processor.consume(traces())
    processor.consume(traces())
    assert isinstance(processor.next, Recording)
    assert processor.next.n_items == 2
    assert telemetry.value("redaction_errors_total", {"stage": "audit"}) == 2
    # By identity: a handler of another test may hand one record over twice.
    warnings = {id(one): one for one in caplog.records if one.levelno >= logging.WARNING}
    (record,) = warnings.values()
    assert record.getMessage() == "the audit log cannot be written"
    assert EMAIL not in caplog.text


def entry(n: int) -> tuple[str, str, str, str, None]:
    return ("ab" * 16, "email", "token", f"key{n}", None)


def test_full_files_are_put_aside_and_old_ones_removed(tmp_path: Path) -> None:
    log = open_audit_log(tmp_path / "a", 1000, 2)
    for n in range(60):
        log.write([entry(n)], common={"ruleset": "0" * 8}, clock=FakeClock())
    release(log)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["a", "a.1", "a.2"]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())
    assert "key59" in (tmp_path / "a").read_text()


def test_processors_that_write_to_one_path_share_the_file(tmp_path: Path) -> None:
    first, second = (open_audit_log(tmp_path / "a", 1000, 2) for _ in range(2))
    assert first is second
    release(first)
    second.write([entry(1)], common={"ruleset": "0" * 8}, clock=FakeClock())
    release(second)
    assert open_audit_log(tmp_path / "a", 1000, 2) is not first
