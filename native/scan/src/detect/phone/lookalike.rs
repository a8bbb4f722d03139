//! Digits that are grouped or chosen as no telephone number is.

use super::cluster::{Candidate, Separator};

/// Whether a number without `+` is rather a date, a social security number, a version, ...
pub fn is_other(candidate: &Candidate) -> bool {
    // The cheapest first: most digits in groups are told by the sizes.
    is_grouped_other(candidate)
        || is_dotted_other(candidate)
        || has_date(candidate)
        || is_placeholder(&candidate.digits)
        || (candidate.sizes.len() == 1 && is_binary_limit(&candidate.digits))
}

/// Two different digits at most, or all ascending or descending: `000-000-0000`, `1234567890`.
pub fn is_placeholder(digits: &[u8]) -> bool {
    let used = digits.iter().fold(0_u16, |bits, digit| bits | 1 << (digit & 15));
    let steps_by = |step: u8| {
        digits.windows(2).all(|pair| match pair {
            [first, second] => (first + step - b'0') % 10 == (second - b'0') % 10,
            _ => false,
        })
    };
    used.count_ones() <= 2 || steps_by(1) || steps_by(9)
}

/// A power of two, or one less: 4294967295, 2147483648.
fn is_binary_limit(digits: &[u8]) -> bool {
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok());
    number.is_some_and(|number| number.is_power_of_two() || (number + 1).is_power_of_two())
}

/// Seconds since 1970 from 2017 to 2033, in ten digits, or so many milliseconds.
/// 1800 and six more are free of charge in Australia, and no more than twelve days.
pub fn is_timestamp(digits: &[u8]) -> bool {
    let is_free_of_charge = digits.len() == 10 && digits.starts_with(b"1800");
    matches!(digits, [b'1', b'5'..=b'9', ..])
        && matches!(digits.len(), 10 | 13)
        && !is_free_of_charge
}

/// Digits without separators that start with a date: `20240115`, `202401151230`.
fn is_compact_date(digits: &[u8]) -> bool {
    let (year, month, day) = (digits.get(..4), digits.get(4..6), digits.get(6..8));
    matches!(digits.len(), 8 | 12 | 14)
        && year.is_some_and(is_year)
        && month.is_some_and(is_month)
        && day.is_some_and(is_day)
}

/// `2024-01-15`, `15.01.2024`, `01/15/2024` or a year and a month anywhere inside, years
/// from to, or what is counted by the year.
fn has_date(candidate: &Candidate) -> bool {
    if candidate.sizes.len() == 1 {
        return is_compact_date(&candidate.digits);
    }
    let (mut first, mut second) = (&[][..], &[][..]);
    let has_triple = candidate.groups().any(|third| {
        let is_found = is_date(first, second, third);
        (first, second) = (second, third);
        is_found
    });
    has_triple || is_of_year(candidate)
}

/// `2019-2024`, `1119/2024`.
fn is_of_year(candidate: &Candidate) -> bool {
    if candidate.sizes.len() != 2 {
        return false;
    }
    let is_case = candidate.separators.first() == Some(&Separator::Slash);
    let mut groups = candidate.groups();
    let is_first_year = groups.next().is_some_and(is_year);
    groups.next().is_some_and(is_year) && (is_case || is_first_year)
}

fn is_date(first: &[u8], second: &[u8], third: &[u8]) -> bool {
    let of_parts = |one, other| is_day(one) && is_day(other) && (is_month(one) || is_month(other));
    let is_month_of_year = is_year(first) && second.len() == 2 && is_month(second);
    is_month_of_year
        || (is_year(first) && is_day(second) && is_month(third))
        || (is_year(third) && of_parts(first, second))
}

/// Decimals, addresses, versions: `3.14159265`, `10.0.12.345`, `1.234.567.890`.
fn is_dotted_other(candidate: &Candidate) -> bool {
    let all_dots = candidate.separators.iter().all(|gap| *gap == Separator::Dot);
    let any_dot = candidate.separators.contains(&Separator::Dot);
    let sizes = candidate.sizes.as_slice();
    match sizes {
        [_] => false,
        [1, ..] | [_, _] if candidate.separators.first() == Some(&Separator::Dot) => true,
        _ if any_dot && !all_dots && candidate.bracketed.is_none() => true,
        [_, _, _, _] if any_dot => sizes.iter().all(|size| *size <= 3),
        [_, rest @ ..] if any_dot => {
            rest.iter().all(|size| *size == 3) && !is_led_by_zero(candidate)
        }
        _ => false,
    }
}

/// Social security numbers, parts of card numbers, ISBNs, ZIP codes with three or four more
/// digits, numbers of companies and cases, billions.
fn is_grouped_other(candidate: &Candidate) -> bool {
    let is_plain = candidate.bracketed.is_none();
    if candidate.crowded && candidate.sizes.iter().all(|size| *size == 4) {
        return true;
    }
    match candidate.sizes.as_slice() {
        [3, 2, 4 | 5] | [5, 4] => is_plain,
        [5, 3] => candidate.separators.first() == Some(&Separator::Dash),
        [_, 2] => true,
        [4, 4, 4, ..] => is_plain && !is_led_by_zero(candidate),
        [1..=3, 3, 3, 3] => is_plain && !is_led_by_zero(candidate),
        [.., 1] if candidate.sizes.len() > 1 => true,
        _ => false,
    }
}

fn is_led_by_zero(candidate: &Candidate) -> bool {
    candidate.digits.first() == Some(&b'0')
}

fn is_year(digits: &[u8]) -> bool {
    matches!(digits, [b'1', b'9', _, _] | [b'2', b'0', _, _])
}

fn is_month(digits: &[u8]) -> bool {
    matches!(digits, [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'] | [b'1'..=b'9'])
}

fn is_day(digits: &[u8]) -> bool {
    matches!(digits, [b'0', b'1'..=b'9'] | [b'1' | b'2', _] | [b'3', b'0' | b'1'] | [b'1'..=b'9'])
}
