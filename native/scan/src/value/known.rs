//! What was learnt about short texts: keys, roles and names come again in every message, and a
//! look at one costs more than its few bytes do.

use crate::rules::Ruleset;
use crate::text::Contexts;

/// Longer texts are not remembered. Too short for base64, so what holds here is all there is.
const BYTES_MAX: usize = 23;
const N_ENTRIES: usize = 256;

/// A text has one place; a later text takes it over.
#[derive(Default)]
pub(super) struct Known {
    /// Of the rule set that all entries hold for.
    identity: u64,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Default)]
struct Entry {
    text: [u64; 3],
    /// What the text says as a key.
    contexts: Option<Contexts>,
    /// The contexts under which no rule found anything in it.
    clean: Option<Contexts>,
}

impl Known {
    pub fn is_clean(&mut self, rules: &Ruleset, text: &[u8], contexts: Contexts) -> bool {
        self.entry(rules, text).is_some_and(|entry| entry.clean == Some(contexts))
    }

    pub fn contexts(&mut self, rules: &Ruleset, key: &[u8]) -> Option<Contexts> {
        self.entry(rules, key)?.contexts
    }

    /// After `is_clean` with the same rule set.
    pub fn set_clean(&mut self, text: &[u8], contexts: Contexts) {
        if let Some(entry) = self.place(text) {
            entry.clean = Some(contexts);
        }
    }

    /// After `contexts` with the same rule set.
    pub fn set_contexts(&mut self, key: &[u8], contexts: Contexts) {
        if let Some(entry) = self.place(key) {
            entry.contexts = Some(contexts);
        }
    }

    fn entry(&mut self, rules: &Ruleset, text: &[u8]) -> Option<&Entry> {
        if self.identity != rules.identity {
            self.identity = rules.identity;
            self.entries.clear();
            self.entries.resize(N_ENTRIES, Entry::default());
        }
        let text = packed(text)?;
        self.entries.get(index(text)).filter(|entry| entry.text == text)
    }

    /// The text's own entry, emptied if it was another's.
    fn place(&mut self, text: &[u8]) -> Option<&mut Entry> {
        let text = packed(text)?;
        let entry = self.entries.get_mut(index(text))?;
        if entry.text != text {
            *entry = Entry { text, ..Entry::default() };
        }
        Some(entry)
    }
}

/// The text and its length; no two texts have the same.
fn packed(text: &[u8]) -> Option<[u64; 3]> {
    if text.len() > BYTES_MAX {
        return None;
    }
    let mut words = [0, 0, (text.len() as u64) << 56];
    for (word, chunk) in words.iter_mut().zip(text.chunks(8)) {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(chunk).for_each(|(to, &from)| *to = from);
        *word |= u64::from_le_bytes(bytes);
    }
    Some(words)
}

fn index(text: [u64; 3]) -> usize {
    let mixed = text.iter().fold(0_u64, |mixed, word| {
        (mixed.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    (mixed >> 32) as usize % N_ENTRIES
}
