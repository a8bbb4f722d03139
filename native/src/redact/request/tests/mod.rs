//! What is known of texts before the walk, and from earlier requests, changes nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod random;

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::engine::{Engine, Memory, Summary};
use super::super::report::{Audited, ValueKind};
use super::super::step::Stop;
use super::super::walk::Walk;
use super::{Redacted, finished, walked};
use crate::otlp::normalise::normalise;
use crate::otlp::signal::Signal;
use random::Random;

const N_SEEDS: u64 = 400;
const SIGNALS: [Signal; 3] = [Signal::Traces, Signal::Logs, Signal::Metrics];

/// All of a result but what is counted of keys: a known one is not scanned again.
type Told = (
    Option<Vec<u8>>,
    [usize; 2],
    [u64; 6],
    HashMap<(u32, &'static str), u64>,
    [HashMap<&'static str, u64>; 3],
    Option<Vec<Audited>>,
);

fn told(redacted: Redacted) -> Told {
    let Redacted { request, n_kept, n_dropped, mut report } = redacted;
    report.values[ValueKind::Key as usize] = 0;
    if n_dropped > 0 {
        // A metric that goes by its name takes points along that were looked at before.
        report.values = [0; 6];
    }
    let counts = [report.unscanned, report.dropped, report.keys];
    (request, [n_kept, n_dropped], report.values, report.findings, counts, report.audit)
}

fn once_more(
    signal: Signal,
    request: &[u8],
    run: impl Fn(&[u8]) -> Result<Redacted, Stop>,
) -> Result<Told, String> {
    let redacted = match run(request) {
        Err(Stop::Repeated) => run(&normalise(signal, request).unwrap()),
        result => result,
    };
    redacted.map(told).map_err(|stop| format!("{stop:?}"))
}

/// With nothing learnt, and item by item.
fn unsurveyed(
    engine: &Engine,
    signal: Signal,
    request: &[u8],
    audit: bool,
) -> Result<Redacted, Stop> {
    let mut walk = Walk::new(engine, signal, request, audit);
    walk.memory = Memory::default();
    walk.memory.scratch.tells_tags = audit;
    finished(walk, signal)
}

fn rule(id: &str, matcher: Value, action: &str, more: Value) -> Value {
    let mut rule = json!({"id": id, "label": id.to_uppercase(), "class": "generic",
                          "match": matcher, "action": {"kind": action}});
    let more = more.as_object().unwrap().clone();
    rule.as_object_mut().unwrap().extend(more);
    rule
}

fn phrase(id: &str, phrase: &str, action: &str, more: Value) -> Value {
    rule(id, json!({"phrases": {"phrases": [phrase]}}), action, more)
}

fn rules(action: &str, scopes: Value) -> Vec<Value> {
    let detector = |name: &str, more| rule(name, json!({"detector": name}), action, more);
    let line = json!({"regex": {"pattern": "(?m:^)line: t[a-z]+$"}});
    vec![
        phrase("secret", "secret word", action, json!({"scopes": scopes})),
        detector("email", json!({"scopes": scopes, "attribute": "app.seen"})),
        detector("credit_card", json!({"context": ["card"]})),
        detector("generic_secret", json!({"context": ["password", "card"]})),
        phrase("item", "item to drop", "drop_item", json!({})),
        phrase("attribute", "attribute to drop", "drop_attribute", json!({})),
        phrase("weak", "weak word", action, json!({"score": 40, "context": ["magic", "card"]})),
        rule("line", line, "flag", json!({})),
    ]
}

fn documents() -> Vec<Value> {
    let scopes = json!([
        {"enabled": false},
        {"locations": ["span.events", "scope", "log.body"], "enabled": true},
        {"keys": ["scope.version", "user.*"], "enabled": true},
        {"roles": ["user"], "enabled": true, "action": {"kind": "drop_item"}},
        {"signals": ["metrics"], "keys": ["metric.unit", "card"], "enabled": true},
    ]);
    let keys = json!({"drop": ["app.drop"], "mask": ["app.mask"], "ignore": ["app.ignore"]});
    let gated = json!({"regex": {"pattern": "[0-9]{2}", "keywords": ["items"]}});
    let gated = rule("gated", gated, "token", json!({}));
    vec![
        json!({"rules": rules("token", json!([]))}),
        json!({"rules": rules("drop_match", scopes), "keys": keys, "scan_numbers": "all",
               "decode": {"json": true, "base64": true, "percent": true, "hex": true}}),
        json!({"rules": rules("drop_item", json!([])), "scan_numbers": "none",
               "limits": {"value_bytes_max": 300, "nested_json_max": 0, "json_depth_max": 2}}),
        json!({"rules": [gated, phrase("s", "secret word", "flag", json!({}))],
               "decode": {"json": false, "base64": false, "percent": false, "hex": false}}),
    ]
}

#[test]
fn neither_surveys_nor_what_is_learnt_change_what_becomes_of_a_request() {
    let (mut n_changed, mut n_dropped, mut n_repeated) = (0, 0, 0);
    for (index, document) in documents().iter().enumerate() {
        let engine = || Engine::new(document.to_string().as_bytes(), Summary::Debug).unwrap();
        let (engine, other) = (engine(), engine());
        for seed in 0..N_SEEDS {
            let mut random = Random(seed << 8 | index as u64);
            let (signal, audit) = (SIGNALS[random.below(3)], random.below(8) == 0);
            let request = random.request(signal);
            let surveyed =
                once_more(signal, &request, |request| walked(&engine, signal, request, audit));
            let item_by_item =
                once_more(signal, &request, |request| unsurveyed(&other, signal, request, audit));
            assert_eq!(surveyed, item_by_item, "document {index}, seed {seed}");
            let stopped = walked(&engine, signal, &request, audit);
            n_repeated += usize::from(matches!(stopped, Err(Stop::Repeated)));
            let (request, [_, dropped], ..) = surveyed.unwrap();
            (n_changed, n_dropped) =
                (n_changed + usize::from(request.is_some()), n_dropped + dropped);
        }
    }
    assert!(n_changed > 100 && n_dropped > 100 && n_repeated > 10);
}
