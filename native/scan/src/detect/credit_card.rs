//! `credit_card`: issuer ranges, their lengths, Luhn, and one way of grouping.

use super::card_issuer::{HEAD_DIGITS, ISSUERS};
use super::check::luhn;
use super::look::{at, before, joined_after, joined_before, next_number, run, slice};
use super::{Anchor, Detector, Matches, Site};

pub static CREDIT_CARD: Detector = Detector {
    name: "credit_card",
    anchors: &[Anchor::Digits { least: DIGITS_MIN, joined_max: DIGITS_MAX }],
    detect: detect_cards,
};

const DIGITS_MIN: usize = 12;
const DIGITS_MAX: usize = 19;
/// The longest card with the separators between its groups.
const BYTES_MAX: usize = 27;
const GROUPS_MAX: usize = 5;

const GROUPED: u8 = 95;
const UNGROUPED: u8 = 90;
/// Twelve digits are common elsewhere, and few cards have them.
const TWELVE: u8 = 70;
/// What only a word beside it makes a card: a bar code.
const DOUBTFUL: u8 = 40;

/// Lengths of groups, most digits first. Besides the issuers' own ways: fours with a rest.
const GROUPINGS: &[&[usize]] = &[
    &[4, 4, 4, 4, 3],
    &[4, 4, 4, 4, 2],
    &[4, 4, 4, 4, 1],
    &[6, 13],
    &[4, 4, 4, 4],
    &[4, 6, 5],
    &[4, 4, 4, 3],
    &[4, 6, 4],
    &[4, 4, 4, 2],
    &[4, 4, 4, 1],
    &[4, 4, 5],
    &[4, 3, 3, 3],
    &TWELVE_IN_FOURS,
];
const TWELVE_IN_FOURS: [usize; 3] = [4, 4, 4];

fn detect_cards(site: &Site<'_>, matches: &mut Matches) {
    let mut start = site.start;
    while start + DIGITS_MIN <= site.end {
        let n_digits = run(site.text, start, DIGITS_MAX + 1, |byte| byte.is_ascii_digit());
        let card = card_at(site.text, start, n_digits);
        start = match card {
            Some((end, score)) => {
                matches.push(start..end, score);
                end
            }
            None => next_number(site.text, start + n_digits, site.end),
        };
    }
}

/// The end and the score of the card at `start`, whose first group has `n_digits`.
fn card_at(text: &[u8], start: usize, n_digits: usize) -> Option<(usize, u8)> {
    let is_inside = before(text, start, 1).is_ascii_alphanumeric() && !is_behind_code(text, start);
    if is_inside || joined_before(text, start, b'.') {
        return None;
    }
    if (DIGITS_MIN..=DIGITS_MAX).contains(&n_digits) {
        return ungrouped(text, start, start + n_digits).map(|score| (start + n_digits, score));
    }
    let separator = at(text, start + n_digits);
    let begins_row = GROUPINGS.iter().any(|sizes| sizes.first() == Some(&n_digits));
    if n_digits == 1 && separator == b' ' {
        return spelled(text, start);
    }
    if !begins_row || !matches!(separator, b' ' | b'-' | b'.') {
        return None;
    }
    let row = Row::read(text, start, separator);
    GROUPINGS.iter().find_map(|sizes| {
        let end = row.end_of(sizes)?;
        let is_cut = at(text, end).is_ascii_alphanumeric() || joined_after(text, end, b'.');
        let score = if is_cut { None } else { score(slice(text, start, end), GROUPED) };
        Some((end, score?))
    })
}

fn ungrouped(text: &[u8], start: usize, end: usize) -> Option<u8> {
    // A telephone number has at most 15 digits after its plus.
    let is_phone = before(text, start, 1) == b'+' && end - start <= 15;
    let is_link = joined_before(text, start, b'-')
        && at(text, end) == b'-'
        && at(text, end + 1).is_ascii_alphanumeric();
    let is_part = at(text, end).is_ascii_alphanumeric() && !is_on_track(text, end);
    if is_part || joined_after(text, end, b'.') || is_phone || is_link {
        return None;
    }
    score(slice(text, start, end), UNGROUPED)
}

/// The end and the score of digits with a space between any two, as they are dictated.
fn spelled(text: &[u8], start: usize) -> Option<(usize, u8)> {
    let is_digit = |place: usize| at(text, place).is_ascii_digit();
    let mut end = start + 1;
    while at(text, end) == b' ' && is_digit(end + 1) && !is_digit(end + 2) {
        end += 2;
        if end - start > 2 * DIGITS_MAX {
            return None;
        }
    }
    let is_rest = joined_before(text, start, b' ');
    let score = if is_rest { None } else { score(slice(text, start, end), DOUBTFUL) };
    score.map(|score| (end, score.min(DOUBTFUL)))
}

/// Whether the code of an issuer stands before the number, as travel agencies write it: `/VI4111`.
fn is_behind_code(text: &[u8], start: usize) -> bool {
    matches!(slice(text, start.saturating_sub(3), start), [b'/', b'A'..=b'Z', b'A'..=b'Z'])
}

/// Whether what follows the number on a card's second track follows: expiry date, service code.
fn is_on_track(text: &[u8], end: usize) -> bool {
    matches!(at(text, end), b'D' | b'd') && run(text, end + 1, 7, |byte| byte.is_ascii_digit()) == 7
}

/// Groups of digits with the same byte between them, or two spaces.
#[derive(Default)]
struct Row {
    sizes: [usize; GROUPS_MAX],
    ends: [usize; GROUPS_MAX],
}

impl Row {
    fn read(text: &[u8], start: usize, separator: u8) -> Self {
        let mut row = Self::default();
        let mut group = start;
        let mut step = None;
        for (size, end) in row.sizes.iter_mut().zip(&mut row.ends) {
            *size = run(text, group, DIGITS_MAX + 1, |byte| byte.is_ascii_digit());
            *end = group + *size;
            let n_separators = run(text, *end, 2, |byte| byte == separator);
            let fits = n_separators == 1 || n_separators == 2 && separator == b' ';
            if !fits || *step.get_or_insert(n_separators) != n_separators {
                break;
            }
            group = *end + n_separators;
        }
        row
    }

    /// Where groups of just these sizes end.
    fn end_of(&self, sizes: &[usize]) -> Option<usize> {
        let last = sizes.len().checked_sub(1)?;
        // Twelve digits in fours may be the start of any other number.
        let is_cut = sizes == TWELVE_IN_FOURS && self.sizes.get(last + 1) != Some(&0);
        if self.sizes.starts_with(sizes) && !is_cut { self.ends.get(last).copied() } else { None }
    }
}

/// How sure a number of this form is a card; None if it is none.
fn score(shown: &[u8], sure: u8) -> Option<u8> {
    let mut digits = [0; BYTES_MAX];
    let mut n_digits = 0;
    for (place, byte) in digits.iter_mut().zip(shown.iter().filter(|byte| byte.is_ascii_digit())) {
        *place = *byte;
        n_digits += 1;
    }
    let digits = slice(&digits, 0, n_digits);
    if !luhn(digits) {
        return None;
    }
    let head = digits.iter().take(HEAD_DIGITS as usize);
    let head = head.fold(0, |head, digit| head * 10 + u32::from(digit - b'0'));
    let is_issued = ISSUERS.iter().any(|issuer| issuer.has(head, n_digits));
    is_issued.then(|| match n_digits {
        12 => TWELVE,
        13 if sure == UNGROUPED && is_bar_code(digits) => DOUBTFUL,
        _ => sure,
    })
}

/// Whether the last digit is the one that EAN-13 asks for; German and Japanese ones start with 4.
fn is_bar_code(digits: &[u8]) -> bool {
    let weights = [1, 3].into_iter().cycle();
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum::<u32>()
        % 10
        == 0
}

#[cfg(test)]
mod tests {
    use super::super::trial::found;
    use super::{CREDIT_CARD, DOUBTFUL, TWELVE};

    fn cards(text: &str) -> Vec<String> {
        found(&CREDIT_CARD, text).into_iter().map(|(shown, _)| shown).collect()
    }

    #[test]
    fn finds_cards_of_all_issuers_and_groupings() {
        for card in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4222222222222",
            "5555 5555 5555 4444",
            "2221000000000009",
            "2720 9999 9999 9996",
            "378282246310005",
            "3782 822463 10005",
            "3782-8224-6310-005",
            "30569309025904",
            "3056 930902 5904",
            "3530111333300000",
            "3500000000000009",
            "060400000000",
            "6011 1111 1111 1117",
            "6200000000000005",
            "6304000000000000",
            "6759649826438453",
            "4000 0000 0000 0000 006",
            "4222 222 222 222",
            "5018 0000 0009",
            "2201123456789018",
            "9792123456789018",
            "6062821234567890",
            "4111  1111  1111  1111",
            "4111.1111.1111.1111",
        ] {
            assert_eq!(cards(card), [card], "{card}");
            assert_eq!(cards(&format!("卡号{card}。")), [card], "{card}");
        }
    }

    #[test]
    fn finds_cards_between_other_numbers() {
        for text in [
            "1 4111 1111 1111 1111 123 12/25",
            "2024-01-15 4111111111111111 555",
            "(4111111111111111)",
            "7,4111111111111111,12",
            "4111111111111111.",
            "4111111111111111D25121010000",
            "FPCC/VI4111111111111111",
        ] {
            assert_eq!(cards(text).len(), 1, "{text}");
        }
        assert_eq!(cards("4111111111111111 5555555555554444").len(), 2);
        assert_eq!(cards("4111 1111 1111 1111 5555 5555 5555 4444").len(), 2);
    }

    #[test]
    fn doubts_dictated_digits() {
        let spelled = "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1";
        assert_eq!(
            found(&CREDIT_CARD, &format!("it is {spelled}, yes")),
            [(spelled.to_owned(), DOUBTFUL)]
        );
        assert!(cards(&format!("3 {spelled}")).is_empty());
    }

    #[test]
    fn leaves_what_is_no_card() {
        for text in [
            "4111111111111112",
            "4111 1111 1111 1112",
            "4111 1111-1111 1111",
            "4111--1111--1111--1111",
            "4111111111111111DAB",
            "4111  1111 1111 1111",
            "41111111 11111111",
            "x4111111111111111",
            "4111111111111111a",
            "0.4111111111111111",
            "4111111111111111.5",
            "54111111111111111115",
            "1700000000000",
            // Part of a token of Slack's.
            "xoxp-483377510742-934391146089-4790794919086-3104b914714dd3705f0d",
            "0000000000000000",
            "9111111111111111",
            "2721000000000004",
            "+4222222222222",
            "5018-0000-0009-7735",
        ] {
            assert!(cards(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn is_less_sure_of_rare_forms() {
        assert_eq!(found(&CREDIT_CARD, "501800000009"), [("501800000009".to_owned(), TWELVE)]);
        assert_eq!(found(&CREDIT_CARD, "4000000000006").first().map(|f| f.1), Some(DOUBTFUL));
    }
}
