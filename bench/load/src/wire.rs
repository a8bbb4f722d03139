//! Just enough of the protobuf wire format to write spans and to find them again.

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED32: u64 = 5;

pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn put_bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    put_varint(out, field << 3 | LENGTH_DELIMITED);
    put_varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

pub fn put_uint(out: &mut Vec<u8>, field: u64, value: u64) {
    put_varint(out, field << 3 | VARINT);
    put_varint(out, value);
}

pub fn put_fixed64(out: &mut Vec<u8>, field: u64, value: u64) {
    put_varint(out, field << 3 | FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

fn take_varint(input: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = input.split_first()?;
        *input = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn take<'a>(input: &mut &'a [u8], n_bytes: u64) -> Option<&'a [u8]> {
    let (head, rest) = input.split_at_checked(usize::try_from(n_bytes).ok()?)?;
    *input = rest;
    Some(head)
}

/// Calls `visit` for each length-delimited `field` of `message`; None if it is malformed.
pub fn each(message: &[u8], field: u64, mut visit: impl FnMut(&[u8]) -> Option<()>) -> Option<()> {
    let mut input = message;
    while !input.is_empty() {
        let tag = take_varint(&mut input)?;
        match tag & 7 {
            VARINT => drop(take_varint(&mut input)?),
            FIXED64 => drop(take(&mut input, 8)?),
            FIXED32 => drop(take(&mut input, 4)?),
            LENGTH_DELIMITED => {
                let n_bytes = take_varint(&mut input)?;
                let value = take(&mut input, n_bytes)?;
                if tag >> 3 == field {
                    visit(value)?;
                }
            }
            _ => return None,
        }
    }
    Some(())
}

/// Calls `visit` for each span (or log record, or metric) of an export request.
///
/// The three signals nest alike: resource = 1, scope = 2, item = 2.
pub fn each_item(request: &[u8], visit: &mut impl FnMut(&[u8]) -> Option<()>) -> Option<()> {
    each(request, 1, |resource| each(resource, 2, |scope| each(scope, 2, &mut *visit)))
}

/// The number that `bodies` wrote into the first half of a span's trace id.
pub fn span_number(span: &[u8]) -> Option<u64> {
    let mut input = span;
    if take_varint(&mut input)? != (1 << 3 | LENGTH_DELIMITED) || take_varint(&mut input)? != 16 {
        return None;
    }
    Some(u64::from_be_bytes(take(&mut input, 8)?.try_into().ok()?))
}
