//! Where a regular expression may match: the literals that its matches begin with.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, ClassBytesRange, Hir, HirKind, Repetition};

use super::regex;
use crate::automaton;

/// More literals, or shorter ones, are no help to find where a match may start.
const PREFIXES_MAX: usize = 256;
const PREFIX_BYTES_MIN: usize = 2;
/// Longer ones are cut: what they save in places to try costs more in literals.
const PREFIX_BYTES_MAX: usize = 12;
/// A prefix goes on where so many bytes may stand; a digit would make ten of each.
const CHOICES_MAX: usize = 9;

/// What the expression's matches must begin with, if it is worth anything.
pub(super) fn prefixes(pattern: &str, ignore_case: bool) -> Option<Vec<Vec<u8>>> {
    let hir = regex::parsed(pattern, ignore_case)?;
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Prefix).limit_class(CHOICES_MAX);
    let literals = extractor.extract(&caseless(&hir));
    let literals = literals.literals()?;
    let cut =
        |bytes: &[u8]| bytes.iter().take(PREFIX_BYTES_MAX).map(u8::to_ascii_lowercase).collect();
    let mut prefixes: Vec<Vec<u8>> =
        literals.iter().map(|literal| cut(literal.as_bytes())).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let is_useful = |prefix: &Vec<u8>| {
        prefix.len() >= PREFIX_BYTES_MIN
            && !prefix.first().is_some_and(u8::is_ascii_whitespace)
            // A hundred pairs of digits would stop at every number.
            && !prefix.iter().all(u8::is_ascii_digit)
    };
    (!prefixes.is_empty() && prefixes.len() <= PREFIXES_MAX && prefixes.iter().all(is_useful))
        .then_some(prefixes)
}

/// The expression with a lower-case letter for each that may be of either case, and one space
/// for white space, so that a word in any case is one literal and not thousands.
fn caseless(hir: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(caseless).collect();
    match hir.kind() {
        HirKind::Class(Class::Bytes(class)) => match class.ranges() {
            [upper, lower] if is_pair(upper, lower) => Hir::literal([lower.start()]),
            _ => hir.clone(),
        },
        HirKind::Literal(literal) => Hir::literal(literal.0.to_ascii_lowercase()),
        HirKind::Repetition(repetition) if is_space(&repetition.sub) => {
            let sub = Box::new(Hir::literal([b' ']));
            let (min, max) = (repetition.min.min(1), Some(1));
            Hir::repetition(Repetition { sub, min, max, ..repetition.clone() })
        }
        HirKind::Class(_) if is_space(hir) => Hir::literal([b' ']),
        HirKind::Repetition(repetition) => {
            let sub = Box::new(caseless(&repetition.sub));
            Hir::repetition(Repetition { sub, ..repetition.clone() })
        }
        HirKind::Capture(capture) => caseless(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        _ => hir.clone(),
    }
}

/// Whether it takes white space and nothing else.
fn is_space(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().copied().all(automaton::is_space),
        HirKind::Class(Class::Bytes(class)) => class
            .ranges()
            .iter()
            .all(|range| (range.start()..=range.end()).all(automaton::is_space)),
        _ => false,
    }
}

fn is_pair(upper: &ClassBytesRange, lower: &ClassBytesRange) -> bool {
    upper.start() == upper.end()
        && lower.start() == lower.end()
        && upper.start().is_ascii_uppercase()
        && upper.start().to_ascii_lowercase() == lower.start()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn prefixes_are_what_every_match_begins_with() {
        let found = prefixes("gh[po]_[0-9A-Za-z]{36}", false).unwrap();
        assert_eq!(found, [b"gho_".to_vec(), b"ghp_".to_vec()]);
        assert_eq!(prefixes(r"\bAKIA[A-Z]{4}", false).unwrap(), [b"akia".to_vec()]);
        let any_case = prefixes("(?i:weights ?biases|password)=", false).unwrap();
        assert_eq!(any_case, [&b"password="[..], b"weights bias", b"weightsbiase"]);
        let spaced = prefixes(r"(?:ignore|forget)[ \t]{1,3}(?:all|any)\s*x", false).unwrap();
        assert_eq!(
            spaced,
            [
                &b"forget all x"[..],
                b"forget allx",
                b"forget any x",
                b"forget anyx",
                b"ignore all x",
                b"ignore allx",
                b"ignore any x",
                b"ignore anyx"
            ]
        );
        assert_eq!(prefixes("contraindicated", false).unwrap(), [b"contraindica".to_vec()]);
        assert_eq!(prefixes(r"[a-z]+@corp", false), None);
        assert_eq!(prefixes(r"\s+x", false), None);
        assert_eq!(prefixes("[0-9]{8}:AA", false), None);
    }
}
