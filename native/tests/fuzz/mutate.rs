//! Ways to break a request.

use spanloom_native::otlp::wire::put_len_field;

use crate::random::Random;

/// Bytes that mean something: tags, lengths, ends of varints, quotes and brackets.
const TELLING: [u8; 18] =
    [0, 1, 2, 8, 9, 10, 11, 12, 13, 18, 26, 0x7f, 0x80, 0xff, b'"', b'{', b']', b'-'];
const SPLICE_BYTES_MAX: usize = 64;

/// The data with one to four things broken in it.
pub fn bytes(random: &mut Random, data: &[u8]) -> Vec<u8> {
    let mut mutant = data.to_vec();
    for _ in 0..=random.below(4) {
        break_once(random, &mut mutant);
    }
    mutant
}

fn break_once(random: &mut Random, data: &mut Vec<u8>) {
    let at = random.below(data.len() + 1);
    match random.below(9) {
        0 => change(data, at, |byte| byte ^ 1 << (at % 8)),
        1 => change(data, at, |byte| byte.wrapping_add(1)),
        2 => change(data, at, |byte| byte.wrapping_sub(1)),
        3 => {
            let telling = random.pick(&TELLING);
            change(data, at, |_| telling);
        }
        4 => data.truncate(at),
        5 => {
            let end = (at + 1 + random.below(SPLICE_BYTES_MAX)).min(data.len());
            data.drain(at..end);
        }
        6 => {
            let length = 1 + random.below(8);
            let noise = random.bytes(length);
            data.splice(at..at, noise);
        }
        7 => {
            let from = random.below(data.len() + 1);
            let end = (from + random.below(SPLICE_BYTES_MAX)).min(data.len());
            let piece = data.get(from..end).unwrap_or_default().to_vec();
            data.splice(at..at, piece);
        }
        _ => data.extend_from_within(..),
    }
    data.truncate(1 << 16);
}

fn change(data: &mut [u8], at: usize, new: impl Fn(u8) -> u8) {
    if let Some(byte) = data.get_mut(at) {
        *byte = new(*byte);
    }
}

/// A request of any signal whose resource has an attribute of lists inside each other.
pub fn nested_values(depth: usize) -> Vec<u8> {
    let path = (0..depth).flat_map(|_| [1, 5]).chain([2, 1, 1, 1]);
    path.fold(Vec::new(), |inner, number| {
        let mut outer = Vec::with_capacity(inner.len() + 8);
        put_len_field(&mut outer, number, &inner);
        outer
    })
}
