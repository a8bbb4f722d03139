//! Numbers of European countries.

use super::digits::{compact, digits, just, weighted};

/// NHS number: ten digits, modulo 11.
pub fn uk_nhs(text: &[u8]) -> bool {
    just::<10>(text).is_some_and(|digits| {
        let [.., check] = digits;
        // 10 is no digit, so such numbers are not given out.
        (11 - weighted(&digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 == check
    })
}

/// National insurance number: HMRC's letters, six digits, A to D.
pub fn uk_nino(text: &[u8]) -> bool {
    const UNUSED: [&[u8]; 7] = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];
    let code = compact(text);
    let [first, second, numbers @ .., suffix] = code.as_slice() else { return false };
    let is_prefix = [first, second]
        .iter()
        .all(|letter| letter.is_ascii_uppercase() && !b"DFIQUV".contains(letter));
    is_prefix
        && *second != b'O'
        && !UNUSED.contains(&[*first, *second].as_slice())
        && numbers.len() == 6
        && numbers.iter().all(u8::is_ascii_digit)
        && matches!(suffix, b'A'..=b'D')
}

/// Tax identification number: eleven digits of which one of the first ten occurs two or three
/// times and the others at most once; ISO/IEC 7064 modulo 11, 10.
pub fn de_steuer_id(text: &[u8]) -> bool {
    let Some(digits) = just::<11>(text) else { return false };
    let [body @ .., check] = digits;
    let count = |value: u32| body.iter().filter(|digit| **digit == value).count();
    let repeated: Vec<usize> = (0..10).map(count).filter(|n| *n > 1).collect();
    let product = body.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    body.first() != Some(&0) && matches!(repeated[..], [2 | 3]) && (11 - product) % 10 == check
}

/// Social security number: thirteen places and a key of two modulo 97. Corsica's departments
/// 2A and 2B count as 19 and 18.
pub fn fr_nir(text: &[u8]) -> bool {
    let mut code = compact(text);
    if code.len() != 15 || !matches!(code.first(), Some(b'1'..=b'4' | b'7' | b'8')) {
        return false;
    }
    if let [_, _, _, _, _, b'2', letter, ..] = code.as_mut_slice() {
        *letter = match *letter {
            b'A' => b'9',
            b'B' => b'8',
            other => other,
        };
        let is_corsican = text.iter().any(u8::is_ascii_alphabetic);
        if let (true, Some(tens)) = (is_corsican, code.get_mut(5)) {
            *tens = b'1';
        }
    }
    let number =
        |part: &[u8]| part.iter().fold(0, |sum: u64, byte| sum * 10 + u64::from(byte - b'0'));
    let (body, key) = code.split_at(13);
    code.iter().all(u8::is_ascii_digit) && 97 - number(body) % 97 == number(key)
}

/// NIF, and NIE with its X, Y or Z: a letter for the number modulo 23.
pub fn es_nif(text: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let mut code = compact(text);
    if let Some(first) = code.first_mut() {
        *first = match *first {
            b'X' => b'0',
            b'Y' => b'1',
            b'Z' => b'2',
            other => other,
        };
    }
    let [number @ .., letter] = code.as_slice() else { return false };
    let value = number
        .iter()
        .fold(0, |sum: usize, byte| sum * 10 % 23 + usize::from(byte.wrapping_sub(b'0')));
    number.len() == 8
        && number.iter().all(u8::is_ascii_digit)
        && LETTERS.get(value % 23) == Some(letter)
}

/// Sixteen characters of which the last follows from the others; where two persons would have
/// the same, digits are replaced by the letters L to V.
pub fn it_codice_fiscale(text: &[u8]) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let code = compact(text);
    let is_shaped = code.iter().enumerate().all(|(index, byte)| match index {
        6 | 7 | 9 | 10 | 12..=14 => byte.is_ascii_digit() || b"LMNPQRSTUV".contains(byte),
        8 => b"ABCDEHLMPRST".contains(byte),
        _ => byte.is_ascii_uppercase(),
    });
    let [body @ .., check] = code.as_slice() else { return false };
    let value =
        |byte: &u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' });
    let sum = body.iter().enumerate().fold(0, |sum, (index, byte)| {
        // Places are counted from one, so the first is odd.
        let odd = ODD.get(value(byte)).copied().unwrap_or(0);
        sum + if index % 2 == 0 { odd } else { value(byte) as u32 }
    });
    body.len() == 15 && is_shaped && sum % 26 == u32::from(check - b'A')
}

/// Citizen service number: the test of eleven with -1 for the last digit.
pub fn nl_bsn(text: &[u8]) -> bool {
    just::<9>(text).is_some_and(|digits| {
        let [.., check] = digits;
        weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == check
    })
}

/// Eleven digits that begin with a date of birth whose month tells the century.
pub fn pl_pesel(text: &[u8]) -> bool {
    let digits = digits(text);
    let &[_, _, tens, ones, day_tens, day_ones, .., check] = digits.as_slice() else {
        return false;
    };
    let is_date =
        matches!((tens * 10 + ones) % 20, 1..=12) && matches!(day_tens * 10 + day_ones, 1..=31);
    let sum = weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    digits.len() == 11 && is_date && (10 - sum % 10) % 10 == check
}

#[cfg(test)]
mod tests {
    use super::{
        de_steuer_id, es_nif, fr_nir, it_codice_fiscale, nl_bsn, pl_pesel, uk_nhs, uk_nino,
    };

    #[test]
    fn british_numbers_are_told_from_others() {
        assert!(uk_nhs(b"943 476 5919") && !uk_nhs(b"943 476 5918"));
        assert!(uk_nino(b"AB 12 34 56 C") && uk_nino(b"ab123456d"));
        assert!(
            !uk_nino(b"BG123456C")
                && !uk_nino(b"DA123456C")
                && !uk_nino(b"AO123456C")
                && !uk_nino(b"AB123456E")
        );
    }

    #[test]
    fn german_and_dutch_numbers_are_told_from_others() {
        assert!(de_steuer_id(b"86 095 742 719") && de_steuer_id(b"65929970489"));
        assert!(!de_steuer_id(b"86095742718") && !de_steuer_id(b"12345678901"));
        assert!(nl_bsn(b"111222333") && nl_bsn(b"1234.56.782") && !nl_bsn(b"123456783"));
    }

    #[test]
    fn french_spanish_and_italian_numbers_are_told_from_others() {
        assert!(fr_nir(b"2 55 08 14 168 025 38") && fr_nir(b"1 85 05 78 006 084 91"));
        assert!(!fr_nir(b"255081416802539"));
        assert!(es_nif(b"12345678Z") && es_nif(b"X-1234567-L") && !es_nif(b"12345678A"));
        assert!(it_codice_fiscale(b"RSSMRA85T10A562S") && !it_codice_fiscale(b"RSSMRA85T10A562T"));
    }

    #[test]
    fn corsican_departments_count_as_numbers() {
        // 1 84 12 19 451 083 leaves 97 - key modulo 97.
        let key = |body: u64| 97 - body % 97;
        assert!(fr_nir(format!("184122A451083{:02}", key(1_841_219_451_083)).as_bytes()));
        assert!(fr_nir(format!("184122B451083{:02}", key(1_841_218_451_083)).as_bytes()));
        assert!(!fr_nir(format!("184122A451083{:02}", key(1_841_218_451_083)).as_bytes()));
    }

    #[test]
    fn polish_numbers_are_told_from_others() {
        assert!(pl_pesel(b"44051401359") && !pl_pesel(b"44051401358") && !pl_pesel(b"44131401351"));
    }
}
