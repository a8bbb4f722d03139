//! Addresses of Monero: Base58 in blocks of eight bytes, and the start of a Keccak-256.

use sha3::{Digest, Keccak256};

use super::super::look::slice;
use super::base58::BITCOIN;

/// Characters of an address, and of one with a payment id in it.
pub const LEN: usize = 95;
pub const INTEGRATED_LEN: usize = 106;

/// First bytes: standard, integrated and sub-addresses of the main, the test and the stage
/// network.
const NETWORKS: [u8; 9] = [18, 19, 42, 53, 54, 63, 24, 25, 36];
const CHECKSUM_BYTES: usize = 4;
const BLOCK_LEN: usize = 11;

pub fn is_address(word: &[u8]) -> bool {
    let Some(blocks) = word.chunks(BLOCK_LEN).map(block).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let bytes = blocks.concat();
    let n_payload = bytes.len().saturating_sub(CHECKSUM_BYTES);
    let digest = Keccak256::digest(slice(&bytes, 0, n_payload));
    bytes.first().is_some_and(|network| NETWORKS.contains(network))
        && digest.starts_with(slice(&bytes, n_payload, bytes.len()))
}

/// The eight bytes of a block, or the five of the last one, which has seven characters.
fn block(characters: &[u8]) -> Option<Vec<u8>> {
    let n_bytes = match characters.len() {
        BLOCK_LEN => 8,
        7 => 5,
        _ => return None,
    };
    let number = characters.iter().try_fold(0_u128, |number, character| {
        Some(number * 58 + memchr::memchr(*character, BITCOIN)? as u128)
    })?;
    let is_in_range = number >> (8 * n_bytes) == 0;
    is_in_range.then(|| slice(&number.to_be_bytes(), 16 - n_bytes, 16).to_vec())
}
