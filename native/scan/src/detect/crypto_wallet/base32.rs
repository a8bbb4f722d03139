//! Addresses in base 32 with a checksum: of Stellar, its secret seeds, and of Algorand.

use sha2::{Digest, Sha512_256};

use super::super::look::slice;

const CHARACTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STELLAR_LEN: usize = 56;
const ALGORAND_LEN: usize = 58;
/// First bytes of Stellar's: an account, a seed.
const STELLAR_VERSIONS: [u8; 2] = [6 << 3, 18 << 3];
const STELLAR_CHECKSUM: usize = 2;
const ALGORAND_CHECKSUM: usize = 4;

pub fn is_address(word: &[u8]) -> bool {
    match word.len() {
        STELLAR_LEN => decode(word).is_some_and(|bytes| is_of_stellar(&bytes)),
        ALGORAND_LEN => decode(word).is_some_and(|bytes| is_of_algorand(&bytes)),
        _ => false,
    }
}

fn is_of_stellar(bytes: &[u8]) -> bool {
    let (payload, checksum) = bytes.split_at(bytes.len().saturating_sub(STELLAR_CHECKSUM));
    payload.first().is_some_and(|version| STELLAR_VERSIONS.contains(version))
        && crc16(payload).to_le_bytes() == *checksum
}

fn is_of_algorand(bytes: &[u8]) -> bool {
    let (key, checksum) = bytes.split_at(bytes.len().saturating_sub(ALGORAND_CHECKSUM));
    let digest = Sha512_256::digest(key);
    slice(&digest, digest.len() - ALGORAND_CHECKSUM, digest.len()) == checksum
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, &byte| {
        (0..8).fold(sum ^ u16::from(byte) << 8, |sum: u16, _| {
            sum << 1 ^ if sum >> 15 == 1 { 0x1021 } else { 0 }
        })
    })
}

/// The whole bytes of a number written in base 32; None if a character is none of it.
fn decode(word: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(word.len() * 5 / 8);
    let (mut bits, mut n_bits) = (0_u32, 0);
    for character in word {
        bits = bits << 5 | memchr::memchr(*character, CHARACTERS)? as u32;
        n_bits += 5;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((bits >> n_bits) as u8);
        }
    }
    Some(bytes)
}
