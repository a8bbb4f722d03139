//! Merges what occurs more than once but is singular, the way protobuf parsers do.

use std::collections::BTreeMap;

use super::error::{Error, ErrorKind};
use super::schema::{self, Message};
use super::signal::Signal;
use super::validate::DEPTH_MAX;
use super::walk::next_field;
use super::wire::{Field, Reader, put_len_field};

/// The valid `request` with every singular field and oneof at most once in its message.
///
/// Occurrences of a singular message are merged, of anything else the last one wins.
/// Unknown fields stay where they are.
pub fn normalise(signal: Signal, request: &[u8]) -> Result<Vec<u8>, Error> {
    merged(schema::request(signal), request, DEPTH_MAX)
}

/// `content` of a message in its canonical form, nested messages included.
fn merged(message: &'static Message, content: &[u8], depth: u32) -> Result<Vec<u8>, Error> {
    let fields = read_fields(content)?;
    let groups = singular_groups(message, &fields);
    let mut out = Vec::with_capacity(content.len());
    for (i, field) in fields.iter().enumerate() {
        let schema_field = message.field(field.number);
        let occurrences = match schema_field.and_then(|known| groups.get(&known.bit)) {
            Some(occurrences) if occurrences.last() != Some(&i) => continue,
            Some(occurrences) => occurrences.as_slice(),
            None => &[i],
        };
        match schema_field.and_then(|known| known.message()) {
            Some(child) => {
                let depth = depth.checked_sub(1).ok_or(Error::new(ErrorKind::Depth, 0))?;
                let payload = join(content, &fields, occurrences);
                put_len_field(&mut out, field.number, &merged(child, &payload, depth)?);
            }
            None => out.extend_from_slice(content.get(field.start..field.end).unwrap_or_default()),
        }
    }
    Ok(out)
}

fn read_fields(content: &[u8]) -> Result<Vec<Field>, Error> {
    let mut reader = Reader::new(content);
    let mut fields = Vec::new();
    while let Some(field) = next_field(&mut reader)? {
        fields.push(field);
    }
    Ok(fields)
}

/// By the bit of each singular field or oneof: the occurrences that count, in order.
///
/// A oneof that changes its case forgets what it held.
fn singular_groups(message: &Message, fields: &[Field]) -> BTreeMap<u32, Vec<usize>> {
    let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (i, field) in fields.iter().enumerate() {
        let Some(known) = message.field(field.number).filter(|known| known.bit != 0) else {
            continue;
        };
        let group = groups.entry(known.bit).or_default();
        let before = group.last().and_then(|&last| fields.get(last));
        if before.is_some_and(|before| before.number != field.number) {
            group.clear();
        }
        group.push(i);
    }
    groups
}

fn join(content: &[u8], fields: &[Field], occurrences: &[usize]) -> Vec<u8> {
    let fields = occurrences.iter().filter_map(|&i| fields.get(i));
    let payloads = fields.filter_map(|field| content.get(field.payload..field.end));
    payloads.collect::<Vec<_>>().concat()
}
