//! `generic_secret`: a value with much information in it, assigned to a name that says it is
//! secret, or all there is under such a name.

mod assigned;
mod loose;
mod names;

use super::check::{mixed, not_placeholder};
use super::look::{at, slice, starts_with_ignoring_case};
use super::{Detector, Matches, Site};
use crate::rules::entropy;
use assigned::{assigned, is_listed};
use loose::{apart, declared, told};
use names::{ANCHORS, Name, name};

pub static GENERIC_SECRET: Detector =
    Detector { name: "generic_secret", anchors: ANCHORS, detect: detect_secret };

const ASSIGNED: u8 = 60;
/// The whole text is one value: only the name of the attribute or member can tell.
const WHOLE: u8 = 30;
/// Twelve different bytes have the least entropy asked for.
const TOKEN_BYTES_MIN: usize = 12;
const WHOLE_BYTES_MAX: usize = 256;
const ENTROPY_BITS_MIN: f64 = 3.5;
/// Sixteen digits have four bits each at most, and few of them less.
const HEX_ENTROPY_BITS_MIN: f64 = 3.0;
/// Somebody made it up.
const PASSWORD_ENTROPY_BITS_MIN: f64 = 2.75;
const PASSWORD_BYTES_MIN: usize = 8;
const HEX_BYTES_MIN: usize = 24;
const VAGUE_BYTES_MIN: usize = 24;
const RANDOM_BYTES_MIN: usize = 20;

fn detect_secret(site: &Site<'_>, matches: &mut Matches) {
    let text = site.text;
    let (name, n_name) = name(slice(text, site.start, site.end));
    if name == Name::None {
        if is_whole(text) {
            matches.push(0..text.len(), WHOLE);
        }
        return;
    }
    let named = Site { end: site.start + n_name, ..*site };
    if is_of_public_key(site) {
        return;
    }
    let assigned = assigned(&named);
    let found = assigned.filter(|(start, end)| {
        let name = if is_listed(text, *start) { name.max(Name::Secret) } else { name };
        is_secret(slice(text, *start, *end), name)
    });
    if let Some((start, end)) = found.or_else(|| handed_over(&named, name)) {
        matches.push(start..end, ASSIGNED);
    } else if let Some((_, end)) = assigned {
        // Names in it would only be looked at in vain, or, cut, assign a part of it.
        matches.barren_until = end;
    }
}

/// What comes with the name, though not assigned to it.
fn handed_over(named: &Site<'_>, name: Name) -> Option<(usize, usize)> {
    let (text, place) = (named.text, named.end);
    let is_random = |(start, end): &(usize, usize)| is_random(slice(text, *start, *end), name);
    declared(text, place)
        .filter(|(start, end)| is_secret(slice(text, *start, *end), name))
        .or_else(|| apart(text, place).filter(is_random))
        .or_else(|| {
            told(text, place)
                .filter(|(start, end)| is_token(slice(text, *start, *end)))
                .filter(is_random)
        })
}

/// .NET's `PublicKeyToken`.
fn is_of_public_key(site: &Site<'_>) -> bool {
    let start = site.start.saturating_sub(b"publickey".len());
    slice(site.text, start, site.start).eq_ignore_ascii_case(b"publickey")
}

/// Whether the text is one value; `NAME=value` is not.
fn is_whole(text: &[u8]) -> bool {
    let is_assignment = text.windows(2).any(|pair| matches!(pair, [b'=', after] if *after != b'='));
    text.len() <= WHOLE_BYTES_MAX
        && text.iter().all(u8::is_ascii_graphic)
        && !is_assignment
        && is_secret(text, Name::None)
}

fn is_secret(value: &[u8], name: Name) -> bool {
    if is_reference(value) || !mixed(value) || !not_placeholder(value) {
        return false;
    }
    if name != Name::Password && is_identifier(value) {
        return false;
    }
    let bits = entropy(value);
    let is_hex = value.len() >= HEX_BYTES_MIN && value.iter().all(u8::is_ascii_hexdigit);
    match name {
        Name::Vague => is_token(value) && bits >= ENTROPY_BITS_MIN,
        Name::Password => value.len() >= PASSWORD_BYTES_MIN && bits >= PASSWORD_ENTROPY_BITS_MIN,
        _ if is_hex => bits >= HEX_ENTROPY_BITS_MIN,
        _ => bits >= ENTROPY_BITS_MIN,
    }
}

/// Whether it is a variable, a place, or words.
fn is_reference(value: &[u8]) -> bool {
    let is_path = value.contains(&b'/')
        && value.iter().any(|byte| b"._-".contains(byte))
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/.:_-".contains(byte));
    is_path
        || matches!(at(value, 0), b'$' | b'/')
        || starts_with_ignoring_case(value, 0, b"http")
        || value.iter().all(|byte| byte.is_ascii_alphabetic() || b"._-".contains(byte))
}

/// Words with hardly a digit in them, joined as names in code are.
fn is_identifier(value: &[u8]) -> bool {
    let count = |fits: fn(&u8) -> bool| value.iter().filter(|byte| fits(byte)).count();
    count(|byte| matches!(byte, b'_' | b'.')) >= 2
        && count(u8::is_ascii_digit) <= 3
        && value.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'_' | b'.'))
}

/// Letters of both cases among what base64 is made of.
fn is_token(value: &[u8]) -> bool {
    value.len() >= VAGUE_BYTES_MIN
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte))
        && value.iter().any(u8::is_ascii_uppercase)
        && value.iter().any(u8::is_ascii_lowercase)
}

/// Whether nobody would take it for words: letters and digits in turns without a break.
fn is_random(value: &[u8], name: Name) -> bool {
    let is_mingled = |word: &[u8]| {
        let numbers = word.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
        word.len() >= RANDOM_BYTES_MIN
            && numbers.filter(|part| part.iter().all(u8::is_ascii_digit)).count() >= 2
    };
    !starts_with_ignoring_case(value, 0, b"0x")
        && value.split(|byte| !byte.is_ascii_alphanumeric()).any(is_mingled)
        && is_secret(value, name.max(Name::Secret))
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
            format!("AWS_SECRET_ACCESS_KEY={SECRET}"),
            format!("the api key:  {SECRET}"),
            format!("the api key is {SECRET}, and"),
            format!("define('DB_PASSWORD', '{SECRET}');"),
            format!("headers.add(\"Api-Token\", \"{SECRET}\")"),
            format!("- name: DB_PASSWORD\n  value: {SECRET}\n"),
            format!("<add key=\"ApiKey\" value=\"{SECRET}\"/>"),
            format!("<password>{SECRET}</password>"),
            format!("tool login --registry-token {SECRET} --yes"),
            format!("api_token          = \"{SECRET}\""),
            format!("credentials: {SECRET}"),
            format!("SECRET_KEY_BASE={SECRET}"),
            format!("auth: {{ user: 'a', pass: '{SECRET}' }}"),
            format!("passwort: {SECRET}"),
            format!("пapoль: {SECRET}"),
        ] {
            assert_eq!(found(&GENERIC_SECRET, &text), [(SECRET.to_owned(), ASSIGNED)], "{text}");
        }
    }

    #[test]
    fn finds_what_is_handed_over_with_a_name() {
        let random = "q7RzK2mVx9LtB4wNc5Hj8sPd";
        for text in [
            format!("static API_KEY: &'static str = \"{random}\";"),
            format!("const apiKey: string = '{random}';"),
            format!("var apiToken string = \"{random}\""),
            format!("char api_key[33] = \"{random}\";"),
            format!("#define API_KEY \"{random}\""),
            format!("client.set_token(\"{random}\")"),
            format!("api key      {random}\nendpoint  https://api.example.org"),
            format!("| API key | `{random}` |"),
            format!("ENV API_KEY {random}"),
            format!("**API key:** {random}"),
            format!("  api_key: |\n    {random}\n"),
            format!("the api key changed, here is the new one: {random}"),
            format!("API anahtari: {random}"),
            format!("La cle d'API est {random}"),
            format!("密钥:{random}"),
        ] {
            assert_eq!(found(&GENERIC_SECRET, &text), [(random.to_owned(), ASSIGNED)], "{text}");
        }
    }

    #[test]
    fn asks_more_of_what_is_not_assigned() {
        for text in [
            "token ValidateOAuth2AccessTokenHandler",
            "token 0xdAC17F958D2ee523a2206206994597C13D831ec7",
            "token 5f2b7a10-9c3d-4e8f-a1b2-c3d4e5f60718",
            "invalid api key, request id: q7RzK2mVx9LtB4wNc5Hj8sPd",
            "token refreshed for user: q7RzK2mVx9LtB4wNc5Hj8sPd",
            "password   varchar2(255)",
            "tokens made up for the cards: tok_q7RzK2mVx9LtB4wNc5Hj8sPd",
            "PublicKeyToken=0123456789abcdef",
        ] {
            assert!(found(&GENERIC_SECRET, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn asks_of_a_value_what_its_name_needs() {
        for (text, value) in [
            ("password=Karobo!577", "Karobo!577"),
            ("secret: 1111222211112222aaaabbbbaaaabbbb", ""),
            ("secret: 0f1e2d3c4b5a69780f1e2d3c4b5a6978", "0f1e2d3c4b5a69780f1e2d3c4b5a6978"),
            ("token=17|q7RzK2mVx9LtB4wN", "17|q7RzK2mVx9LtB4wN"),
            ("master_key: q7RzK2mVx9LtB4wNq7RzK2mV", "q7RzK2mVx9LtB4wNq7RzK2mV"),
            ("cache_key: 0f1e2d3c4b5a69780f1e2d3c4b5a6978", ""),
            ("cache_key: user-17-q7RzK2mVx9", ""),
        ] {
            let values: Vec<String> =
                found(&GENERIC_SECRET, text).into_iter().map(|(value, _)| value).collect();
            assert_eq!(values.concat(), value, "{text}");
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
            "arn:aws:secretsmanager:eu-west-1:1:secret:prod/orders/db-a1B2c3",
            "password: op://Team-4/orders-db/password",
            "return token: context.perl6_token_nesting_level",
            "first pass: gpt-4o-mini-2024",
            "if token > q7RzK2mVx9LtB4wN",
            "fields = ['password', 'password2']",
            "some_longer_name = q7RzK2mVx9LtB4wN",
        ] {
            assert!(found(&GENERIC_SECRET, text).is_empty(), "{text}");
        }
    }
}
