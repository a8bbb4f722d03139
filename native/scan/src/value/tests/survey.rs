//! A quick look never calls clean what a full one would find.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{PLACE, ruleset, token, with};
use crate::rules::Ruleset;
use crate::text::{Contexts, Scratch};
use crate::value::spots::Spot;
use crate::value::{Outcome, Pass, Survey};

const N_SEEDS: u64 = 40_000;
const PIECES: &[&str] = &[
    "secret word",
    "secret",
    " word",
    "word",
    "a@b.io",
    "a@b",
    ".io",
    "4539 1488 0343 6467",
    "4539 1488",
    " 0343 6467",
    "4539148803436467",
    "078-05-1120",
    "q7RzK2mVx9LtB4wN",
    "q7RzK2mVx",
    "password",
    "password=",
    ": ",
    "\"",
    "\\n",
    "\n",
    "\n",
    "\t",
    "sk-",
    "abcdefgh12",
    "line:",
    "tool:",
    "plain text",
    " ",
    "[",
    "[1, 2]",
    "{",
    "%40",
    "\u{e9}",
    "c2VjcmV0IHdvcmQgYW5kIG1vcmU=",
    "c2VjcmV0IHdvcmQgYW5kIG1vcmUA_x",
    "chatcmpl-00000000000000000123",
    "content",
    "text",
    "magic 77",
    "magic",
    "\\",
    "\\d",
    "[a]: ",
    "/",
    "“",
    "é",
    "４５３９ １４８８",
    "ѕecret",
    "\u{200b}",
    "\0",
    "\\u0061",
    "s%65cret",
    "%20word",
    "sec\\u0072et",
    "\\\\",
    "%00",
    "it's \"quoted\"",
    "{\"id\": \"q7RzK2mVx9LtB4wN\"}",
];

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((self.0 >> 33) % n as u64) as usize
    }

    fn text(&mut self) -> String {
        (0..self.below(4)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }

    fn value(&mut self) -> String {
        let role = ["user", "assistant"][self.below(2)];
        let key = ["content", "text", "password"][self.below(3)];
        let messages = json!([{"role": role, "parts": [{key: self.text()}, {key: self.text()}]},
                              {"role": "user", "content": self.text(), "n": self.below(99)}]);
        let text = match self.below(6) {
            0 => self.text() + &self.text(),
            1 => json!({"password": self.text(), "n": 4_539_148_803_436_467_u64}).to_string(),
            2 => json!({self.text(): self.text()}).to_string(),
            3 => json!([messages.to_string()]).to_string(),
            4 => serde_json::to_string_pretty(&messages).unwrap(),
            _ => messages.to_string(),
        };
        match self.below(8) {
            0 => text[..text.floor_char_boundary(self.below(text.len() + 1))].to_owned(),
            _ => text,
        }
    }
}

fn regex(id: &str, pattern: &str, boundary: bool, keywords: &[&str]) -> Value {
    let rule = json!({"regex": {"pattern": pattern, "boundary": boundary, "keywords": keywords}});
    with(token(id, "x"), "match", rule)
}

fn detector(name: &str, context: &[&str]) -> Value {
    let rule = with(token(name, "x"), "match", json!({"detector": name}));
    with(with(rule, "context", json!(context)), "score", json!(50))
}

/// A phrase that only counts beside one of these words.
fn weak(phrase: &str, context: &[&str]) -> Value {
    let rule = with(token("weak", phrase), "score", json!(40));
    with(with(rule, "flag_at", json!(60)), "context", json!(context))
}

fn rules() -> Ruleset {
    ruleset(json!({"limits": {"base64_bytes_max": 20}, "rules": [
        token("s", "secret word"),
        detector("email", &[]),
        detector("credit_card", &["card"]),
        detector("us_ssn", &["ssn"]),
        detector("phone", &["phone"]),
        detector("generic_secret", &["password"]),
        weak("plain", &["magic", "tool"]),
        regex("key", "sk-[a-z0-9]{10,}$", true, &[]),
        regex("line", "(?m:^)(?:line|tool):", false, &[]),
        regex("gated", "[0-9]{2}", true, &["magic"]),
    ]}))
}

fn full(rules: &Ruleset, value: &[u8], spot: Spot, scratch: &mut Scratch) -> bool {
    let mut told = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(60);
    let outcome = Pass::new(rules, &PLACE, deadline, scratch, &mut told).run(value, spot);
    outcome == Outcome::Unchanged && told.is_empty()
}

/// Which of the values, looked at together, are clean at one look.
fn at_once(
    rules: &Ruleset,
    values: &[(String, Spot)],
    survey: &mut Survey,
    scratch: &mut Scratch,
) -> Vec<bool> {
    survey.clear();
    let mut take = |(value, spot): &(String, Spot)| {
        rules.take_in(value.as_bytes(), spot.contexts, survey, scratch)
    };
    let is_taken: Vec<bool> = values.iter().map(&mut take).collect();
    rules.look_at(survey, scratch);
    let mut n_taken = 0;
    let mut clear = |(value, is_taken): (&(String, Spot), bool)| {
        let index = n_taken;
        n_taken += usize::from(is_taken);
        is_taken && rules.is_clear((survey, index), value.0.as_bytes(), &PLACE, scratch)
    };
    values.iter().zip(is_taken).map(&mut clear).collect()
}

#[test]
fn what_looks_clean_at_once_is_clean() {
    let (rules, mut scratch, mut survey) = (rules(), Scratch::default(), Survey::default());
    let (mut n_clean, mut n_full, mut n_values) = (0, 0, 0);
    for seed in 0..N_SEEDS {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut value = || {
            let contexts = if random.below(4) == 0 { Contexts::MAX } else { 0 };
            let spot = Spot { contexts, role: PLACE.role, message_index: None };
            (random.value(), spot)
        };
        let values: Vec<_> = (0..1 + seed % 3).map(|_| value()).collect();
        let clean = at_once(&rules, &values, &mut survey, &mut scratch);
        for ((value, spot), at_once) in values.iter().zip(clean) {
            let in_full = full(&rules, value.as_bytes(), *spot, &mut scratch);
            assert!(in_full || !at_once, "seed {seed}: {value}");
            n_values += 1;
            n_clean += u64::from(at_once);
            n_full += u64::from(in_full);
        }
    }
    // It would be useless if it never said so, and the test too if nothing was ever found.
    assert!(n_clean * 3 > n_full, "{n_clean} of {n_full}");
    assert!(n_full * 4 < n_values * 3, "{n_full} of {n_values}");
}

#[test]
fn a_number_that_is_one_word_is_looked_at() {
    let rules = ruleset(json!({"rules": [detector("generic_secret", &["card"])]}));
    let (mut scratch, mut survey) = (Scratch::default(), Survey::default());
    let spot = Spot { contexts: 0, role: PLACE.role, message_index: None };
    for value in ["{\"card\": 83719402651e-46}", "{\"card\": \"[ 83719402651e-46 ]\"}"] {
        assert!(!full(&rules, value.as_bytes(), spot, &mut scratch));
        let clean = at_once(&rules, &[(value.to_owned(), spot)], &mut survey, &mut scratch);
        assert_eq!(clean, [false], "{value}");
    }
}
