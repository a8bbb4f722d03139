//! Addresses of Bitcoin Cash: 20 bytes in the characters of Bech32, with a checksum of 40 bits.

use super::super::look::slice;
use super::bech32::{self, Code};

const LEN: usize = 42;
const PREFIX: &[u8] = b"bitcoincash";
const CODE: Code = Code {
    generator: [0x98_f2bc_8e61, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470],
    n_bits: 40,
};

/// Whether the word is an address without its prefix. Of one case, which the caller need not see
/// to: no other has this checksum.
pub fn is_address(word: &[u8]) -> bool {
    if word.len() != LEN || !word.first().is_some_and(|first| b"qpQP".contains(first)) {
        return false;
    }
    let prefix = PREFIX.iter().map(|byte| Some(u64::from(byte & 31)));
    let mut values = prefix.chain([Some(0)]).chain(word.iter().map(bech32::value));
    values.try_fold(1, |sum, value| Some(CODE.step(sum, value?))) == Some(1)
}

/// Where the address that starts here begins with its prefix, if that is there.
pub fn start(text: &[u8], start: usize) -> usize {
    let from = start.saturating_sub(PREFIX.len() + 1);
    match slice(text, from, start).split_last() {
        Some((b':', prefix)) if prefix.eq_ignore_ascii_case(PREFIX) => from,
        _ => start,
    }
}
