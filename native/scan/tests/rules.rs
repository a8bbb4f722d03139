//! What rules find and decide, from documents as the loader makes them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spanloom_scan::document::Action;
use spanloom_scan::place::{Location, Place, Role, Signal};
use spanloom_scan::rules::Ruleset;
use spanloom_scan::text::{Finding, Scratch};

const PLACE: Place<'_> = Place {
    signal: Signal::Traces,
    location: Location::SpanAttributes,
    key: b"gen_ai.input.messages",
    role: Role::User,
};

fn ruleset(rules: Value) -> Ruleset {
    Ruleset::from_json(json!({ "rules": rules }).to_string().as_bytes()).unwrap()
}

fn problems(document: Value) -> Vec<String> {
    let errors = Ruleset::from_json(document.to_string().as_bytes()).unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

fn phrase(id: &str, phrase: &str) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "class": "phrase", "action": {"kind": "token"},
           "match": {"phrases": {"phrases": [phrase]}}})
}

fn regex(id: &str, regex: Value) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "class": "vendor", "action": {"kind": "token"},
           "match": {"regex": regex}})
}

fn with(mut rule: Value, key: &str, value: Value) -> Value {
    rule[key] = value;
    rule
}

fn scan(rules: &Ruleset, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(10);
    rules.scan(text.as_bytes(), 0, deadline, &mut Scratch::default(), &mut findings).unwrap();
    findings
}

fn ranges(rules: &Ruleset, text: &str) -> Vec<(usize, usize)> {
    scan(rules, text).iter().map(|one| (one.start, one.end)).collect()
}

fn replacement(rules: &Ruleset, text: &str) -> String {
    let found = scan(rules, text)[0];
    let matched = &text.as_bytes()[found.start..found.end];
    rules.decide(&found, matched, &PLACE).unwrap().replacement
}

#[test]
fn a_phrase_is_found_across_line_breaks_and_case_but_not_inside_words() {
    let rules = ruleset(json!([phrase("x", "ignore previous orders")]));
    assert_eq!(ranges(&rules, "now IGNORE  previous\n orders!"), [(4, 28)]);
    assert!(ranges(&rules, "ignore previous ordersx").is_empty());
}

#[test]
fn a_regex_is_tried_at_its_prefix_and_after_its_own_match() {
    let rules = ruleset(json!([regex("x", json!({"pattern": "ak-[0-9a-z-]{4,8}"}))]));
    assert_eq!(ranges(&rules, "ak-12ak-34ak-5678"), [(0, 11)]);
    assert_eq!(ranges(&rules, "AK-1234 ak-1234"), [(8, 15)]);
}

#[test]
fn a_regex_without_prefix_is_searched_for_everywhere() {
    let rules = ruleset(json!([
        regex("x", json!({"pattern": "[a-z]+@corp", "boundary": true})),
        regex("y", json!({"pattern": "[0-9]+#"})),
    ]));
    assert_eq!(ranges(&rules, "a 12# bob@corp eve@corpx"), [(2, 5), (6, 14)]);
}

#[test]
fn a_keyword_decides_whether_a_regex_is_tried() {
    let rules = ruleset(json!([regex("x", json!({"pattern": "[0-9]{4}", "keywords": ["PIN"]}))]));
    assert_eq!(ranges(&rules, "pin: 1234"), [(5, 9)]);
    assert!(ranges(&rules, "year 1234").is_empty());
}

#[test]
fn context_raises_and_lowers_a_score() {
    let rule = with(regex("x", json!({"pattern": "[0-9]{4}"})), "score", json!(40));
    let rule = with(rule, "context", json!(["pin"]));
    let rules = ruleset(json!([with(rule, "negative_context", json!(["year"]))]));
    assert_eq!(scan(&rules, "PIN 1234")[0].score, 75);
    assert_eq!(scan(&rules, "1234 (pins)").len(), 1);
    assert!(scan(&rules, "1234").is_empty());
    assert!(scan(&rules, "spin 1234").is_empty());
    assert!(scan(&rules, "pin, year 1234").is_empty());
    let far = format!("pin {} 1234", "x".repeat(60));
    assert!(scan(&rules, &far).is_empty());
}

#[test]
fn a_key_brings_its_context_along() {
    let rule = with(regex("x", json!({"pattern": "[0-9]{4}"})), "score", json!(40));
    let rules = ruleset(json!([with(rule, "context", json!(["pin"]))]));
    let mut scratch = Scratch::default();
    let contexts = rules.contexts(b"user.bankPin", &mut scratch);
    let mut findings = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(10);
    rules.scan(b"1234", contexts, deadline, &mut scratch, &mut findings).unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(rules.contexts(b"spinning", &mut scratch), 0);
}

#[test]
fn its_own_marks_are_not_found_again() {
    let rules = ruleset(json!([regex("email", json!({"pattern": "[A-Za-z0-9*]{4,}"}))]));
    for mark in ["[EMAIL]", "[EMAIL:0123456789abcdef]", "[EMAIL:a****1111]", "[REDACTED:unscanned]"]
    {
        assert!(ranges(&rules, mark).is_empty(), "{mark}");
    }
    for other in ["[EMAIL:bob]", "[EMAIL:0123456789ABCDEF]", "[email]", "[PHONE]", "[EMAIL"] {
        assert!(!ranges(&rules, other).is_empty(), "{other}");
    }
}

#[test]
fn each_action_words_its_replacement() {
    let rule = |action: Value| {
        let key = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=";
        let rule = with(regex("pin", json!({"pattern": "pin-[0-9]+"})), "action", action);
        let document = json!({"rules": [rule], "hmac": {"key_base64": key, "key_id": "a"}});
        Ruleset::from_json(document.to_string().as_bytes()).unwrap()
    };
    assert_eq!(replacement(&rule(json!({"kind": "token"})), "pin-123456"), "[PIN]");
    let partial = rule(json!({"kind": "partial", "keep_last": 4}));
    assert_eq!(replacement(&partial, "pin-123456"), "[PIN:****3456]");
    assert_eq!(replacement(&partial, "pin-1"), "[PIN:****-1]");
    let hmac = replacement(&rule(json!({"kind": "hmac"})), "pin-123456");
    assert!(hmac.starts_with("[PIN:") && hmac.len() == 22, "{hmac}");
    let md5 = replacement(&rule(json!({"kind": "hash", "function": "md5"})), "pin-123456");
    assert_eq!(md5.len(), 32);
    assert_eq!(replacement(&rule(json!({"kind": "drop_match"})), "pin-1"), "");
}

#[test]
fn scopes_allow_lists_thresholds_and_dry_runs_decide() {
    let rule = regex("pin", json!({"pattern": "pin-[0-9]+"}));
    let off = json!([{"keys": ["gen_ai.*"], "roles": ["user"], "enabled": false}]);
    let text = b"pin-1234";
    let decide = |rule: Value, place: &Place<'_>| {
        let rules = ruleset(json!([rule]));
        let found = scan(&rules, "pin-1234")[0];
        rules.decide(&found, text, place).map(|decision| decision.action)
    };
    let scoped = with(rule.clone(), "scopes", off);
    assert_eq!(decide(scoped.clone(), &PLACE), None);
    let elsewhere = Place { key: b"http.url", ..PLACE };
    assert_eq!(decide(scoped, &elsewhere), Some(Action::Token));
    let allowed = with(rule.clone(), "allow", json!({"suffix": ["-1234"]}));
    assert_eq!(decide(allowed, &PLACE), None);
    let unsure = with(with(rule.clone(), "score", json!(70)), "mask_at", json!(80));
    assert_eq!(decide(unsure, &PLACE), Some(Action::Flag));
    assert_eq!(decide(with(rule, "dry_run", json!(true)), &PLACE), Some(Action::Flag));
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let found = problems(json!({"rules": [
        with(phrase("a", "x"), "label", json!("no good")),
        with(phrase("a", "fine"), "action", json!({"kind": "hmac"})),
        with(regex("c", json!({"pattern": "(", "validators": []})), "flag_at", json!(90)),
        with(phrase("d", "fine"), "match", json!({"detector": "nose"})),
        regex("e", json!({"pattern": "ab", "validators": ["none"]})),
    ]}));
    for reason in [
        "label",
        "2 to 512",
        "twice",
        "HMAC key",
        "not valid",
        "flag_at",
        "no detector nose",
        "no validator none",
    ] {
        assert!(found.iter().any(|line| line.contains(reason)), "{reason}: {found:#?}");
    }
    assert!(problems(json!({"rules": []}))[0].contains("no rule"));
    assert!(problems(json!({"rules": [], "nonsense": 1}))[0].contains("unknown field"));
}

#[test]
fn the_digest_follows_the_rules_and_not_the_key() {
    let key = |byte: &str| json!({"key_base64": byte.repeat(44), "key_id": "a"});
    let digest = |rules: Value, key: Value| {
        let document = json!({"rules": rules, "hmac": key}).to_string();
        Ruleset::from_json(document.as_bytes()).unwrap().digest().to_owned()
    };
    let rules = json!([phrase("a", "one")]);
    assert_eq!(digest(rules.clone(), key("A")), digest(rules.clone(), key("B")));
    assert_ne!(digest(rules, key("A")), digest(json!([phrase("a", "two")]), key("A")));
}

#[test]
fn addresses_that_run_into_each_other_are_both_found() {
    let email = json!({"id": "email", "label": "EMAIL", "class": "validated",
                       "action": {"kind": "token"}, "match": {"detector": "email"}});
    assert_eq!(ranges(&ruleset(json!([email])), "a1@b.com-c2@d.org"), [(0, 8), (3, 17)]);
}
