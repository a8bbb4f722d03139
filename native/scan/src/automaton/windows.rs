//! Where long literals may be.
//!
//! Each long literal is stood for by a stretch of eleven of its bytes, chosen to be rare. However
//! it lies in a text, one of its four windows of eight bytes starts at a multiple of four. Where
//! that saves a machine for literals of eight to ten bytes, stretches are shorter and windows at
//! every byte or every second one. The text's windows at these places are looked up in a bit map, and what passes it in a table; only
//! around windows whose literal is there does the machine of the long literals run. The cost of
//! a text that holds no such window does not depend on the number of literals.

use super::rarity::Counts;

/// Bytes in a window.
pub(super) const WINDOW_LEN: usize = 8;
/// From a window that is looked up to the next, at most.
const STRIDE_MAX: usize = 4;
/// 256 KiB of bits: by chance pass 2 % of the windows looked up with 10,000 literals.
const BIT_WORDS_MAX: usize = 1 << 15;
const BIT_WORDS_MIN: usize = 1 << 8;
/// A stretch starts among the first so many bytes of its literal: what the machine has to run
/// before a window stays short.
const STARTS_MAX: usize = 16;
/// So many bytes after a stretch are compared, so that a long literal does not cost its length
/// at every byte of a text.
const AFTER_MAX: usize = 32;

/// From a window that is looked up to the next, for literals of these lengths: as far as
/// possible, unless all could do without another machine at a shorter one.
pub(super) fn stride_for(lens: impl Iterator<Item = usize>) -> usize {
    match lens.min() {
        Some(8) => 1,
        Some(9 | 10) => 2,
        _ => STRIDE_MAX,
    }
}

/// Shorter literals need not hold a window that is looked up.
pub(super) fn far_len_min(stride: usize) -> usize {
    WINDOW_LEN + stride - 1
}

/// The windows of all long literals.
#[derive(Debug, Default)]
pub(super) struct Windows {
    /// A power of two.
    bits: Vec<u64>,
    /// How far the mixed window goes right to be the number of its bit.
    bits_shift: u32,
    /// Open addressing, a power of two.
    slots: Vec<Slot>,
    /// Of the slots. What stands here decides on nearly all windows that the bit map lets pass, and
    /// stays in the cache, which the slots do not.
    tags: Vec<u8>,
    /// The folded literals one after the other, as far as they are compared.
    literals: Vec<u8>,
    /// How far before the end of its window a literal starts at most. One bound for all, so
    /// that a later window never asks for bytes before those an earlier one asked for.
    pub(super) n_back: usize,
    /// From a window that is looked up to the next: 1, 2 or 4.
    pub(super) stride: usize,
}

/// One window and a literal it stands for. Literals that share a window have a slot each.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The bytes, the first one lowest.
    key: u64,
    /// Where the literal starts in `literals`.
    start: u32,
    /// Bytes of the literal to compare, and how many of them are before the window; none where
    /// too many literals share the window.
    n_bytes: u8,
    n_before: u8,
}

/// Of a slot without a window.
const NO_TAG: u8 = 0;
/// Of a slot whose literal says nothing about the bytes beside the window.
const ANY_TAG: u8 = u8::MAX;

/// Of a window and two bytes beside it.
fn tag(key: u64, beside: [u8; 2]) -> u8 {
    let mixed = mixed(key ^ u64::from(u16::from_le_bytes(beside)) << 24);
    ((mixed >> 48) as u8).clamp(NO_TAG + 1, ANY_TAG - 1)
}

/// More literals with one window are not told apart.
const SHARING_MAX: usize = 16;

#[inline(always)]
pub(super) fn mixed(key: u64) -> u64 {
    // The golden ratio: multiplication spreads low bits to high ones.
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// An index below `len`, a power of two, from the high bits of a mixed window.
pub(super) fn index_below(len: usize, mixed: u64) -> usize {
    mixed.swap_bytes() as usize & (len - 1)
}

fn key_at(text: &[u8], at: usize) -> u64 {
    let window = text.get(at..).and_then(<[u8]>::first_chunk);
    window.map_or(0, |&window| u64::from_le_bytes(window))
}

/// The windows of a literal among which a stretch is chosen.
fn keys(literal: &[u8]) -> Vec<u64> {
    let windows = literal.windows(WINDOW_LEN).take(STARTS_MAX + STRIDE_MAX - 1);
    windows.filter_map(|window| Some(u64::from_le_bytes(window.try_into().ok()?))).collect()
}

impl Windows {
    /// A stretch for each of the `folded` literals, which have
    /// `far_len_min(stride)` bytes or more: one whose windows the fewest literals hold.
    pub(super) fn new(folded: &[Vec<u8>], stride: usize) -> Self {
        if folded.is_empty() {
            return Self::default();
        }
        let keys: Vec<_> = folded.iter().map(|literal| keys(literal)).collect();
        let counts = Counts::new(&keys);
        let n_windows = folded.len() * stride;
        let n_words = n_windows.next_power_of_two().clamp(BIT_WORDS_MIN, BIT_WORDS_MAX);
        let n_slots = (n_windows * 2).next_power_of_two();
        let mut windows = Self {
            bits: vec![0; n_words],
            bits_shift: u64::BITS - (n_words * 64).ilog2(),
            slots: vec![Slot::default(); n_slots],
            tags: vec![NO_TAG; n_slots],
            literals: Vec::new(),
            n_back: 0,
            stride,
        };
        for (literal, keys) in folded.iter().zip(&keys) {
            windows.add(literal, keys, counts.rarest(keys, stride));
        }
        windows
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(self.bits.as_slice())
            + size_of_val(self.slots.as_slice())
            + size_of_val(self.tags.as_slice())
            + size_of_val(self.literals.as_slice())
    }

    /// Adds the windows of the stretch that starts at `start` of `literal`.
    fn add(&mut self, literal: &[u8], keys: &[u64], start: usize) {
        let n_bytes = literal.len().min(start + far_len_min(self.stride) + AFTER_MAX);
        let first = self.literals.len() as u32;
        self.literals.extend_from_slice(literal.get(..n_bytes).unwrap_or_default());
        for (n_before, &key) in keys.iter().enumerate().skip(start).take(self.stride) {
            let bit = mixed(key) >> self.bits_shift;
            if let Some(word) = self.bits.get_mut(bit as usize / 64) {
                *word |= 1 << (bit % 64);
            }
            let (n_bytes, n_before) = (n_bytes as u8, n_before as u8);
            self.put(Slot { key, start: first, n_bytes, n_before });
            self.n_back = self.n_back.max(usize::from(n_before) + WINDOW_LEN);
        }
    }

    fn put(&mut self, slot: Slot) {
        let (mut at, mut n_sharing) = (index_below(self.slots.len(), mixed(slot.key)), 0);
        let tag = self.tag_of(&slot);
        while let (Some(other), Some(other_tag)) = (self.slots.get_mut(at), self.tags.get_mut(at)) {
            if *other_tag == NO_TAG {
                (*other, *other_tag) = (slot, tag);
                return;
            }
            n_sharing += usize::from(other.key == slot.key);
            if n_sharing == SHARING_MAX {
                (*other, *other_tag) = (Slot { n_bytes: 0, n_before: 0, ..slot }, ANY_TAG);
                return;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// The two bytes are those behind the window or, where the literal ends, those before it.
    fn tag_of(&self, slot: &Slot) -> u8 {
        let (start, n_before) = (slot.start as usize, usize::from(slot.n_before));
        let literal = self.literals.get(start..start + usize::from(slot.n_bytes));
        let two_at = |at: usize| literal?.get(at..)?.first_chunk::<2>().copied();
        let beside = two_at(n_before + WINDOW_LEN);
        let beside = beside.or_else(|| n_before.checked_sub(2).and_then(two_at));
        beside.map_or(ANY_TAG, |beside| tag(slot.key, beside))
    }

    /// Puts in the place of others where windows start in the folded `text`, at multiples of the
    /// stride, that are those of a literal that occurs there, or of several literals.
    ///
    /// What is looked up in a large table is first collected: then its loads wait together.
    pub(super) fn find(&self, text: &[u8], found: &mut Vec<u32>) {
        found.clear();
        match self.stride {
            1 => self.pass_by::<1>(text, found),
            2 => self.pass_by::<2>(text, found),
            _ => self.pass_by::<STRIDE_MAX>(text, found),
        }
        found.retain(|&at| self.holds(text, at as usize));
    }

    /// Appends where the windows start that the bit map lets pass. A loop of its own, whose few
    /// variables stay in registers.
    #[inline(never)]
    fn pass_by<const STRIDE: usize>(&self, text: &[u8], found: &mut Vec<u32>) {
        let (bits, shift) = (self.bits.as_slice(), self.bits_shift);
        let key_of = |window: &[[u8; STRIDE]]| {
            window.as_flattened().try_into().map_or(0, u64::from_le_bytes)
        };
        let passes = |key: u64| {
            let bit = mixed(key) >> shift;
            bits.get(bit as usize / 64).is_some_and(|word| word >> (bit % 64) & 1 != 0)
        };
        let windows = text.as_chunks::<STRIDE>().0.windows(WINDOW_LEN / STRIDE).map(key_of);
        let passing = (0..).step_by(STRIDE).zip(windows).filter(|&(_, key)| passes(key));
        found.extend(passing.map(|(at, _): (u32, _)| at));
    }

    /// Whether a literal occurs around the window at `at`, or one of too many may.
    fn holds(&self, text: &[u8], at: usize) -> bool {
        let key = key_at(text, at);
        let tag_at = |at: usize| {
            let beside = text.get(at..).and_then(<[u8]>::first_chunk).copied();
            beside.map_or(ANY_TAG, |beside| tag(key, beside))
        };
        let tags = [ANY_TAG, tag_at(at + WINDOW_LEN), at.checked_sub(2).map_or(ANY_TAG, tag_at)];
        let mut slot_at = index_below(self.slots.len(), mixed(key));
        loop {
            match self.tags.get(slot_at) {
                None | Some(&NO_TAG) => return false,
                Some(tag) if tags.contains(tag) && self.is_around(slot_at, (text, at), key) => {
                    return true;
                }
                _ => slot_at = (slot_at + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn is_around(&self, slot_at: usize, (text, at): (&[u8], usize), key: u64) -> bool {
        let Some(slot) = self.slots.get(slot_at).filter(|slot| slot.key == key) else {
            return false;
        };
        let start = at.checked_sub(usize::from(slot.n_before));
        let text = start.and_then(|start| text.get(start..start + usize::from(slot.n_bytes)));
        let literal = self.literals.get(slot.start as usize..).unwrap_or_default();
        text.is_some_and(|text| literal.starts_with(text))
    }
}
