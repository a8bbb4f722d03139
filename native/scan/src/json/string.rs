//! Where strings end, and what they say.

use wide::u8x16;

use crate::blocks::{each, is, is_among, padded};
use crate::view::unicode_escape;

/// Bytes looked at at once.
const BLOCK_LEN: usize = 16;

/// How long a string is whose content begins here, and whether it holds a backslash.
pub(crate) fn string_end(rest: &[u8]) -> Option<(usize, bool)> {
    let (mut n_read, mut is_escaped, mut end) = (0, false, None);
    each(rest, is_not_plain, |at| {
        let after_backslash = match rest.get(at) {
            _ if at < n_read => return true,
            Some(b'\\') => rest.get(at + 1..).and_then(escape_len),
            byte => {
                end = (byte == Some(&b'"')).then_some(at);
                return false;
            }
        };
        is_escaped = true;
        n_read = at + 1 + after_backslash.unwrap_or_default();
        after_backslash.is_some()
    });
    Some((end?, is_escaped))
}

/// Quotes, backslashes and control characters.
fn is_not_plain(block: u8x16) -> u8x16 {
    is(block, b'"') | is(block, b'\\') | is_among(block, 0, b' ' - 1)
}

/// Length of the escape after its backslash.
fn escape_len(rest: &[u8]) -> Option<usize> {
    match rest.first()? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(1),
        b'u' => rest.get(1..5)?.iter().all(u8::is_ascii_hexdigit).then_some(5),
        _ => None,
    }
}

/// Puts what the content of a string says in the place of `text`. `Some(false)`, and `text` is
/// left alone, if it says what is written; None if it is not the content of one string.
pub(crate) fn unescape(content: &[u8], text: &mut Vec<u8>) -> Option<bool> {
    let mut at = n_plain(content, |_, _| {});
    if at == content.len() {
        return Some(false);
    }
    text.clear();
    text.extend_from_slice(content.get(..at)?);
    // What is said is never longer than it is written, but blocks are copied as a whole.
    text.resize(content.len() + BLOCK_LEN, 0);
    let mut n_said = at;
    while let Some((b'\\', escape)) = content.get(at..)?.split_first() {
        let (n_read, n_put) = put_meaning(escape, text.get_mut(n_said..)?)?;
        (at, n_said) = (at + 1 + n_read, n_said + n_put);
        let to = text.get_mut(n_said..)?;
        let n_same = n_plain(content.get(at..)?, |start, block| {
            if let Some(to) = to.get_mut(start..start + BLOCK_LEN) {
                to.copy_from_slice(block);
            }
        });
        (at, n_said) = (at + n_same, n_said + n_same);
    }
    text.truncate(n_said);
    (at == content.len()).then_some(true)
}

/// How many plain bytes a text begins with. Calls `seen` with all blocks up to there.
#[inline(always)]
fn n_plain(text: &[u8], mut seen: impl FnMut(usize, &[u8; BLOCK_LEN])) -> usize {
    let (blocks, rest) = text.as_chunks::<BLOCK_LEN>();
    for (index, block) in blocks.iter().enumerate() {
        seen(index * BLOCK_LEN, block);
        let bits = is_not_plain(u8x16::new(*block)).to_bitmask();
        if bits != 0 {
            return index * BLOCK_LEN + bits.trailing_zeros() as usize;
        }
    }
    let last = padded(rest);
    seen(text.len() - rest.len(), &last);
    // The bytes behind the text are not plain.
    let bits = is_not_plain(u8x16::new(last)).to_bitmask();
    text.len() - rest.len() + bits.trailing_zeros() as usize
}

/// Writes what an escape stands for, without its backslash, and tells how long both are.
fn put_meaning(escape: &[u8], to: &mut [u8]) -> Option<(usize, usize)> {
    let byte = match escape.first()? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        byte @ (b'"' | b'\\' | b'/') => *byte,
        b'u' => {
            let (character, n_read) = unicode_escape(escape)?;
            let mut utf8 = [0; 4];
            let utf8 = character.encode_utf8(&mut utf8).as_bytes();
            to.get_mut(..utf8.len())?.copy_from_slice(utf8);
            return Some((n_read, utf8.len()));
        }
        _ => return None,
    };
    *to.first_mut()? = byte;
    Some((1, 1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{string_end, unescape};
    use crate::view::Reading;

    const PIECES: &[&str] = &[
        "a",
        "plain text of some length, ",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u0040",
        "\\ud83d",
        "\\ude00",
        "\\ud83d\\ude00",
        "é",
        "\\",
        "\"",
        "\n",
        "\\x41",
        "\\u00g0",
        "\u{1}",
        "\\b\\f\\r\\t",
    ];

    #[test]
    fn what_a_string_says_is_what_its_end_and_its_escapes_say() {
        let (mut random, mut n_strings) = (1_u64, 0);
        for _ in 0..20_000 {
            let mut content = String::new();
            let mut below = |bound: u64| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
                (random >> 33) % bound
            };
            for _ in 0..below(12) {
                content += PIECES.get(below(PIECES.len() as u64) as usize).unwrap();
            }
            let (content, mut said, mut view) = (content.as_bytes(), vec![1], Vec::new());
            let end = string_end(&[content, b"\""].concat());
            let expected = end.filter(|(end, _)| *end == content.len()).map(|(_, escaped)| escaped);
            assert_eq!(unescape(content, &mut said), expected, "{content:?}");
            if expected == Some(true) {
                assert!(Reading::Escapes.read(content, &mut view));
                assert_eq!(said, view, "{content:?}");
                n_strings += 1;
            }
        }
        assert!(n_strings > 3_000, "{n_strings}");
    }
}
