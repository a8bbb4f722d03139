//! `iban`: the country says where the number ends, so that the next word is never swallowed.

use super::check::mod97;
use super::look::{at, before, slice};
use super::{Anchor, Detector, Matches, Site};

/// Those in groups begin with a country and a check number, those without are words.
pub static IBAN: Detector = Detector {
    name: "iban",
    anchors: &[Anchor::CountryCheck, Anchor::Word(CHARACTERS_MIN)],
    detect: detect_iban,
};

const SCORE: u8 = 95;
/// Groups that are not all of four.
const UNEVEN: u8 = 75;
const GROUP: usize = 4;
const FIELD_DIGITS: usize = 2;
/// Norway's.
const CHARACTERS_MIN: usize = 15;

/// Lengths in the registry of SWIFT (ISO 13616).
const COUNTRIES: &[([u8; 2], usize)] = &[
    (*b"AD", 24),
    (*b"AE", 23),
    (*b"AL", 28),
    (*b"AT", 20),
    (*b"AZ", 28),
    (*b"BA", 20),
    (*b"BE", 16),
    (*b"BG", 22),
    (*b"BH", 22),
    (*b"BI", 27),
    (*b"BR", 29),
    (*b"BY", 28),
    (*b"CH", 21),
    (*b"CR", 22),
    (*b"CY", 28),
    (*b"CZ", 24),
    (*b"DE", 22),
    (*b"DJ", 27),
    (*b"DK", 18),
    (*b"DO", 28),
    (*b"EE", 20),
    (*b"EG", 29),
    (*b"ES", 24),
    (*b"FI", 18),
    (*b"FK", 18),
    (*b"FO", 18),
    (*b"FR", 27),
    (*b"GB", 22),
    (*b"GE", 22),
    (*b"GI", 23),
    (*b"GL", 18),
    (*b"GR", 27),
    (*b"GT", 28),
    (*b"HN", 28),
    (*b"HR", 21),
    (*b"HU", 28),
    (*b"IE", 22),
    (*b"IL", 23),
    (*b"IQ", 23),
    (*b"IS", 26),
    (*b"IT", 27),
    (*b"JO", 30),
    (*b"KW", 30),
    (*b"KZ", 20),
    (*b"LB", 28),
    (*b"LC", 32),
    (*b"LI", 21),
    (*b"LT", 20),
    (*b"LU", 20),
    (*b"LV", 21),
    (*b"LY", 25),
    (*b"MC", 27),
    (*b"MD", 24),
    (*b"ME", 22),
    (*b"MK", 19),
    (*b"MN", 20),
    (*b"MR", 27),
    (*b"MT", 31),
    (*b"MU", 30),
    (*b"NI", 28),
    (*b"NL", 18),
    (*b"NO", 15),
    (*b"OM", 23),
    (*b"PK", 24),
    (*b"PL", 28),
    (*b"PS", 29),
    (*b"PT", 25),
    (*b"QA", 29),
    (*b"RO", 24),
    (*b"RS", 22),
    (*b"RU", 33),
    (*b"SA", 24),
    (*b"SC", 31),
    (*b"SD", 18),
    (*b"SE", 24),
    (*b"SI", 19),
    (*b"SK", 24),
    (*b"SM", 27),
    (*b"SO", 23),
    (*b"ST", 25),
    (*b"SV", 28),
    (*b"TL", 23),
    (*b"TN", 24),
    (*b"TR", 26),
    (*b"UA", 29),
    (*b"VA", 22),
    (*b"VG", 24),
    (*b"XK", 20),
    (*b"YE", 30),
];

fn detect_iban(site: &Site<'_>, matches: &mut Matches) {
    let start = site.start + if is_field(site.text, site.start) { FIELD_DIGITS } else { 0 };
    let number = length(site.text, start).and_then(|len| extent(site.text, start, len));
    if let Some((end, score)) = number.filter(|(end, _)| mod97(slice(site.text, start, *end))) {
        matches.push(start..end, score);
    }
}

/// How many characters the number that starts at `start` has; None if none does.
fn length(text: &[u8], start: usize) -> Option<usize> {
    let check = [at(text, start + 2), at(text, start + 3)];
    if !check.iter().all(u8::is_ascii_digit) || !(b"02"..=b"98").contains(&&check) {
        return None;
    }
    let country = [at(text, start).to_ascii_uppercase(), at(text, start + 1).to_ascii_uppercase()];
    COUNTRIES.iter().find(|(code, _)| *code == country).map(|(_, len)| *len)
}

/// Whether the word at `start` is a field of MT940, with its number: `?31DE...`.
fn is_field(text: &[u8], start: usize) -> bool {
    before(text, start, 1) == b'?'
        && slice(text, start, start + FIELD_DIGITS).iter().all(u8::is_ascii_digit)
}

/// The end of `len` letters and digits with at most one space or hyphen, always the same one,
/// between two of them.
fn extent(text: &[u8], start: usize, len: usize) -> Option<(usize, u8)> {
    let (mut end, mut n_taken, mut score) = (start, 0, SCORE);
    let mut separator = None;
    while n_taken < len {
        let byte = at(text, end);
        if byte.is_ascii_alphanumeric() {
            n_taken += 1;
        } else {
            let is_one = n_taken > 0 && before(text, end, 1).is_ascii_alphanumeric();
            let fits = matches!(byte, b' ' | b'-') && *separator.get_or_insert(byte) == byte;
            if !is_one || !fits {
                return None;
            }
            if n_taken % GROUP != 0 {
                score = UNEVEN;
            }
        }
        end += 1;
    }
    (!at(text, end).is_ascii_alphanumeric()).then_some((end, score))
}

#[cfg(test)]
mod tests {
    use super::super::trial::found;
    use super::{IBAN, SCORE, UNEVEN};

    #[test]
    fn finds_numbers_in_any_grouping_and_case() {
        for (number, score) in [
            ("DE89370400440532013000", SCORE),
            ("DE89 3704 0044 0532 0130 00", SCORE),
            ("DE89-3704-0044-0532-0130-00", SCORE),
            ("gb82 west 1234 5698 7654 32", SCORE),
            ("GB82WEST12345698765432", SCORE),
            ("FR14 2004 1010 0505 0001 3M02 606", SCORE),
            ("FR14 20041 01005 0500013M026 06", UNEVEN),
            ("MT84MALT011000012345MTLCAST001S", SCORE),
            ("MT84 MALT 0110 0001 2345 MTLC AST0 01S", SCORE),
            ("NO9386011117947", SCORE),
            ("NL91 ABNA 0417 1643 00", SCORE),
            ("BR1800360305000010009795493C1", SCORE),
            ("LC55HEMM000100010012001200023015", SCORE),
            ("RO36 MIRO EB0V H8HV HSQX QBEP", SCORE),
            ("PK67UNILKHDQ5PIUAUSFBKO9", SCORE),
        ] {
            for text in
                [number.to_owned(), format!("IBAN:{number} today"), format!("账号{number}。")]
            {
                assert_eq!(found(&IBAN, &text), [(number.to_owned(), score)], "{text}");
            }
        }
    }

    #[test]
    fn finds_numbers_in_the_fields_of_a_statement() {
        assert_eq!(
            found(&IBAN, "?30BRKGDEMM?31DE89370400440532013000?32ANA")
                .first()
                .map(|f| f.0.as_str()),
            Some("DE89370400440532013000")
        );
    }

    #[test]
    fn leaves_wrong_check_digits_countries_and_lengths() {
        for text in [
            "DE89370400440532013001",
            "DE8937040044053201300",
            "DE893704004405320130000",
            "xDE89370400440532013000",
            "ZZ89370400440532013000",
            "DE89 3704-0044 0532 0130 00",
            "DE89  3704 0044 0532 0130 00",
            "order 370400440532013000",
        ] {
            assert!(found(&IBAN, text).is_empty(), "{text}");
        }
    }
}
