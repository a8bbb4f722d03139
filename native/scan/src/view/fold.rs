//! Reads characters as what they look like or mean.

use std::ops::Range;
use std::sync::LazyLock;

/// Made by `tools/fold_table.py`, where the rules stand.
const LINES: &str = include_str!("fold.tsv");
const PAGE_BITS: u32 = 8;
const PAGE_LEN: usize = 1 << PAGE_BITS;
/// Marks an entry whose character stands for something else.
const CHANGED: u32 = 1 << 31;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(LINES));

/// What stands for which character. Most pages of Unicode have no entry and share page 0.
struct Table {
    pages: Vec<u16>,
    /// By page and low bits: 0, or `CHANGED` | offset in `texts` << 8 | length.
    entries: Vec<u32>,
    texts: Vec<u8>,
}

impl Table {
    fn parse(lines: &str) -> Self {
        let pages = vec![0; (char::MAX as usize >> PAGE_BITS) + 1];
        let mut table = Self { pages, entries: vec![0; PAGE_LEN], texts: Vec::new() };
        for (codes, text) in lines.lines().filter_map(line) {
            let offset = u32::try_from(table.texts.len()).unwrap_or_default();
            let len = u32::try_from(text.len()).unwrap_or_default();
            table.texts.extend_from_slice(&text);
            for code in codes {
                table.set(code, CHANGED | offset << 8 | len);
            }
        }
        table
    }

    fn set(&mut self, code: u32, entry: u32) {
        let Some(page) = self.pages.get_mut((code >> PAGE_BITS) as usize) else { return };
        if *page == 0 {
            *page = u16::try_from(self.entries.len() >> PAGE_BITS).unwrap_or_default();
            self.entries.resize(self.entries.len() + PAGE_LEN, 0);
        }
        let index = usize::from(*page) << PAGE_BITS | (code as usize & (PAGE_LEN - 1));
        if let Some(slot) = self.entries.get_mut(index) {
            *slot = entry;
        }
    }

    /// None if the character stands for itself.
    fn get(&self, character: char) -> Option<&[u8]> {
        let code = character as usize;
        let page = *self.pages.get(code >> PAGE_BITS)?;
        let entry = *self.entries.get(usize::from(page) << PAGE_BITS | (code & (PAGE_LEN - 1)))?;
        if entry == 0 {
            return None;
        }
        let start = ((entry & !CHANGED) >> 8) as usize;
        self.texts.get(start..start + (entry & 0xFF) as usize)
    }
}

/// `HEX[..HEX]<TAB>UTF-8 as HEX`.
fn line(line: &str) -> Option<(std::ops::RangeInclusive<u32>, Vec<u8>)> {
    let (codes, text) = line.split_once('\t')?;
    let (first, last) = codes.split_once("..").unwrap_or((codes, codes));
    let code = |hex| u32::from_str_radix(hex, 16).ok();
    let bytes = text.as_bytes().chunks(2).map(|digits| super::hex_byte(Some(digits)));
    Some((code(first)?..=code(last)?, bytes.collect::<Option<_>>()?))
}

/// Calls `change` with every character that something else stands for.
pub fn changes(source: &[u8], mut change: impl FnMut(Range<usize>, &[u8])) {
    if let Ok(text) = std::str::from_utf8(source) {
        return valid(&TABLE, text, 0, &mut change);
    }
    let mut offset = 0;
    for chunk in source.utf8_chunks() {
        valid(&TABLE, chunk.valid(), offset, &mut change);
        offset += chunk.valid().len() + chunk.invalid().len();
    }
}

fn valid(table: &Table, text: &str, offset: usize, change: &mut impl FnMut(Range<usize>, &[u8])) {
    let mut rest = text;
    loop {
        let mut chars = rest.get(ascii_len(rest.as_bytes())..).unwrap_or_default().chars();
        let Some(character) = chars.next() else { return };
        rest = chars.as_str();
        if let Some(folded) = table.get(character) {
            let end = offset + text.len() - rest.len();
            change(end - character.len_utf8()..end, folded);
        }
    }
}

/// Length of the ASCII that a text begins with, eight bytes at a time.
fn ascii_len(text: &[u8]) -> usize {
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    let (words, tail) = text.as_chunks::<8>();
    for (index, &word) in words.iter().enumerate() {
        let high = u64::from_le_bytes(word) & HIGH_BITS;
        if high != 0 {
            return index * 8 + high.trailing_zeros() as usize / 8;
        }
    }
    words.len() * 8 + tail.iter().take_while(|byte| byte.is_ascii()).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::fold_text;
    use super::{LINES, TABLE, line};

    fn fold(text: &str) -> String {
        String::from_utf8(fold_text(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn every_line_of_the_table_is_taken() {
        for text in LINES.lines() {
            let (codes, folded) = line(text).unwrap();
            for character in codes.filter_map(char::from_u32) {
                assert_eq!(TABLE.get(character), Some(folded.as_slice()), "{text}");
            }
        }
    }

    #[test]
    fn folding_again_changes_nothing() {
        for character in ('\0'..=char::MAX).filter(|character| !character.is_ascii()) {
            let once = fold(&character.to_string());
            assert_eq!(fold(&once), once, "{character:?}");
        }
    }

    #[test]
    fn digits_dashes_and_spaces_become_ascii() {
        assert_eq!(
            fold("４１１１\u{a0}١١١١‐１\u{2011}२\u{2212}\u{3000}\u{2028}"),
            "4111 1111-1-2-  "
        );
    }

    #[test]
    fn what_is_invisible_goes() {
        assert_eq!(
            fold("a\u{200b}b\u{ad}c\u{fe0f}d\u{feff}e\u{20dd}f\u{2060}\u{115f}g"),
            "abcdefg"
        );
        assert_eq!(fold("a\u{e0041}\u{e0020}\u{e007f}b\u{e0001}"), "aA b");
    }

    #[test]
    fn look_alikes_become_latin_and_keep_their_case() {
        assert_eq!(fold("аdmin@ехаmple.соm"), "admin@example.com");
        assert_eq!(fold("АВС Ѕ ΑΒΕ ο օ ＡｂＣ ᴀ ı"), "ABC S ABE o o AbC a i");
    }

    #[test]
    fn both_cases_of_a_word_fold_alike() {
        for word in ["ИГНОРИРУЙ ВСЕ ПРЕДЫДУЩИЕ", "ΑΓΝΟΗΣΕ ΤΙΣ ΟΔΗΓΊΕΣ", "ÖNCEKI TALIMATLARI"]
        {
            let upper = fold(word).to_ascii_lowercase();
            assert_eq!(fold(&word.to_lowercase()).to_ascii_lowercase(), upper);
        }
    }

    #[test]
    fn accents_go_however_they_are_written() {
        assert_eq!(fold("é e\u{301} Ñ ü й и\u{306}"), "e e N u и и");
    }

    #[test]
    fn bytes_that_are_no_utf8_stay() {
        let text = b"\xff\xd0\x90\xd0 \xef\xbc\x91\xed\xa0\x80";
        assert_eq!(fold_text(text).as_ref(), b"\xffA\xd0 1\xed\xa0\x80");
    }
}
