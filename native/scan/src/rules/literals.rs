//! The literals of all rules, and what each is for.

use std::collections::HashMap;

use super::RuleIndex;
use crate::automaton::{Automaton, TooLarge, is_space};
use crate::view::fold_text;

/// What a literal means to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The rule looks closer here.
    Anchor(RuleIndex),
    /// The literal is one of the rule's phrases.
    Phrase(RuleIndex),
    /// A word of this set of context words.
    Context(u8),
    /// The rule is only tried in texts that hold it.
    Keyword(RuleIndex),
    /// A key of JSON whose string may go on in the next part of a message.
    PartKey { is_content: bool },
}

/// Literals that are looked for together.
#[derive(Debug, Default)]
pub(crate) struct LiteralSet {
    pub automaton: Automaton,
    pub owners: Owners,
}

/// The owners of each literal, by its position in the automaton.
#[derive(Debug, Default)]
pub(crate) struct Owners {
    starts: Vec<u32>,
    owners: Vec<Owner>,
}

impl Owners {
    #[inline]
    pub fn of(&self, literal: u32) -> &[Owner] {
        let start = self.starts.get(literal as usize).copied().unwrap_or_default();
        let end = self.starts.get(literal as usize + 1).copied().unwrap_or(start);
        self.owners.get(start as usize..end as usize).unwrap_or_default()
    }

    pub fn n_literals(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
}

/// Literals as they are collected, without duplicates.
#[derive(Default)]
pub(super) struct Literals {
    positions: HashMap<Vec<u8>, usize>,
    owners: Vec<Vec<Owner>>,
}

impl Literals {
    /// Folded like the texts; case and the length of white space make no difference.
    pub fn add(&mut self, literal: &[u8], owner: Owner) {
        let mut folded = fold_text(literal).to_ascii_lowercase();
        folded.dedup_by(|b, a| is_space(*b) && is_space(*a));
        for byte in folded.iter_mut().filter(|byte| is_space(**byte)) {
            *byte = b' ';
        }
        let n = self.owners.len();
        let position = *self.positions.entry(folded).or_insert(n);
        if position == n {
            self.owners.push(Vec::new());
        }
        match self.owners.get_mut(position) {
            Some(owners) if !owners.contains(&owner) => owners.push(owner),
            _ => {}
        }
    }

    pub fn build(self, bytes_max: usize) -> Result<LiteralSet, TooLarge> {
        let mut literals: Vec<(&Vec<u8>, usize)> =
            self.positions.iter().map(|(literal, &position)| (literal, position)).collect();
        literals.sort_unstable_by_key(|&(_, position)| position);
        let literals: Vec<&[u8]> = literals.iter().map(|(literal, _)| literal.as_slice()).collect();
        let automaton = Automaton::new(&literals, bytes_max)?;
        let mut owners = Owners { starts: vec![0], owners: Vec::new() };
        for of_literal in self.owners {
            owners.owners.extend(of_literal);
            owners.starts.push(owners.owners.len() as u32);
        }
        Ok(LiteralSet { automaton, owners })
    }
}
