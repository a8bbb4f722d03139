//! Rules that start where there is no literal but a run of digits, hex groups or a word.

use std::ops::Range;

use super::RuleIndex;
use crate::runs::Runs;
use crate::text::anchors::ENCODED_BYTES_MIN;

/// Which rules run at what is no literal, with the length they ask for.
#[derive(Debug, Default)]
pub(crate) struct RunRules {
    pub digits: Vec<DigitRule>,
    pub octets: Vec<RuleIndex>,
    pub hex_groups: Vec<RuleIndex>,
    pub hex_words: Vec<(usize, RuleIndex)>,
    pub country_checks: Vec<RuleIndex>,
    pub words: Vec<(usize, RuleIndex)>,
    pub lone_words: Vec<LoneWord>,
}

/// A rule for digit clusters: see `detect::Anchor::Digits`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DigitRule {
    pub least: usize,
    pub joined_max: usize,
    pub rule: RuleIndex,
}

/// What a run is found for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Run {
    Of(RuleIndex),
    /// Without its padding.
    Token {
        n_bytes: usize,
    },
}

/// A rule that looks at texts which are one word: see `detect::Anchor::LoneWord`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoneWord {
    pub token_bytes_min: usize,
    pub text_bytes_max: usize,
    /// What a match there scores.
    pub score: u8,
    pub rule: RuleIndex,
}

impl LoneWord {
    /// Whether the text is one word, long enough and not too long.
    pub fn is(&self, text: &[u8]) -> bool {
        (self.token_bytes_min..=self.text_bytes_max).contains(&text.len())
            && text.iter().all(u8::is_ascii_graphic)
    }
}

impl RunRules {
    /// The shortest token that a rule asks for in a text of so many bytes.
    pub fn token_bytes_min(&self, text_bytes: usize) -> usize {
        let lone_words = self.lone_words.iter().filter(|word| text_bytes <= word.text_bytes_max);
        let least = lone_words.map(|word| word.token_bytes_min).min();
        least.map_or(ENCODED_BYTES_MIN, |least| least.min(ENCODED_BYTES_MIN))
    }

    /// Calls `found` with every run that a rule asks for, and every token of `token_bytes_min`.
    /// `runs` has read the text.
    pub fn each(
        &self,
        text: &[u8],
        runs: &Runs,
        token_bytes_min: usize,
        mut found: impl FnMut(Run, Range<usize>),
    ) {
        if let Some(shortest) = self.digits.iter().map(|rule| rule.least).min() {
            runs.digits(text, shortest, |range, n| {
                let is_joined = range.len() == n;
                let fits =
                    |rule: &&DigitRule| n >= rule.least && (!is_joined || n <= rule.joined_max);
                let rules = self.digits.iter().filter(fits);
                rules.for_each(|&DigitRule { rule, .. }| found(Run::Of(rule), range.clone()));
            });
        }
        if !self.octets.is_empty() {
            runs.octets(text, |range| {
                self.octets.iter().for_each(|&rule| found(Run::Of(rule), range.clone()));
            });
        }
        if !self.hex_groups.is_empty() {
            runs.hex_groups(text, |range| {
                self.hex_groups.iter().for_each(|&rule| found(Run::Of(rule), range.clone()));
            });
        }
        if !self.country_checks.is_empty() {
            runs.country_checks(|range| {
                self.country_checks.iter().for_each(|&rule| found(Run::Of(rule), range.clone()));
            });
        }
        let lens = self.words.iter().chain(&self.hex_words).map(|&(len, _)| len);
        if let Some(shortest) = lens.min() {
            runs.words(shortest, |range| {
                let hex = self.hex_words.iter().filter(|&&(len, _)| is_hex(text, &range, len));
                let words = self.words.iter().filter(|&&(least, _)| range.len() >= least);
                hex.chain(words).for_each(|&(_, rule)| found(Run::Of(rule), range.clone()));
            });
        }
        runs.tokens(text, token_bytes_min, |range| {
            found(Run::Token { n_bytes: token_len(text, &range) }, range);
        });
    }
}

/// Whether a word is just so many hex digits.
fn is_hex(text: &[u8], word: &Range<usize>, len: usize) -> bool {
    let is_hex = |word: &[u8]| word.iter().all(u8::is_ascii_hexdigit);
    word.len() == len && text.get(word.clone()).is_some_and(is_hex)
}

/// Length of a token without its padding.
pub(crate) fn token_len(text: &[u8], token: &Range<usize>) -> usize {
    let bytes = text.get(token.clone()).unwrap_or_default();
    bytes.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1)
}
