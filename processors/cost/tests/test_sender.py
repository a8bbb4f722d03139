"""Costs that senders computed: kept, compared, never overwritten."""

from typing import Any

import pytest

from spanloom.batch import Traces
from spanloom.processors.cost.config import Config
from spanloom.processors.cost.cost import CostProcessor
from spanloom.telemetry import Telemetry
from spanloom.testing import build_traces, make_settings

OURS = 0.0035  # 1000 * 2.50 + 100 * 10.00 per million
AMOUNT, SOURCE = "gen_ai.usage.cost.amount", "gen_ai.usage.cost.source"
CURRENCY, NOTE = "gen_ai.usage.cost.currency", "spanloom.cost.note"
COMPUTED = "spanloom.cost.computed_amount"


def priced(
    attributes: dict[str, Any], telemetry: Telemetry | None = None, **config: Any
) -> dict[str, Any]:
    """The cost attributes of one call, from the bytes that leave."""
    (found,) = all_priced([attributes], telemetry, **config)
    return found


def all_priced(
    calls: list[dict[str, Any]], telemetry: Telemetry | None = None, **config: Any
) -> list[dict[str, Any]]:
    """The cost attributes of some calls of one batch."""
    cost = CostProcessor(Config.model_validate(config), make_settings("cost", telemetry=telemetry))
    usual: dict[str, Any] = {
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
    }
    request = build_traces(0)
    for seed, attributes in enumerate(calls):
        one = build_traces(
            1, seed=seed, attributes={"gen_ai.response.id": f"r{seed}", **usual, **attributes}
        )
        request.resource_spans.extend(one.resource_spans)
    batch = cost.process(Traces.from_bytes(request.SerializeToString()))
    (encoded,) = batch.encode()
    batch.ack()
    left = Traces.from_bytes(encoded)
    columns = {key: left.attribute(key).objects() for key in left.keys() if "cost" in key}  # noqa: SIM118 - no dict
    left.ack()
    return [
        {key: column[i] for key, column in columns.items() if column[i] is not None}
        for i in range(len(calls))
    ]


@pytest.mark.parametrize("name", Config().sender_cost_attributes)
def test_a_senders_cost_becomes_the_amount_and_says_so(name: str) -> None:
    found = priced({name: OURS})
    assert (found[AMOUNT], found[SOURCE], found[CURRENCY]) == (OURS, "provider", "USD")
    assert found[name] == OURS
    assert NOTE not in found
    assert COMPUTED not in found


def test_a_cost_that_differs_stays_and_ours_stands_beside_it() -> None:
    telemetry = Telemetry()
    found = priced({"gen_ai.usage.cost": 0.004}, telemetry)
    assert (found[AMOUNT], found[SOURCE]) == (0.004, "provider")
    assert (found[NOTE], found[COMPUTED]) == ("sender_mismatch", OURS)
    assert found["spanloom.cost.price_entry"] == "openai/gpt-4o"
    labels = {"processor": "cost"}
    assert telemetry.value("spanloom_processor_cost_sender_mismatches", labels) == 1


@pytest.mark.parametrize(("theirs", "is_noted"), [(OURS * 1.009, False), (OURS * 1.011, True)])
def test_the_tolerance_is_a_share_of_the_larger_one(theirs: float, *, is_noted: bool) -> None:
    assert (NOTE in priced({"llm.cost.total": theirs})) == is_noted


def test_an_amount_in_its_place_is_never_overwritten() -> None:
    found = priced({AMOUNT: 0.5, CURRENCY: "EUR", "gen_ai.usage.cost": 0.7})
    assert (found[AMOUNT], found[CURRENCY], found[SOURCE]) == (0.5, "EUR", "provider")
    assert NOTE not in found  # euros and dollars are not compared


def test_the_source_of_an_amount_in_its_place_stays() -> None:
    found = priced({AMOUNT: OURS, SOURCE: "local"})
    assert (found[AMOUNT], found[SOURCE]) == (OURS, "local")


NO_COSTS = [-1.0, float("nan"), float("inf"), "0.0035", True, [1.0]]


@pytest.mark.parametrize("name", [AMOUNT, "gen_ai.usage.cost"])
@pytest.mark.parametrize("neighbour", [None, 0.004])
@pytest.mark.parametrize("theirs", NO_COSTS)
def test_what_is_no_cost_gives_way_to_ours_and_is_noted(
    theirs: Any, name: str, neighbour: float | None
) -> None:
    telemetry = Telemetry()
    other = {} if neighbour is None else {AMOUNT: neighbour}
    found, beside = all_priced([{name: theirs}, other], telemetry)
    assert (found[AMOUNT], found[SOURCE], found[CURRENCY]) == (OURS, "local", "USD")
    assert found[NOTE] == "sender_invalid"
    assert beside[AMOUNT] == (OURS if neighbour is None else neighbour)
    assert beside.get(NOTE) == (None if neighbour is None else "sender_mismatch")
    labels = {"processor": "cost"}
    assert telemetry.value("spanloom_processor_cost_sender_costs_invalid", labels) == 1


def test_what_is_no_cost_stays_where_we_have_none() -> None:
    found = priced({AMOUNT: "abc", "gen_ai.response.model": "nope"})
    assert (found[AMOUNT], found[NOTE]) == ("abc", "unknown_model")


def test_another_cost_counts_where_the_first_is_none() -> None:
    found = priced({AMOUNT: "abc", "gen_ai.usage.cost": OURS})
    assert (found[AMOUNT], found[SOURCE], found[NOTE]) == (OURS, "provider", "sender_invalid")


def test_the_amount_of_a_duplicate_is_set_aside_so_that_sums_are_true() -> None:
    twin = {"gen_ai.response.id": "r", AMOUNT: OURS, CURRENCY: "USD"}
    first, second = all_priced([twin, twin])
    assert (first[AMOUNT], first.get(NOTE)) == (OURS, None)
    assert AMOUNT not in second
    assert (second["spanloom.cost.duplicate_amount"], second[NOTE]) == (OURS, "duplicate")


def test_an_estimate_is_not_compared_with_a_senders_cost() -> None:
    found = priced({"gen_ai.usage.cost": 0.5, "spanloom.tokens.estimated": "both"})
    assert (found[AMOUNT], found[SOURCE]) == (0.5, "provider")
    assert NOTE not in found


def test_a_senders_cost_helps_where_the_model_is_unknown() -> None:
    found = priced({"gen_ai.usage.cost": 0.25, "gen_ai.response.model": "nope",
                    "gen_ai.request.model": "nope"})  # fmt: skip
    assert (found[AMOUNT], found[SOURCE], found[NOTE]) == (0.25, "provider", "unknown_model")


def test_a_free_call_of_a_sender_is_compared_too() -> None:
    found = priced({"gen_ai.usage.cost": 0.0})
    assert (found[AMOUNT], found[NOTE], found[COMPUTED]) == (0.0, "sender_mismatch", OURS)


def test_a_wrapper_with_a_cost_is_not_touched() -> None:
    found = priced({"gen_ai.operation.name": "invoke_agent", "operation.cost": 0.5})
    assert found == {"operation.cost": 0.5}
