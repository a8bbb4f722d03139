//! Makes a `Ruleset` of a `Document`, and says all that is wrong with it.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::compiler::{Compiled, Compiler, general};
use super::literals::Owner;
use super::regex::Floating;
use super::{Rule, RuleError, RuleIndex, Ruleset};
use crate::decide::key::hex;
use crate::document::{self, Document};

static LAST_IDENTITY: AtomicU64 = AtomicU64::new(0);

/// First 8 hex digits of the SHA-256 of the document without its HMAC key.
pub(super) fn digest(document: &[u8]) -> String {
    let mut value: serde_json::Value = serde_json::from_slice(document).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.remove("hmac");
    }
    let digest = Sha256::digest(value.to_string().as_bytes());
    hex(digest.first_chunk::<4>().map_or(&[], |first| first.as_slice()))
}

pub(super) fn compile(document: Document) -> Result<Ruleset, Vec<RuleError>> {
    let mut compiler = Compiler::default();
    let hmac = compiler.key(document.hmac.as_ref());
    let allow = compiler.allow("", &document.allow);
    let keys = compiler.keys(&document.keys);
    if document.rules.is_empty() && !keys_say_something(&document.keys) {
        compiler.problem("", "there is no rule; nothing would ever be redacted");
    }
    for (index, rule) in document.rules.iter().enumerate() {
        compiler.check(rule, hmac.is_some());
        compiler.rule(index as RuleIndex, rule);
    }
    for (key, is_content) in [(&b"\"content\""[..], true), (b"\"text\"", false)] {
        compiler.triggers.add(key, Owner::PartKey { is_content });
    }
    let floating = Floating::new(compiler.gated, &compiler.open);
    let bytes_max = document.limits.automaton_bytes_max;
    let built = (compiler.triggers.build(bytes_max), compiler.surroundings.build(bytes_max));
    let (Ok(triggers), Ok(surroundings)) = built else {
        compiler.problems.push(general("the rules need too much memory".to_owned()));
        return Err(compiler.problems);
    };
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    let labels = document.rules.iter().map(|rule| rule.label.clone()).collect();
    let rules = document.rules.into_iter().zip(compiler.compiled);
    let rules = rules.map(|(rule, matched)| assemble(rule, matched)).collect();
    Ok(Ruleset {
        rules,
        keys,
        limits: document.limits,
        decode: document.decode,
        scan_numbers: document.scan_numbers,
        on_oversize: document.on_oversize,
        pass_unscanned: document.pass_unscanned,
        injection: document.injection,
        triggers,
        surroundings,
        runs: compiler.runs,
        floating,
        allow,
        hmac,
        labels,
        digest: String::new(),
        identity: LAST_IDENTITY.fetch_add(1, Ordering::Relaxed) + 1,
    })
}

/// Keys to drop, mask or allow are enough to have something to do.
fn keys_say_something(keys: &document::Keys) -> bool {
    !keys.drop.is_empty() || !keys.mask.is_empty() || keys.allow_only.is_some()
}

fn assemble(rule: document::Rule, compiled: Compiled) -> Rule {
    Rule {
        id: rule.id,
        class: rule.class,
        score: rule.score.min(100),
        context: compiled.context,
        negative_context: compiled.negative_context,
        mask_at: rule.mask_at,
        flag_at: rule.flag_at,
        action: rule.action,
        label: rule.label,
        replacement: rule.replacement,
        dry_run: rule.dry_run,
        signal: rule.signal,
        attribute: rule.attribute,
        allow: compiled.allow,
        scopes: rule.scopes,
        canonical: compiled.canonical,
        matcher: compiled.matcher,
    }
}
