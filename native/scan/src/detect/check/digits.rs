//! Check digits. Whatever is no digit is a separator.

/// The digits as numbers.
fn values(text: &[u8]) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'))
}

/// ISO/IEC 7812: every second digit from the right is doubled.
pub fn luhn(text: &[u8]) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let digits = values(text).rev().enumerate();
    let sum: u32 =
        digits.map(|(index, digit)| if index % 2 == 1 { doubled(digit) } else { digit }).sum();
    sum.is_multiple_of(10) && values(text).any(|digit| digit > 0)
}

#[cfg(test)]
mod tests {
    use super::luhn;

    #[test]
    fn luhn_knows_the_standard_examples() {
        assert!(luhn(b"79927398713"));
        assert!(luhn(b"4111-1111 1111 1111"));
        assert!(!luhn(b"79927398710"));
        assert!(!luhn(b"0000"));
        assert!(!luhn(b""));
    }
}
