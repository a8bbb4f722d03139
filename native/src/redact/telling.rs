//! Writes on an item, a resource or a scope what was found in it.
//!
//! What an earlier pass wrote is merged, so that nothing is there twice; a pass that finds the
//! same again writes nothing.

use std::collections::BTreeSet;

use super::edits::Edits;
use super::engine::{Engine, Summary};
use super::own::{Own, OwnValue};
use super::tally::Tally;
use crate::otlp::wire::Field;

/// Of scores: enough to tell them apart, and the same text on every machine.
const SCORE_STEPS: f64 = 1e4;

/// Appends to `message` what the tally tells; `number` is the field of its attributes.
pub fn tell(engine: &Engine, tally: &Tally, edits: &mut Edits, message: &Field, number: u32) {
    if tally.is_silent() {
        return;
    }
    let mut told = findings(engine, tally);
    told.extend(injection(engine, tally));
    told.retain(|(own, value)| !is_told(tally, *own, own.key(), value));
    for tracked in &tally.tracked {
        if told.iter().any(|(own, _)| *own == tracked.own) {
            edits.take_out(&tracked.slot);
        }
    }
    let attributes = attributes(engine, tally, edits);
    if told.is_empty() && attributes.is_empty() {
        return;
    }
    edits.replace(message.end..message.end, |out| {
        for (own, value) in &told {
            value.put(out, number, own.key());
        }
        for key in attributes {
            OwnValue::Bool(true).put(out, number, key);
        }
    });
}

/// Whether an attribute says so already, and no other of that key says otherwise.
fn is_told(tally: &Tally, own: Own, key: &str, value: &OwnValue) -> bool {
    let same_key = |own_of: Own, key_of: &[u8]| {
        own_of == own && (own != Own::OfRule || key_of == key.as_bytes())
    };
    let mut tracked =
        tally.tracked.iter().filter(|tracked| same_key(tracked.own, &tracked.key)).peekable();
    tracked.peek().is_some() && tracked.all(|tracked| tracked.value.as_ref() == Some(value))
}

fn findings(engine: &Engine, tally: &Tally) -> Vec<(Own, OwnValue)> {
    let mut told = Vec::new();
    let ids = found_ids(engine, tally);
    let is_debug = engine.summary == Summary::Debug;
    let is_quiet = tally.n_masked == 0 && ids.is_empty() && !(is_debug && tally.n_redacted > 0);
    if engine.summary == Summary::Silent || is_quiet {
        return told;
    }
    put_count(&mut told, Own::MaskedCount, added(tally, Own::MaskedCount, tally.n_masked));
    put_list(&mut told, Own::Rules, united(tally, Own::Rules, ids));
    told.push((Own::Ruleset, OwnValue::Text(engine.ruleset.digest().to_owned().into_bytes())));
    if is_debug {
        put_keys(&mut told, tally, Own::MaskedKeys, &tally.masked_keys);
        put_keys(&mut told, tally, Own::RedactedKeys, &tally.redacted_keys);
        let n_redacted = added(tally, Own::RedactedCount, tally.n_redacted);
        put_count(&mut told, Own::RedactedCount, n_redacted);
        // Those of an earlier pass are still there, and counted again.
        let n_ignored = ints(tally, Own::IgnoredCount).fold(tally.n_ignored, u64::max);
        put_count(&mut told, Own::IgnoredCount, n_ignored);
    }
    told
}

/// Of the rules that found something; signals of injection are told apart from them.
fn found_ids(engine: &Engine, tally: &Tally) -> Vec<Vec<u8>> {
    let rules = tally.found.iter().filter_map(|&rule| engine.ruleset.rule(rule));
    rules.filter(|rule| rule.signal.is_none()).map(|rule| rule.id.clone().into_bytes()).collect()
}

fn ints(tally: &Tally, own: Own) -> impl Iterator<Item = u64> {
    tally.existing(own).map(|value| match value {
        OwnValue::Int(count) => count.unsigned_abs(),
        _ => 0,
    })
}

fn added(tally: &Tally, own: Own, count: u64) -> u64 {
    ints(tally, own).fold(count, u64::saturating_add)
}

/// With what the attributes hold that are there already, in order.
fn united(tally: &Tally, own: Own, mut united: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for value in tally.existing(own) {
        match value {
            OwnValue::List(texts) => united.extend(texts.iter().cloned()),
            OwnValue::Text(text) => united.extend(text.split(|&b| b == b',').map(<[u8]>::to_vec)),
            _ => {}
        }
    }
    united.sort_unstable();
    united.dedup();
    united
}

fn put_count(told: &mut Vec<(Own, OwnValue)>, own: Own, count: u64) {
    if count > 0 {
        told.push((own, OwnValue::Int(count.cast_signed())));
    }
}

fn put_list(told: &mut Vec<(Own, OwnValue)>, own: Own, texts: Vec<Vec<u8>>) {
    if !texts.is_empty() {
        told.push((own, OwnValue::List(texts)));
    }
}

fn put_keys(told: &mut Vec<(Own, OwnValue)>, tally: &Tally, own: Own, keys: &BTreeSet<Vec<u8>>) {
    let keys = united(tally, own, keys.iter().cloned().collect());
    if !keys.is_empty() {
        told.push((own, OwnValue::Text(keys.join(&b","[..]))));
    }
}

/// The score of the signals as independent evidence, from the threshold on.
fn injection(engine: &Engine, tally: &Tally) -> Vec<(Own, OwnValue)> {
    let rules: Vec<_> =
        tally.signals.iter().filter_map(|&rule| engine.ruleset.rule(rule)).collect();
    let weights = rules.iter().filter_map(|rule| rule.signal.as_ref()).map(|signal| signal.weight);
    let score = 1.0 - weights.map(|weight| 1.0 - weight).product::<f64>();
    let Some((_, location)) = &tally.loudest else { return Vec::new() };
    if score < engine.ruleset.injection.threshold {
        return Vec::new();
    }
    let score = (score * SCORE_STEPS).round() / SCORE_STEPS;
    let mut told = vec![];
    let earlier = tally.existing(Own::Score).filter_map(|value| match value {
        OwnValue::Double(score) => Some(*score),
        _ => None,
    });
    let earlier = earlier.fold(0.0, f64::max);
    told.push((Own::Score, OwnValue::Double(score.max(earlier))));
    let ids = rules.iter().map(|rule| rule.id.clone().into_bytes()).collect();
    put_list(&mut told, Own::Signals, united(tally, Own::Signals, ids));
    if score > earlier || tally.existing(Own::Location).next().is_none() {
        told.push((Own::Location, OwnValue::Text(location.clone())));
    }
    told
}

/// The attributes to set to true that are not; takes out those that say otherwise.
fn attributes<'a>(engine: &'a Engine, tally: &Tally, edits: &mut Edits) -> BTreeSet<&'a str> {
    let rules = tally.found.iter().filter_map(|&rule| engine.ruleset.rule(rule));
    let mut keys: BTreeSet<&str> = rules.filter_map(|rule| rule.attribute.as_deref()).collect();
    keys.retain(|key| !is_told(tally, Own::OfRule, key, &OwnValue::Bool(true)));
    for tracked in &tally.tracked {
        let key = std::str::from_utf8(&tracked.key).unwrap_or_default();
        if tracked.own == Own::OfRule && keys.contains(key) {
            edits.take_out(&tracked.slot);
        }
    }
    keys
}
