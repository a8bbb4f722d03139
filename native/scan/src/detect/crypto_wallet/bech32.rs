//! Bech32 and Bech32m (BIP 173 and BIP 350): letters and digits of one case behind a prefix.

const CHARACTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CODE: Code = Code {
    generator: [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3],
    n_bits: 30,
};
/// What the checksum leaves in Bech32 and in Bech32m.
const RESIDUES: [u64; 2] = [1, 0x2bc8_30a3];
/// Cardano's addresses have 103 characters.
const ADDRESS_BYTES_MAX: usize = 120;
/// The checksum, and the shortest witness programme.
const DATA_LEN_MIN: usize = 6 + 5;
/// What stands before the last 1: Bitcoin and its test network, Litecoin, Cardano, Cosmos and
/// others built like it, MultiversX, Avalanche.
const PREFIXES: &[&[u8]] = &[
    b"bc",
    b"tb",
    b"bcrt",
    b"ltc",
    b"tltc",
    b"addr",
    b"stake",
    b"cosmos",
    b"osmo",
    b"juno",
    b"terra",
    b"inj",
    b"celestia",
    b"kava",
    b"thor",
    b"bnb",
    b"sei",
    b"dydx",
    b"akash",
    b"axelar",
    b"stars",
    b"secret",
    b"erd",
    b"avax",
];

/// Whether the word, which is of one case, is an address with the right checksum.
pub fn is_address(word: &[u8]) -> bool {
    let Some(separator) = memchr::memrchr(b'1', word) else { return false };
    let (prefix, data) = word.split_at(separator);
    let data = data.get(1..).unwrap_or_default();
    word.len() <= ADDRESS_BYTES_MAX
        && data.len() >= DATA_LEN_MIN
        && PREFIXES.iter().any(|known| known.eq_ignore_ascii_case(prefix))
        && residue(prefix, data.iter().map(value)).is_some_and(|sum| RESIDUES.contains(&sum))
}

pub fn value(character: &u8) -> Option<u64> {
    memchr::memchr(character.to_ascii_lowercase(), CHARACTERS).map(|value| value as u64)
}

/// None if a character has no value.
fn residue(prefix: &[u8], mut values: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    let high = prefix.iter().map(|byte| u64::from(byte.to_ascii_lowercase() >> 5));
    let low = prefix.iter().map(|byte| u64::from(byte & 31));
    let sum = high.chain([0]).chain(low).fold(1, |sum, value| CODE.step(sum, value));
    values.try_fold(sum, |sum, value| Some(CODE.step(sum, value?)))
}

/// A cyclic code over values of five bits.
pub struct Code {
    pub generator: [u64; 5],
    /// Of the checksum.
    pub n_bits: u32,
}

impl Code {
    /// The checksum of all values so far and one more.
    pub fn step(&self, sum: u64, value: u64) -> u64 {
        let n_rest = self.n_bits - 5;
        let (top, rest) = (sum >> n_rest, sum & ((1 << n_rest) - 1));
        self.generator.iter().enumerate().fold(rest << 5 ^ value, |sum, (bit, generator)| {
            if top >> bit & 1 == 1 { sum ^ generator } else { sum }
        })
    }
}
