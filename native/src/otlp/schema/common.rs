//! What all signals share: resources, scopes, attributes.

use super::Kind::{Bool, Bytes, Double, Int32, Int64, String, Uint32};
use super::{Field, Kind, Message};

pub static RESOURCE: Message = Message::part(
    "opentelemetry.proto.resource.v1.Resource",
    &[
        Field::many(1, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(2, "dropped_attributes_count", "droppedAttributesCount", Uint32),
        Field::many(3, "entity_refs", "entityRefs", Kind::Message(&ENTITY_REF)),
    ],
);

pub static KEY_VALUE: Message = Message::part(
    "opentelemetry.proto.common.v1.KeyValue",
    &[
        Field::one(1, "key", "key", String),
        Field::one(2, "value", "value", Kind::Message(&ANY_VALUE)),
        Field::one(3, "key_strindex", "keyStrindex", Int32),
    ],
);

pub static ANY_VALUE: Message = Message::part(
    "opentelemetry.proto.common.v1.AnyValue",
    &[
        Field::one(1, "string_value", "stringValue", String).one_of("value"),
        Field::one(2, "bool_value", "boolValue", Bool).one_of("value"),
        Field::one(3, "int_value", "intValue", Int64).one_of("value"),
        Field::one(4, "double_value", "doubleValue", Double).one_of("value"),
        Field::one(5, "array_value", "arrayValue", Kind::Message(&ARRAY_VALUE)).one_of("value"),
        Field::one(6, "kvlist_value", "kvlistValue", Kind::Message(&KEY_VALUE_LIST))
            .one_of("value"),
        Field::one(7, "bytes_value", "bytesValue", Bytes).one_of("value"),
        Field::one(8, "string_value_strindex", "stringValueStrindex", Int32).one_of("value"),
    ],
);

pub static ARRAY_VALUE: Message = Message::part(
    "opentelemetry.proto.common.v1.ArrayValue",
    &[Field::many(1, "values", "values", Kind::Message(&ANY_VALUE))],
);

pub static KEY_VALUE_LIST: Message = Message::part(
    "opentelemetry.proto.common.v1.KeyValueList",
    &[Field::many(1, "values", "values", Kind::Message(&KEY_VALUE))],
);

pub static ENTITY_REF: Message = Message::part(
    "opentelemetry.proto.common.v1.EntityRef",
    &[
        Field::one(1, "schema_url", "schemaUrl", String),
        Field::one(2, "type", "type", String),
        Field::many(3, "id_keys", "idKeys", String),
        Field::many(4, "description_keys", "descriptionKeys", String),
    ],
);

pub static INSTRUMENTATION_SCOPE: Message = Message::part(
    "opentelemetry.proto.common.v1.InstrumentationScope",
    &[
        Field::one(1, "name", "name", String),
        Field::one(2, "version", "version", String),
        Field::many(3, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(4, "dropped_attributes_count", "droppedAttributesCount", Uint32),
    ],
);
