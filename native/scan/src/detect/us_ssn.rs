//! `us_ssn`: numbers the Social Security Administration can have given out.

use super::look::{at, before, inside_word, joined_after, joined_before, next_number, run, slice};
use super::{Anchor, Detector, Matches, Site};

pub static US_SSN: Detector = Detector {
    name: "us_ssn",
    anchors: &[Anchor::Digits { least: DIGITS, joined_max: DIGITS }],
    detect: detect_ssn,
};

const DIGITS: usize = 9;
/// With two separators.
const BYTES: usize = 11;

const HYPHENS: u8 = 70;
const SPACES: u8 = 60;
/// Dots are rare; no separators, or more numbers beside it: nothing speaks for it but words.
const DOTS: u8 = 40;
const BARE: u8 = 30;

fn detect_ssn(site: &Site<'_>, matches: &mut Matches) {
    let mut start = site.start;
    while start + DIGITS <= site.end {
        let n_digits = run(site.text, start, DIGITS + 1, |byte| byte.is_ascii_digit());
        let found = match n_digits {
            3 => separated(site.text, start).map(|score| (start + BYTES, score)),
            DIGITS => bare(site.text, start).map(|score| (start + DIGITS, score)),
            _ => None,
        };
        if let Some((end, score)) = found {
            matches.push(start..end, score);
            start = end;
        } else {
            start = next_number(site.text, start, site.end);
        }
    }
}

/// 3-2-4 with the same separator twice.
fn separated(text: &[u8], start: usize) -> Option<u8> {
    let end = start + BYTES;
    let separator = at(text, start + 3);
    let shown = slice(text, start, end);
    let is_shaped = shown.iter().enumerate().all(|(index, byte)| match index {
        3 | 6 => *byte == separator,
        _ => byte.is_ascii_digit(),
    });
    // Near the end of the text `shown` is empty.
    if shown.len() < BYTES
        || !is_shaped
        || inside_word(text, start, end)
        || before(text, start, 1) == b'+'
    {
        return None;
    }
    let digits = [
        slice(text, start, start + 3),
        slice(text, start + 4, start + 6),
        slice(text, start + 7, end),
    ];
    if !is_issued(&digits.concat()) {
        return None;
    }
    let is_joined = joined_before(text, start, separator) || joined_after(text, end, separator);
    match separator {
        b'-' => (!is_joined).then_some(HYPHENS),
        b' ' => Some(if is_joined { BARE } else { SPACES }),
        b'.' => (!is_joined).then_some(DOTS),
        _ => None,
    }
}

/// Nine digits in a row.
fn bare(text: &[u8], start: usize) -> Option<u8> {
    let end = start + DIGITS;
    let digits = slice(text, start, end);
    let is_joined = b"-."
        .iter()
        .any(|joint| joined_before(text, start, *joint) || joined_after(text, end, *joint));
    let is_one_digit = digits.iter().all(|digit| digits.first() == Some(digit));
    let is_alone = !inside_word(text, start, end) && before(text, start, 1) != b'+';
    (is_alone && !is_joined && !is_one_digit && is_issued(digits)).then_some(BARE)
}

/// Area not 000, 666 or 900 to 999; group not 00; serial not 0000.
fn is_issued(digits: &[u8]) -> bool {
    let area = slice(digits, 0, 3);
    area != b"000"
        && area != b"666"
        && !area.starts_with(b"9")
        && slice(digits, 3, 5) != b"00"
        && slice(digits, 5, 9) != b"0000"
}

#[cfg(test)]
mod tests {
    use super::super::trial::found;
    use super::{BARE, DOTS, HYPHENS, SPACES, US_SSN};

    fn one(shown: &str, score: u8) -> Vec<(String, u8)> {
        vec![(shown.to_owned(), score)]
    }

    #[test]
    fn finds_numbers_that_can_be_issued() {
        assert_eq!(found(&US_SSN, "SSN: 536-22-8745."), one("536-22-8745", HYPHENS));
        assert_eq!(found(&US_SSN, "ssn-536-22-8745"), one("536-22-8745", HYPHENS));
        assert_eq!(found(&US_SSN, "号码536-22-8745号"), one("536-22-8745", HYPHENS));
        assert_eq!(found(&US_SSN, "536 22 8745"), one("536 22 8745", SPACES));
        assert_eq!(found(&US_SSN, "536.22.8745"), one("536.22.8745", DOTS));
        assert_eq!(found(&US_SSN, "536228745"), one("536228745", BARE));
    }

    #[test]
    fn finds_numbers_beside_other_numbers() {
        assert_eq!(found(&US_SSN, "536-22-8745 01/02/1990"), one("536-22-8745", HYPHENS));
        assert_eq!(found(&US_SSN, "7 536 22 8745"), one("536 22 8745", BARE));
        assert_eq!(found(&US_SSN, "536-22-8745 536-22-8746").len(), 2);
    }

    #[test]
    fn leaves_what_cannot_be_issued_and_what_is_longer() {
        for text in [
            "000-22-8745",
            "666-22-8745",
            "900-22-8745",
            "987-65-4321",
            "536-00-8745",
            "536-22-0000",
            "536-22 8745",
            "536--22-8745",
            "1-536-22-8745",
            "536-22-8745-1",
            "x536-22-8745",
            "536-22-87456",
            "1536-22-8745",
            "+536-22-8745",
            "1.536.22.8745",
            "111111111",
            "5362287451",
            "0.536228745",
            "12-536228745",
            "536 228745",
        ] {
            assert!(found(&US_SSN, text).is_empty(), "{text}");
        }
    }
}
