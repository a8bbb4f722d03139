//! A text the way rules read it, and the way back to the bytes it came from.
//!
//! Reading does not remember positions: only texts with findings, which are rare, pay for a `Map`.

mod escape;
mod fold;
mod map;
mod percent;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use escape::unicode as unicode_escape;
pub use map::Map;

/// One way to read a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Characters stand for what they look like or mean: `fold.tsv` beside this file says which
    /// bytes stand for which character, regardless of its neighbours. ASCII, characters that
    /// the table lacks, and bytes that are no UTF-8 stand for themselves.
    Fold,
    /// `%` and two hex digits stand for their byte. `+` stands for itself.
    Percent,
    /// Escapes of JSON, Python and JavaScript stand for their character: `\n \t \r \b \f \" \' \\
    /// \/`, `\xHH` (the character U+00HH), `\uXXXX` (two of them for a surrogate pair, U+FFFD
    /// for half of one). Any other backslash stands for itself, and so does what follows it.
    /// For the content of a valid JSON string that is exactly JSON's own meaning.
    Escapes,
}

impl Reading {
    /// Calls `change` with every stretch of `source` that reads differently than it is written,
    /// by ascending position and without overlaps, and with what it reads as.
    pub fn changes(self, source: &[u8], change: impl FnMut(Range<usize>, &[u8])) {
        match self {
            Self::Fold => fold::changes(source, change),
            Self::Percent => percent::changes(source, change),
            Self::Escapes => escape::changes(source, change),
        }
    }

    /// Puts what is read into `view`. False, with `view` empty, if it reads as it is written.
    pub fn read(self, source: &[u8], view: &mut Vec<u8>) -> bool {
        view.clear();
        view.reserve(source.len());
        let mut copied = 0;
        let mut changed = false;
        self.changes(source, |range, text| {
            append(view, source.get(copied..range.start).unwrap_or_default());
            append(view, text);
            copied = range.end;
            changed = true;
        });
        if changed {
            view.extend_from_slice(source.get(copied..).unwrap_or_default());
        }
        changed
    }
}

/// A few bytes are pushed faster than copied as a block; most stretches are that short.
#[inline]
fn append(view: &mut Vec<u8>, text: &[u8]) {
    const FEW: usize = 8;
    match text.len() {
        0..=FEW => text.iter().for_each(|&byte| view.push(byte)),
        _ => view.extend_from_slice(text),
    }
}

/// The text as `Reading::Fold` reads it. Folding again changes nothing.
pub fn fold_text(text: &[u8]) -> Cow<'_, [u8]> {
    let mut view = Vec::new();
    match !text.is_ascii() && Reading::Fold.read(text, &mut view) {
        true => Cow::Owned(view),
        false => Cow::Borrowed(text),
    }
}

/// Whether `Reading::Percent` reads the text differently than it is written.
pub fn has_percent_code(text: &[u8]) -> bool {
    let mut signs = memchr::memchr_iter(b'%', text);
    signs.any(|at| hex_byte(text.get(at + 1..at + 3)).is_some())
}

/// Whether `Reading::Escapes` reads the text differently than it is written.
pub fn has_escape(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', text).any(|at| escape::is_one(text.get(at + 1..)))
}

/// Value of two hex digits.
fn hex_byte(digits: Option<&[u8]>) -> Option<u8> {
    let &[high, low] = digits? else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(high)? * 16 + value(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{Reading, fold_text};

    fn read(reading: Reading, source: &str) -> String {
        let mut view = Vec::new();
        match reading.read(source.as_bytes(), &mut view) {
            true => String::from_utf8_lossy(&view).into_owned(),
            false => source.to_owned(),
        }
    }

    #[test]
    fn percent_decodes_only_complete_escapes() {
        assert_eq!(read(Reading::Percent, "a%40b%2Ec %4 %zz 100%"), "a@b.c %4 %zz 100%");
    }

    #[test]
    fn escapes_of_json_and_python_are_read_and_others_stay() {
        assert_eq!(read(Reading::Escapes, r#"a\n\"\u0040\/\x41\'"#), "a\n\"@/A'");
        assert_eq!(read(Reading::Escapes, r"\q \u12 \xg1 \"), r"\q \u12 \xg1 \");
        assert_eq!(read(Reading::Escapes, r"\\n"), r"\n");
    }

    #[test]
    fn surrogates_are_joined_and_halves_are_replaced() {
        assert_eq!(read(Reading::Escapes, r"\ud83d\ude00"), "\u{1f600}");
        assert_eq!(read(Reading::Escapes, r"\ud83d-\ude00\ud83dA"), "\u{fffd}-\u{fffd}\u{fffd}A");
    }

    #[test]
    fn what_reads_as_written_is_borrowed() {
        for text in ["plain", "漢字かな", "가나다", "ди", ""] {
            assert!(matches!(fold_text(text.as_bytes()), std::borrow::Cow::Borrowed(_)));
        }
    }
}
