#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::super::pairs::{INT_VALUE, KEY, STRING_VALUE, VALUE};
use super::*;
use crate::otlp::wire::{put_len_field, put_varint};
use crate::redact::{Engine, engine::Summary};

#[test]
fn of_many_empty_items_few_are_noted_at_a_time() {
    let (mut resource, mut request) = (Vec::new(), Vec::new());
    put_len_field(&mut resource, 2, &[0x12, 0].repeat(8 * ITEMS));
    put_len_field(&mut request, 1, &resource);
    let document = br#"{"rules": [], "keys": {"drop": ["a"]}}"#;
    let engine = Engine::new(document, Summary::Info).unwrap();
    let mut memory = Memory::default();
    assert!(survey(&engine.ruleset, Signal::Logs, &request, &mut memory).is_some());
    assert!((1..=2 * ITEMS).contains(&memory.room.items.capacity()));
}

#[test]
fn a_number_under_a_telling_key_does_not_leave_its_item_to_the_walk() {
    let document = br#"{"rules": [{"id": "card", "label": "CARD", "class": "generic",
        "match": {"detector": "credit_card"}, "action": {"kind": "token"},
        "context": ["card"]}]}"#;
    let engine = Engine::new(document, Summary::Info).unwrap();
    let request = |number: u64| {
        let number = [&[(INT_VALUE as u8) << 3][..], &varint(number)].concat();
        let pair = [(KEY, b"card".as_slice()), (VALUE, &number)];
        [6, 2, 2, 1].iter().fold(fields(&pair), |inner, &field| fields(&[(field, &inner)]))
    };
    let is_changed = |number| {
        let redacted = engine.redact(Signal::Logs, &request(number), false).unwrap();
        redacted.request.is_some()
    };
    assert!(!is_changed(7) && is_changed(4_111_111_111_111_111));
    let mut memory = engine.memory();
    let mut n_clear = |number| {
        let request = request(number);
        let surveyed = survey(&engine.ruleset, Signal::Logs, &request, &mut memory).unwrap();
        surveyed.scanned.values[ValueKind::Number as usize]
    };
    assert_eq!((n_clear(7), n_clear(4_111_111_111_111_111)), (1, 0));
}

#[test]
fn a_long_text_that_is_clean_at_one_place_is_looked_at_at_another() {
    let document = br#"{"rules": [{"id": "secret", "label": "SECRET", "class": "generic",
        "match": {"phrases": {"phrases": ["secret word"]}}, "action": {"kind": "token"},
        "scopes": [{"enabled": false}, {"locations": ["span.events"], "enabled": true}]}]}"#;
    let engine = Engine::new(document, Summary::Info).unwrap();
    let text = fields(&[(STRING_VALUE, "a secret word, ".repeat(20).as_bytes())]);
    let pair = fields(&[(KEY, b"said".as_slice()), (VALUE, &text)]);
    let is_changed = |path: &[u32]| {
        let request = path.iter().rfold(pair.clone(), |inner, &field| fields(&[(field, &inner)]));
        engine.redact(Signal::Traces, &request, false).unwrap().request.is_some()
    };
    let (of_span, of_event) = ([1, 2, 2, 9], [1, 2, 2, 11, 3]);
    assert_eq!([(); 4].map(|()| is_changed(&of_span)), [false; 4]);
    assert!(is_changed(&of_event));
}

fn fields(fields: &[(u32, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    fields.iter().for_each(|(number, payload)| put_len_field(&mut out, *number, payload));
    out
}

fn varint(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, value);
    out
}
