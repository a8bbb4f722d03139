//! Reads percent-encoded text.

use std::ops::Range;

use memchr::memchr;

use super::hex_byte;

/// Calls `change` with every `%` followed by two hex digits, and its byte.
pub fn changes(source: &[u8], mut change: impl FnMut(Range<usize>, &[u8])) {
    let mut at = 0;
    while let Some(step) = source.get(at..).and_then(|rest| memchr(b'%', rest)) {
        let start = at + step;
        at = start + 1;
        if let Some(byte) = hex_byte(source.get(start + 1..start + 3)) {
            at = start + 3;
            change(start..at, &[byte]);
        }
    }
}
