//! What one pass writes may be what another one finds.

use serde_json::{Value, json};

use super::{outcome, redact, rule, ruleset, token, with};
use crate::text::Unscanned;
use crate::value::Outcome;

/// `xx` becomes the text; the other rules are those of `rules`.
fn changing(to: &str) -> Vec<Value> {
    let phrases = json!({"phrases": {"phrases": ["xx"], "whole_words": false}});
    let number = with(token("n", "5550100"), "context", json!(["tel"]));
    let change = with(with(token("x", "xx"), "match", phrases), "replacement", json!(to));
    vec![change, token("m", "mail@x.io"), number]
}

fn check(to: &str, value: &str, expected: &str) {
    let rules = ruleset(json!({ "rules": changing(to) }));
    assert_eq!(redact(&rules, value), expected, "{value}");
}

#[test]
fn what_is_written_into_a_leaf_is_found_there() {
    check("mail", "xx@x.io", "[M]");
    check("mail", r#"["a","{\"b\":\"xx@x.io\"}"]"#, r#"["a","{\"b\":\"[M]\"}"]"#);
    check("%", "mailxx40x.io", "[M]");
}

#[test]
fn what_is_written_into_a_key_tells_of_its_value() {
    check("tel", r#"{"xx":5550100}"#, r#"{"tel":"[N]"}"#);
}

#[test]
fn what_is_written_into_a_part_may_go_on_in_the_next() {
    let parts = |first, second| format!(r#"[{{"text":"{first}"}},{{"text":"{second}"}}]"#);
    check("ma", &parts("xx", "il@x.io"), &parts("[M]", ""));
    check("il@x.io", &parts("ma", "xx"), &parts("[M]", ""));
}

#[test]
fn what_is_written_into_a_role_decides_about_what_is_said() {
    let scope = json!([{"roles": ["user"], "action": {"kind": "token"}}]);
    let said = with(rule("w", "word", json!({"kind": "flag"})), "scopes", scope);
    let rules = [changing("user"), vec![said]].concat();
    let rules = ruleset(json!({ "rules": rules }));
    let written = redact(&rules, r#"[{"role":"xx","content":"word"}]"#);
    assert_eq!(written, r#"[{"role":"user","content":"[W]"}]"#);
}

#[test]
fn halves_of_a_character_that_come_together_are_read_as_it() {
    let drop = rule("d", "zz", json!({"kind": "drop_match"}));
    let digits = token("n", "5550100");
    let rules = ruleset(json!({ "rules": [drop, digits] }));
    assert_eq!(redact(&rules, r#"["a \ud835zz\udfd3550100"]"#), r#"["a [N]"]"#);
}

#[test]
fn what_was_too_much_to_decode_is_decoded_when_the_rest_is_gone() {
    let encoded = "to bWFpbEB4LmlvIGlzIG15IGFkZHJlc3M=";
    let limits = json!({"base64_bytes_max": 24});
    let rules = ruleset(json!({"rules": [token("m", "mail@x.io")], "limits": limits}));
    assert_eq!(redact(&rules, &json!([encoded, encoded]).to_string()), r#"["to [M]","to [M]"]"#);
}

#[test]
fn what_becomes_json_is_read_as_json() {
    let sure = [("score", 40), ("flag_at", 60), ("mask_at", 60)];
    let number = with(token("n", "5550100"), "context", json!(["tel"]));
    let number = sure.iter().fold(number, |rule, &(key, to)| with(rule, key, json!(to)));
    let rules = ruleset(json!({ "rules": [changing("{")[0], number] }));
    let far = "-".repeat(60);
    let value = format!(r#"xx"tel":["{far}","5550100"]}}"#);
    assert_eq!(redact(&rules, &value), format!(r#"{{"tel":["{far}","[N]"]}}"#));
}

#[test]
fn what_becomes_too_long_is_not_sent() {
    let limits = json!({"value_bytes_max": 10});
    let rules = ruleset(json!({"rules": changing("longer"), "limits": limits}));
    assert_eq!(redact(&rules, "xx 456"), "longer 456");
    let too_large = Outcome::Unscanned(Unscanned::TooLarge);
    assert_eq!(outcome(&rules, b"xx 4567").0, too_large);
}
