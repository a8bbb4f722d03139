//! Where the texts of a message stand, as rules name it.

use std::ptr;

use spanloom_scan::place::{Location, Signal};

use crate::otlp::schema::{
    ENTITY_REF, EVENT, EXEMPLAR, Field, INSTRUMENTATION_SCOPE, LINK, LOG_RECORD, METRIC, Message,
    RESOURCE, Role, SPAN, STATUS,
};
use crate::otlp::signal;

/// A field that is no attribute: its location, and the name that stands for a key.
struct Named {
    message: &'static Message,
    field: &'static str,
    location: Location,
    key: &'static str,
}

const fn named(
    message: &'static Message,
    field: &'static str,
    location: Location,
    key: &'static str,
) -> Named {
    Named { message, field, location, key }
}

static NAMED: [Named; 17] = [
    named(&SPAN, "name", Location::SpanName, "span.name"),
    named(&SPAN, "trace_state", Location::SpanOther, "span.trace_state"),
    named(&STATUS, "message", Location::SpanStatus, "span.status.message"),
    named(&EVENT, "name", Location::SpanEvents, "event.name"),
    named(&LINK, "trace_state", Location::SpanLinks, "link.trace_state"),
    named(&LOG_RECORD, "body", Location::LogBody, "log.body"),
    named(&LOG_RECORD, "severity_text", Location::LogOther, "log.severity_text"),
    named(&LOG_RECORD, "event_name", Location::LogOther, "log.event_name"),
    named(&METRIC, "name", Location::Metric, "metric.name"),
    named(&METRIC, "description", Location::Metric, "metric.description"),
    named(&METRIC, "unit", Location::Metric, "metric.unit"),
    named(&INSTRUMENTATION_SCOPE, "name", Location::Scope, "scope.name"),
    named(&INSTRUMENTATION_SCOPE, "version", Location::Scope, "scope.version"),
    named(&ENTITY_REF, "schema_url", Location::Resource, "resource.entity.schema_url"),
    named(&ENTITY_REF, "type", Location::Resource, "resource.entity.type"),
    named(&ENTITY_REF, "id_keys", Location::Resource, "resource.entity.id_keys"),
    named(&ENTITY_REF, "description_keys", Location::Resource, "resource.entity.description_keys"),
];

/// The place of a text field. One that is not listed has the message's location and its own name.
pub fn of_field(
    message: &'static Message,
    field: &'static Field,
    location: Location,
) -> (Location, &'static str) {
    let fits = |named: &&Named| ptr::eq(named.message, message) && named.field == field.name;
    NAMED.iter().find(fits).map_or((location, field.name), |named| (named.location, named.key))
}

/// The location of a message's attributes; `outer` is that of the message around it.
pub fn of_message(message: &'static Message, outer: Location) -> Location {
    match message.role {
        Role::Envelope => match message.field(1).map(|field| field.name) {
            Some("resource") => Location::Resource,
            Some("scope") => Location::Scope,
            Some("name") => Location::Metric,
            _ => outer,
        },
        Role::Item if ptr::eq(message, &SPAN) => Location::SpanAttributes,
        Role::Item if ptr::eq(message, &LOG_RECORD) => Location::LogAttributes,
        Role::Item => Location::MetricDatapoint,
        Role::Part => of_part(message, outer),
    }
}

fn of_part(message: &'static Message, outer: Location) -> Location {
    let parts = [
        (&RESOURCE, Location::Resource),
        (&INSTRUMENTATION_SCOPE, Location::Scope),
        (&EVENT, Location::SpanEvents),
        (&LINK, Location::SpanLinks),
        (&STATUS, Location::SpanStatus),
        (&EXEMPLAR, Location::MetricExemplar),
    ];
    parts.into_iter().find(|(part, _)| ptr::eq(*part, message)).map_or(outer, |(_, at)| at)
}

/// What goes as a whole where a rule drops the item, with the name it is counted under.
pub fn dropped_as(message: &'static Message) -> Option<&'static str> {
    match message.role {
        Role::Item => Some("item"),
        Role::Envelope => ptr::eq(message, &METRIC).then_some("item"),
        Role::Part => [(&EVENT, "event"), (&LINK, "link"), (&EXEMPLAR, "exemplar")]
            .into_iter()
            .find(|(part, _)| ptr::eq(*part, message))
            .map(|(_, name)| name),
    }
}

/// Whether what was found in a message is told in its own attributes.
pub fn is_owner(message: &'static Message) -> bool {
    [&RESOURCE, &INSTRUMENTATION_SCOPE, &SPAN, &LOG_RECORD]
        .into_iter()
        .any(|owner| ptr::eq(owner, message))
}

pub const fn signal(signal: signal::Signal) -> Signal {
    match signal {
        signal::Signal::Traces => Signal::Traces,
        signal::Signal::Logs => Signal::Logs,
        signal::Signal::Metrics => Signal::Metrics,
    }
}
