//! Writes a valid protobuf request, in which nothing singular repeats, as strict OTLP/JSON.

use std::io::Write;

use super::text;
use crate::otlp::error::{Error, ErrorKind};
use crate::otlp::schema::{Field, Kind, Message};
use crate::otlp::walk::next_field;
use crate::otlp::wire::{self, Reader, WireType};

pub fn request(message: &'static Message, request: &[u8]) -> Result<Vec<u8>, Error> {
    let out = Vec::with_capacity(2 * request.len() + 2);
    let mut writer = Writer { buffer: request, out };
    writer.message(message, 0, request.len())?;
    Ok(writer.out)
}

struct Writer<'a> {
    buffer: &'a [u8],
    out: Vec<u8>,
}

impl Writer<'_> {
    fn message(
        &mut self,
        message: &'static Message,
        start: usize,
        end: usize,
    ) -> Result<(), Error> {
        let present = self.present(message, start, end)?;
        self.out.push(b'{');
        for field in message.fields.iter().filter(|field| present & 1 << field.number != 0) {
            self.separate();
            self.out.push(b'"');
            self.out.extend_from_slice(field.json_name.as_bytes());
            self.out.extend_from_slice(b"\":");
            self.field(field, start, end)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// A bit for the number of each field to write.
    fn present(&self, message: &Message, start: usize, end: usize) -> Result<u32, Error> {
        let mut present = 0;
        let mut reader = Reader::at(self.buffer, start, end);
        while let Some(wire) = next_field(&mut reader)? {
            if message.field(wire.number).is_some_and(|field| says_something(field, &wire)) {
                present |= 1 << wire.number;
            }
        }
        Ok(present)
    }

    /// The value of a field of the message at `start..end`: of all its occurrences, which
    /// may stand apart. Reading once more for each field costs less than to remember them.
    fn field(&mut self, field: &'static Field, start: usize, end: usize) -> Result<(), Error> {
        if field.repeated {
            self.out.push(b'[');
        }
        let mut reader = Reader::at(self.buffer, start, end);
        while let Some(wire) = next_field(&mut reader)? {
            if wire.number == field.number {
                self.occurrence(field, &wire)?;
            }
        }
        if field.repeated {
            self.out.push(b']');
        }
        Ok(())
    }

    fn occurrence(&mut self, field: &'static Field, wire: &wire::Field) -> Result<(), Error> {
        let payload = self.buffer.get(wire.payload..wire.end).unwrap_or_default();
        match field.kind {
            Kind::Message(message) => {
                self.separate();
                self.message(message, wire.payload, wire.end)
            }
            Kind::String => {
                self.separate();
                put_string(&mut self.out, payload)
                    .map_err(|_| Error::new(ErrorKind::Utf8, wire.payload))
            }
            Kind::Bytes | Kind::Id(_) | Kind::RequiredId(_) => {
                self.separate();
                self.bytes(field.kind, payload);
                Ok(())
            }
            kind if wire.wire_type == WireType::Len => self.packed(kind, wire),
            kind => self.number(kind, wire.value),
        }
    }

    fn bytes(&mut self, kind: Kind, payload: &[u8]) {
        self.out.push(b'"');
        match kind {
            Kind::Bytes => text::put_base64(&mut self.out, payload),
            _ => text::put_hex(&mut self.out, payload),
        }
        self.out.push(b'"');
    }

    fn packed(&mut self, kind: Kind, wire: &wire::Field) -> Result<(), Error> {
        let mut reader = Reader::at(self.buffer, wire.payload, wire.end);
        while !reader.is_at_end() {
            let value = match kind {
                Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => reader.fixed64()?,
                Kind::Fixed32 => reader.fixed32()?.into(),
                _ => reader.varint()?,
            };
            self.number(kind, value)?;
        }
        Ok(())
    }

    fn number(&mut self, kind: Kind, value: u64) -> Result<(), Error> {
        self.separate();
        put_number(&mut self.out, kind, value).map_err(|_| Error::new(ErrorKind::Json, 0))
    }

    /// A comma, unless this is the first one of its object or list.
    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }
}

/// Whether a field is written: one that is zero or empty only if that differs from unset.
fn says_something(field: &Field, wire: &wire::Field) -> bool {
    let is_empty = match wire.wire_type {
        WireType::Len => wire.payload == wire.end,
        _ => wire.value == 0 && !field.repeated,
    };
    let is_element = field.repeated && matches!(field.kind, Kind::String | Kind::Message(_));
    !is_empty || field.presence || is_element
}

fn put_string(out: &mut Vec<u8>, payload: &[u8]) -> std::io::Result<()> {
    let text = simdutf8::basic::from_utf8(payload).map_err(std::io::Error::other)?;
    serde_json::to_writer(out, text).map_err(std::io::Error::other)
}

/// Integers of 64 bits are strings, as are doubles that are no number.
fn put_number(out: &mut Vec<u8>, kind: Kind, value: u64) -> std::io::Result<()> {
    match kind {
        Kind::Bool => write!(out, "{}", value != 0),
        Kind::Double => put_double(out, f64::from_bits(value)),
        Kind::Int64 | Kind::Sfixed64 => write!(out, "\"{}\"", value as i64),
        Kind::Uint64 | Kind::Fixed64 => write!(out, "\"{value}\""),
        Kind::Uint32 | Kind::Fixed32 => write!(out, "{}", value as u32),
        Kind::Sint32 => {
            let value = value as u32;
            write!(out, "{}", (value >> 1) as i32 ^ -((value & 1) as i32))
        }
        _ => write!(out, "{}", value as i32),
    }
}

fn put_double(out: &mut Vec<u8>, value: f64) -> std::io::Result<()> {
    if value.is_nan() {
        out.write_all(b"\"NaN\"")
    } else if value.is_infinite() {
        out.write_all(if value > 0.0 { b"\"Infinity\"" } else { b"\"-Infinity\"" })
    } else {
        serde_json::to_writer(out, &value).map_err(std::io::Error::other)
    }
}
