"""What holds for the native engine whatever comes: on short texts here, on a million when scaled.

A case that fails prints its seed; `SPANLOOM_FUZZ_SCALE` says how many times more are tried.
"""

import json
import random

import pytest
from spanloom_native import Redactor

from spanloom.processors.redaction.oracle.document import read
from spanloom.processors.redaction.oracle.json_parse import NotJsonError, parse
from tests.native.otlp_wire import SCALE
from tests.redaction.engines import Case, Document, case, encoded, shipped, texts_for, varied
from tests.redaction.hostile_texts import noise

N_CASES = 500


class Subject:
    def __init__(self, document: Document) -> None:
        self.redactor = Redactor(encoded(document))
        self._depth_max = read(document).limits.json_depth_max
        self._reads_json = document["decode"]["json"]

    def takes_apart(self, text: str) -> bool:
        """Whether the engine is to read a text as JSON, and to keep it JSON."""
        try:
            parse(text.encode(), self._depth_max)
        except NotJsonError:
            return False
        return bool(self._reads_json)


def check(subject: Subject, each: Case) -> None:
    text, key, role = each
    report = subject.redactor.redact_text(text, key=key, role=role)
    assert (report.outcome == "unchanged") == (report.text == text)
    if report.outcome not in ("unchanged", "replaced"):
        return
    if "\ufffd" not in text and "\\" not in text:
        # What is no UTF-8 would be shown as this character.
        assert "\ufffd" not in report.text
    if subject.takes_apart(text):
        json.loads(report.text)
    again = subject.redactor.redact_text(report.text, key=key, role=role)
    assert again.outcome == "unchanged", report.text


def run(document: Document, rng: random.Random) -> None:
    subject, texts = Subject(document), texts_for(document)
    for _ in range(N_CASES):
        each = case(rng, texts)
        check(subject, each)
        check(subject, (noise(rng), *each[1:]))


@pytest.mark.parametrize("seed", range(2 * SCALE))
def test_json_stays_json_and_a_second_pass_changes_nothing(seed: int) -> None:
    run(shipped(), random.Random(seed))


@pytest.mark.parametrize("seed", range(2 * SCALE))
def test_the_same_holds_whatever_the_rules_do(seed: int) -> None:
    rng = random.Random(2000 + seed)
    run(varied(rng), rng)
