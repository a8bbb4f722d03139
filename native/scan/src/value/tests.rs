#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Outcome, Told};
use crate::document::Action;
use crate::place::{Location, Place, Role, Signal};
use crate::rules::Ruleset;
use crate::text::{Scratch, Unscanned};

const PLACE: Place<'_> = Place {
    signal: Signal::Traces,
    location: Location::SpanAttributes,
    key: b"input",
    role: Role::None,
};

fn rule(id: &str, phrase: &str, action: Value) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "class": "phrase", "action": action,
           "match": {"phrases": {"phrases": [phrase]}}})
}

fn token(id: &str, phrase: &str) -> Value {
    rule(id, phrase, json!({"kind": "token"}))
}

fn ruleset(document: Value) -> Ruleset {
    Ruleset::from_json(document.to_string().as_bytes()).unwrap()
}

/// `secret word` is masked as `[S]`; `mail@x.io` as `[M]`; `5550100` as `[N]`.
fn rules() -> Ruleset {
    let number = with(token("n", "5550100"), "context", json!(["tel"]));
    ruleset(json!({"rules": [token("s", "secret word"), token("m", "mail@x.io"), number]}))
}

fn with(mut value: Value, key: &str, to: Value) -> Value {
    value[key] = to;
    value
}

fn outcome(rules: &Ruleset, value: &[u8]) -> (Outcome, Vec<Told>) {
    let mut told = Vec::new();
    let outcome = rules.redact(value, &PLACE, 0, &mut Scratch::default(), &mut told);
    (outcome, told)
}

/// The text after redaction.
fn redact(rules: &Ruleset, value: &str) -> String {
    match outcome(rules, value.as_bytes()).0 {
        Outcome::Unchanged => value.to_owned(),
        Outcome::Replaced(text) => String::from_utf8(text).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn check(cases: &[(&str, &str)]) {
    let rules = rules();
    for (value, expected) in cases {
        assert_eq!(redact(&rules, value), *expected, "{value}");
    }
}

#[test]
fn plain_text_keeps_every_other_byte() {
    check(&[
        ("a Secret  word, é", "a [S], é"),
        ("mail@x.io mail@x.io", "[M] [M]"),
        ("nothing here \\ %zz é", "nothing here \\ %zz é"),
        ("", ""),
    ]);
}

#[test]
fn folded_characters_are_replaced_whole() {
    check(&[
        ("é ｍａｉｌ＠ｘ.ｉｏ é", "é [M] é"),
        ("sec\u{200b}ret\u{a0}word", "[S]"),
        ("mаil@х.iо", "[M]"),
        ("ma\u{ad}il\u{fe0f}@x.io", "[M]"),
    ]);
}

#[test]
fn percent_codes_and_escapes_are_read_and_never_left_half() {
    check(&[
        ("q=mail%40x.io&r=1", "q=[M]&r=1"),
        ("q=secret%20word%21", "q=[S]%21"),
        (r"line\nmail@x.io\n", r"line\n[M]\n"),
        (r"a \u0022secret\tword\u0022", r"a \u0022[S]\u0022"),
        (r"mail\u0040x.io", "[M]"),
        (r#"{"a":"cut \"mail@x.io"#, r#"{"a":"cut \"[M]"#),
    ]);
}

#[test]
fn json_is_rewritten_in_its_leaves_only() {
    check(&[
        (
            r#" { "a" : "x\nmail@x.io\u4e2d" , "b":[1.50,"secret\u0020word"] } "#,
            r#" { "a" : "x\n[M]\u4e2d" , "b":[1.50,"[S]"] } "#,
        ),
        (r#"{"mail@x.io":true}"#, r#"{"[M]":true}"#),
        (r#"["secret","word"]"#, r#"["secret","word"]"#),
        (r#"{"a":"\u006dail@x.io\ud83d"}"#, r#"{"a":"[M]\ud83d"}"#),
    ]);
}

#[test]
fn json_in_strings_is_rewritten_to_the_third_level() {
    let mut value = r#"{"a":"x mail@x.io\n"}"#.to_owned();
    let mut expected = r#"{"a":"x [M]\n"}"#.to_owned();
    for _ in 0..5 {
        check(&[(&value, &expected)]);
        value = json!([value]).to_string();
        expected = json!([expected]).to_string();
    }
}

#[test]
fn numbers_are_looked_at_under_a_key_with_a_context_word() {
    check(&[
        (r#"{"tel":5550100,"n":5550100}"#, r#"{"tel":"[N]","n":5550100}"#),
        (r#"{"tel":{"x":[-5550100]}}"#, r#"{"tel":{"x":["-[N]"]}}"#),
        (r#"["{\"tel\":5550100}"]"#, r#"["{\"tel\":\"[N]\"}"]"#),
    ]);
    let rules = rules();
    let tel = rules.contexts(b"tel", &mut Scratch::default());
    let number = |contexts| {
        rules.redact_number(b"5550100", &PLACE, contexts, &mut Scratch::default(), &mut vec![])
    };
    assert_eq!(number(tel), Outcome::Replaced(b"[N]".to_vec()));
    assert_eq!(number(0), Outcome::Unchanged);
}

#[test]
fn base64_with_a_finding_goes_as_a_whole() {
    let rules = rules();
    let text = "please write to mail@x.io?>, thanks";
    for encoded in [BASE64_STANDARD.encode(text), BASE64_URL_SAFE_NO_PAD.encode(text)] {
        assert_eq!(redact(&rules, &format!("data {encoded} end")), "data [M] end");
        let cut = &encoded[..encoded.len() - 7];
        assert_eq!(redact(&rules, cut), "[M]");
        let twice = BASE64_STANDARD.encode(&encoded);
        assert_eq!(redact(&rules, &twice), twice);
        assert_eq!(redact(&rules, &format!("eyJ{encoded}.x")), format!("eyJ{encoded}.x"));
    }
    let clean = BASE64_STANDARD.encode("nothing to be seen here, go on");
    assert_eq!(redact(&rules, &clean), clean);
}

#[test]
fn only_so_much_base64_is_decoded() {
    let document = json!({"rules": [token("m", "mail@x.io")], "limits": {"base64_bytes_max": 60}});
    let rules = ruleset(document);
    let encoded = BASE64_STANDARD.encode("40 bytes of text with mail@x.io in its m");
    let clean = BASE64_STANDARD.encode("40 bytes of text without anything in it.");
    assert_eq!(redact(&rules, &format!("{encoded} {clean}")), format!("[M] {clean}"));
    let text = format!("{clean} {encoded}");
    assert_eq!(redact(&rules, &text), text);
}

#[test]
fn text_that_goes_on_in_the_next_part_is_found() {
    check(&[
        (
            r#"[{"type":"text","text":"my ma"},{"type":"text","text":"il@x.io\n ok"}]"#,
            r#"[{"type":"text","text":"my [M]"},{"type":"text","text":"\n ok"}]"#,
        ),
        (
            r#"[{"content":"a\tsecret "},{"content":"word"}]"#,
            r#"[{"content":"a\t[S]"},{"content":""}]"#,
        ),
        (r#"[{"text":"ma"},{"content":"il@x.io"}]"#, r#"[{"text":"ma"},{"content":"il@x.io"}]"#),
        (
            r#"[{"text":"ma"},{"x":1},{"text":"il@x.io"}]"#,
            r#"[{"text":"ma"},{"x":1},{"text":"il@x.io"}]"#,
        ),
        (
            r#"[{"role":"user","content":"ma"},{"role":"tool","content":"il@x.io"}]"#,
            r#"[{"role":"user","content":"ma"},{"role":"tool","content":"il@x.io"}]"#,
        ),
    ]);
}

#[test]
fn findings_tell_who_said_them_in_which_message() {
    let value = r#"[{"content":"secret word","role":"USER"},
        {"role":"model","parts":[{"text":"mail@x.io"},{"role":"x","y":"mail@x.io"}]},
        ["secret word"]]"#;
    let (_, told) = outcome(&rules(), value.as_bytes());
    let found: Vec<_> = told.iter().map(|one| (one.rule, one.role, one.message_index)).collect();
    let expected = [
        (0, Role::User, Some(0)),
        (1, Role::Assistant, Some(1)),
        (1, Role::None, Some(1)),
        (0, Role::None, Some(2)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn flags_are_told_once_and_change_nothing() {
    let rules = ruleset(json!({"rules": [rule("f", "mail@x.io", json!({"kind": "flag"}))]}));
    let (result, told) = outcome(&rules, br"a\nmail@x.io mail%40x.io");
    assert_eq!(result, Outcome::Unchanged);
    let actions: Vec<_> = told.iter().map(|one| one.action).collect();
    assert_eq!(actions, [Action::Flag, Action::Flag]);
}

#[test]
fn what_drops_wins_over_what_replaces() {
    let drop = |kind: &str| rule(kind, "secret word", json!({ "kind": kind }));
    let rules = ruleset(json!({"rules": [token("m", "mail@x.io"), drop("drop_attribute")]}));
    assert_eq!(outcome(&rules, b"mail@x.io, secret word").0, Outcome::DropAttribute);
    let item = with(drop("drop_item"), "match", json!({"phrases": {"phrases": ["word"]}}));
    let rules = ruleset(json!({"rules": [drop("drop_attribute"), item]}));
    let (result, told) = outcome(&rules, br#"["secret word"]"#);
    assert_eq!((result, told.len()), (Outcome::DropItem, 2));
}

#[test]
fn a_covered_finding_is_told_only_for_its_attribute() {
    let covered = with(token("c", "word"), "attribute", json!("llm.seen"));
    let rules = ruleset(json!({"rules": [token("s", "secret word"), covered, token("w", "word")]}));
    let (_, told) = outcome(&rules, b"secret word");
    let found: Vec<_> = told.iter().map(|one| (one.rule, one.action)).collect();
    assert_eq!(found, [(0, Action::Token), (1, Action::Flag)]);
}

#[test]
fn values_beyond_a_limit_are_not_scanned() {
    let limits = json!({"value_bytes_max": 100});
    let document = json!({"rules": [token("m", "mail@x.io")], "limits": limits});
    let long = "x ".repeat(51);
    let (result, _) = outcome(&ruleset(document.clone()), long.as_bytes());
    assert_eq!(result, Outcome::Unscanned(Unscanned::TooLarge));
    let rules = ruleset(with(document, "on_oversize", json!("scan_head_tail")));
    let value = format!("a mail@x.io {long}{long} mail@x.io b");
    let kept = redact(&rules, &value);
    assert!(kept.starts_with("a [M] x") && kept.ends_with("x  [M] b"), "{kept}");
    assert!(kept.contains("[REDACTED:unscanned]") && kept.len() <= 100);
    let json = format!("[{:?}]", long);
    assert_eq!(outcome(&rules, json.as_bytes()).0, Outcome::Unscanned(Unscanned::TooLarge));
}

#[test]
fn what_a_replacement_creates_is_found_too() {
    let drop = rule("d", "xx", json!({"kind": "drop_match"}));
    let words = json!({"phrases": {"phrases": ["xx"], "whole_words": false}});
    let rules = ruleset(json!({"rules": [with(drop, "match", words)]}));
    assert_eq!(redact(&rules, "axxb"), "ab");
    assert_eq!(redact(&rules, "-xxyxxz"), "-yz");
    let growing = with(token("g", "go"), "replacement", json!("go go"));
    let rules = ruleset(json!({"rules": [growing]}));
    assert_eq!(outcome(&rules, b"go").0, Outcome::Unscanned(Unscanned::Unstable));
    let same = with(token("g", "go"), "replacement", json!("go"));
    assert_eq!(outcome(&ruleset(json!({"rules": [same]})), b"go").0, Outcome::Unchanged);
}

#[test]
fn time_is_bounded() {
    let limits = json!({"value_ms_max": 0});
    let rules = ruleset(json!({"rules": [token("m", "mail@x.io")], "limits": limits}));
    let value = format!("[{}1]", "\"mail@x.io\",".repeat(1000));
    assert_eq!(outcome(&rules, value.as_bytes()).0, Outcome::Unscanned(Unscanned::Timeout));
}

#[test]
fn the_memory_shows_no_text() {
    let mut scratch = Scratch::default();
    rules().redact(br#"["se\u0063ret word"]"#, &PLACE, 0, &mut scratch, &mut vec![]);
    assert!(!format!("{:?}", scratch.value).contains("115, 101"));
}
