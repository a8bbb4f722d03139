//! Numbers of Australia and India; Aadhaar is `verhoeff`.

use super::digits::{compact, digits, just, weighted};

/// Tax file number of nine digits.
pub fn au_tfn(text: &[u8]) -> bool {
    just::<9>(text)
        .is_some_and(|digits| weighted(&digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11))
}

/// Medicare card: ten digits, or eleven with the person's place on the card.
pub fn au_medicare(text: &[u8]) -> bool {
    let digits = digits(text);
    let [first, _, _, _, _, _, _, _, check, rest @ ..] = digits.as_slice() else { return false };
    matches!(first, 2..=6)
        && matches!(rest.len(), 1 | 2)
        && weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == *check
}

/// Permanent account number: three letters, the kind of holder, a letter, four digits, a letter.
pub fn in_pan(text: &[u8]) -> bool {
    const HOLDERS: &[u8] = b"ABCFGHJLPTK";
    let code = compact(text);
    code.len() == 10
        && code.iter().enumerate().all(|(index, byte)| match index {
            3 => HOLDERS.contains(byte),
            5..=8 => byte.is_ascii_digit(),
            _ => byte.is_ascii_uppercase(),
        })
}

#[cfg(test)]
mod tests {
    use super::{au_medicare, au_tfn, in_pan};

    #[test]
    fn australian_numbers_are_told_from_others() {
        assert!(au_tfn(b"123 456 782") && !au_tfn(b"123 456 783"));
        assert!(au_medicare(b"2123 45670 1") && au_medicare(b"2123 45670 1-1"));
        assert!(!au_medicare(b"2123 45671 1") && !au_medicare(b"1123 45670 1"));
    }

    #[test]
    fn indian_account_numbers_are_told_from_others() {
        assert!(in_pan(b"ABCPE1234F") && !in_pan(b"ABCDE1234F") && !in_pan(b"ABCP11234F"));
    }
}
