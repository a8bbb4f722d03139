//! What holds for any JSON, shown on random documents. A failure names its seed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::{Value, json};

use super::spots::Spot;
use super::{Outcome, Told};
use crate::json::{Json, Kind};
use crate::place::{Location, Place, Role, Signal};
use crate::rules::Ruleset;
use crate::text::Scratch;

const N_SEEDS: u64 = 3_000;
const PIECES: &[&str] = &[
    "mail@x.io",
    "secret word",
    "ｓecret\u{a0}word",
    "mail%40x.io",
    "\\nmail@x.io",
    "\n",
    "\\",
    "\"",
    "é",
    "漢",
    "😀",
    "\u{200b}",
    "plain",
    " ",
    "5550100",
    "[M]",
    "role",
    "text",
    "content",
    "\t",
    "/",
    "bWFpbEB4LmlvIGlzIG15IGFkZHJlc3M=",
    "%",
    "ma",
    "il@x.io",
    "tel",
    "\u{1}",
    "{",
    "[1",
    "\\u00e9",
];

/// Splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn text(&mut self) -> String {
        (0..self.below(5)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 4 } else { 8 }) {
            0 => json!(5_550_100),
            1 => [json!(null), json!(true), json!(1.5), json!(-7)][self.below(4)].clone(),
            2 | 3 => json!(self.text()),
            4 => json!(self.value(depth - 1).to_string()),
            5 => (0..self.below(4)).map(|_| json!({"text": self.text()})).collect(),
            6 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let members = (0..self.below(4)).map(|_| (self.text(), self.value(depth - 1)));
                Value::Object(members.collect())
            }
        }
    }

    /// The document with other white space and escapes.
    fn written(&mut self, value: &Value) -> String {
        let text = match self.below(2) {
            0 => value.to_string(),
            _ => serde_json::to_string_pretty(value).unwrap(),
        };
        match self.below(3) {
            0 => {
                text.replace('@', "\\u0040").replace('é', "\\u00E9").replace("😀", "\\ud83d\\ude00")
            }
            1 => text.replace('/', "\\/").replace('m', "\\u006d"),
            _ => text,
        }
    }
}

fn rules() -> Ruleset {
    let rule = |id: &str, phrase: &str, action: Value| {
        json!({"id": id, "label": id.to_uppercase(), "class": "phrase", "action": action,
               "match": {"phrases": {"phrases": [phrase], "whole_words": false}}})
    };
    let partial = json!({"kind": "partial", "keep_last": 4});
    let rules = json!([
        rule("m", "mail@x.io", json!({"kind": "token"})),
        rule("s", "secret word", partial),
        rule("n", "5550100", json!({"kind": "drop_match"})),
    ]);
    let document = json!({"rules": rules, "scan_numbers": "all"});
    Ruleset::from_json(document.to_string().as_bytes()).unwrap()
}

fn redact(rules: &Ruleset, scratch: &mut Scratch, value: &[u8]) -> Outcome {
    told(rules, scratch, value).0
}

fn told(rules: &Ruleset, scratch: &mut Scratch, value: &[u8]) -> (Outcome, Vec<Told>) {
    let (signal, location) = (Signal::Logs, Location::LogBody);
    let place = Place { signal, location, key: b"body", role: Role::Tool };
    let mut told = Vec::new();
    (rules.redact(value, &place, 0, scratch, &mut told), told)
}

/// All strings, keys included, with JSON inside of them taken apart.
fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inside) if inside.is_array() || inside.is_object() => strings(&inside, found),
            _ => found.push(text.clone()),
        },
        Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            found.push(key.clone());
            strings(value, found);
        }),
        _ => {}
    }
}

/// Where everything stands in a document, besides what it says.
fn shape(text: &[u8]) -> Vec<(u32, u32, bool)> {
    let mut json = Json::default();
    assert!(json.parse(text, 64, true));
    let containers = json.containers.iter().map(|one| (one.parent, one.slot, one.is_array));
    let leaves = json.leaves.iter();
    containers.chain(leaves.map(|one| (one.container, one.slot, one.kind == Kind::Key))).collect()
}

#[test]
fn json_stays_valid_nothing_is_left_and_a_second_pass_changes_nothing() {
    let (rules, mut scratch) = (rules(), Scratch::default());
    for seed in 0..N_SEEDS {
        let mut random = Random(seed);
        let value = match random.below(2) {
            0 => json!([random.value(3)]),
            _ => json!({"a": random.value(3), "tel": random.value(2)}),
        };
        let text = random.written(&value);
        let new = match redact(&rules, &mut scratch, text.as_bytes()) {
            Outcome::Unchanged => continue,
            Outcome::Replaced(new) => new,
            other => panic!("seed {seed}: {other:?}"),
        };
        let parsed: Value = serde_json::from_slice(&new)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}: {text}"));
        let mut left = Vec::new();
        strings(&parsed, &mut left);
        let is_left = |text: &String| text.contains("mail@x.io") || text.contains("5550100");
        assert!(!left.iter().any(is_left), "seed {seed}: {left:?}");
        assert_eq!(shape(&new), shape(text.as_bytes()), "seed {seed}");
        assert_eq!(redact(&rules, &mut scratch, &new), Outcome::Unchanged, "seed {seed}");
    }
}

/// The same document around one string and another, also cut or damaged.
#[test]
fn what_was_learnt_of_values_of_one_shape_changes_nothing() {
    let rules = rules();
    let mut n_framed = 0;
    // As many of either shape.
    for seed in 0..2 * N_SEEDS {
        let mut random = Random(seed);
        let (around, mut scratch) = (random.value(3), Scratch::default());
        let pretty = random.below(2) == 0;
        let said = random.text();
        let by = [["role"; 2], ["role", "by"], ["by"; 2]][random.below(3)];
        let roles = [["user"; 2], ["user", "tool"], ["tool"; 2]][random.below(3)];
        for _ in 0..6 {
            let role = if random.below(9) == 0 { "user" } else { "role" };
            let mut parts = match seed % 2 {
                0 => vec![around.clone(), json!({role: "user", "tel": random.text()})],
                _ => vec![
                    json!({by[0]: roles[0], "content": said}),
                    json!({by[1]: roles[1], "content": random.text()}),
                ],
            };
            parts.rotate_left(random.below(40) / 39);
            let value = json!(parts);
            let mut text = match pretty {
                true => serde_json::to_string_pretty(&value).unwrap().into_bytes(),
                false => value.to_string().into_bytes(),
            };
            if random.below(8) == 0 {
                let at = random.below(text.len());
                text[at] = random.below(256) as u8;
            }
            let spot = Spot { contexts: 0, role: Role::None, message_index: None };
            n_framed += usize::from(
                scratch.value.frames.fit(&rules, &text, spot, &mut Vec::new()).is_some(),
            );
            let alone = told(&rules, &mut Scratch::default(), &text);
            let shown = String::from_utf8_lossy(&text);
            assert_eq!(told(&rules, &mut scratch, &text), alone, "seed {seed}: {shown}");
        }
    }
    assert!(n_framed > N_SEEDS as usize, "{n_framed}");
}

#[test]
fn bytes_outside_of_findings_stay() {
    let (rules, mut scratch) = (rules(), Scratch::default());
    for seed in 0..N_SEEDS {
        let mut random = Random(seed);
        let clean: Value = json!([{"a": random.below(99), "b": "é\"\\ \u{1}"}, "x/y", null]);
        let (before, after) = (random.written(&clean), random.written(&clean));
        let text = format!("[{before}, \"mail@x.io\" ,{after}]");
        let expected = format!("[{before}, \"[M]\" ,{after}]");
        let outcome = redact(&rules, &mut scratch, text.as_bytes());
        assert_eq!(outcome, Outcome::Replaced(expected.into_bytes()), "seed {seed}");
    }
}

#[test]
fn cut_and_damaged_documents_stay_utf8_and_become_stable() {
    let (rules, mut scratch) = (rules(), Scratch::default());
    for seed in 0..N_SEEDS {
        let mut random = Random(seed);
        let value = json!([random.value(3)]);
        let whole = random.written(&value);
        let cut = random.below(whole.len());
        let cut = (0..=cut).rev().find(|&at| whole.is_char_boundary(at)).unwrap();
        if let Outcome::Replaced(new) = redact(&rules, &mut scratch, &whole.as_bytes()[..cut]) {
            assert!(std::str::from_utf8(&new).is_ok(), "seed {seed}");
            assert_eq!(redact(&rules, &mut scratch, &new), Outcome::Unchanged, "seed {seed}");
        }
    }
}

#[test]
fn any_bytes_are_taken_without_panic() {
    let (rules, mut scratch) = (rules(), Scratch::default());
    for seed in 0..N_SEEDS {
        let mut random = Random(seed);
        let mut bytes = random.value(2).to_string().into_bytes();
        for _ in 0..random.below(6) {
            let at = random.below(bytes.len());
            bytes[at] = random.below(256) as u8;
        }
        let _ = redact(&rules, &mut scratch, &bytes);
    }
}
