#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod again;
mod json;
mod leaves;
mod survey;

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
fn findings_are_told_where_they_stand_in_the_value() {
    let rules = rules();
    for (value, found) in [
        ("to mail@x.io!", "mail@x.io"),
        (r#"{"a\n":["b",{"c":"\u00fc \u0040 mail@x.io"}]}"#, "mail@x.io"),
        (r#"["{\"k\":\"mail\\u0040x.io\"}"]"#, r"mail\\u0040x.io"),
    ] {
        let (_, told) = outcome(&rules, value.as_bytes());
        let ranges: Vec<_> = told.iter().filter_map(|one| one.range).collect();
        let texts: Vec<_> =
            ranges.iter().map(|&(start, end)| &value[start as usize..end as usize]).collect();
        assert_eq!(texts, [found], "{value}");
    }
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
fn what_one_rule_set_found_clean_is_found_by_the_next() {
    let mut scratch = Scratch::default();
    for _ in 0..2 {
        let clean = ruleset(json!({"rules": [token("s", "other")]}));
        let other = rules();
        let run = |rules: &Ruleset, scratch: &mut Scratch| {
            rules.redact(br#"{"tel":[5550100,"mail@x.io"]}"#, &PLACE, 0, scratch, &mut vec![])
        };
        assert_eq!(run(&clean, &mut scratch), Outcome::Unchanged);
        assert_eq!(run(&clean, &mut scratch), Outcome::Unchanged);
        let expected = Outcome::Replaced(br#"{"tel":["[N]","[M]"]}"#.to_vec());
        assert_eq!(run(&other, &mut scratch), expected);
    }
}

#[test]
fn the_memory_shows_no_text() {
    let mut scratch = Scratch::default();
    rules().redact(br#"["se\u0063ret word"]"#, &PLACE, 0, &mut scratch, &mut vec![]);
    assert!(!format!("{:?}", scratch.value).contains("115, 101"));
}
