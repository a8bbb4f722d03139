"""Where the texts of a message stand, as rules name it."""

from __future__ import annotations

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from spanloom.processors.redaction.rule import Location

ITEMS: dict[str, Location] = {
    "Span": "span.attributes",
    "LogRecord": "log.attributes",
    "NumberDataPoint": "metric.datapoint",
    "HistogramDataPoint": "metric.datapoint",
    "ExponentialHistogramDataPoint": "metric.datapoint",
    "SummaryDataPoint": "metric.datapoint",
}
ENVELOPES: dict[str, Location | None] = {
    "ResourceSpans": "resource",
    "ResourceLogs": "resource",
    "ResourceMetrics": "resource",
    "ScopeSpans": "scope",
    "ScopeLogs": "scope",
    "ScopeMetrics": "scope",
    "Metric": "metric",
    "Gauge": None,
    "Sum": None,
    "Histogram": None,
    "ExponentialHistogram": None,
    "Summary": None,
}
"""On the way from the request to the items; None: at the place of what is around."""
_PARTS: dict[str, Location] = {
    "Resource": "resource",
    "InstrumentationScope": "scope",
    "Event": "span.events",
    "Link": "span.links",
    "Status": "span.status",
    "Exemplar": "metric.exemplar",
}
OWNERS = frozenset({"Resource", "InstrumentationScope", "Span", "LogRecord"})
"""What is found in them is told in their own attributes."""
DROPPED_AS = {"Event": "event", "Link": "link", "Exemplar": "exemplar", "Metric": "item"} | (
    dict.fromkeys(ITEMS, "item")
)
"""What goes as a whole where a rule drops the item, with the name it is counted under."""

_NAMED: dict[tuple[str, str], tuple[Location, str]] = {
    ("Span", "name"): ("span.name", "span.name"),
    ("Span", "trace_state"): ("span.other", "span.trace_state"),
    ("Status", "message"): ("span.status", "span.status.message"),
    ("Event", "name"): ("span.events", "event.name"),
    ("Link", "trace_state"): ("span.links", "link.trace_state"),
    ("LogRecord", "body"): ("log.body", "log.body"),
    ("LogRecord", "severity_text"): ("log.other", "log.severity_text"),
    ("LogRecord", "event_name"): ("log.other", "log.event_name"),
    ("Metric", "name"): ("metric", "metric.name"),
    ("Metric", "description"): ("metric", "metric.description"),
    ("Metric", "unit"): ("metric", "metric.unit"),
    ("InstrumentationScope", "name"): ("scope", "scope.name"),
    ("InstrumentationScope", "version"): ("scope", "scope.version"),
    ("EntityRef", "schema_url"): ("resource", "resource.entity.schema_url"),
    ("EntityRef", "type"): ("resource", "resource.entity.type"),
    ("EntityRef", "id_keys"): ("resource", "resource.entity.id_keys"),
    ("EntityRef", "description_keys"): ("resource", "resource.entity.description_keys"),
}


def of_message(descriptor: Descriptor, outer: Location) -> Location:
    """The location of a message's attributes; `outer` is that of the message around it."""
    known = ITEMS | ENVELOPES | _PARTS
    return known.get(descriptor.name) or outer


def of_field(
    descriptor: Descriptor, field: FieldDescriptor, location: Location
) -> tuple[Location, str]:
    """The place of a text field, and what stands for its key."""
    return _NAMED.get((descriptor.name, field.name), (location, field.name))
