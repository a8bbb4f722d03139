//! What needs more than a regular expression: one file per entity.

mod card_issuer;
mod check;
mod credit_card;
mod crypto_wallet;
mod email;
mod generic_secret;
mod iban;
mod ip_address;
mod ipv6;
mod jwt;
pub(crate) mod look;
mod mac_address;
mod pem_private_key;
mod phone;
#[cfg(test)]
mod trial;
mod us_ssn;

use std::ops::Range;

pub use check::VALIDATORS;

/// Where to look: the text around one anchor.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The whole view; folded, so that digits, dashes and spaces are ASCII.
    pub text: &'a [u8],
    /// The anchor in it: a literal, or a run of `runs`.
    pub start: usize,
    pub end: usize,
}

/// A candidate. The engine adds what context says, and compares with the rule's thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    pub start: usize,
    pub end: usize,
    /// 0 to 100: how sure the shape alone makes us.
    pub score: u8,
}

/// What a detector found at one site.
#[derive(Debug, Default)]
pub struct Matches {
    pub found: Vec<Match>,
    /// Anchors of the same rule before this position cannot lead to anything either. It is
    /// what keeps a megabyte of anchors linear.
    pub barren_until: usize,
}

impl Matches {
    pub fn push(&mut self, range: Range<usize>, score: u8) {
        self.found.push(Match { start: range.start, end: range.end, score });
    }
}

pub type Detect = fn(&Site<'_>, &mut Matches);

/// What calls a detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Lower case; found in any case.
    Literal(&'static str),
    /// A digit cluster of at least so many digits; with nothing between them, of at most so many.
    Digits {
        least: usize,
        joined_max: usize,
    },
    /// Digits and dots, as in an IPv4 address.
    Octets,
    HexGroups,
    /// A word of just so many hex digits.
    HexWord(usize),
    /// A word of two letters and two digits, as an IBAN in groups begins.
    CountryCheck,
    /// A word of at least so many letters and digits.
    Word(usize),
    /// A token where the whole text is one word: no white space in it.
    LoneWord {
        token_bytes_min: usize,
        text_bytes_max: usize,
        /// What a match there scores: where it cannot be enough, nobody looks.
        score: u8,
    },
}

#[derive(Debug)]
pub struct Detector {
    pub name: &'static str,
    pub anchors: &'static [Anchor],
    pub detect: Detect,
}

/// By name, for rules with `detector: NAME`.
pub static DETECTORS: &[&Detector] = &[
    &credit_card::CREDIT_CARD,
    &crypto_wallet::CRYPTO_WALLET,
    &email::EMAIL,
    &generic_secret::GENERIC_SECRET,
    &iban::IBAN,
    &ip_address::IP_ADDRESS,
    &jwt::JWT,
    &mac_address::MAC_ADDRESS,
    &pem_private_key::PEM_PRIVATE_KEY,
    &phone::PHONE,
    &us_ssn::US_SSN,
];

pub fn detector(name: &str) -> Option<&'static Detector> {
    DETECTORS.iter().find(|detector| detector.name == name).copied()
}

/// A check on what a regular expression matched (its group, if it has one).
pub type Validate = fn(&[u8]) -> bool;

pub fn validator(name: &str) -> Option<Validate> {
    VALIDATORS.iter().find(|(known, _)| *known == name).map(|&(_, validate)| validate)
}
