//! Where long literals may be.
//!
//! Each long literal has one window, eight of its bytes in a row, chosen to be rare. A text's
//! own windows are looked up in a bit map, and what passes it in a table; only around windows
//! whose literal is there does the machine of the long literals run. The cost of a text that holds
//! no such window does not depend on the number of literals.

use std::cmp::Reverse;

use super::classes::{Classes, SPACE};
use super::far::Cursor;

/// Classes in a window, one byte of a `u64` each.
pub(super) const WINDOW_LEN: usize = 8;
/// 128 KiB of bits, two for a window: by chance pass less than 0.1 % of a text's windows with
/// 10,000 literals.
const BIT_WORDS_LOG2: u32 = 14;
/// A window starts among the first so many bytes of its literal: what the machine has to run
/// before a window stays short.
const STARTS_MAX: usize = 16;
/// So many bytes after a window are compared, so that a long literal does not cost its length
/// at every byte of a text.
const AFTER_MAX: usize = 32;

/// The windows of all long literals.
#[derive(Debug, Default)]
pub(super) struct Windows {
    pub(super) bits: Vec<u64>,
    /// Open addressing, a power of two.
    slots: Vec<Slot>,
    /// The literals' classes one after the other, as far as they are compared.
    literals: Vec<u8>,
    /// How far before the end of its window a literal starts at most. One bound for all, so
    /// that a later window never asks for bytes before those an earlier one asked for.
    pub(super) n_back: usize,
}

/// One window and the literal it stands for.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The classes, the last one lowest. 0 is an empty slot: no window is 0, because the class
    /// of bytes in no literal is.
    key: u64,
    /// Where the literal starts in `literals`, where the window ends and where the literal
    /// does; all the same where several literals share the window.
    start: u32,
    window_end: u32,
    end: u32,
}

fn mixed(key: u64) -> u64 {
    // The golden ratio: multiplication spreads low bits to high ones.
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The word of the bit map and the two bits in it that stand for a window.
fn bits_of(key: u64) -> (usize, u64) {
    let mixed = mixed(key);
    let bit = |shift: u32| 1 << (mixed >> shift & 63);
    ((mixed >> (64 - BIT_WORDS_LOG2)) as usize, bit(58 - BIT_WORDS_LOG2) | bit(52 - BIT_WORDS_LOG2))
}

#[inline(always)]
pub(super) fn may_hold(bits: &[u64], key: u64) -> bool {
    let (word, wanted) = bits_of(key);
    bits.get(word).is_some_and(|word| word & wanted == wanted)
}

/// The windows of a folded literal among which one is chosen.
fn keys(literal: &[u8]) -> impl Iterator<Item = u64> {
    let key = |window: &[u8]| window.iter().fold(0, |key, &class| key << 8 | u64::from(class));
    literal.windows(WINDOW_LEN).take(STARTS_MAX).map(key)
}

/// How many classes stand on the shorter side of the most central space: windows over the end
/// of a word are rarer than windows inside one.
fn n_beside_space(key: u64) -> usize {
    let beside = |at: usize| at.min(WINDOW_LEN - 1 - at);
    let classes = key.to_be_bytes();
    let spaces = classes.iter().enumerate().filter(|&(_, &class)| class == SPACE);
    spaces.map(|(at, _)| beside(at)).max().unwrap_or(0)
}

/// How often each window occurs in the literals, or more often: a few share a count.
struct Counts(Vec<u32>);

impl Counts {
    fn new(keys: &[u64]) -> Self {
        let mut counts = Self(vec![0; (keys.len() * 4).next_power_of_two()]);
        for &key in keys {
            let at = counts.index(key);
            if let Some(count) = counts.0.get_mut(at) {
                *count += 1;
            }
        }
        counts
    }

    fn index(&self, key: u64) -> usize {
        mixed(key) as usize >> 16 & (self.0.len() - 1)
    }

    fn of(&self, key: u64) -> u32 {
        self.0.get(self.index(key)).copied().unwrap_or(0)
    }
}

impl Windows {
    /// One window for each literal of `far`: one that the fewest literals hold.
    pub(super) fn new(folded: &[Vec<u8>], far: &[u32]) -> Self {
        if far.is_empty() {
            return Self::default();
        }
        let far = || far.iter().filter_map(|&index| folded.get(index as usize));
        let counts = Counts::new(&far().flat_map(|literal| keys(literal)).collect::<Vec<_>>());
        let mut windows = Self {
            bits: vec![0; 1 << BIT_WORDS_LOG2],
            slots: vec![Slot::default(); (far().count() * 2).next_power_of_two()],
            literals: Vec::new(),
            n_back: 0,
        };
        for literal in far() {
            let rarity = |&(_, key): &(usize, u64)| (counts.of(key), Reverse(n_beside_space(key)));
            if let Some((start, key)) = keys(literal).enumerate().min_by_key(rarity) {
                windows.add(key, literal, start);
                windows.n_back = windows.n_back.max(start + WINDOW_LEN);
            }
        }
        windows
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(self.bits.as_slice())
            + size_of_val(self.slots.as_slice())
            + size_of_val(self.literals.as_slice())
    }

    /// Adds the window `key`, which starts at `start` of `literal`.
    fn add(&mut self, key: u64, literal: &[u8], start: usize) {
        let (word, bits) = bits_of(key);
        if let Some(word) = self.bits.get_mut(word) {
            *word |= bits;
        }
        let first = self.literals.len();
        let len = literal.len().min(start + WINDOW_LEN + AFTER_MAX);
        let literal = literal.get(..len).unwrap_or_default();
        let at = self.slot_of(key);
        if let Some(slot) = self.slots.get_mut(at) {
            let is_shared = slot.key == key;
            let [window_end, end] = [start + WINDOW_LEN, literal.len()]
                .map(|len| (first + if is_shared { 0 } else { len }) as u32);
            *slot = Slot { key, start: first as u32, window_end, end };
            self.literals.extend_from_slice(if is_shared { &[] } else { literal });
        }
    }

    /// The slot that holds `key`, or the empty one where it would be.
    fn slot_of(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = mixed(key) as usize >> 16 & mask;
        while self.slots.get(at).is_some_and(|slot| slot.key != 0 && slot.key != key) {
            at = (at + 1) & mask;
        }
        at
    }

    /// Whether the window of `cursor` is one of a literal that occurs there, or of several
    /// literals.
    pub(super) fn holds(&self, text: &[u8], classes: &Classes, cursor: Cursor) -> bool {
        let slot = self.slots.get(self.slot_of(cursor.key)).copied().unwrap_or_default();
        let part = |from: u32, to: u32| self.literals.get(from as usize..to as usize);
        let before = part(slot.start, slot.window_end).unwrap_or_default();
        let after = part(slot.window_end, slot.end).unwrap_or_default();
        cursor.key != 0
            && slot.key == cursor.key
            && ends_with(text.get(..cursor.end).unwrap_or_default(), before, classes)
            && goes_on_with(text, cursor, after, classes)
    }
}

/// Whether `text` ends with the classes `folded`, a run of white space counted as one.
fn ends_with(text: &[u8], folded: &[u8], classes: &Classes) -> bool {
    let mut rest = text.iter().rev().map(|&byte| classes.of(byte)).peekable();
    folded.iter().rev().all(|&class| {
        let is_same = rest.next() == Some(class);
        while class == SPACE && rest.next_if_eq(&SPACE).is_some() {}
        is_same
    })
}

/// Whether `text` goes on after the window of `cursor` with the classes `folded`.
fn goes_on_with(text: &[u8], cursor: Cursor, folded: &[u8], classes: &Classes) -> bool {
    let rest = text.get(cursor.end..).unwrap_or_default();
    let mut rest = rest.iter().map(|&byte| classes.of(byte)).peekable();
    let mut last = cursor.key as u8;
    folded.iter().all(|&class| {
        while last == SPACE && rest.next_if_eq(&SPACE).is_some() {}
        last = class;
        rest.next() == Some(class)
    })
}
