//! A pattern of digits, compiled when it is first asked.

use std::sync::OnceLock;

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};

/// As in libphonenumber: digits are tried from the first on.
#[derive(Debug, Default)]
pub struct Pattern {
    text: &'static str,
    dfa: OnceLock<Option<Dfa>>,
}

#[derive(Debug)]
struct Dfa {
    table: dense::DFA<Vec<u32>>,
    start: StateID,
}

impl Pattern {
    pub fn new(text: &'static str) -> Self {
        Self { text, ..Self::default() }
    }

    /// Whether all of `digits` fit.
    pub fn is(&self, digits: &[u8]) -> bool {
        let Some(Dfa { table, start }) = self.dfa() else { return false };
        let mut state = *start;
        for &digit in digits {
            state = table.next_state(state, digit);
            if table.is_dead_state(state) {
                return false;
            }
        }
        table.is_match_state(table.next_eoi_state(state))
    }

    /// Whether the first few of `digits` fit.
    pub fn starts(&self, digits: &[u8]) -> bool {
        let Some(Dfa { table, start }) = self.dfa() else { return false };
        let mut state = *start;
        for &digit in digits {
            // A match shows one step late.
            state = table.next_state(state, digit);
            if table.is_match_state(state) || table.is_dead_state(state) {
                return table.is_match_state(state);
            }
        }
        table.is_match_state(table.next_eoi_state(state))
    }

    fn dfa(&self) -> Option<&Dfa> {
        self.dfa.get_or_init(|| Dfa::new(self.text)).as_ref()
    }
}

impl Dfa {
    fn new(pattern: &str) -> Option<Self> {
        let table = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .match_kind(regex_automata::MatchKind::All),
            )
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build(pattern)
            .ok()?;
        let start = table.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        Some(Self { table, start })
    }
}
