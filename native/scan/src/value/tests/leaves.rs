use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use super::{check, redact, rules, ruleset, token, with};

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
        ("q=dear%20mail@x.io%20bye", "q=dear%20[M]%20bye"),
        (r"line\nmail@x.io\n", r"line\n[M]\n"),
        (r"a \u0022secret\tword\u0022", r"a \u0022[S]\u0022"),
        (r"mail\u0040x.io", "[M]"),
        (r#"{"a":"cut \"mail@x.io"#, r#"{"a":"cut \"[M]"#),
    ]);
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
fn a_context_word_counts_for_what_it_stands_beside_in_long_tables_too() {
    let unsure = [("score", 40), ("flag_at", 60), ("mask_at", 60)];
    let number = with(token("n", "5550100"), "context", json!(["tel"]));
    let number = unsure.iter().fold(number, |rule, &(key, to)| with(rule, key, json!(to)));
    let rules = ruleset(json!({ "rules": [number] }));
    for n_bytes in [51, 52, 60, 100, 350, 1200] {
        let far = "-".repeat(n_bytes);
        let table = |number: &str| format!("5550100 {far} tel {number} {far} ").repeat(40);
        assert_eq!(redact(&rules, &table("5550100")), table("[N]"), "{n_bytes}");
    }
    let near = "5550100 tel ".repeat(500);
    assert_eq!(redact(&rules, &near), near.replace("5550100", "[N]"));
}
