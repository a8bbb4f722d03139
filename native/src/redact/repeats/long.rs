//! Long pairs: prompts of a system, definitions of tools, what was said before in a conversation.

use super::{Scanned, mix};

/// Longer ones are seldom the same.
const PAIR_BYTES_MAX: usize = 1 << 15;
/// Of all pairs that are kept.
const BYTES_MAX: usize = 1 << 22;
const N_SLOTS: usize = 1 << 8;
/// So many of the pairs that came last are recognised the second time.
const N_PRINTS: usize = 1 << 9;

/// A pair that came at least twice.
#[derive(Default)]
struct Slot {
    print: u64,
    pair: Box<[u8]>,
    place: u8,
    scanned: Scanned,
    is_asked_for: bool,
}

/// Of most long texts the second never comes: a text is kept only when it does. Each has two
/// slots, and may take over one that was not asked for since another wanted it.
#[derive(Default)]
pub(super) struct Long {
    slots: Vec<Slot>,
    prints: Vec<u64>,
    n_bytes: usize,
}

impl Long {
    pub fn get(&mut self, place: u8, pair: &[u8]) -> Option<Scanned> {
        let print = print(place, pair)?;
        let two = self.slots.get_mut(first_of_two(print)..)?.first_chunk_mut::<2>()?;
        let holds = |slot: &&mut Slot| slot.print == print && slot.place == place;
        let slot = two.iter_mut().find(holds).filter(|slot| *slot.pair == *pair)?;
        slot.is_asked_for = true;
        Some(slot.scanned)
    }

    pub fn insert(&mut self, place: u8, pair: &[u8], scanned: Scanned) {
        let Some(print) = print(place, pair) else { return };
        if self.slots.is_empty() {
            self.slots.resize_with(N_SLOTS, Slot::default);
            self.prints.resize(N_PRINTS, 0);
        }
        let Some(seen) = self.prints.get_mut((print >> 48) as usize % N_PRINTS) else { return };
        if *seen != print {
            *seen = print;
            return;
        }
        for slot in self.slots.iter_mut().skip(first_of_two(print)).take(2) {
            if !std::mem::take(&mut slot.is_asked_for) {
                self.n_bytes -= slot.pair.len();
                *slot = Slot::default();
                if self.n_bytes + pair.len() <= BYTES_MAX {
                    self.n_bytes += pair.len();
                    *slot = Slot { print, pair: pair.into(), place, scanned, is_asked_for: false };
                }
                return;
            }
        }
    }
}

const fn first_of_two(print: u64) -> usize {
    ((print >> 32) as usize % N_SLOTS) & !1
}

/// A number that other pairs seldom have, from a few of the bytes; the pair itself is compared,
/// too.
fn print(place: u8, pair: &[u8]) -> Option<u64> {
    if pair.len() > PAIR_BYTES_MAX {
        return None;
    }
    let word = |at: usize| pair.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
    let quarter = pair.len() / 4;
    let start = (pair.len() as u64) << 8 | u64::from(place);
    Some(mix(mix(mix(start, word(quarter)?), word(2 * quarter)?), word(3 * quarter)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCANNED: Scanned = Scanned { values: [0, 1, 0, 0, 0, 0], n_bytes: 5_000 };

    fn text(n: usize, len: usize) -> Vec<u8> {
        format!("{n:08} ").bytes().cycle().take(len).collect()
    }

    #[test]
    fn a_pair_is_known_from_its_second_time_on_at_its_place_only() {
        let (mut long, pair) = (Long::default(), text(7, 5_000));
        for _ in 0..2 {
            assert_eq!(long.get(4, &pair), None);
            long.insert(4, &pair, SCANNED);
        }
        assert_eq!(long.get(4, &pair), Some(SCANNED));
        assert_eq!(long.get(5, &pair), None);
    }

    #[test]
    fn another_byte_anywhere_is_another_pair() {
        let (mut long, pair) = (Long::default(), text(7, 600));
        (0..2).for_each(|_| long.insert(4, &pair, SCANNED));
        for at in 0..pair.len() {
            let mut other = pair.clone();
            other.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1);
            assert_eq!(long.get(4, &other), None, "{at}");
        }
        assert_eq!(long.get(4, pair.get(..599).unwrap_or_default()), None);
        assert_eq!(long.get(4, &pair), Some(SCANNED));
    }

    #[test]
    fn pairs_that_come_once_push_none_out() {
        let (mut long, pair) = (Long::default(), text(0, 300));
        (0..2).for_each(|_| long.insert(4, &pair, SCANNED));
        (1..100 * N_SLOTS).for_each(|n| long.insert(4, &text(n, 300), SCANNED));
        assert_eq!(long.get(4, &pair), Some(SCANNED));
    }

    #[test]
    fn those_that_come_by_turns_are_kept_too() {
        let (mut long, pairs) = (Long::default(), (0..N_SLOTS / 4).map(|n| text(n, 300)));
        (0..3).for_each(|_| pairs.clone().for_each(|pair| long.insert(4, &pair, SCANNED)));
        let n_kept = pairs.clone().filter(|pair| long.get(4, pair).is_some()).count();
        assert!(n_kept > N_SLOTS / 8, "{n_kept}");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut long = Long::default();
        for n in 0..2 * N_SLOTS {
            (0..2).for_each(|_| long.insert(4, &text(n, PAIR_BYTES_MAX), SCANNED));
        }
        let too_long = text(0, PAIR_BYTES_MAX + 1);
        (0..2).for_each(|_| long.insert(4, &too_long, SCANNED));
        assert_eq!(long.get(4, &too_long), None);
        let n_bytes: usize = long.slots.iter().map(|slot| slot.pair.len()).sum();
        assert_eq!(n_bytes, long.n_bytes);
        assert!((BYTES_MAX / 2..=BYTES_MAX).contains(&n_bytes), "{n_bytes}");
    }
}
