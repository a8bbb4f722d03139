//! Base58, and Base58Check: the last four bytes are the start of a double SHA-256.

use sha2::{Digest, Sha256};

use super::super::look::slice;

pub const BITCOIN: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const RIPPLE: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

pub const ADDRESS_LEN: std::ops::RangeInclusive<usize> = 25..=35;
/// Private keys in the wallet import format.
const KEY_LEN: std::ops::RangeInclusive<usize> = 51..=52;

/// First bytes of what is known: Bitcoin, its test network, Litecoin, Dogecoin, Tron, Dash.
const ADDRESS_VERSIONS: &[u8] = &[0x00, 0x05, 0x6f, 0xc4, 0x30, 0x32, 0x1e, 0x16, 0x41, 0x4c];
/// Of Zcash, two bytes.
const LONG_VERSIONS: &[[u8; 2]] = &[[0x1c, 0xb8], [0x1c, 0xbd]];
/// Of private keys: Bitcoin, its test network, Litecoin, Dogecoin.
const KEY_VERSIONS: &[u8] = &[0x80, 0xef, 0xb0, 0x9e];
/// Of Polkadot, Kusama and any.
const SUBSTRATE_NETWORKS: &[u8] = &[0, 2, 42];
const TEZOS_LEN: usize = 36;
const TEZOS_STARTS: &[&[u8]] = &[b"tz1", b"tz2", b"tz3", b"KT1"];
const BYRON_LEN_MAX: usize = 120;
const BYRON_STARTS: &[&[u8]] = &[b"Ae2td", b"DdzFF"];
const HASH_BYTES: usize = 20;
const CHECKSUM_BYTES: usize = 4;

/// Whether `word` is an address or a private key with the right checksum.
pub fn is_checked(word: &[u8]) -> bool {
    if ADDRESS_LEN.contains(&word.len()) {
        let payload = checked(word, BITCOIN);
        payload.is_some_and(|payload| is_address(&payload))
            || word.starts_with(b"r")
                && checked(word, RIPPLE).is_some_and(|payload| {
                    matches!(payload[..], [0, ..]) && payload.len() == 1 + HASH_BYTES
                })
    } else if KEY_LEN.contains(&word.len()) {
        checked(word, BITCOIN).is_some_and(|payload| {
            matches!(payload.len(), 33 | 34)
                && payload.first().is_some_and(|version| KEY_VERSIONS.contains(version))
        })
    } else if word.len() == TEZOS_LEN {
        TEZOS_STARTS.iter().any(|start| word.starts_with(start)) && checked(word, BITCOIN).is_some()
    } else {
        is_of_byron(word)
    }
}

/// Cardano's addresses of its first era: an array of CBOR that holds bytes and their checksum.
fn is_of_byron(word: &[u8]) -> bool {
    let may_be =
        word.len() <= BYRON_LEN_MAX && BYRON_STARTS.iter().any(|start| word.starts_with(start));
    let bytes = if may_be { decode(word, BITCOIN) } else { None };
    let Some([0x82, 0xd8, 0x18, 0x58, n_bytes, rest @ ..]) = bytes.as_deref() else {
        return false;
    };
    let Some((payload, [0x1a, checksum @ ..])) = rest.split_at_checked((*n_bytes).into()) else {
        return false;
    };
    crc32(payload).to_be_bytes() == *checksum
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

fn is_address(payload: &[u8]) -> bool {
    match payload {
        [version, hash @ ..] if hash.len() == HASH_BYTES => ADDRESS_VERSIONS.contains(version),
        [first, second, hash @ ..] if hash.len() == HASH_BYTES => {
            LONG_VERSIONS.contains(&[*first, *second])
        }
        _ => false,
    }
}

/// Whether the word may be an address, although that cannot be told: 32 bytes, as all public keys
/// of Solana are, or what Polkadot, Kusama and others built like them have before the checksum.
pub fn is_unchecked(word: &[u8]) -> bool {
    match decode(word, BITCOIN).as_deref() {
        Some([network, rest @ ..]) => {
            rest.len() == 31 || rest.len() == 34 && SUBSTRATE_NETWORKS.contains(network)
        }
        _ => false,
    }
}

/// What stands before the right checksum.
fn checked(word: &[u8], alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    let mut bytes = decode(word, alphabet)?;
    let n_payload = bytes.len().checked_sub(CHECKSUM_BYTES)?;
    let digest = Sha256::digest(Sha256::digest(slice(&bytes, 0, n_payload)));
    let is_right = digest.starts_with(slice(&bytes, n_payload, bytes.len()));
    bytes.truncate(n_payload);
    is_right.then_some(bytes)
}

/// The bytes of a number written in base 58; each leading zero is a byte of its own.
fn decode(word: &[u8], alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    // Least significant limb first.
    let mut limbs: Vec<u32> = Vec::with_capacity(word.len() / 5 + 1);
    for character in word {
        let mut carry = memchr::memchr(*character, alphabet)? as u64;
        for limb in &mut limbs {
            carry += u64::from(*limb) * 58;
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            limbs.push(carry as u32);
        }
    }
    let n_zeros = word.iter().take_while(|character| Some(*character) == alphabet.first()).count();
    let number =
        limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).skip_while(|byte| *byte == 0);
    Some(std::iter::repeat_n(0, n_zeros).chain(number).collect())
}

#[cfg(test)]
mod tests {
    use super::{BITCOIN, decode, is_checked};

    #[test]
    fn decodes_the_examples_of_the_draft() {
        // draft-msporny-base58
        assert_eq!(decode(b"2NEpo7TZRRrLZSi2U", BITCOIN).as_deref(), Some(&b"Hello World!"[..]));
        assert_eq!(
            decode(b"11233QC4", BITCOIN).as_deref(),
            Some(&[0, 0, 0x28, 0x7f, 0xb4, 0xcd][..])
        );
        assert_eq!(decode(b"0", BITCOIN), None);
    }

    #[test]
    fn knows_private_keys() {
        assert!(is_checked(b"5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"));
        assert!(!is_checked(b"5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK"));
    }
}
