//! Finds runs of digits, hex groups and long tokens: the anchors that are no literals.

use std::ops::Range;

/// Calls `found` with every digit cluster: a longest stretch that starts and ends with a digit
/// and holds digits and, between digits, one or two of the separators ` -./()+` and no others.
/// A `+` or `(` before the first digit is not part of it.
pub fn digits(text: &[u8], digits_min: usize, found: impl FnMut(Range<usize>)) {
    let _ = (text, digits_min, found);
}

/// Calls `found` with every stretch of hex digits and `:` or of hex digits and `-` that has
/// two separators or more (MAC and IPv6 addresses).
pub fn hex_groups(text: &[u8], found: impl FnMut(Range<usize>)) {
    let _ = (text, found);
}

/// Calls `found` with every longest stretch of at least `len_min` bytes out of
/// `[A-Za-z0-9+/_-]`, with up to two `=` after it.
pub fn tokens(text: &[u8], len_min: usize, found: impl FnMut(Range<usize>)) {
    let _ = (text, len_min, found);
}
