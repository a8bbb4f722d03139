"""What is planned, and what of it is remembered."""

from __future__ import annotations

from spanloom.processors.genai_normalizer.canonical import TYPES
from spanloom.processors.genai_normalizer.convert import TOKENS
from spanloom.processors.genai_normalizer.dialect import Dialect, Indexed, Rename
from spanloom.processors.genai_normalizer.messages import chat_messages
from spanloom.processors.genai_normalizer.plan import PLANS_MAX, Planner
from spanloom.semconv import INPUT_MESSAGES, INPUT_TOKENS, OUTPUT_TOKENS

ACME = Dialect(
    "acme",
    scopes=("acme.*",),
    keys=("acme.kind",),
    rules=(
        Rename("acme.in", INPUT_TOKENS, TOKENS),
        Rename("in", INPUT_TOKENS, TOKENS, scoped=True),
        Indexed("acme.message.", INPUT_MESSAGES, chat_messages),
    ),
    drops=("acme.x.*",),
)


def planner() -> Planner:
    return Planner([ACME], TYPES)


def test_the_order_of_keys_and_the_number_of_scopes_do_not_matter() -> None:
    plans = planner()
    first = plans.plan(["acme.in", "b"], ["acme.web", "other"])
    assert plans.plan(["b", "acme.in"], ["other", "acme.web", "other"]) is first
    assert plans.n_plans == 1


def test_current_keys_need_no_dialect() -> None:
    plan = planner().plan([INPUT_TOKENS, OUTPUT_TOKENS, "b"], ["s"])
    assert plan.parts == ()
    assert plan.typed == (INPUT_TOKENS, OUTPUT_TOKENS)


def test_scoped_rules_wait_for_a_mark() -> None:
    plans = planner()
    assert plans.plan(["in"], ["s"]).parts == ()
    for keys, scopes in ((["in"], ["acme.web"]), (["in", "acme.kind"], ["s"])):
        [part] = plans.plan(keys, scopes).parts
        assert [step.keys for step in part.steps] == [("in",)]


def test_indexed_keys_are_those_with_a_number() -> None:
    keys = ["acme.message.0.role", "acme.message.x", "acme.message.12", "acme.message."]
    [part] = planner().plan(keys, []).parts
    assert [step.keys for step in part.steps] == [("acme.message.0.role", "acme.message.12")]


def test_keys_of_others_are_not_remembered() -> None:
    plans = planner()
    for number in range(PLANS_MAX + 10):
        plans.plan([f"key.{number}", f"acme.x.{number % 3}"], [])
    assert plans.n_plans <= PLANS_MAX
    assert set(plans._keys) == {"acme.x.0", "acme.x.1", "acme.x.2"}
