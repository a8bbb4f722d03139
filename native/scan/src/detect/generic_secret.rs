//! `generic_secret`: a value with much information in it, assigned to a name that says it is
//! secret, or all there is under such a name.

use super::check::{mixed, not_placeholder};
use super::look::{at, before, run, slice, starts_with_ignoring_case};
use super::{Anchor, Detector, Matches, Site};
use crate::rules::entropy;

pub static GENERIC_SECRET: Detector = Detector {
    name: "generic_secret",
    anchors: &[
        Anchor::Literal("password"),
        Anchor::Literal("passwd"),
        Anchor::Literal("passphrase"),
        Anchor::Literal("pwd"),
        Anchor::Literal("secret"),
        Anchor::Literal("token"),
        Anchor::Literal("credential"),
        Anchor::Literal("api_key"),
        Anchor::Literal("api-key"),
        Anchor::Literal("api key"),
        Anchor::Literal("apikey"),
        Anchor::Literal("access_key"),
        Anchor::Literal("access-key"),
        Anchor::Literal("access key"),
        Anchor::Literal("accesskey"),
        Anchor::Literal("private_key"),
        Anchor::Literal("private-key"),
        Anchor::Literal("privatekey"),
        Anchor::Literal("secret_key"),
        Anchor::Literal("secret-key"),
        Anchor::Literal("secret key"),
        Anchor::Literal("secretkey"),
        Anchor::Literal("encryption_key"),
        Anchor::Literal("signing_key"),
        Anchor::LoneWord {
            token_bytes_min: TOKEN_BYTES_MIN,
            text_bytes_max: WHOLE_BYTES_MAX,
            score: WHOLE,
        },
    ],
    detect: detect_secret,
};

const ASSIGNED: u8 = 60;
/// The whole text is one value: only the name of the attribute or member can tell.
const WHOLE: u8 = 30;
/// Twelve different bytes have the least entropy asked for.
const TOKEN_BYTES_MIN: usize = 12;
const VALUE_BYTES_MAX: usize = 4 << 10;
const WHOLE_BYTES_MAX: usize = 256;
const ENTROPY_BITS_MIN: f64 = 3.5;
const SPACES_MAX: usize = 4;

fn detect_secret(site: &Site<'_>, matches: &mut Matches) {
    let text = site.text;
    if let Some((start, end)) = assigned(text, site.end).filter(|_| is_name(site)) {
        if is_secret(slice(text, start, end)) {
            matches.push(start..end, ASSIGNED);
        } else {
            // Names in it would only be looked at in vain, or, cut, assign a part of it.
            matches.barren_until = end;
        }
    } else if text.len() <= WHOLE_BYTES_MAX
        && text.iter().all(u8::is_ascii_graphic)
        && is_secret(text)
    {
        matches.push(0..text.len(), WHOLE);
    }
}

/// Whether a name called, not a token.
fn is_name(site: &Site<'_>) -> bool {
    let shown = slice(site.text, site.start, site.end);
    GENERIC_SECRET.anchors.iter().any(|anchor| match anchor {
        Anchor::Literal(name) => shown.eq_ignore_ascii_case(name.as_bytes()),
        _ => false,
    })
}

/// What is assigned to the name that ends at `name_end`.
fn assigned(text: &[u8], name_end: usize) -> Option<(usize, usize)> {
    let mut place = name_end + run(text, name_end, SPACES_MAX, |byte| b" \"'`\\]".contains(&byte));
    let n_operator = run(text, place, 3, |byte| b":=>".contains(&byte));
    if n_operator == 0 || at(text, place) == b'>' {
        return None;
    }
    place += n_operator;
    place += run(text, place, SPACES_MAX, |byte| byte.is_ascii_whitespace());
    place += usize::from(at(text, place) == b'\\');
    let quote = at(text, place);
    if matches!(quote, b'"' | b'\'' | b'`') {
        let start = place + 1;
        let inside = |byte: u8| byte != quote && byte != b'\\' && byte.is_ascii_graphic();
        let end = start + run(text, start, VALUE_BYTES_MAX, inside);
        return (at(text, end) == quote || at(text, end) == b'\\').then_some((start, end));
    }
    let inside = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'\'' | b'`' | b',' | b';' | b'&' | b'|' | b'<' | b'>')
            && !matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'\\')
    };
    let end = place + run(text, place, VALUE_BYTES_MAX, inside);
    let is_code = matches!(at(text, end), b'(' | b'[' | b'{');
    // The dot belongs to the sentence.
    let end = if before(text, end, 1) == b'.' { end - 1 } else { end };
    (!is_code && end > place).then_some((place, end))
}

fn is_secret(value: &[u8]) -> bool {
    let is_reference = at(value, 0) == b'$'
        || at(value, 0) == b'/'
        || starts_with_ignoring_case(value, 0, b"http")
        || value.iter().all(|byte| byte.is_ascii_alphabetic() || b"._-".contains(byte));
    !is_reference && mixed(value) && entropy(value) >= ENTROPY_BITS_MIN && not_placeholder(value)
}

#[cfg(test)]
mod tests {
    use super::super::trial::found;
    use super::{ASSIGNED, GENERIC_SECRET, WHOLE};

    const SECRET: &str = "q7RzK2mVx9LtB4wN";

    #[test]
    fn finds_values_assigned_to_telling_names() {
        for text in [
            format!("password={SECRET}"),
            format!("DB_PASSWORD: \"{SECRET}\""),
            format!("{{\"api_key\": \"{SECRET}\", \"n\": 1}}"),
            format!("{{\\\"api_key\\\": \\\"{SECRET}\\\"}}"),
            format!("config['secret'] = '{SECRET}'"),
            format!("client_secret => '{SECRET}'"),
            format!("my token: {SECRET}. Thanks"),
            format!("?access_key={SECRET}&b=1"),
            format!("AWS_SECRET_ACCESS_KEY={SECRET}\n"),
            format!("the api key:  {SECRET}"),
        ] {
            assert_eq!(found(&GENERIC_SECRET, &text), [(SECRET.to_owned(), ASSIGNED)], "{text}");
        }
    }

    #[test]
    fn a_whole_text_is_a_secret_if_its_key_says_so() {
        assert_eq!(found(&GENERIC_SECRET, SECRET), [(SECRET.to_owned(), WHOLE)]);
        assert!(found(&GENERIC_SECRET, &format!("see {SECRET}")).is_empty());
    }

    #[test]
    fn leaves_placeholders_code_and_plain_words() {
        for text in [
            "password: changeme123456",
            "api_key = \"<your-api-key-1>\"",
            "token = getToken(session42, other)",
            "token = tokens[position42another]",
            "secret: ${SECRET_NAME_42_ABC}",
            "password = settings.database.password",
            "max_tokens: 4096",
            "token_count = 1234567890123456",
            "password: see the handbook",
            "secret=https://vault.example.org/v1/kv2",
            "password=aaaaaaaa1aaaaaaa",
            "internationalization",
            "some_longer_name = q7RzK2mVx9LtB4wN",
        ] {
            assert!(found(&GENERIC_SECRET, text).is_empty(), "{text}");
        }
    }
}
