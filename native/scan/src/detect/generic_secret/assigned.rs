//! What is assigned to a name, in the ways of code, files of settings, commands and sentences.

use super::super::Site;
use super::super::look::{at, before, run, slice, starts_with_ignoring_case};

const SPACES_MAX: usize = 24;
const OPTION_NAME_BYTES_MAX: usize = 24;
const SUFFIXES: &[&str] = &[
    "base",
    "dev",
    "live",
    "main",
    "new",
    "old",
    "prod",
    "production",
    "stage",
    "staging",
    "test",
];
const VERBS: &[&str] = &["is", "ist", "lautet", "es", "est"];
const VERB_BYTES_MAX: usize = 8;
/// One more than the longest, so that what is longer is none.
const SUFFIX_BYTES_MAX: usize = 11;
const VALUE_BYTES_MAX: usize = 4 << 10;

/// What is assigned to the name that the site is.
pub fn assigned(site: &Site<'_>) -> Option<(usize, usize)> {
    let text = site.text;
    element(text, site.end).or_else(|| value(text, value_place(site)?))
}

/// The content of an XML element whose start tag ends after the name.
fn element(text: &[u8], name_end: usize) -> Option<(usize, usize)> {
    let start = name_end + 1;
    let end = bare_end(text, start);
    let is_content = at(text, name_end) == b'>' && end > start;
    (is_content && slice(text, end, end + 2) == b"</").then_some((start, end))
}

/// Where the value of the name there may begin.
fn value_place(site: &Site<'_>) -> Option<usize> {
    let text = site.text;
    let place = closed(text, whole_name_end(text, site.end));
    let n_operator = run(text, place, 3, |byte| b":=>".contains(&byte));
    if n_operator > 0 && at(text, place) != b'>' {
        return Some(place + n_operator);
    }
    member(text, place)
        .or_else(|| argument(text, place))
        .or_else(|| verb(text, place))
        .or_else(|| option(site))
}

/// Where `SECRETS` ends, or `API_KEY_PROD`.
pub fn whole_name_end(text: &[u8], name_end: usize) -> usize {
    let end = name_end + usize::from(matches!(at(text, name_end), b's' | b'S'));
    if !matches!(at(text, end), b'_' | b'-') {
        return end;
    }
    let suffix_end =
        end + 1 + run(text, end + 1, SUFFIX_BYTES_MAX, |byte| byte.is_ascii_alphanumeric());
    let suffix = slice(text, end + 1, suffix_end);
    let is_suffix = SUFFIXES.iter().any(|known| suffix.eq_ignore_ascii_case(known.as_bytes()));
    if is_suffix { suffix_end } else { end }
}

/// After the quotes and brackets that a name may stand in.
fn closed(text: &[u8], place: usize) -> usize {
    place + run(text, place, SPACES_MAX, |byte| is_quote(byte) || b" \t\\]".contains(&byte))
}

/// After white space, and the backslash of a quote in a string.
fn opened(text: &[u8], place: usize) -> usize {
    let place = place + run(text, place, SPACES_MAX, |byte| byte.is_ascii_whitespace());
    place + usize::from(at(text, place) == b'\\')
}

/// The value of the member called so: `name: DB_PASSWORD, value: ...`.
fn member(text: &[u8], place: usize) -> Option<usize> {
    let place = opened(text, place + usize::from(at(text, place) == b','));
    let place = place + usize::from(is_quote(at(text, place)));
    let end = closed(text, place + b"value".len());
    let is_assigned = matches!(at(text, end), b':' | b'=');
    (is_assigned && starts_with_ignoring_case(text, place, b"value")).then_some(end + 1)
}

/// The argument after a name in quotes: `set("DB_PASSWORD", "...")`.
fn argument(text: &[u8], place: usize) -> Option<usize> {
    let is_quoted = is_quote(before(text, place, 1)) && is_quote(at(text, opened(text, place + 1)));
    (is_quoted && at(text, place) == b',').then_some(place + 1)
}

/// Whether the value that begins at `start` comes after a comma: it may be any word of a list.
pub fn is_listed(text: &[u8], start: usize) -> bool {
    let ahead = slice(text, start.saturating_sub(SPACES_MAX), start);
    let is_between = |byte: &&u8| is_quote(**byte) || **byte == b'\\' || byte.is_ascii_whitespace();
    ahead.iter().rev().find(|byte| !is_between(byte)) == Some(&b',')
}

/// `The api key is ...`.
fn verb(text: &[u8], place: usize) -> Option<usize> {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t');
    let end = place + run(text, place, VERB_BYTES_MAX, |byte| byte.is_ascii_alphabetic());
    let verb = slice(text, place, end);
    let is_verb = VERBS.iter().any(|known| verb.eq_ignore_ascii_case(known.as_bytes()));
    let n_after = run(text, end, 3, |byte| is_blank(byte) || byte == b':');
    (is_verb && n_after > 0 && is_blank(before(text, place, 1))).then_some(end + n_after)
}

/// The value of an option of a command: `--db-password ...`.
fn option(site: &Site<'_>) -> Option<usize> {
    let text = site.text;
    let ahead = slice(text, site.start.saturating_sub(OPTION_NAME_BYTES_MAX), site.start);
    let is_of_option = |byte: &&u8| byte.is_ascii_lowercase() || **byte == b'-';
    let n_option = ahead.iter().rev().take_while(is_of_option).count();
    let is_option =
        slice(ahead, ahead.len() - n_option, ahead.len()).windows(2).any(|pair| pair == b"--");
    let place = site.end + run(text, site.end, SPACES_MAX, |byte| b" \t".contains(&byte));
    (is_option && place > site.end && at(text, place) != b'-').then_some(place)
}

/// The value that begins at `place`, in quotes or not.
pub fn value(text: &[u8], place: usize) -> Option<(usize, usize)> {
    let place = opened(text, place);
    let quote = at(text, place);
    if is_quote(quote) {
        let start = place + 1;
        let inside = |byte: u8| byte != quote && byte != b'\\' && byte.is_ascii_graphic();
        let end = start + run(text, start, VALUE_BYTES_MAX, inside);
        return (at(text, end) == quote || at(text, end) == b'\\').then_some((start, end));
    }
    bare(text, place)
}

/// The value without quotes that begins at `place`.
pub fn bare(text: &[u8], place: usize) -> Option<(usize, usize)> {
    let end = bare_end(text, place);
    let is_code = matches!(at(text, end), b'(' | b'[' | b'{');
    // The dot belongs to the sentence.
    let end = if before(text, end, 1) == b'.' { end - 1 } else { end };
    (!is_code && end > place).then_some((place, end))
}

pub const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Where a value without quotes ends. Laravel's tokens begin with their number.
fn bare_end(text: &[u8], start: usize) -> usize {
    let is_bare = |byte: u8| byte.is_ascii_graphic() && !b"\"'`,;&|<>()[]{}\\".contains(&byte);
    let number_end = start + run(text, start, 12, |byte| byte.is_ascii_digit());
    let is_numbered = number_end > start && at(text, number_end) == b'|';
    let from = if is_numbered { number_end + 1 } else { start };
    let end = from + run(text, from, VALUE_BYTES_MAX, is_bare);
    if end > from { end } else { start }
}
