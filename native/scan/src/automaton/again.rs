//! Literals in a text that begins and ends like one in which they are known.
//!
//! Whether a literal occurs at a place depends on its own bytes there and on nothing around them.

use super::classes::is_space_twice;
use super::{Automaton, FindScratch, Hit};

/// Bytes compared at once.
const BLOCK_LEN: usize = 32;

/// A text and all that `Automaton::find` tells of it.
#[derive(Clone, Copy, Default)]
pub struct Found<'a> {
    pub text: &'a [u8],
    pub hits: &'a [Hit],
}

/// Nothing of a text is shown.
impl std::fmt::Debug for Found<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Found").finish_non_exhaustive()
    }
}

impl Automaton {
    /// As `find`. Where `text` has as much in common with `known` that it is worth it, only what
    /// differs is looked at, and as much around it as literals are long.
    pub fn find_again(
        &self,
        text: &[u8],
        known: Found<'_>,
        hits: &mut Vec<Hit>,
        scratch: &mut FindScratch,
    ) {
        let head = head_in_common(text, known.text);
        let rest_len = text.len().min(known.text.len()) - head;
        let tail = tail_in_common(text, known.text).min(rest_len);
        let (tail_start, known_tail_start) = (text.len() - tail, known.text.len() - tail);
        if (head + tail) * 2 < text.len() {
            return self.find(text, hits, scratch);
        }
        let n_before = hits.len();
        let n_in_head = known.hits.partition_point(|hit| hit.end as usize <= head);
        let (in_head, behind) = known.hits.split_at_checked(n_in_head).unwrap_or_default();
        hits.extend_from_slice(in_head);
        if head < tail_start.max(known_tail_start) {
            self.find_between(text, (head, tail_start), hits, scratch);
        }
        let is_in_tail = |hit: &&Hit| self.start(known.text, **hit) >= known_tail_start;
        hits.extend(behind.iter().filter(is_in_tail).map(|&Hit { end, literal }| Hit {
            end: (end as usize - known_tail_start + tail_start) as u32,
            literal,
        }));
        hits.get_mut(n_before..).unwrap_or_default().sort_by_key(|hit| hit.end);
    }

    /// Appends what starts before `tail_start` and ends behind `head`.
    fn find_between(
        &self,
        text: &[u8],
        (head, tail_start): (usize, usize),
        hits: &mut Vec<Hit>,
        scratch: &mut FindScratch,
    ) {
        let is_counted = |&at: &usize| !is_space_twice(text, at);
        let longest = self.longest as usize;
        // So much before and behind that no literal reaches farther, however wide its spaces.
        let first = (0..head).rev().filter(is_counted).take(longest).last();
        let last = (tail_start..text.len()).filter(is_counted).take(longest).last();
        let start = first.unwrap_or(head);
        let end = last.map_or(tail_start, |last| last + 1);
        let part = text.get(start..end).unwrap_or_default();
        let mut found = std::mem::take(&mut scratch.between);
        found.clear();
        self.find(part, &mut found, scratch);
        let is_between = |hit: &&Hit| {
            start + self.start(part, **hit) < tail_start && start + hit.end as usize > head
        };
        hits.extend(
            found
                .iter()
                .filter(is_between)
                .map(|&Hit { end, literal }| Hit { end: end + start as u32, literal }),
        );
        scratch.between = found;
    }
}

fn head_in_common(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.as_chunks::<BLOCK_LEN>().0.iter().zip(b.as_chunks::<BLOCK_LEN>().0);
    let n_same = blocks.take_while(|(a, b)| a == b).count() * BLOCK_LEN;
    let (a, b) = (a.get(n_same..).unwrap_or_default(), b.get(n_same..).unwrap_or_default());
    n_same + a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn tail_in_common(a: &[u8], b: &[u8]) -> usize {
    let (a_blocks, b_blocks) = (a.as_rchunks::<BLOCK_LEN>().1, b.as_rchunks::<BLOCK_LEN>().1);
    let blocks = a_blocks.iter().rev().zip(b_blocks.iter().rev());
    let n_same = blocks.take_while(|(a, b)| a == b).count() * BLOCK_LEN;
    let before = |text: &'_ [u8]| text.len().saturating_sub(n_same);
    let (a, b) = (a.get(..before(a)).unwrap_or_default(), b.get(..before(b)).unwrap_or_default());
    n_same + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}
