//! What is handed over with a name in looser ways than assigned to it: it must look more random.

use super::super::look::{at, before, run, slice, starts_with_ignoring_case};
use super::assigned::{bare, is_quote, value, whole_name_end};

const TYPE_BYTES_MAX: usize = 48;
const SEPARATORS_MAX: usize = 24;
const WORDS_BYTES_MAX: usize = 48;
const BLANKS_MAX: usize = 4;
/// Words after which a name for something follows, be it ever so random.
const NAMERS: &[&str] = &["id", "user", "account", "hash", "request", "session", "trace", "by"];

/// The quoted value of a declaration with a type: `API_KEY: &str = "..."`.
pub fn declared(text: &[u8], name_end: usize) -> Option<(usize, usize)> {
    let start = whole_name_end(text, name_end);
    let end = start + run(text, start, TYPE_BYTES_MAX, is_of_type);
    let type_end =
        end - slice(text, start, end).iter().rev().take_while(|byte| is_blank(byte)).count();
    let is_string = starts_with_ignoring_case(text, type_end.saturating_sub(6), b"string");
    let is_typed = match at(text, start) {
        b':' | b'[' => true,
        b' ' | b'\t' => matches!(at(text, start + 1), b':' | b'[') || is_string,
        _ => false,
    };
    if !is_typed || at(text, end) != b'=' {
        return None;
    }
    let (start, end) = value(text, end + 1)?;
    is_quote(before(text, start, 1)).then_some((start, end))
}

const fn is_blank(byte: &u8) -> bool {
    matches!(*byte, b' ' | b'\t')
}

const fn is_of_type(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'.' | b':' | b'<' | b'>' | b'[' | b']' | b'?' | b'|')
        || matches!(byte, b'&' | b'*' | b'\'' | b' ' | b'\t')
}

/// The word apart from the name by blanks, line ends, quotes or brackets: `api key   ...`,
/// `set_token("...")`, `| API key | ... |`.
pub fn apart(text: &[u8], name_end: usize) -> Option<(usize, usize)> {
    let start = whole_name_end(text, name_end);
    let is_between = |byte: u8| {
        matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'*' | b'|')
            || matches!(byte, b'(' | b'{' | b':' | b'>' | b'\\' | b']')
    };
    let n_between = run(text, start, SEPARATORS_MAX, is_between);
    if n_between > 0 { bare(text, start + n_between) } else { None }
}

/// What comes after words and a colon: `The API key changed, here is the new one: ...`.
pub fn told(text: &[u8], name_end: usize) -> Option<(usize, usize)> {
    let start = whole_name_end(text, name_end);
    let is_of_words = |byte: u8| {
        !matches!(byte, b'\n' | b'\r' | b':' | b'=' | b'<' | b'>' | b'{' | b'}')
            && !matches!(byte, b'"' | b'\'' | b'`' | b';' | b'&')
    };
    let end = start + run(text, start, WORDS_BYTES_MAX, is_of_words);
    let words = slice(text, start, end);
    let is_inside_word =
        matches!(words.first(), Some(b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z'));
    if words.is_empty() || is_inside_word || at(text, end) != b':' || is_namer(words) {
        return None;
    }
    let n_blanks = run(text, end + 1, BLANKS_MAX, |byte| is_blank(&byte));
    bare(text, end + 1 + n_blanks).filter(|(start, _)| !is_record(text, *start))
}

/// `tok_...`, `cus_...`: what programs call their records.
fn is_record(text: &[u8], start: usize) -> bool {
    let n_letters = run(text, start, 6, |byte| byte.is_ascii_lowercase());
    matches!(n_letters, 2..=5) && at(text, start + n_letters) == b'_'
}

fn is_namer(words: &[u8]) -> bool {
    NAMERS.iter().any(|namer| {
        let last = slice(words, words.len().saturating_sub(namer.len()), words.len());
        last.eq_ignore_ascii_case(namer.as_bytes())
    })
}
