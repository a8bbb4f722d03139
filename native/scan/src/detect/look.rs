//! Looking around in a text without minding its ends.

/// The byte at `index`; 0 outside the text.
pub fn at(text: &[u8], index: usize) -> u8 {
    text.get(index).copied().unwrap_or(0)
}

/// The byte `back` places before `index`; 0 outside the text.
pub fn before(text: &[u8], index: usize, back: usize) -> u8 {
    index.checked_sub(back).map_or(0, |place| at(text, place))
}

/// Whether a letter or digit stands right before or right after. Only ASCII counts: scripts
/// written without spaces put their letters right beside a number.
pub fn inside_word(text: &[u8], start: usize, end: usize) -> bool {
    before(text, start, 1).is_ascii_alphanumeric() || at(text, end).is_ascii_alphanumeric()
}

/// Whether `joint` and then a digit follow at `end`.
pub fn joined_after(text: &[u8], end: usize, joint: u8) -> bool {
    at(text, end) == joint && at(text, end + 1).is_ascii_digit()
}

/// Whether a digit and then `joint` stand right before `start`.
pub fn joined_before(text: &[u8], start: usize, joint: u8) -> bool {
    before(text, start, 1) == joint && before(text, start, 2).is_ascii_digit()
}

/// How many bytes from `start` on satisfy `fits`, at most `max`.
pub fn run(text: &[u8], start: usize, max: usize, fits: impl Fn(u8) -> bool) -> usize {
    text.get(start..).unwrap_or(&[]).iter().take(max).take_while(|byte| fits(**byte)).count()
}

/// Everything between two places; nothing if they are none.
pub fn slice(text: &[u8], start: usize, end: usize) -> &[u8] {
    text.get(start..end).unwrap_or(&[])
}

/// Whether `word` (lower case) stands at `start` in any case.
pub fn starts_with_ignoring_case(text: &[u8], start: usize, word: &[u8]) -> bool {
    slice(text, start, start + word.len()).eq_ignore_ascii_case(word)
}

/// The next digit before `end` that has no digit in front, after the digits at `start` if there
/// are any; `end` or more if there is none.
pub fn next_number(text: &[u8], start: usize, end: usize) -> usize {
    let rest = slice(text, start, end);
    let n_digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let others = rest.iter().skip(n_digits).take_while(|byte| !byte.is_ascii_digit()).count();
    start + (n_digits + others).max(1)
}
