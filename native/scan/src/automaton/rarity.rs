//! Which windows of a literal stand for it: those that are rare.

use std::cmp::Reverse;

use super::windows::{WINDOW_LEN, index_below, mixed};

/// A window inside a word is taken to be as frequent as one that so many other literals hold.
const INSIDE_WORD: u32 = 4;

/// How many bytes stand on the shorter side of the most central space: windows over the end
/// of a word are rarer than windows inside one.
fn n_beside_space(key: u64) -> usize {
    let beside = |at: usize| at.min(WINDOW_LEN - 1 - at);
    let bytes = key.to_le_bytes();
    let spaces = bytes.iter().enumerate().filter(|&(_, &byte)| byte == b' ');
    spaces.map(|(at, _)| beside(at)).max().unwrap_or(0)
}

/// How often each window occurs in the literals, or more often: a few share a count.
pub(super) struct Counts(Vec<u32>);

impl Counts {
    pub(super) fn new(keys: &[Vec<u64>]) -> Self {
        let n_keys = keys.iter().map(Vec::len).sum::<usize>();
        let mut counts = Self(vec![0; (n_keys * 4).next_power_of_two()]);
        for &key in keys.iter().flatten() {
            let at = index_below(counts.0.len(), mixed(key));
            if let Some(count) = counts.0.get_mut(at) {
                *count += 1;
            }
        }
        counts
    }

    fn of(&self, key: u64) -> u32 {
        self.0.get(index_below(self.0.len(), mixed(key))).copied().unwrap_or(0)
    }

    /// Where the rarest stretch of a literal starts.
    pub(super) fn rarest(&self, keys: &[u64], stride: usize) -> usize {
        let weight = |&key: &u64| self.of(key) + INSIDE_WORD * u32::from(n_beside_space(key) == 0);
        let rarity = |&(_, windows): &(usize, &[u64])| {
            let n_others: u32 = windows.iter().map(weight).sum();
            (n_others, Reverse(windows.iter().map(|&key| n_beside_space(key)).sum::<usize>()))
        };
        keys.windows(stride).enumerate().min_by_key(rarity).map_or(0, |(start, _)| start)
    }
}
