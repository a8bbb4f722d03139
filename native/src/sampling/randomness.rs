//! Randomness for consistent sampling: 56 bits made of an id, the same for every replica.

use sha2::{Digest, Sha256};

/// The largest there is: it passes every threshold.
pub const RANDOMNESS_MAX: u64 = RANDOMNESS_VALUES - 1;

const RANDOMNESS_VALUES: u64 = 1 << 56;
const FNV_BASIS: u32 = 0x811C_9DC5;
const FNV_PRIME: u32 = 0x0100_0193;
const BUCKETS: u64 = 0x4000;
const HEX: [u8; 16] = *b"0123456789abcdef";

/// How bytes become randomness.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// Their last 56 bits, as W3C Trace Context level 2 has it.
    Low56,
    /// 14 bits of FNV-1a, as the Collector's `hash_seed`; the hash of the seed.
    Fnv1a(u32),
    /// SHA-256 modulo 100, as instrumentation-sdk's `is_sampled`.
    Sha256,
    /// The same of their hex digits.
    Sha256Hex,
}

impl Source {
    /// FNV-1a begun with a seed, 4 bytes little-endian.
    pub fn fnv1a(seed: u32) -> Self {
        Self::Fnv1a(fnv1a(FNV_BASIS, &seed.to_le_bytes()))
    }

    /// Below 2^56.
    pub fn of(self, data: &[u8]) -> u64 {
        match self {
            Self::Low56 => low_bits(data),
            Self::Fnv1a(seeded) => of_hash(fnv1a(seeded, data)),
            Self::Sha256 => of_digest(&Sha256::digest(data).into()),
            Self::Sha256Hex => {
                let digits = data.iter().flat_map(|&byte| hex::<2>(u64::from(byte)));
                of_digest(&Sha256::digest(digits.collect::<Vec<u8>>()).into())
            }
        }
    }

    /// The randomness of each id, the largest for one of zeros, which stands for none; and which
    /// those are, if there are any.
    pub fn of_ids(self, ids: &[u8], width: usize) -> (Vec<u64>, Option<Vec<bool>>) {
        let (mut drawn, mut empty) = (Vec::with_capacity(ids.len() / width.max(1)), Vec::new());
        for id in ids.chunks_exact(width.max(1)) {
            let found = self.of_id(id);
            drawn.push(found.unwrap_or(RANDOMNESS_MAX));
            empty.push(found.is_none());
        }
        let any = empty.contains(&true);
        (drawn, any.then_some(empty))
    }

    /// None for an id of zeros, which stands for none.
    pub fn of_id(self, id: &[u8]) -> Option<u64> {
        id.iter().any(|&byte| byte != 0).then(|| self.of(id))
    }
}

/// The last N hex digits of a number.
pub fn hex<const N: usize>(number: u64) -> [u8; N] {
    let digit = |i| (number >> (4 * (N - 1 - i))) as usize & 0xF;
    std::array::from_fn(|i| HEX.get(digit(i)).copied().unwrap_or_default())
}

fn low_bits(data: &[u8]) -> u64 {
    data.iter().fold(0, |bits: u64, &byte| bits << 8 | u64::from(byte)) & RANDOMNESS_MAX
}

fn fnv1a(start: u32, data: &[u8]) -> u32 {
    data.iter().fold(start, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(FNV_PRIME))
}

/// Decides as the Collector's `hash_seed` mode always did.
///
/// Kept was what has `hash & 0x3fff` below the bucket of the percentage; turned round, those 14
/// bits lead the randomness. The others fill the rest as the Collector does it, because it is
/// written out as `rv`.
fn of_hash(hash: u32) -> u64 {
    let bucket = u64::from(hash) & (BUCKETS - 1);
    let unused = u64::from(hash) >> 18;
    let mixed = unused ^ unused << 10;
    (BUCKETS - 1 - bucket) << 42 | mixed << 14 | bucket
}

/// Decides as instrumentation-sdk's SHA-256 modulo 100 does.
///
/// Its rule keeps remainder 0; k per cent keep the remainders below k. Remainder r gets the
/// (99 - r)-th hundredth of all randomness, and the digest's high bits the place in it.
fn of_digest(digest: &[u8; 32]) -> u64 {
    let (words, _) = digest.as_chunks::<8>();
    let words = words.iter().map(|&word| u64::from_be_bytes(word));
    let place = words.clone().next().unwrap_or_default();
    // 2^64 modulo 100 is 16.
    let remainder = words.fold(0, |rest, word| (rest * 16 + word % 100) % 100);
    let part = 99 - remainder;
    let (start, end) = (start_of_percent(part), start_of_percent(part + 1));
    start + place % (end - start)
}

fn start_of_percent(percent: u64) -> u64 {
    (percent * RANDOMNESS_VALUES).div_ceil(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_56_bits_of_an_id_are_its_randomness() {
        let id = [255, 255, 255, 255, 255, 255, 255, 255, 255, 0x80, 0, 0, 0, 0, 0, 1];
        assert_eq!(Source::Low56.of(&id), 0x80_0000_0000_0001);
    }

    #[test]
    fn fnv_hashes_are_the_collectors() {
        assert_eq!(fnv1a(FNV_BASIS, b"foobar"), 0xBF9C_F968);
        let Source::Fnv1a(seeded) = Source::fnv1a(0) else { unreachable!() };
        assert_eq!(fnv1a(seeded, b"") & 0x3FFF, 0x3515);
        assert_eq!(fnv1a(seeded, &[0; 16]) & 0x3FFF, 0x2455);
    }

    #[test]
    fn a_bucket_is_kept_at_the_thresholds_above_it() {
        for bucket in 0..0x4000_u32 {
            for high in [0, 0x1234_4000, 0xFFFF_C000] {
                let randomness = of_hash(high | bucket);
                assert!(randomness <= RANDOMNESS_MAX);
                assert_eq!(randomness >> 42, 0x3FFF - u64::from(bucket));
            }
        }
    }

    #[test]
    fn a_remainder_is_its_hundredth_of_the_randomness() {
        for last in 0..=255_u8 {
            let mut digest = [0xA7; 32];
            digest[31] = last;
            let remainder =
                digest.iter().fold(0, |rest, &byte| (rest * 256 + u64::from(byte)) % 100);
            let percent = 99 - remainder;
            let hundredth = start_of_percent(percent)..start_of_percent(percent + 1);
            assert!(hundredth.contains(&of_digest(&digest)));
        }
        assert_eq!((start_of_percent(0), start_of_percent(100)), (0, RANDOMNESS_VALUES));
    }

    #[test]
    fn ids_of_zeros_have_no_randomness() {
        let ids = [[0; 8], [1; 8], [0; 8]];
        let (drawn, empty) = Source::Sha256Hex.of_ids(ids.as_flattened(), 8);
        let hashed = of_digest(&Sha256::digest(b"0101010101010101").into());
        assert_eq!(drawn, [RANDOMNESS_MAX, hashed, RANDOMNESS_MAX]);
        assert_eq!(empty, Some(vec![true, false, true]));
        assert_eq!(Source::Sha256.of_ids(&[1; 16], 8).1, None);
    }
}
