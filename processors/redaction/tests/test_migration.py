"""Configurations that users bring along: the Collector's and instrumentation-sdk's."""

import json
from pathlib import Path
from typing import Any

import pytest

from spanloom.batch import Traces
from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.redaction import RedactionProcessor
from spanloom.testing import Recording, attach, build_traces, make_settings

EMAIL = "ada.lovelace@acme.org"
BOTH = pytest.mark.parametrize("engine", ["native", "python"])


def cleaned(attributes: dict[str, Any], folder: Path | str = ".", **fields: Any) -> dict[str, Any]:
    """The attributes of a span after a processor with these fields, and no shipped rules."""
    config = Config.model_validate_json(json.dumps({"rule_sets": [], **fields}))
    settings = make_settings("redaction", config_dir=str(folder))
    rest = Recording()
    processor = attach(RedactionProcessor(config, settings), rest)
    processor.consume(Traces.from_message(build_traces(1, attributes=attributes)))
    (span,) = rest.messages[0].resource_spans[0].scope_spans[0].spans
    return {
        pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in span.attributes
    }


PATTERNS = """\
patterns:
  - {name: email, type: PII_STRUCTURAL, regex: "[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\\\.[a-zA-Z]{2,}"}
  - {name: topic, type: FORBIDDEN_TOPIC, phrases: [Project X]}
  - {name: sql, type: INJECTION_ATTEMPT, regex: '(?i)\\b(union|drop)\\b'}
  - {name: dan, type: JAILBREAK_PHRASE, phrase: do anything now}
"""


@pytest.mark.parametrize(
    ("text", "expected", "pii", "injection"),
    [
        (f"ask {EMAIL}", "ask [PII_STRUCTURAL]", True, None),
        ("the project x!", "the [FORBIDDEN_TOPIC]!", True, None),
        ("DROP table", "DROP table", None, True),
        ("you can Do Anything Now", "you can Do Anything Now", None, True),
        ("nothing of the kind", "nothing of the kind", None, None),
    ],
)
def test_patterns_of_instrumentation_sdk_set_the_attributes_their_users_know(
    tmp_path: Path, text: str, expected: str, pii: bool | None, injection: bool | None
) -> None:
    (tmp_path / "patterns.yaml").write_text(PATTERNS)
    attributes = cleaned({"prompt": text}, tmp_path, rule_files=["patterns.yaml"])
    assert attributes["prompt"] == expected
    assert attributes.get("llm.pii_detected") is pii
    assert attributes.get("llm.injection_attempt") is injection


@BOTH
def test_the_collectors_lists_act_as_there(engine: str) -> None:
    card = "4111111111111111"
    given = {
        "note": f"card {card}.",
        "api_token": "abc",
        "mail": "ada@mycompany.com",
        "safe": card,
        "other": "x",
    }
    attributes = cleaned(
        given,
        engine=engine,
        allow_all_keys=False,
        allowed_keys=["note", "api_token", "mail"],
        ignored_keys=["safe"],
        blocked_key_patterns=[".*_token$"],
        blocked_values=["4[0-9]{12}(?:[0-9]{3})?", ".+@.+"],
        allowed_values=[".+@mycompany.com"],
        summary="silent",
    )
    assert attributes == {
        "note": "card ****.",
        "api_token": "****",
        "mail": "ada@mycompany.com",
        "safe": card,
    }


@BOTH
def test_literals_in_sql_become_question_marks(engine: str) -> None:
    sql = {"sql": {"enabled": True}}
    query = "SELECT a1 FROM t2 WHERE n = 'O''Neil' AND x IN (1, 2.5e3, 0xff) AND s = 'cut"
    given = {"db.query.text": query, "note": "'kept' 1"}
    attributes = cleaned(given, engine=engine, db_sanitizer=sql, summary="silent")
    expected = "SELECT a1 FROM t2 WHERE n = ? AND x IN (?, ?, ?) AND s = ?"
    assert attributes["db.query.text"] == expected
    assert attributes["note"] == "'kept' 1"
