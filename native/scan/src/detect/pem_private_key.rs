//! `pem_private_key`: private keys in PEM and OpenPGP armour, also when line ends became
//! spaces or the two characters `\n`, or when the end is missing.

use super::look::{at, before, run, slice};
use super::{Anchor, Detector, Matches, Site};

pub static PEM_PRIVATE_KEY: Detector = Detector {
    name: "pem_private_key",
    anchors: &[Anchor::Literal("-----begin")],
    detect: detect_pem,
};

const SCORE: u8 = 95;
const KEY_BYTES_MAX: usize = 16 << 10;
const LABEL_BYTES_MAX: usize = 40;
const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
/// Shorter words between the first and the last line are no key but talk about one.
const CLOSED_WORD_MIN: usize = 10;
/// Without a last line, more is asked of the first word.
const OPEN_WORD_MIN: usize = 16;

fn detect_pem(site: &Site<'_>, matches: &mut Matches) {
    let (text, start) = (site.text, site.start);
    let Some(body) = body_start(text, start) else { return };
    let limit = text.len().min(start + KEY_BYTES_MAX);
    let (body_end, is_closed) = body_end(text, body, limit);
    let holds_key =
        if is_closed { has_word(slice(text, body, body_end)) } else { starts_like_key(text, body) };
    if holds_key {
        let end =
            if is_closed { end_line(text, body_end) } else { whole_characters(text, body_end) };
        matches.push(start..end, SCORE);
    }
}

/// The place after `-----BEGIN … PRIVATE KEY-----`, or `… PRIVATE KEY BLOCK-----`.
fn body_start(text: &[u8], start: usize) -> Option<usize> {
    let label = start + BEGIN.len();
    let is_label = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ';
    let label_end = label + run(text, label, LABEL_BYTES_MAX, is_label);
    let shown = slice(text, label, label_end);
    let is_private = shown.ends_with(b"PRIVATE KEY") || shown.ends_with(b"PRIVATE KEY BLOCK");
    let is_begin = slice(text, start, label) == BEGIN;
    let has_dashes = slice(text, label_end, label_end + DASHES.len()) == DASHES;
    (is_begin && is_private && has_dashes).then(|| label_end + DASHES.len())
}

/// Where the body ends, and whether an END line follows. Another key's first line ends it, too.
fn body_end(text: &[u8], body: usize, limit: usize) -> (usize, bool) {
    for offset in memchr::memmem::find_iter(slice(text, body, limit), DASHES) {
        let dashes = body + offset;
        match at(text, dashes + DASHES.len()) {
            b'E' => return (dashes, true),
            b'B' => return (dashes, false),
            _ => {}
        }
    }
    (limit, false)
}

/// The end of `-----END … -----` at `start`, or of what there is of it.
fn end_line(text: &[u8], start: usize) -> usize {
    let label = start + DASHES.len();
    let is_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    let label_end = label + run(text, label, LABEL_BYTES_MAX, is_label);
    let n_dashes = run(text, label_end, DASHES.len(), |byte| byte == b'-');
    // Without its dashes the line may go on with anything.
    if n_dashes > 0 || label_end == text.len() { label_end + n_dashes } else { label }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn has_word(body: &[u8]) -> bool {
    body.split(|byte| !is_base64(*byte)).any(|word| word.len() >= CLOSED_WORD_MIN)
}

/// Whether the first word could be a key's, or is the name of a header (`Proc-Type:`).
fn starts_like_key(text: &[u8], body: usize) -> bool {
    let mut word = body;
    while let step @ 1.. = line_end(text, word) {
        word += step;
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let name_end = word + run(text, word, OPEN_WORD_MIN, is_name);
    let has_header = name_end > word && at(text, name_end) == b':';
    has_header || run(text, word, OPEN_WORD_MIN, is_base64) == OPEN_WORD_MIN
}

/// Bytes of the white space at `start`: a space, a line end, or one as a program writes it.
fn line_end(text: &[u8], start: usize) -> usize {
    match at(text, start) {
        b' ' | b'\t' | b'\r' | b'\n' => 1,
        b'\\' if matches!(at(text, start + 1), b'n' | b'r') => 2,
        b'\\' if at(text, start + 1) == b'\\' => 1,
        _ => 0,
    }
}

/// `end`, or the start of the character it would cut.
fn whole_characters(text: &[u8], end: usize) -> usize {
    let n_back = (0..4).find(|back| !matches!(at(text, end - back), 0x80..=0xbf)).unwrap_or(0);
    if before(text, end, 1).is_ascii() { end } else { end - n_back }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::super::trial::found;
    use super::{KEY_BYTES_MAX, PEM_PRIVATE_KEY};

    const BODY: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj";

    fn keys(text: &str) -> Vec<String> {
        found(&PEM_PRIVATE_KEY, text).into_iter().map(|(shown, _)| shown).collect()
    }

    fn key(label: &str, line_end: &str) -> String {
        let lines = ["-----BEGIN ", label, "-----", line_end, BODY, line_end, BODY, line_end];
        format!("{}-----END {label}-----", lines.concat())
    }

    #[test]
    fn finds_keys_of_all_kinds_up_to_their_last_line() {
        for label in
            ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]
        {
            for line_end in ["\n", "\r\n", " ", "\\n", "\\\\n", ""] {
                let key = key(label, line_end);
                assert_eq!(keys(&format!("see {key} and more")), [key.as_str()]);
            }
        }
    }

    #[test]
    fn finds_keys_without_an_end() {
        let whole = key("RSA PRIVATE KEY", "\n");
        for cut in [60, whole.len() - 40, whole.len() - 20, whole.len() - 3] {
            assert_eq!(keys(&format!("x {}", &whole[..cut])), [whole[..cut].to_owned()]);
        }
        let encrypted = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n";
        assert_eq!(keys(encrypted), [encrypted]);
        assert_eq!(keys(&format!("{}{}", &whole[..70], whole)).len(), 2);
    }

    #[test]
    fn takes_no_more_than_the_limit() {
        let long = format!("-----BEGIN PRIVATE KEY-----\n{}", "A".repeat(2 * KEY_BYTES_MAX));
        assert_eq!(keys(&long).first().map(String::len), Some(KEY_BYTES_MAX));
        let wide = format!("-----BEGIN PRIVATE KEY-----\n{BODY}{}", "€".repeat(KEY_BYTES_MAX));
        assert!(keys(&wide).first().is_some_and(|key| key.ends_with('€')));
    }

    #[test]
    fn leaves_public_keys_and_talk_about_keys() {
        for text in [
            key("PUBLIC KEY", "\n"),
            key("CERTIFICATE", "\n"),
            "a file with -----BEGIN PRIVATE KEY----- in it".to_owned(),
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----".to_owned(),
            "-----BEGIN PRIVATE KEY-----".to_owned(),
            "-----begin private key-----".to_owned(),
        ] {
            assert!(keys(&text).is_empty(), "{text}");
        }
    }
}
