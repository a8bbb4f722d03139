"""What a schema URL tells, and that it does not stay where it is no longer true (R1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom import semconv
from spanloom.batch import Logs, Metrics, Traces
from spanloom.component import AnyBatch
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.schema_urls import BASE
from spanloom.testing import build_traces, make_settings
from spanloom.testing.builders import key_values

CAPTURES = Path(__file__).resolve().parents[3] / "tests" / "genai" / "captures"
OLD: dict[str, Any] = {"gen_ai.system": "openai"}
NEW: dict[str, Any] = {semconv.PROVIDER: "openai"}
V1_30, V1_36, V1_37 = BASE + "1.30.0", BASE + "1.36.0", BASE + "1.37.0"


def batch_of(*scopes: tuple[str, dict[str, Any]], events: bool = False) -> Traces:
    """A scope with one span for each pair of URL and attributes."""
    request = build_traces(1)
    groups = request.resource_spans[0].scope_spans
    span = groups[0].spans[0]
    del span.attributes[:]
    if events:
        content = key_values({"gen_ai.event.content": '{"content": "hi"}'})
        span.events.add(name="gen_ai.user.message", attributes=content)
    for url, attributes in scopes:
        group = groups.add(schema_url=url, scope=groups[0].scope)
        group.spans.add().CopyFrom(span)
        group.spans[0].attributes.extend(key_values(attributes))
    del groups[0]
    return Traces.from_message(request)


def normalized(batch: Any, **config: Any) -> Any:
    return GenaiNormalizer(Config(**config), make_settings()).process(batch)


@pytest.mark.parametrize(("url", "is_read"), [(V1_30, True), (V1_36, True), (V1_37, False)])
def test_old_versions_tell_to_look_at_events_that_are_messages(url: str, is_read: bool) -> None:
    batch = normalized(batch_of((url, {semconv.REQUEST_MODEL: "m"}), events=True))
    assert batch.attribute(semconv.INPUT_MESSAGES).present.tolist() == [is_read]


def test_the_version_marks_only_the_items_of_its_own_scope() -> None:
    model = {semconv.REQUEST_MODEL: "m"}
    batch = normalized(batch_of((V1_37, model), (V1_30, model), events=True))
    assert batch.attribute(semconv.INPUT_MESSAGES).present.tolist() == [False, True]


@pytest.mark.parametrize(
    ("target", "expected"),
    [("genai-2026-11", ""), ("semconv-1.37", V1_37), ("semconv-1.30", V1_30)],
)
def test_renamed_items_claim_the_target(target: Any, expected: str) -> None:
    old = V1_36 if target == "semconv-1.30" else V1_30
    batch = normalized(batch_of((old, {"llm.request.type": "chat"})), target=target)
    assert batch.scope_schema_urls == [expected]


def test_names_that_become_older_ones_claim_the_older_version() -> None:
    batch = normalized(batch_of((V1_37, NEW)), target="semconv-1.30")
    assert batch.scope_schema_urls == [V1_30]


@pytest.mark.parametrize("url", ["", "https://acme.example/schemas/2.0"])
def test_scopes_without_a_claim_about_the_conventions_get_none(url: str) -> None:
    assert normalized(batch_of((url, OLD))).scope_schema_urls == [url]


def test_scopes_whose_items_stay_as_they_are_keep_their_claim() -> None:
    batch = normalized(batch_of((V1_37, NEW), (V1_37, {"http.route": "/"}), (V1_30, OLD)))
    assert batch.scope_schema_urls == [V1_37, V1_37, ""]


def test_renamed_resource_attributes_take_the_claim_of_their_resource() -> None:
    request = build_traces(2, n_resources=2)
    for resource, key in zip(request.resource_spans, ("", ".name"), strict=True):
        resource.schema_url = BASE + "1.26.0"
        del resource.resource.attributes[:]
        named = key_values({"deployment.environment" + key: "x"})
        resource.resource.attributes.extend(named)
    batch = normalized(Traces.from_message(request))
    assert batch.resource_schema_urls == ["", BASE + "1.26.0"]


@pytest.mark.parametrize("kind", [Traces, Logs, Metrics])
def test_captured_batches_do_not_claim_what_they_no_longer_are(kind: type[AnyBatch]) -> None:
    name = f"{kind.__name__.lower()}.json"
    batch = kind.from_json((CAPTURES / "opentelemetry_openai_v2" / name).read_bytes())
    assert set(batch.scope_schema_urls) == {V1_30}
    assert set(normalized(batch).scope_schema_urls) == {""}


@given(
    scopes=st.lists(
        st.tuples(
            st.sampled_from(["", V1_30, V1_36, V1_37, "https://acme.example/1"]),
            st.sampled_from([OLD, NEW, {}, {"llm.request.type": "chat"}]),
        ),
        min_size=1,
        max_size=4,
    ),
    target=st.sampled_from(["genai-2026-11", "semconv-1.37", "semconv-1.30"]),
    removes=st.booleans(),
)
def test_a_second_pass_changes_no_url(
    scopes: list[tuple[str, dict[str, Any]]], target: Any, removes: bool
) -> None:
    once = normalized(batch_of(*scopes), target=target, remove_originals=removes).encode()
    [twice] = [normalized(Traces.from_bytes(raw), target=target) for raw in once]
    assert twice.encode() == once


def test_plans_tell_urls_apart() -> None:
    processor = GenaiNormalizer(Config(), make_settings())
    model = {semconv.REQUEST_MODEL: "m"}
    for url, is_read in ((V1_37, False), (V1_30, True), (V1_37, False)):
        batch: Any = processor.process(batch_of((url, model), events=True))
        assert batch.attribute(semconv.INPUT_MESSAGES).present.tolist() == [is_read]
