//! Runs a detector over a text in tests, calling it at every place it could be called.

use super::{Anchor, Detector, Matches, Site};
use crate::runs::Runs;

/// What `detector` finds, with the scores, the way the engine calls it: anchors by ascending
/// position, none before `barren_until` or inside what was found.
pub fn found(detector: &Detector, text: &str) -> Vec<(String, u8)> {
    found_in_bytes(detector, text.as_bytes())
}

pub fn found_in_bytes(detector: &Detector, text: &[u8]) -> Vec<(String, u8)> {
    let mut shown = Vec::new();
    let mut from = 0;
    for (start, end) in sites(detector, text) {
        if start < from {
            continue;
        }
        let mut matches = Matches::default();
        (detector.detect)(&Site { text, start, end }, &mut matches);
        from = from.max(matches.barren_until);
        for found in matches.found {
            from = from.max(found.end);
            let bytes = text.get(found.start..found.end).unwrap_or(&[]);
            shown.push((String::from_utf8_lossy(bytes).into_owned(), found.score));
        }
    }
    shown
}

fn sites(detector: &Detector, text: &[u8]) -> Vec<(usize, usize)> {
    let (mut sites, mut runs) = (Vec::new(), Runs::default());
    runs.read(text);
    for anchor in detector.anchors {
        let mut add = |range: std::ops::Range<usize>| sites.push((range.start, range.end));
        match *anchor {
            Anchor::Digits { least, joined_max } => runs.digits(text, least, |range, n| {
                if range.len() > n || n <= joined_max {
                    add(range);
                }
            }),
            Anchor::Octets => runs.octets(text, add),
            Anchor::HexGroups => runs.hex_groups(text, add),
            Anchor::HexWord(n) => runs.words(n, |range| {
                let mut word = text.get(range.clone()).unwrap_or(&[]).iter();
                if range.len() == n && word.all(u8::is_ascii_hexdigit) {
                    add(range);
                }
            }),
            Anchor::CountryCheck => runs.country_checks(add),
            Anchor::Word(n) => runs.words(n, add),
            Anchor::LoneWord { token_bytes_min, .. } => runs.tokens(text, token_bytes_min, add),
            Anchor::Literal(literal) => {
                let lower = text.to_ascii_lowercase();
                for start in memchr::memmem::find_iter(&lower, literal) {
                    add(start..start + literal.len());
                }
            }
        }
    }
    sites.sort_unstable();
    sites
}
