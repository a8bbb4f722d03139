//! Addresses of Ethereum and its relatives: 20 bytes in hex.

use sha3::{Digest, Keccak256};

use super::super::look::{at, before, run, slice};
use super::{CHECKED, UNCHECKED, is_of_both_cases};

const DIGITS: usize = 40;

/// The end and the score of the address at `start`, which begins with `0x`.
pub fn address(text: &[u8], start: usize) -> Option<(usize, u8)> {
    if before(text, start, 1).is_ascii_alphanumeric() {
        return None;
    }
    let digits_start = start + 2;
    let n_digits = run(text, digits_start, DIGITS + 1, |byte| byte.is_ascii_hexdigit());
    let end = digits_start + n_digits;
    let digits = slice(text, digits_start, end);
    let is_one_digit = digits.iter().all(|digit| digits.first() == Some(digit));
    if n_digits != DIGITS || is_one_digit || at(text, end).is_ascii_alphanumeric() {
        return None;
    }
    if is_of_both_cases(digits) {
        return has_checksum(digits).then_some((end, CHECKED));
    }
    Some((end, UNCHECKED))
}

/// EIP-55: a letter is upper case where the hash of the lower-case digits has a digit above 7.
fn has_checksum(digits: &[u8]) -> bool {
    let hash = Keccak256::digest(digits.to_ascii_lowercase());
    let hash_digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.iter().zip(hash_digits).all(|(digit, hash_digit)| {
        digit.is_ascii_digit() || digit.is_ascii_uppercase() == (hash_digit > 7)
    })
}
