#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::PHONE;
use super::plan::plan;
use crate::detect::trial;

/// Of a rule's default `mask_at`.
const SURE: u8 = 60;

fn found(text: &str) -> Vec<String> {
    let sure = trial::found(&PHONE, text).into_iter().filter(|(_, score)| *score >= SURE);
    sure.map(|(number, _)| number).collect()
}

fn score(text: &str) -> u8 {
    trial::found(&PHONE, text).iter().map(|(_, score)| *score).max().unwrap_or(0)
}

fn assert_all_found(numbers: &[&str]) {
    for number in numbers {
        assert_eq!(found(&format!("see {number}, thanks")), [*number]);
    }
}

fn assert_none_found(texts: &[&str]) {
    for text in texts {
        assert_eq!(found(text), [""; 0], "in {text}");
    }
}

#[test]
fn a_national_number_is_valid_exactly_when_libphonenumber_says_so() {
    let mut n_valid = 0;
    for line in include_str!("numbers.txt").lines() {
        let (code, rest) = line.split_once(' ').unwrap();
        let (national, verdict) = rest.split_once(' ').unwrap();
        let (length, positions) = plan().calling_code(code.as_bytes()).unwrap();
        assert_eq!(length, code.len());
        let is_valid = plan().region_of(positions, national.as_bytes()).is_some();
        assert_eq!(is_valid, verdict == "valid", "{line}");
        n_valid += usize::from(is_valid);
    }
    assert!(n_valid > 1000, "{n_valid}");
}

#[test]
fn all_home_regions_have_a_plan() {
    assert_eq!(plan().homes().count(), super::plan::HOME_REGIONS.len());
}

#[test]
fn international_numbers_are_found_however_they_are_grouped() {
    assert_all_found(&[
        "+1-382-411-3575",
        "+1 (748) 301-9888",
        "+442083612345",
        "+44(0)808 157 0723",
        "+49 (0) 5136 369881",
        "(+57)3247775661",
        "+(370) 64439075",
        "+33 (0)6 95 40 75 67",
        "00420 605 365 875",
        "0097142727181",
        "011 44 20 8361 2345",
    ]);
}

#[test]
fn national_numbers_are_found_when_written_as_in_their_country() {
    assert_all_found(&[
        "(202) 470-9961",
        "202-470-9961",
        "202.470.9961",
        "1-430-313-2662",
        "0161 496 0344",
        "(0141)4960938",
        "06 32 13 95 01",
        "090-8556-3561",
        "08-767 06 47",
        "8 (911) 151-98-56",
        "044 924-15-35",
        "727 135 344",
        "0477501644",
        "14554781820",
    ]);
}

#[test]
fn an_extension_belongs_to_the_number() {
    assert_all_found(&["202-470-9961x424", "(202) 470-9961 ext. 12", "+1-382-411-3575 #7"]);
    assert_all_found(&[
        "+48 12 689 37 07, wew. 92",
        "0161 496 0344 (ext 12)",
        "0161 496 0344;ext=12",
        "044 924-15-35, toestel 7",
        "06 32 13 95 01 poste 41",
    ]);
    // As the view has them: with Latin letters for Cyrillic ones that look alike.
    assert_all_found(&["8 (911) 151-98-56 \u{434}o\u{431}. 204", "090-8556-3561内線12"]);
    assert_eq!(found("0161 496 0344, room 12"), ["0161 496 0344"]);
    assert_eq!(found("0161 496 0344 (ext 12 or 13)"), ["0161 496 0344"]);
}

#[test]
fn what_is_named_otherwise_is_no_number() {
    let other = [
        "NIP 372-003-68-98",
        "\"nif\": \"0477501644\"",
        "NHS no. 202 470 9961",
        "my policy number is 0161 496 0344",
        "numero de commande 0477501644",
        "meeting_id=0477501644",
        "messageId: 0477501644",
        "VAT GB 202 470 9961",
        "ABN 42 727 135 344",
    ];
    assert_none_found(&other);
    for label in ["phone", "caller id", "wa_id", "customer", "telephone du client", "GB"] {
        assert_eq!(found(&format!("{label}: 0477501644")), ["0477501644"], "{label}");
    }
    assert_eq!(found("NIP +48 12 689 37 07"), ["+48 12 689 37 07"]);
    assert_eq!(found("NIP\n0477501644"), ["0477501644"]);
}

#[test]
fn a_number_may_be_a_field_of_a_table() {
    assert_eq!(found("17,0477501644,36877"), ["0477501644"]);
    assert_eq!(found("Ada,202-470-9961,94110"), ["202-470-9961"]);
    assert_none_found(&["1,234 567 890", "12 345 678,90", "4181078791,100-241-4054,1"]);
}

#[test]
fn numbers_stand_in_addresses_and_patterns() {
    for text in ["wa.me/+48126893707", "sip:+48126893707@sip.example.org", "'%+48126893707%'"] {
        assert_eq!(found(text), ["+48126893707"], "{text}");
    }
    assert_eq!(found("https://wa.me/0048126893707"), ["0048126893707"]);
    assert_none_found(&["[`0701559336`](https://forge.example/commit/0701559336)"]);
}

#[test]
fn brackets_around_a_number_stay() {
    assert_eq!(found("(202-470-9961)"), ["202-470-9961"]);
    assert_eq!(found("((202) 470-9961)"), ["(202) 470-9961"]);
    assert_eq!(found("(+49(0)30 1234567)"), ["+49(0)30 1234567"]);
}

#[test]
fn numbers_beside_each_other_are_told_apart() {
    assert_eq!(found("(202) 470-9961 (202) 470-9962"), ["(202) 470-9961", "(202) 470-9962"]);
    assert_eq!(found("12 +442083612345 2"), ["+442083612345"]);
}

#[test]
fn digits_that_only_may_be_a_number_wait_for_context() {
    for text in ["2024709961", "21 43 49 27", "2523 6115", "+44 1234567"] {
        assert!((25..SURE).contains(&score(text)), "{text}: {}", score(text));
    }
}

#[test]
fn a_negative_context_cannot_hide_an_international_number() {
    assert_eq!(score("+442083612345"), 100);
    assert_eq!(score("(202) 470-9961"), 100);
}

#[test]
fn other_numbers_are_not_found() {
    assert_none_found(&[
        "2024-01-15 10:30",
        "15.01.2024 01/15/2024",
        "2024-01-15T10:30:00.123456789Z",
        "3.14159265 and -0.00981909727",
        "1920x1080 10.0.12.345 1.234.567.890",
        "v2.10.12345 and 4294967295",
        "1700000000 1700000000123",
        "ISBN 978-0-306-40615-7 or 0-306-40615-2",
        "4111 1111 1111 1111 and 4111-1111-1111-1111",
        "219-09-9999 and 900-12-3456",
        "550e8400-e29b-41d4-a716-446655440000",
        "356a192b7913b04c54574d18c28d46e6395428ab",
        "40.7127760, -74.0059740",
        "$2024709961 #2024709961 x2024709961",
        "000-000-0000 1234567890 +1 555 555 5555",
        "population 3 314 947 461",
        "46 02 01 01 00 00 7f 45",
        "7f 06 32 13 95 01",
        "0161 496 0344#",
        "08491-434 and 0161/2024",
        "172-28-88414",
    ]);
}

#[test]
fn a_long_list_of_groups_is_no_number() {
    assert_none_found(&[&"0161 496 0344 ".repeat(50), &"12 ".repeat(500)]);
}

#[test]
fn parts_of_longer_numbers_are_not_taken_for_one() {
    for text in ["4057 6736 3677 2475", "5234-5678-9012-3456", "GR44 0027 2179 8411 9565 9756 054"]
    {
        assert!(score(text) <= 35, "{text}: {}", score(text));
    }
    assert_eq!(score("4057 6736 3677 2475"), 0);
}

#[test]
fn any_bytes_are_scanned() {
    for text in
        ["+", "((((1234567))))", "+1+1+1+1+1+1+1", "0000000(0)0(0)0", "(1234567", "1234567("]
    {
        trial::found(&PHONE, text);
    }
}
