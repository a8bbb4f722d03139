//! Attributes that were clean before: telemetry says the same again and again.

mod long;

use long::Long;
use spanloom_scan::place::{Location, Signal};

use super::report::ValueKind;

/// Longer ones come twice less often: `long` keeps those that do.
const PAIR_BYTES_MAX: usize = 104;
const N_SLOTS: usize = 1 << 10;

/// What was scanned of a pair, by `ValueKind`, and how many bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    pub values: [u64; 6],
    pub n_bytes: u64,
}

impl Scanned {
    pub fn one(kind: ValueKind, n_bytes: usize) -> Self {
        let mut one = Self { n_bytes: n_bytes as u64, ..Self::default() };
        one.values.iter_mut().skip(kind as usize).take(1).for_each(|n| *n = 1);
        one
    }

    pub fn add(&mut self, other: Self) {
        self.n_bytes += other.n_bytes;
        self.values.iter_mut().zip(other.values).for_each(|(n, more)| *n += more);
    }
}

/// A pair as encoded. Each has two slots, and may take over one that was not asked for since
/// another wanted it: most pairs never come again.
#[derive(Clone, Copy)]
struct Slot {
    bytes: [u8; PAIR_BYTES_MAX],
    len: u8,
    place: u8,
    is_asked_for: bool,
    /// As `Scanned`; a pair has no more values than bytes.
    n_bytes: u8,
    values: [u8; 6],
    /// The slot that was asked for after this one last.
    next: u16,
}

/// Pairs in which nothing was found: the same bytes at the same place are clean. Shows none.
#[derive(Default)]
pub struct Repeats {
    slots: Vec<Slot>,
    /// The slot that was asked for last.
    last: u16,
    long: Long,
}

impl std::fmt::Debug for Repeats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repeats").finish_non_exhaustive()
    }
}

/// Signal and location as one number.
pub const fn place(signal: Signal, location: Location) -> u8 {
    (location as u8) << 2 | signal as u8
}

impl Repeats {
    pub fn get(&mut self, place: u8, pair: &[u8]) -> Option<Scanned> {
        if pair.len() > PAIR_BYTES_MAX {
            return self.long.get(place, pair);
        }
        let first = first_of_two(pair);
        let two = self.slots.get_mut(first..)?.first_chunk_mut::<2>()?;
        let (n, slot) = (0_u16..).zip(two).find(|(_, slot)| slot.holds(place, pair))?;
        let (scanned, next) = (slot.ask(), first as u16 + n);
        if let Some(last) = self.slots.get_mut(usize::from(self.last)) {
            last.next = next;
        }
        self.last = next;
        Some(scanned)
    }

    /// As `get`, for the pair that was asked for after the last one before, if `rest` begins
    /// with a field of it that has this tag of one byte; also the length of that field.
    pub fn next(&mut self, place: u8, tag: u8, rest: &[u8]) -> Option<(usize, Scanned)> {
        let next = self.slots.get(usize::from(self.last))?.next;
        let slot = self.slots.get_mut(usize::from(next))?;
        let (&[first, len], pair) = rest.split_first_chunk()?;
        let pair = pair.get(..usize::from(slot.len)).filter(|_| (first, len) == (tag, slot.len))?;
        slot.holds(place, pair).then(|| {
            self.last = next;
            (2 + pair.len(), slot.ask())
        })
    }

    /// A pair of which a key was new waits for the next time: keys are counted when looked at.
    pub fn insert(&mut self, place: u8, pair: &[u8], scanned: Scanned) {
        let has_new_key = scanned.values.get(ValueKind::Key as usize).is_none_or(|&n| n > 0);
        if has_new_key {
            return;
        }
        if pair.len() > PAIR_BYTES_MAX {
            return self.long.insert(place, pair, scanned);
        }
        if self.slots.is_empty() {
            let empty = Slot {
                bytes: [0; PAIR_BYTES_MAX],
                len: u8::MAX,
                place: 0,
                is_asked_for: false,
                n_bytes: 0,
                values: [0; 6],
                next: 0,
            };
            self.slots.resize(N_SLOTS, empty);
        }
        for slot in self.slots.iter_mut().skip(first_of_two(pair)).take(2) {
            if !std::mem::take(&mut slot.is_asked_for) {
                return slot.set(place, pair, scanned);
            }
        }
    }
}

impl Slot {
    fn ask(&mut self) -> Scanned {
        self.is_asked_for = true;
        Scanned { values: self.values.map(u64::from), n_bytes: self.n_bytes.into() }
    }

    fn holds(&self, place: u8, pair: &[u8]) -> bool {
        self.place == place && self.bytes.get(..usize::from(self.len)) == Some(pair)
    }

    fn set(&mut self, place: u8, pair: &[u8], scanned: Scanned) {
        if let Some(bytes) = self.bytes.get_mut(..pair.len()) {
            bytes.copy_from_slice(pair);
            self.len = pair.len() as u8;
            self.place = place;
            self.n_bytes = scanned.n_bytes as u8;
            self.values = scanned.values.map(|n| n as u8);
        }
    }
}

/// The first of the two slots of a short pair. Who makes pairs that share slots only has them
/// scanned.
fn first_of_two(pair: &[u8]) -> usize {
    let last = pair.last_chunk().map_or_else(
        || pair.iter().fold(0, |last, &byte| last << 8 | u64::from(byte)),
        |&last| u64::from_le_bytes(last),
    );
    let words = pair.as_chunks().0.iter().map(|&word| u64::from_le_bytes(word));
    let mixed = mix(words.fold(0, mix), last);
    ((mixed >> 32) as usize % N_SLOTS) & !1
}

/// The golden ratio: multiplication spreads low bits to high ones.
const fn mix(mixed: u64, word: u64) -> u64 {
    (mixed.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCANNED: Scanned = Scanned { values: [1, 0, 0, 0, 0, 0], n_bytes: 3 };

    #[test]
    fn a_pair_is_known_at_its_place_only() {
        let mut repeats = Repeats::default();
        assert_eq!(repeats.get(4, b"pair"), None);
        repeats.insert(4, b"pair", SCANNED);
        assert_eq!(repeats.get(4, b"pair"), Some(SCANNED));
        assert_eq!(repeats.get(5, b"pair"), None);
        assert_eq!(repeats.get(4, b"pai"), None);
    }

    #[test]
    fn what_followed_a_pair_is_known_by_its_field() {
        let (mut repeats, tag) = (Repeats::default(), 0x4a);
        let field = |pair: &[u8]| [&[tag, pair.len() as u8], pair, b"rest"].concat();
        for pair in [&b"one"[..], b"two", b"other"] {
            repeats.insert(4, pair, SCANNED);
        }
        for pair in [&b"one"[..], b"two", b"one"] {
            assert_eq!(repeats.get(4, pair), Some(SCANNED));
        }
        for (place, tag, field) in [
            (5, tag, field(b"two")),
            (4, 0x52, field(b"two")),
            (4, tag, field(b"twi")),
            (4, tag, field(b"other")),
            (4, tag, vec![tag, 3, b't', b'w']),
            (4, tag, vec![tag, 4, b't', b'w', b'o', b'o']),
            (4, tag, Vec::new()),
        ] {
            assert_eq!(repeats.next(place, tag, &field), None, "{place} {tag} {field:?}");
        }
        assert_eq!(repeats.next(4, tag, &field(b"two")), Some((5, SCANNED)));
        assert_eq!(repeats.next(4, tag, &field(b"one")), Some((5, SCANNED)));
        assert_eq!(repeats.next(4, tag, &field(b"one")), None);
        assert_eq!(Repeats::default().next(4, tag, &field(b"one")), None);
    }

    #[test]
    fn a_pair_that_comes_again_outlasts_those_that_do_not() {
        let mut repeats = Repeats::default();
        let once = |n: usize| format!("id {n}").into_bytes();
        for n in 0..8 * N_SLOTS {
            if repeats.get(4, b"pair").is_none() {
                assert_eq!(n, 0);
                repeats.insert(4, b"pair", SCANNED);
            }
            repeats.insert(4, &once(n), SCANNED);
        }
        let n_kept = (0..8 * N_SLOTS).filter(|&n| repeats.get(4, &once(n)).is_some()).count();
        assert!((N_SLOTS / 2..N_SLOTS).contains(&n_kept), "{n_kept}");
    }

    #[test]
    fn long_pairs_are_kept_too_and_those_with_new_keys_are_not() {
        let mut repeats = Repeats::default();
        let long = [b'a'; PAIR_BYTES_MAX + 1];
        (0..2).for_each(|_| repeats.insert(4, &long, SCANNED));
        assert_eq!(repeats.get(4, &long), Some(SCANNED));
        let mut with_key = SCANNED;
        with_key.values.iter_mut().skip(ValueKind::Key as usize).take(1).for_each(|n| *n = 1);
        for pair in [&b"pair"[..], &[b'b'; PAIR_BYTES_MAX + 1]] {
            (0..2).for_each(|_| repeats.insert(4, pair, with_key));
            assert_eq!(repeats.get(4, pair), None);
        }
    }
}
