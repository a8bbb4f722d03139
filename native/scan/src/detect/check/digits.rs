//! Check digits, and what the checks of single countries are made of.

/// The digits as numbers. Whatever is no digit is a separator.
pub fn digits(text: &[u8]) -> Vec<u32> {
    values(text).collect()
}

fn values(text: &[u8]) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'))
}

/// The digits, if there are `n` and not all the same.
pub fn just<const N: usize>(text: &[u8]) -> Option<[u32; N]> {
    let digits: [u32; N] = digits(text).try_into().ok()?;
    (!digits.iter().all(|digit| digits.first() == Some(digit))).then_some(digits)
}

/// Letters in upper case and digits, without what stands between them.
pub fn compact(text: &[u8]) -> Vec<u8> {
    text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase).collect()
}

/// The sum of the products, as far as both go.
pub fn weighted<'a>(digits: impl IntoIterator<Item = &'a u32>, weights: &[u32]) -> u32 {
    digits.into_iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// ISO/IEC 7812: every second digit from the right is doubled.
pub fn luhn(text: &[u8]) -> bool {
    let is_varied = text.iter().any(|byte| matches!(byte, b'1'..=b'9'));
    is_varied && luhn_sum(values(text)).is_multiple_of(10)
}

pub fn luhn_sum(digits: impl DoubleEndedIterator<Item = u32>) -> u32 {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let from_right = digits.rev().enumerate();
    from_right.map(|(index, digit)| if index % 2 == 1 { doubled(digit) } else { digit }).sum()
}

/// ISO 13616 (IBAN): the first four characters go to the end, letters count from 10, and the
/// number leaves 1 modulo 97.
pub fn mod97(text: &[u8]) -> bool {
    let code = || text.iter().filter(|byte| byte.is_ascii_alphanumeric());
    code().count() > 4 && code().skip(4).chain(code().take(4)).fold(0, append_modulo_97) == 1
}

fn append_modulo_97(rest: u32, character: &u8) -> u32 {
    match character {
        b'0'..=b'9' => (rest * 10 + u32::from(character - b'0')) % 97,
        _ => (rest * 100 + u32::from(character.to_ascii_uppercase() - b'A') + 10) % 97,
    }
}

/// Verhoeff's check digit over the dihedral group of order ten, as in Aadhaar.
pub fn verhoeff(text: &[u8]) -> bool {
    let digits = digits(text);
    let sum = digits.iter().rev().enumerate().fold(0, |sum, (index, &digit)| {
        let permuted = (0..index % 8).fold(digit, |value, _| permute(value));
        multiply(sum, permuted)
    });
    sum == 0 && digits.iter().any(|digit| *digit > 0)
}

/// One step of Verhoeff's permutation.
fn permute(digit: u32) -> u32 {
    const STEP: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    STEP.get(digit as usize).copied().unwrap_or(0)
}

/// In the dihedral group: 0 to 4 are rotations, 5 to 9 reflections.
fn multiply(left: u32, right: u32) -> u32 {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => (left + right - 5) % 5 + 5,
        (false, true) => (left - 5 + 5 - right) % 5 + 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

#[cfg(test)]
mod tests {
    use super::{luhn, mod97, verhoeff};

    #[test]
    fn luhn_knows_the_standard_examples() {
        assert!(luhn(b"79927398713"));
        assert!(luhn(b"4111-1111 1111 1111"));
        assert!(!luhn(b"79927398710"));
        assert!(!luhn(b"0000"));
    }

    #[test]
    fn mod97_knows_ibans_in_any_case_and_grouping() {
        assert!(mod97(b"GB82 WEST 1234 5698 7654 32"));
        assert!(mod97(b"de89-3704-0044-0532-0130-00"));
        assert!(!mod97(b"GB82 WEST 1234 5698 7654 33"));
        assert!(!mod97(b"GB82"));
    }

    #[test]
    fn verhoeff_finds_wrong_and_swapped_digits() {
        assert!(verhoeff(b"2363"));
        assert!(verhoeff(b"758722"));
        assert!(verhoeff(b"9999 4105 7058"));
        assert!(!verhoeff(b"2364"));
        assert!(!verhoeff(b"2633"));
    }
}
