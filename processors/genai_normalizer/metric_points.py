"""Metrics under their current names and in their current units (R10).

Names, units and bounds are no attributes, so this works on protobuf messages: some 20 us per
data point, and only for batches with a metric that has something to change. No point is lost, and
no histogram gets other buckets; the counters of tokens are all that is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from spanloom.batch import Metrics
from spanloom.processors.genai_normalizer.dialect import Dialect, MetricRule
from spanloom.processors.genai_normalizer.schema_urls import is_wrong
from spanloom.processors.genai_normalizer.token_counters import TOKEN_TYPE, token_counters
from spanloom.semconv import INFERENCE_OPERATIONS, OPERATION, RESPONSE_MODEL

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.profiles import Profile

_UNITS = {"token": "{token}", "tokens": "{token}"}
_SCALED_FIELDS = ("sum", "min", "max")


class MetricNames:
    """What the dialects and the target say of metrics.

    Args:
        counts: whether histograms of tokens get counters, where the target has any.
    """

    def __init__(
        self, dialects: Sequence[Dialect], profile: Profile, *, counts: bool = True
    ) -> None:
        self._counts = counts
        self._rules = [(dialect.scopes, rule) for dialect in dialects for rule in dialect.metrics]
        self._profile = profile
        self._known = {rule.old for _, rule in self._rules}
        self._known |= profile.inference_metrics.keys() | profile.token_metrics.keys()

    def concern(self, batch: Metrics) -> bool:
        """Whether a metric of the batch may have another name or unit; looks at no point."""
        return any(
            name in self._known or (unit in _UNITS and name.startswith("gen_ai."))
            for name, unit in zip(batch.metric_names, batch.metric_units, strict=True)
        )

    def apply(self, batch: Metrics, problem: Callable[[str], None]) -> Metrics:
        """The metrics under their names, as a batch to put in the place of this one; `problem` is
        told of what cannot be.
        """
        request = batch.to_message()
        for scope_metrics in (s for r in request.resource_metrics for s in r.scope_metrics):
            self._apply_to_scope(scope_metrics, problem)
        return Metrics.from_bytes(request.SerializeToString())

    def _apply_to_scope(self, scope_metrics: Any, problem: Callable[[str], None]) -> None:
        before = [(metric.name, metric.unit) for metric in scope_metrics.metrics]
        known = {name for name, _ in before}
        changed: list[Any] = []
        for metric in scope_metrics.metrics:
            self._rename(metric, scope_metrics.scope.name, problem)
            changed += self._to_profile(metric)
            # A library that has the counters too must not be counted twice.
            changed += (c for c in self._counters(metric) if c.name not in known)
        del scope_metrics.metrics[:]
        scope_metrics.metrics.extend(changed)
        target = self._profile.schema_url
        is_changed = before != [(metric.name, metric.unit) for metric in changed]
        if is_changed and is_wrong(scope_metrics.schema_url, target):
            scope_metrics.schema_url = target

    def _counters(self, metric: Any) -> Iterator[Any]:
        names = self._profile.token_counters.get(metric.name, {}) if self._counts else {}
        return token_counters(metric, names)

    def _rename(self, metric: Any, scope: str, problem: Callable[[str], None]) -> None:
        """The metric's current name and unit, whatever the target."""
        for _ in self._rules:  # one dialect's new name may be another's old one
            rule = self._rule(metric.name, scope)
            if rule is None:
                break
            if not _rescale(metric, rule.scale):
                problem("metric_not_rescaled")
                return
            metric.name, metric.unit = rule.new, rule.unit or metric.unit
        if metric.name.startswith("gen_ai."):
            metric.unit = _UNITS.get(metric.unit, metric.unit)

    def _rule(self, name: str, scope: str) -> MetricRule | None:
        rules = (r for globs, r in self._rules if r.old == name and _is_of(scope, globs, r))
        return next(rules, None)

    def _to_profile(self, metric: Any) -> Iterator[Any]:
        """The newest profile has a metric of its own for calls of models, and one per token type;
        what cannot be told stays under its old name.
        """
        if (new := self._profile.inference_metrics.get(metric.name)) is not None:
            yield from _split(metric, lambda labels: new if _is_call(labels) else None)
        elif (types := self._profile.token_metrics.get(metric.name)) is not None:
            yield from _split(metric, lambda labels: types.get(labels.get(TOKEN_TYPE, "")))
        else:
            yield metric


def _is_call(labels: Mapping[str, str]) -> bool:
    """Only a call of a model has a response's model; some libraries leave the operation out."""
    operation = labels.get(OPERATION)
    return operation in INFERENCE_OPERATIONS or (operation is None and RESPONSE_MODEL in labels)


def _is_of(scope: str, globs: Sequence[str], rule: MetricRule) -> bool:
    # What a Prometheus receiver brings (`vllm:...`) has the receiver's scope.
    return not globs or ":" in rule.old or any(fnmatchcase(scope, glob) for glob in globs)


def _split(metric: Any, name_of: Callable[[Mapping[str, str]], str | None]) -> Iterator[Any]:
    """One metric per new name, in order of appearance; without one points stay in theirs."""
    kind = metric.WhichOneof("data")
    groups: dict[str, list[Any]] = {}
    for point in getattr(metric, kind).data_points if kind else ():
        labels = {a.key: a.value.string_value for a in point.attributes}
        groups.setdefault(name_of(labels) or metric.name, []).append(point)
    if not groups:
        yield metric
    for name, points in groups.items():
        part = type(metric)()
        part.CopyFrom(metric)
        part.name = name
        target = getattr(part, kind).data_points
        del target[:]
        target.extend(points)
        if name != metric.name:
            _drop_type(target)
        yield part


def _drop_type(points: Any) -> None:
    """The name tells the type of the tokens now."""
    for point in points:
        kept = [a for a in point.attributes if a.key != TOKEN_TYPE]
        if len(kept) != len(point.attributes):
            del point.attributes[:]
            point.attributes.extend(kept)


def _rescale(metric: Any, scale: float) -> bool:
    """Multiply all values; False where that is impossible (exponential buckets)."""
    kind = metric.WhichOneof("data")
    if scale == 1.0 or kind is None:
        return True
    if kind == "exponential_histogram":
        return False
    for point in getattr(metric, kind).data_points:
        if kind in ("gauge", "sum"):
            _rescale_number(point, scale)
        elif kind == "summary":
            point.sum *= scale
            for quantile in point.quantile_values:
                quantile.value *= scale
        else:
            _rescale_histogram(point, scale)
        for exemplar in getattr(point, "exemplars", ()):
            _rescale_number(exemplar, scale)
    return True


def _rescale_number(point: Any, scale: float) -> None:
    field = point.WhichOneof("value")
    if field is not None:
        point.as_double = getattr(point, field) * scale


def _rescale_histogram(point: Any, scale: float) -> None:
    for field in _SCALED_FIELDS:
        if point.HasField(field):
            setattr(point, field, getattr(point, field) * scale)
    bounds = [bound * scale for bound in point.explicit_bounds]
    del point.explicit_bounds[:]
    point.explicit_bounds.extend(bounds)
