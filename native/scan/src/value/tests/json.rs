use serde_json::json;

use super::{check, outcome, rules};
use crate::place::Role;

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
