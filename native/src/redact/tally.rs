//! What was found in one item, resource or scope.

use std::collections::BTreeSet;

use spanloom_scan::place::Role;
use spanloom_scan::rules::RuleIndex;
use spanloom_scan::value::Told;

use super::edits::Slot;
use super::engine::Engine;
use super::own::{Own, OwnValue};
use super::report::role_name;

/// Keys that are told of one item; what exceeds them is only counted.
const KEYS_MAX: usize = 256;

/// An attribute that redaction may have to replace by its own.
#[derive(Debug)]
pub struct Tracked {
    pub own: Own,
    pub key: Vec<u8>,
    /// None if it holds what redaction would not write.
    pub value: Option<OwnValue>,
    pub slot: Slot,
}

#[derive(Debug, Default)]
pub struct Tally {
    /// Values replaced, by a rule or by their key.
    pub n_masked: u64,
    /// Attributes taken out.
    pub n_redacted: u64,
    pub n_ignored: u64,
    pub masked_keys: BTreeSet<Vec<u8>>,
    pub redacted_keys: BTreeSet<Vec<u8>>,
    /// Rules that found something, ascending.
    pub found: Vec<RuleIndex>,
    /// Those of them that are signals of prompt injection where it counts, ascending.
    pub signals: Vec<RuleIndex>,
    /// Weight and place of the strongest signal.
    pub loudest: Option<(f64, Vec<u8>)>,
    pub tracked: Vec<Tracked>,
    /// Of the item, if findings are audited.
    pub trace_id: Vec<u8>,
}

impl Tally {
    pub fn masked(&mut self, key: &[u8]) {
        self.n_masked += 1;
        note(&mut self.masked_keys, key);
    }

    pub fn redacted(&mut self, key: &[u8]) {
        self.n_redacted += 1;
        note(&mut self.redacted_keys, key);
    }

    /// `message_index`: which element of an array of the wire it stands in.
    pub fn found(&mut self, engine: &Engine, told: &Told, key: &[u8], message_index: Option<u32>) {
        insert(&mut self.found, told.rule);
        let Some(signal) = engine.ruleset.rule(told.rule).and_then(|rule| rule.signal.as_ref())
        else {
            return;
        };
        if !engine.ruleset.injection.roles.contains(&told.role) {
            return;
        }
        insert(&mut self.signals, told.rule);
        if self.loudest.as_ref().is_none_or(|(weight, _)| signal.weight > *weight) {
            let index = told.message_index.or(message_index);
            self.loudest = Some((signal.weight, location(key, index, told.role)));
        }
    }

    /// Whether there is anything to tell.
    pub fn is_silent(&self) -> bool {
        self.n_masked == 0 && self.n_redacted == 0 && self.found.is_empty()
    }

    /// What the attributes of this kind hold that are there already.
    pub fn existing(&self, own: Own) -> impl Iterator<Item = &OwnValue> {
        let tracked = self.tracked.iter().filter(move |tracked| tracked.own == own);
        tracked.filter_map(|tracked| tracked.value.as_ref())
    }
}

fn note(keys: &mut BTreeSet<Vec<u8>>, key: &[u8]) {
    if keys.len() < KEYS_MAX {
        // As they are read back: the list is joined by commas.
        keys.extend(key.split(|&byte| byte == b',').map(<[u8]>::to_vec));
    }
}

fn insert(rules: &mut Vec<RuleIndex>, rule: RuleIndex) {
    if let Err(at) = rules.binary_search(&rule) {
        rules.insert(at, rule);
    }
}

/// `gen_ai.input.messages[2].user`.
fn location(key: &[u8], index: Option<u32>, role: Role) -> Vec<u8> {
    let mut location = key.to_vec();
    if let Some(index) = index {
        location.extend_from_slice(format!("[{index}]").as_bytes());
    }
    if role != Role::None {
        location.push(b'.');
        location.extend_from_slice(role_name(role).as_bytes());
    }
    location
}
