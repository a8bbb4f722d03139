//! Bytes, ids and doubles as text.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub type Bytes<'a> = Cow<'a, [u8]>;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);
const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Base64 of either alphabet, with or without padding.
pub fn base64(text: &str) -> Option<Bytes<'static>> {
    let engine = if text.contains(['-', '_']) { &BASE64_URL } else { &BASE64 };
    engine.decode(text).ok().map(Cow::Owned)
}

pub fn put_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(BASE64.encode(bytes).as_bytes());
}

/// An id of `length` bytes in hex; the empty string is an absent one.
pub fn id(text: &str, length: usize) -> Option<Bytes<'static>> {
    if text.is_empty() {
        return Some(Cow::Borrowed(&[]));
    }
    if text.len() != 2 * length {
        return None;
    }
    let digits = text.bytes().map(|byte| char::from(byte).to_digit(16));
    let digits: Option<Vec<u32>> = digits.collect();
    let pairs = digits?;
    let bytes = pairs.chunks_exact(2).map(|pair| pair.iter().fold(0, |id, d| id << 4 | *d as u8));
    Some(Cow::Owned(bytes.collect()))
}

pub fn put_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    let digit = |nibble: u8| HEX_DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    out.extend(bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]));
}

/// A double as a JSON string may hold it; overflow is refused.
pub fn double(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok().filter(|value: &f64| value.is_finite()),
    }
}
