//! The extension after a telephone number.

use super::words::{word_len, words};

const DIGITS_MAX: usize = 7;

/// Where an extension after `end` ends: `x123`, ` ext. 123`, `;ext=123`, `, wew. 12`, ` #123`.
/// The flag is false for the last form, which is less sure.
pub fn after(text: &[u8], end: usize) -> Option<(usize, bool)> {
    let tail = text.get(end..)?;
    let rest = without(without(tail, b",;"), b" ");
    if let Some(digits) = rest.strip_prefix(b"#") {
        return number(digits).map(|after| (text.len() - after.len(), false));
    }
    let inner = without(rest, b"(");
    let is_bracketed = inner.len() < rest.len();
    let named = after_word(inner)?;
    let after = number(without(without(named, b".:="), b" "))?;
    let after = if is_bracketed { after.strip_prefix(b")")? } else { after };
    Some((text.len() - after.len(), true))
}

/// What follows a word that an extension begins with.
fn after_word(text: &[u8]) -> Option<&[u8]> {
    let (word, rest) = text.split_at_checked(word_len(text.iter()))?;
    // Mostly there is none, and a look at a table costs more than the rest of this.
    (!word.is_empty() && words().extensions.has(word)).then_some(rest)
}

/// What follows a number of one to seven digits.
fn number(text: &[u8]) -> Option<&[u8]> {
    let n_digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text.get(n_digits..)?;
    let is_free = rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    ((1..=DIGITS_MAX).contains(&n_digits) && is_free).then_some(rest)
}

/// Without one byte of `any` at the beginning.
fn without<'a>(text: &'a [u8], any: &[u8]) -> &'a [u8] {
    match text {
        [first, rest @ ..] if any.contains(first) => rest,
        _ => text,
    }
}
