//! Addresses of Ethereum and its relatives: 20 bytes in hex.

use sha3::{Digest, Keccak256};

use super::{CHECKED, UNCHECKED, is_of_both_cases};

const DIGITS: usize = 40;

/// The score of the address whose digits behind `0x` are these.
pub fn score(digits: &[u8]) -> Option<u8> {
    let is_one_digit = digits.iter().all(|digit| digits.first() == Some(digit));
    if digits.len() != DIGITS || !digits.iter().all(u8::is_ascii_hexdigit) || is_one_digit {
        return None;
    }
    if is_of_both_cases(digits) {
        return has_checksum(digits).then_some(CHECKED);
    }
    Some(UNCHECKED)
}

/// EIP-55: a letter is upper case where the hash of the lower-case digits has a digit above 7.
fn has_checksum(digits: &[u8]) -> bool {
    let hash = Keccak256::digest(digits.to_ascii_lowercase());
    let hash_digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.iter().zip(hash_digits).all(|(digit, hash_digit)| {
        digit.is_ascii_digit() || digit.is_ascii_uppercase() == (hash_digit > 7)
    })
}
