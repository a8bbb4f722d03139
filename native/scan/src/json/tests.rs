#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{Json, Kind, NONE, escaped, may_be_json};

const DEPTH_MAX: usize = 64;

fn is_valid(text: &str) -> bool {
    Json::default().parse(text.as_bytes(), DEPTH_MAX, true)
}

/// Kind, content, container and slot of every leaf.
fn leaves(text: &str) -> Vec<(Kind, String, u32, u32)> {
    let mut json = Json::default();
    assert!(json.parse(text.as_bytes(), DEPTH_MAX, true));
    let content =
        |leaf: &super::Leaf| String::from_utf8(leaf.content(text.as_bytes()).to_vec()).unwrap();
    json.leaves.iter().map(|leaf| (leaf.kind, content(leaf), leaf.container, leaf.slot)).collect()
}

#[test]
fn leaves_know_their_container_and_their_key_or_position() {
    let found = leaves(r#" {"a":"x","b":[1,"y\n",{"c":-2.5e3}],"d":null} "#);
    let expected = [
        (Kind::Key, "a", 0, NONE),
        (Kind::String, "x", 0, 0),
        (Kind::Key, "b", 0, NONE),
        (Kind::Number, "1", 1, 0),
        (Kind::String, r"y\n", 1, 1),
        (Kind::Key, "c", 2, NONE),
        (Kind::Number, "-2.5e3", 2, 5),
        (Kind::Key, "d", 0, NONE),
    ];
    assert_eq!(found, expected.map(|(kind, text, at, slot)| (kind, text.to_owned(), at, slot)));
}

#[test]
fn containers_know_their_parent() {
    let mut json = Json::default();
    assert!(json.parse(br#"[[],{"k":[{}]}]"#, DEPTH_MAX, false));
    let found: Vec<_> = json.containers.iter().map(|one| (one.parent, one.slot)).collect();
    assert_eq!(found, [(NONE, NONE), (0, 0), (0, 1), (2, 0), (3, 0)]);
}

#[test]
fn refuses_what_is_no_json() {
    let refused = [
        "",
        "1",
        "\"a\"",
        "[",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "[1 2]",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[1e]",
        "[-]",
        "[NaN]",
        "[tru]",
        "[\"a]",
        "[\"\\q\"]",
        "[\"\\u12g4\"]",
        "[\"\\",
        "[\"\t\"]",
        "[\"\u{1}\"]",
        "[1]x",
        "[1][",
        "{\"a\":1]",
        "[INST]",
        "[\u{a0}1]",
        "\u{feff}[]",
        "['a']",
        "[\"a\" \"b\"]",
        "[nullnull]",
        "[\"\\u+123\"]",
    ];
    for text in refused {
        assert!(!is_valid(text), "{text}");
    }
    assert!(!Json::default().parse(b"[\"\xff\"]", DEPTH_MAX, true));
}

#[test]
fn accepts_lone_surrogates_and_duplicate_keys() {
    for text in [r#"["\ud83d"]"#, r#"{"a":1,"a":2}"#, "[0,-0,1E+2,0.0e-1]", "[\"\u{7f}é\"]"] {
        assert!(is_valid(text), "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(is_valid(&nested(DEPTH_MAX)) && !is_valid(&nested(DEPTH_MAX + 1)));
    assert!(!is_valid(&"[".repeat(1 << 20)));
}

#[test]
fn agrees_with_serde_json_on_damaged_documents() {
    let whole =
        r#"[{"role":"user","content":"a\"b\\ \u00e9 é","n":[-1.5e-3,0,true,false,null,{}]}]"#;
    let mut json = Json::default();
    for at in 0..whole.len() {
        for byte in [b'"', b'\\', b',', b']', b'0', b' ', b'u', b'\n'] {
            let mut text = whole.as_bytes().to_vec();
            text[at] = byte;
            let expected = serde_json::from_slice::<serde_json::Value>(&text).is_ok();
            assert_eq!(json.parse(&text, DEPTH_MAX, true), expected, "{at} {byte}");
        }
    }
}

#[test]
fn written_text_reads_back() {
    for text in ["a\"b\\c\n\u{1}\u{1f}é😀", "[EMAIL] é"] {
        let quoted = format!("\"{}\"", escaped(text.to_owned()));
        assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
    }
}

#[test]
fn only_what_begins_like_json_is_tried() {
    assert!(may_be_json(b" \n[") && may_be_json(b"{x") && !may_be_json(b"a[") && !may_be_json(b""));
}
