#![allow(clippy::indexing_slicing)]

use super::*;

fn runs_of(text: &str) -> Runs {
    let mut runs = Runs::default();
    runs.read(text.as_bytes());
    runs
}

fn digits_of(text: &str, digits_min: usize) -> Vec<&str> {
    let mut all = Vec::new();
    runs_of(text).digits(text.as_bytes(), digits_min, |range, _| all.push(&text[range]));
    all
}

fn hex_groups_of(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    runs_of(text).hex_groups(text.as_bytes(), |range| all.push(&text[range]));
    all
}

fn tokens_of(text: &str, len_min: usize) -> Vec<&str> {
    let mut all = Vec::new();
    runs_of(text).tokens(text.as_bytes(), len_min, |range| all.push(&text[range]));
    all
}

/// Texts of one to two hundred bytes out of few kinds.
fn texts(alphabet: &'static [u8]) -> impl Iterator<Item = String> {
    let mut state = 1_u64;
    let mut below = move |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (state >> 33) as usize % bound
    };
    (0..20_000).map(move |_| {
        (0..=below(200)).map(|_| char::from(alphabet[below(alphabet.len())])).collect()
    })
}

#[test]
fn a_cluster_of_digits_reaches_over_one_or_two_separators() {
    assert_eq!(digits_of("tel +1 (415) 555-2671.", 7), ["1 (415) 555-2671"]);
    assert_eq!(digits_of("4111 1111/1111.1111\n2", 2), ["4111 1111/1111.1111"]);
    assert_eq!(digits_of("1 - 2, 3\t4_5", 1), ["1", "2", "3", "4", "5"]);
}

#[test]
fn a_cluster_of_too_few_digits_is_not_told() {
    assert_eq!(digits_of("1.2.3 and 12-34", 4), ["12-34"]);
    assert_eq!(digits_of("", 0), [""; 0]);
}

#[test]
fn clusters_are_those_that_splitting_finds() {
    for text in texts(b"0123456789 -./()+ax\n") {
        let is_digit = |c: char| c.is_ascii_digit();
        let mut expected: Vec<Range<usize>> = Vec::new();
        for (at, _) in text.match_indices(is_digit) {
            match expected.last_mut() {
                Some(last)
                    if at - last.end <= 2
                        && text[last.end..at].bytes().all(|b| b" -./()+".contains(&b)) =>
                {
                    last.end = at + 1;
                }
                _ => expected.push(at..at + 1),
            }
        }
        expected.retain(|range| text[range.clone()].matches(is_digit).count() >= 3);
        let mut found = Vec::new();
        runs_of(&text).digits(text.as_bytes(), 3, |range, n_digits| {
            assert_eq!(text[range.clone()].matches(|c: char| c.is_ascii_digit()).count(), n_digits);
            found.push(range);
        });
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn octets_are_all_that_four_numbers_can_be() {
    for text in texts(b"0129....-x ") {
        let is_number = |octet: &&str| (1..=3).contains(&octet.len());
        let is_quad = |stretch: &&str| {
            let octets: Vec<&str> = stretch.split('.').collect();
            octets.windows(4).any(|four| {
                // The first and the last number may be the end and the start of a longer one.
                !four[0].is_empty() && four[1..3].iter().all(is_number) && !four[3].is_empty()
            })
        };
        let expected: Vec<&str> =
            text.split(|c: char| c != '.' && !c.is_ascii_digit()).filter(is_quad).collect();
        let mut found: Vec<&str> = Vec::new();
        runs_of(&text).octets(text.as_bytes(), |range| found.push(&text[range]));
        assert!(found.is_sorted_by_key(|stretch| stretch.as_ptr()), "{text:?}");
        assert!(found.iter().all(|stretch| stretch.matches('.').count() >= 3), "{text:?}");
        let is_found = |quad: &&str| found.iter().any(|one| one.as_ptr() == quad.as_ptr());
        assert!(expected.iter().all(is_found), "{text:?}");
    }
}

#[test]
fn hex_groups_have_as_many_separators_of_one_kind_as_addresses() {
    assert_eq!(hex_groups_of("mac 00:1B:44:11:3a:b7!"), ["00:1B:44:11:3a:b7"]);
    assert_eq!(
        hex_groups_of("00-1b-44-11-3a-b7, 2026-11-22, ::1, a:b"),
        ["00-1b-44-11-3a-b7", "::1"]
    );
    assert_eq!(hex_groups_of("fe80::1%eth0 ::ffff:1.2.3.4"), ["fe80::1", "::ffff:1"]);
    assert_eq!(hex_groups_of("001b.4411.3ab7 001b.4411.3ab 12.5 a.b"), ["001b.4411.3ab7"]);
}

#[test]
fn separators_alone_are_no_hex_group() {
    assert_eq!(hex_groups_of("::: --- |:-:| x::y"), [""; 0]);
}

#[test]
fn hex_groups_of_both_kinds_share_digits() {
    assert_eq!(hex_groups_of("1-2-33-4-5-6:7:8"), ["1-2-33-4-5-6", "6:7:8"]);
}

#[test]
fn hex_groups_are_those_that_splitting_finds() {
    for text in texts(b"0aF1eB::----x. ") {
        let mut expected = Vec::new();
        for (separator, n_min, hex_min) in [(':', 2, 1), ('-', 5, 1), ('.', 2, 12)] {
            let ends = |c: char| c != separator && !c.is_ascii_hexdigit();
            let is_hex = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
            expected.extend(text.split(ends).filter(|stretch| {
                let groups: Vec<&str> = stretch.split(separator).collect();
                let (n, n_hex) = (groups.len() - 1, stretch.len() + 1 - groups.len());
                let has_group = match separator {
                    '-' => groups[1..].iter().rev().skip(1).any(|group| group.len() == 2),
                    '.' => groups[1..].iter().any(|group| group.len() >= 4),
                    _ => true,
                };
                assert!(groups.into_iter().all(is_hex));
                n >= n_min && n_hex >= hex_min && has_group
            }));
        }
        let mut found = hex_groups_of(&text);
        let position = |group: &&str| group.as_ptr();
        assert!(found.is_sorted_by_key(position), "{text:?}");
        found.sort_by_key(|group| (group.as_ptr(), group.len()));
        expected.sort_by_key(|group| (group.as_ptr(), group.len()));
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn a_token_takes_up_to_two_equals_signs() {
    assert_eq!(tokens_of("x=abcd= abcd== abcd=== abc===", 4), ["abcd=", "abcd==", "abcd=="]);
}

#[test]
fn words_are_those_that_splitting_finds() {
    for text in texts(b"aZ09+_ab. ") {
        for len_min in [0, 1, 2, 3, 26, 64, 70] {
            let is_border = |c: char| !c.is_ascii_alphanumeric();
            let expected: Vec<&str> =
                text.split(is_border).filter(|word| word.len() >= len_min.max(1)).collect();
            let mut found = Vec::new();
            runs_of(&text).words(len_min, |range| found.push(&text[range]));
            assert_eq!(found, expected, "{text:?}");
        }
    }
}

#[test]
fn tokens_are_those_that_splitting_finds() {
    for text in texts(b"aZ09+/_-ab. ") {
        for len_min in [0, 1, 2, 3, 5, 8, 24, 64, 70] {
            let is_border = |c: char| !c.is_ascii_alphanumeric() && !"+/_-".contains(c);
            let expected: Vec<&str> =
                text.split(is_border).filter(|token| token.len() >= len_min.max(1)).collect();
            assert_eq!(tokens_of(&text, len_min), expected, "{text:?}");
        }
    }
}

#[test]
fn a_country_check_is_a_word_of_two_letters_and_two_digits() {
    for text in texts(b"aZ09 -_\n") {
        let mut found = Vec::new();
        runs_of(&text).country_checks(|range| found.push(&text[range]));
        let is_one = |word: &&str| {
            let (letters, digits) = word.split_at_checked(2).unwrap_or_default();
            word.len() == 4
                && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
                && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        assert_eq!(found, words.filter(is_one).collect::<Vec<_>>(), "{text:?}");
    }
}
