//! What redaction did to one batch. Holds nothing of its content.

use std::collections::HashMap;

use spanloom_scan::document::Action;
use spanloom_scan::keys::KeyFate;
use spanloom_scan::place::Role;
use spanloom_scan::rules::RuleIndex;
use spanloom_scan::text::Unscanned;
use spanloom_scan::value::Told;

use super::repeats::Scanned;

/// What kind of text was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    String,
    Json,
    Bytes,
    Number,
    Key,
    /// A field that the protocol does not know.
    Unknown,
}

impl ValueKind {
    pub const ALL: [Self; 6] =
        [Self::String, Self::Json, Self::Bytes, Self::Number, Self::Key, Self::Unknown];

    /// Of a text: whether it will be read as JSON.
    pub fn of_text(text: &[u8]) -> Self {
        match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{' | b'[') => Self::Json,
            _ => Self::String,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Json => "json",
            Self::Bytes => "bytes",
            Self::Number => "number",
            Self::Key => "key",
            Self::Unknown => "unknown",
        }
    }
}

/// One finding of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Empty where the finding belongs to no item, or the item to no trace.
    pub trace_id: Vec<u8>,
    pub rule: RuleIndex,
    pub action: &'static str,
    /// As it leaves, that is without what was found in keys.
    pub key: Vec<u8>,
    /// By which the same value can be recognised; None without a key for it.
    pub tag: Option<String>,
}

#[derive(Debug, Default)]
pub struct Report {
    pub findings: HashMap<(RuleIndex, &'static str), u64>,
    /// By `ValueKind`.
    pub values: [u64; 6],
    pub unscanned: HashMap<&'static str, u64>,
    pub dropped: HashMap<&'static str, u64>,
    pub keys: HashMap<&'static str, u64>,
    pub bytes_scanned: u64,
    /// Findings, values that could not be scanned, and keys with a fate, all together.
    pub n_noted: u64,
    /// None if nobody asked.
    pub audit: Option<Vec<Audited>>,
}

impl Report {
    pub fn scanned(&mut self, kind: ValueKind, n_bytes: usize) {
        self.bytes_scanned += n_bytes as u64;
        if let Some(n_values) = self.values.get_mut(kind as usize) {
            *n_values += 1;
        }
    }

    pub fn unscanned(&mut self, reason: Unscanned) {
        self.n_noted += 1;
        *self.unscanned.entry(unscanned_name(reason)).or_default() += 1;
    }

    /// What was scanned since `before`.
    pub fn since(&self, before: Scanned) -> Scanned {
        let mut values = self.values;
        for (now, then) in values.iter_mut().zip(before.values) {
            *now -= then;
        }
        Scanned { values, n_bytes: self.bytes_scanned - before.n_bytes }
    }

    /// Counts what was clean before, and so is again.
    pub fn repeated(&mut self, scanned: Scanned) {
        self.bytes_scanned += scanned.n_bytes;
        for (n_values, more) in self.values.iter_mut().zip(scanned.values) {
            *n_values += more;
        }
    }

    pub fn found(&mut self, told: &Told, trace_id: &[u8], key: &[u8]) {
        self.n_noted += 1;
        let action = action_name(told);
        *self.findings.entry((told.rule, action)).or_default() += 1;
        if let Some(audit) = &mut self.audit {
            let (trace_id, key) = (trace_id.to_vec(), key.to_vec());
            let tag = told.tag.map(|tag| String::from_utf8_lossy(&tag).into_owned());
            audit.push(Audited { trace_id, rule: told.rule, action, key, tag });
        }
    }

    pub fn dropped(&mut self, what: &'static str, n: u64) {
        *self.dropped.entry(what).or_default() += n;
    }

    pub fn key_fate(&mut self, fate: KeyFate) {
        let name = match fate {
            KeyFate::Scan => return,
            KeyFate::Ignore => "ignore",
            KeyFate::Mask => "mask",
            KeyFate::Drop => "drop",
            KeyFate::NotAllowed => "allow_only",
        };
        self.n_noted += 1;
        *self.keys.entry(name).or_default() += 1;
    }
}

/// The action as rules name it; `dry_run` for what is only tried.
pub const fn action_name(told: &Told) -> &'static str {
    if told.dry_run {
        return "dry_run";
    }
    match told.action {
        Action::Flag => "flag",
        Action::Token => "token",
        Action::Partial { .. } => "partial",
        Action::Hmac => "hmac",
        Action::Hash { .. } => "hash",
        Action::DropMatch => "drop_match",
        Action::DropAttribute => "drop_attribute",
        Action::DropItem => "drop_item",
    }
}

pub const fn unscanned_name(reason: Unscanned) -> &'static str {
    match reason {
        Unscanned::TooLarge => "too_large",
        Unscanned::Timeout => "timeout",
        Unscanned::Unstable => "unstable",
        Unscanned::Internal => "internal",
    }
}

/// As rules name it.
pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::None => "none",
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}
