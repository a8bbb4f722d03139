//! The name that stands right before a number.

use super::words::{Set, last_word, words};

/// Between a name and its number, or two words.
const GAP: &[u8] = b" \t:=#\"'`*>|(.-_";
const GAP_BYTES_MAX: usize = 6;

/// Whether the name before `start` is that of another number: `NIP 372-003-68-98`,
/// `policy no. 56368074`, `"msg_id": 1656368074`.
/// A country may stand between: `VAT GB 123 4567 89`.
pub fn is_other(text: &[u8], start: usize) -> bool {
    let head = without_gap(text.get(..start).unwrap_or_default());
    let word = last_word(head);
    let is_country = matches!(word, [b'A'..=b'Z', b'A'..=b'Z']);
    names_other(head) || is_country && names_other(without(head, word))
}

fn names_other(head: &[u8]) -> bool {
    let words = words();
    let head = skipped(head, &words.copulas);
    let named = skipped(head, &words.numbers);
    let word = last_word(named);
    let before = without(named, word);
    if words.ids.has(word) {
        return !words.callers.has(last_word(before));
    }
    let is_counted =
        named.len() < head.len() || words.numbers.has(last_word(skipped(before, &words.particles)));
    words.others.has(word) || is_counted && words.kinds.has(word)
}

/// What stands before the last word if that is one of `any`, else all.
fn skipped<'a>(head: &'a [u8], any: &Set) -> &'a [u8] {
    let word = last_word(head);
    if any.has(word) { without(head, word) } else { head }
}

/// What stands before the last word.
fn without<'a>(head: &'a [u8], word: &[u8]) -> &'a [u8] {
    without_gap(head.get(..head.len() - word.len()).unwrap_or_default())
}

fn without_gap(head: &[u8]) -> &[u8] {
    let is_gap = |byte: &&u8| GAP.contains(byte);
    let n_bytes = head.iter().rev().take(GAP_BYTES_MAX).take_while(is_gap).count();
    head.get(..head.len() - n_bytes).unwrap_or_default()
}
