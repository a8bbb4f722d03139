//! Bech32 and Bech32m (BIP 173 and BIP 350): letters and digits of one case behind a prefix.

use super::super::look::{before, inside_word, run, slice};

const CHARACTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
/// What the checksum leaves in Bech32 and in Bech32m.
const RESIDUES: [u32; 2] = [1, 0x2bc8_30a3];
/// Cardano's addresses have 103 characters.
const ADDRESS_BYTES_MAX: usize = 120;
/// The checksum, and the shortest witness programme.
const DATA_LEN_MIN: usize = 6 + 5;

/// Where the address ends whose prefix (with the separating 1) is `start..data`.
pub fn address_end(text: &[u8], start: usize, data: usize) -> Option<usize> {
    let end = start + run(text, start, ADDRESS_BYTES_MAX + 1, |byte| byte.is_ascii_alphanumeric());
    let address = slice(text, start, end);
    let has_two_cases =
        address.iter().any(u8::is_ascii_lowercase) && address.iter().any(u8::is_ascii_uppercase);
    let is_alone = end - start <= ADDRESS_BYTES_MAX && !inside_word(text, start, end);
    if !is_alone || has_two_cases || end < data + DATA_LEN_MIN || before(text, data, 1) != b'1' {
        return None;
    }
    let values = slice(text, data, end).iter().map(value);
    RESIDUES.contains(&residue(slice(text, start, data - 1), values)?).then_some(end)
}

fn value(character: &u8) -> Option<u32> {
    memchr::memchr(character.to_ascii_lowercase(), CHARACTERS).map(|value| value as u32)
}

/// None if a character has no value.
fn residue(prefix: &[u8], mut values: impl Iterator<Item = Option<u32>>) -> Option<u32> {
    let high = prefix.iter().map(|byte| u32::from(byte.to_ascii_lowercase() >> 5));
    let low = prefix.iter().map(|byte| u32::from(byte & 31));
    let sum = high.chain([0]).chain(low).fold(1, step);
    values.try_fold(sum, |sum, value| Some(step(sum, value?)))
}

fn step(sum: u32, value: u32) -> u32 {
    let shifted = (sum & 0x01ff_ffff) << 5 ^ value;
    let top = sum >> 25;
    GENERATOR.iter().enumerate().fold(shifted, |sum, (bit, generator)| {
        if top >> bit & 1 == 1 { sum ^ generator } else { sum }
    })
}
