//! Which bytes of a text are what, as one bit each.

use wide::{i8x16, u8x16};

/// Bytes in a block, and bits in a map.
pub(super) const BLOCK_LEN: usize = 64;
const LANE_LEN: usize = 16;

/// Of one block, its first byte lowest. Behind the text nothing is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Map {
    pub digits: u64,
    /// `:`, `-` and `.`.
    pub separators: u64,
    /// ASCII from `+` on: all bytes of tokens, and hardly a space, quote or bracket.
    pub wide: u64,
}

/// Puts the maps of a text in the place of others.
pub(super) fn read(text: &[u8], maps: &mut Vec<Map>) {
    maps.clear();
    let (blocks, rest) = text.as_chunks::<BLOCK_LEN>();
    maps.extend(blocks.iter().map(map_of));
    if !rest.is_empty() {
        let mut last = [0; BLOCK_LEN];
        last.iter_mut().zip(rest).for_each(|(to, &byte)| *to = byte);
        maps.push(map_of(&last));
    }
}

fn map_of(block: &[u8; BLOCK_LEN]) -> Map {
    let (mut map, all) = (Map::default(), u8x16::splat);
    for (bytes, shift) in block.as_chunks::<LANE_LEN>().0.iter().zip((0..).step_by(LANE_LEN)) {
        let (unsigned, signed) = (u8x16::new(*bytes), i8x16::new(bytes.map(u8::cast_signed)));
        let bits = |set: u8x16| u64::from(set.to_bitmask()) << shift;
        let is = |byte| unsigned.simd_eq(all(byte));
        let above = unsigned - all(b'0');
        map.digits |= bits(above.min(all(9)).simd_eq(above));
        map.separators |= bits(is(b':') | is(b'-') | is(b'.'));
        map.wide |=
            u64::from(signed.simd_gt(i8x16::splat(b'*'.cast_signed())).to_bitmask()) << shift;
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_what_it_is_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for at in 0..BLOCK_LEN {
                let mut text = [b' '; BLOCK_LEN + 1];
                text.iter_mut().skip(at).take(1).for_each(|to| *to = byte);
                let bit = |is_one: bool| u64::from(is_one) << at;
                let expected = Map {
                    digits: bit(byte.is_ascii_digit()),
                    separators: bit(matches!(byte, b':' | b'-' | b'.')),
                    wide: bit((b'+'..=0x7f).contains(&byte)),
                };
                let mut maps = vec![expected; 3];
                read(&text, &mut maps);
                assert_eq!(maps, [expected, Map::default()], "{byte} at {at}");
            }
        }
    }
}
