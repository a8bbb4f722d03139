//! What tells a secret from the place where one would stand.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Anywhere in a value, in any case.
const PLACEHOLDER_PARTS: &[&[u8]] = &[
    b"...",
    b"***",
    b"xxxx",
    b"changeme",
    b"change_me",
    b"change-me",
    b"example",
    b"insert",
    b"placeholder",
    b"redacted",
    b"replace",
    b"your",
];
/// The whole value, in any case.
const PLACEHOLDERS: &[&[u8]] = &[
    b"dummy",
    b"empty",
    b"false",
    b"foobar",
    b"none",
    b"null",
    b"pass",
    b"passwd",
    b"password",
    b"pwd",
    b"sample",
    b"secret",
    b"string",
    b"test",
    b"testing",
    b"todo",
    b"token",
    b"true",
    b"undefined",
    b"unknown",
    b"value",
];
/// Of a template: what stands between these is filled in later.
const TEMPLATES: &[(&[u8], &[u8])] =
    &[(b"<", b">"), (b"${", b"}"), (b"{{", b"}}"), (b"$(", b")"), (b"%(", b")"), (b"[", b"]")];

/// False for `sk-xxxx`, `AKIA…EXAMPLE`, `<your key>`, `${TOKEN}` and their like.
pub fn not_placeholder(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    let has = |part: &[u8]| memchr::memmem::find(&lower, part).is_some();
    let is_template = TEMPLATES.iter().any(|(open, close)| {
        memchr::memmem::find(text, open).is_some_and(|at| {
            text.get(at..).is_some_and(|rest| memchr::memmem::find(rest, close).is_some())
        })
    });
    let is_one_character = longest_repetition(text) * 2 > text.len();
    !(is_template
        || is_one_character
        || PLACEHOLDERS.contains(&lower.as_slice())
        || PLACEHOLDER_PARTS.iter().any(|part| has(part)))
}

/// How often the same byte stands in a row at most. Some keys begin with many an `A`, so that
/// only a share of the whole says something.
fn longest_repetition(text: &[u8]) -> usize {
    text.chunk_by(|left, right| left == right).map(<[u8]>::len).max().unwrap_or(0)
}

/// A digit and a letter at least.
pub fn mixed(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic)
}

/// Whether the text is base64, of either alphabet, with or without padding, of a JSON object.
pub fn base64_json(text: &[u8]) -> bool {
    decode_base64(text).is_some_and(|decoded| {
        let decoded = decoded.trim_ascii();
        decoded.starts_with(b"{") && decoded.ends_with(b"}")
    })
}

/// The bytes behind base64 of either alphabet; a last character's spare bits are not looked at.
pub fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let is_url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if is_url_safe { &URL_SAFE_BASE64 } else { &STANDARD_BASE64 };
    engine.decode(text).ok()
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
static STANDARD_BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
static URL_SAFE_BASE64: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

const GITHUB_CHECKSUM_LEN: usize = 6;

/// Tokens of GitHub and npm: after the last `_`, random characters and six base62 digits of
/// their CRC-32 (github.blog, "Behind GitHub's new authentication token formats").
pub fn github_crc32(text: &[u8]) -> bool {
    let Some(token) = text.rsplit(|byte| *byte == b'_').next() else { return false };
    let Some(n_random) = token.len().checked_sub(GITHUB_CHECKSUM_LEN) else { return false };
    let (random, checksum) = token.split_at(n_random);
    n_random > 0
        && token.iter().all(u8::is_ascii_alphanumeric)
        && base62(checksum) == u64::from(crc32(random))
}

/// Digits, then upper case, then lower case.
fn base62(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'A'..=b'Z' => digit - b'A' + 10,
            _ => digit.wrapping_sub(b'a').wrapping_add(36),
        };
        sum * 62 + u64::from(value)
    })
}

/// CRC-32 as in zip files.
fn crc32(bytes: &[u8]) -> u32 {
    const REVERSED_POLYNOMIAL: u32 = 0xedb8_8320;
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ REVERSED_POLYNOMIAL } else { crc >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{base64_json, crc32, github_crc32, mixed, not_placeholder};

    #[test]
    fn placeholders_are_told_from_secrets() {
        for text in [
            "sk-xxxxxxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "<your-key>",
            "YOUR_API_KEY",
            "sk-...",
            "ghp_000000000000000000000000000000000000",
            "changeme",
            "[REDACTED]",
            "${TOKEN}",
            "{{ token }}",
            "********",
            "test",
            "Dummy",
        ] {
            assert!(!not_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn secrets_with_words_of_placeholders_in_them_stay() {
        for text in [
            "pk_test_9Hq2LyjWDarj",
            "dummy-9f8e7a",
            "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0%2BuSeid%2BULvsea4JtiGRiSDSJSI",
        ] {
            assert!(not_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn mixed_asks_for_a_digit_and_a_letter() {
        assert!(mixed(b"a1") && !mixed(b"ab") && !mixed(b"12"));
    }

    #[test]
    fn base64_of_an_object_is_known_with_and_without_padding() {
        assert!(base64_json(b"eyJhIjoxfQ==") && base64_json(b"eyJhIjoxfQ"));
        assert!(!base64_json(b"aGVsbG8") && !base64_json(b"eyJh!"));
    }

    #[test]
    fn github_tokens_need_their_checksum() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert!(github_crc32(b"ghx_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"));
        assert!(!github_crc32(b"ghx_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18"));
        assert!(!github_crc32(b"ghp_0mLq17"));
    }
}
