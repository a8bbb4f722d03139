//! Makes a `Ruleset` of a `Document`, and says all that is wrong with it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::literals::{Literals, Owner};
use super::regex::{self, Floating, RegexRule};
use super::{Matcher, Rule, RuleError, RuleIndex, Ruleset, RunRules};
use crate::decide::allow::AllowList;
use crate::decide::canonical::Canonical;
use crate::decide::key::SecretKey;
use crate::detect::{self, Anchor};
use crate::document::{self, Action, Document, HashFunction};
use crate::keys::KeyPlan;

static LAST_IDENTITY: AtomicU64 = AtomicU64::new(0);
/// `Contexts` has so many bits.
const CONTEXT_SETS_MAX: usize = 128;
const PHRASE_BYTES_MIN: usize = 2;
const PHRASE_BYTES_MAX: usize = 512;

pub(super) fn general(reason: String) -> RuleError {
    RuleError { rule: String::new(), reason }
}

/// First 8 hex digits of the SHA-256 of the document without its HMAC key.
pub(super) fn digest(document: &[u8]) -> String {
    let mut value: serde_json::Value = serde_json::from_slice(document).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.remove("hmac");
    }
    let digest = Sha256::digest(value.to_string().as_bytes());
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn compile(document: Document) -> Result<Ruleset, Vec<RuleError>> {
    let mut compiler = Compiler::default();
    let hmac = compiler.key(document.hmac.as_ref());
    let allow = compiler.allow("", &document.allow);
    let keys = compiler.keys(&document.keys);
    if document.rules.is_empty() && !keys_say_something(&document.keys) {
        compiler.problem("", "there is no rule; nothing would ever be redacted");
    }
    let (mut gated, mut open) = (Vec::new(), Vec::new());
    for (index, rule) in document.rules.iter().enumerate() {
        compiler.check(rule, hmac.is_some());
        compiler.rule(index as RuleIndex, rule);
        match &rule.matcher {
            document::Matcher::Regex(regex) if compiler.floats(index as RuleIndex) => {
                match regex.keywords.is_empty() {
                    true => open.push((index as RuleIndex, &*regex.pattern, regex.ignore_case)),
                    false => gated.push(index as RuleIndex),
                }
            }
            _ => {}
        }
    }
    compiler.literals.add(b"[redacted:", Owner::Mark);
    let floating = Floating::new(gated, &open);
    let built = compiler.literals.build(document.limits.automaton_bytes_max);
    let (automaton, owners) = match built {
        Ok(built) => built,
        Err(_) => {
            compiler.problems.push(general("the rules need too much memory".to_owned()));
            return Err(compiler.problems);
        }
    };
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    let labels = document.rules.iter().map(|rule| rule.label.clone()).collect();
    let rules = document.rules.into_iter().zip(compiler.matchers);
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
        automaton,
        owners,
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

/// What the compiler made of a rule.
struct Compiled {
    matcher: Matcher,
    canonical: Canonical,
    allow: AllowList,
    context: Option<u8>,
    negative_context: Option<u8>,
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

#[derive(Default)]
struct Compiler {
    problems: Vec<RuleError>,
    literals: Literals,
    runs: RunRules,
    floating: Vec<RuleIndex>,
    /// The words of each set of context words.
    contexts: Vec<Vec<String>>,
    matchers: Vec<Compiled>,
    ids: HashSet<String>,
}

impl Compiler {
    /// Whether this rule, compiled just now, has no literal to start from.
    fn floats(&self, index: RuleIndex) -> bool {
        self.floating.last() == Some(&index)
    }

    fn problem(&mut self, rule: &str, reason: impl Into<String>) {
        self.problems.push(RuleError { rule: rule.to_owned(), reason: reason.into() });
    }

    fn key(&mut self, key: Option<&document::HmacKey>) -> Option<SecretKey> {
        match SecretKey::new(key?) {
            Ok(key) => Some(key),
            Err(reason) => {
                self.problem("", reason);
                None
            }
        }
    }

    fn allow(&mut self, rule: &str, allow: &document::Allow) -> AllowList {
        match AllowList::new(allow) {
            Ok(allow) => allow,
            Err(reason) => {
                self.problem(rule, reason);
                AllowList::default()
            }
        }
    }

    fn keys(&mut self, keys: &document::Keys) -> KeyPlan {
        KeyPlan::new(keys).unwrap_or_else(|problems| {
            self.problems.extend(problems);
            KeyPlan::default()
        })
    }

    fn check(&mut self, rule: &document::Rule, has_key: bool) {
        if !self.ids.insert(rule.id.clone()) {
            self.problem(&rule.id, "the id is given twice");
        }
        if rule.flag_at > rule.mask_at {
            self.problem(&rule.id, "flag_at must not lie above mask_at");
        }
        if !is_plain(&rule.label) || rule.label.is_empty() {
            self.problem(&rule.id, "the label must be letters, digits, `_`, `-` or `.`");
        }
        let is_writable = |text: &String| !text.contains(['"', '\\']) && !has_control(text);
        if !rule.replacement.as_ref().is_none_or(is_writable) {
            self.problem(&rule.id, "the replacement must hold no quote, backslash or control");
        }
        let actions = rule.scopes.iter().filter_map(|scope| scope.action);
        if !has_key && std::iter::once(rule.action).chain(actions).any(needs_key) {
            self.problem(&rule.id, "its action needs an HMAC key, and none is configured");
        }
        if rule.signal.as_ref().is_some_and(|signal| !(0.0..=1.0).contains(&signal.weight)) {
            self.problem(&rule.id, "the weight must lie in 0..1");
        }
    }

    fn rule(&mut self, index: RuleIndex, rule: &document::Rule) {
        let matcher = match &rule.matcher {
            document::Matcher::Detector(name) => self.detector(index, &rule.id, name),
            document::Matcher::Regex(regex) => self.regex(index, &rule.id, regex),
            document::Matcher::Phrases(phrases) => self.phrases(index, &rule.id, phrases),
        };
        let canonical = match &rule.matcher {
            document::Matcher::Detector(name) => Canonical::of_detector(name),
            _ => Canonical::AsFound,
        };
        let context = self.context_set(&rule.id, &rule.context);
        let negative_context = self.context_set(&rule.id, &rule.negative_context);
        let allow = self.allow(&rule.id, &rule.allow);
        self.literals.add(format!("[{}", rule.label).as_bytes(), Owner::Mark);
        self.matchers.push(Compiled { matcher, canonical, allow, context, negative_context });
    }

    fn detector(&mut self, index: RuleIndex, id: &str, name: &str) -> Matcher {
        let Some(detector) = detect::detector(name) else {
            self.problem(id, format!("there is no detector {name}"));
            return Matcher::Phrases { whole_words: true };
        };
        for anchor in detector.anchors {
            match *anchor {
                Anchor::Literal(text) => self.literals.add(text.as_bytes(), Owner::Anchor(index)),
                Anchor::Digits(n) => self.runs.digits.push((n, index)),
                Anchor::HexGroups => self.runs.hex_groups.push(index),
                Anchor::Token(n) => self.runs.tokens.push((n, index)),
            }
        }
        Matcher::Detector(detector.detect)
    }

    fn regex(&mut self, index: RuleIndex, id: &str, rule: &document::Regex) -> Matcher {
        let compiled = match RegexRule::new(rule) {
            Ok(compiled) => compiled,
            Err(reason) => {
                self.problem(id, reason);
                return Matcher::Phrases { whole_words: true };
            }
        };
        match regex::prefixes(&rule.pattern, rule.ignore_case) {
            Some(prefixes) => {
                for prefix in &prefixes {
                    self.literals.add(prefix, Owner::Anchor(index));
                }
            }
            None => self.floating.push(index),
        }
        for keyword in &rule.keywords {
            match keyword.trim().len() {
                0 => self.problem(id, "a keyword is empty"),
                _ => self.literals.add(keyword.as_bytes(), Owner::Keyword(index)),
            }
        }
        Matcher::Regex(Box::new(compiled))
    }

    fn phrases(&mut self, index: RuleIndex, id: &str, rule: &document::Phrases) -> Matcher {
        if rule.phrases.is_empty() {
            self.problem(id, "it has no phrases");
        }
        for phrase in &rule.phrases {
            match phrase.trim().len() {
                PHRASE_BYTES_MIN..=PHRASE_BYTES_MAX => {
                    self.literals.add(phrase.trim().as_bytes(), Owner::Phrase(index));
                }
                _ => self.problem(id, "a phrase must have 2 to 512 bytes"),
            }
        }
        Matcher::Phrases { whole_words: rule.whole_words }
    }

    /// The number of a set of words; rules with the same words share it.
    fn context_set(&mut self, id: &str, words: &[String]) -> Option<u8> {
        let mut words: Vec<String> = words.iter().map(|word| word.trim().to_lowercase()).collect();
        words.sort_unstable();
        words.dedup();
        if words.iter().any(String::is_empty) {
            self.problem(id, "a context word is empty");
            return None;
        }
        if words.is_empty() {
            return None;
        }
        let known = self.contexts.iter().position(|set| *set == words);
        let set = known.unwrap_or(self.contexts.len());
        if set >= CONTEXT_SETS_MAX {
            self.problem(
                id,
                format!("there are more than {CONTEXT_SETS_MAX} sets of context words"),
            );
            return None;
        }
        for word in &words {
            self.literals.add(word.as_bytes(), Owner::Context(set as u8));
        }
        if known.is_none() {
            self.contexts.push(words);
        }
        Some(set as u8)
    }
}

fn is_plain(label: &str) -> bool {
    label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

const fn needs_key(action: Action) -> bool {
    matches!(
        action,
        Action::Hmac
            | Action::Hash { function: HashFunction::HmacSha256 | HashFunction::HmacSha512 }
    )
}
