//! Several attributes of every owner, read in one pass.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

use super::batch::{Batch, Level, positions};
use super::error::Error;
use super::value::{Buffers, Cell, STRING};

/// So many are found faster one by one than by their hash.
const FEW: usize = 8;

/// Texts of one owner, one per key; None where it has no text.
pub type Texts<'a> = [Option<&'a [u8]>];

/// Which combination of texts each owner has; those in order of first appearance.
#[derive(Default)]
pub struct Combinations<'a> {
    pub codes: Vec<i32>,
    pub distinct: Vec<Box<Texts<'a>>>,
    /// By position in `distinct`, what mostly tells combinations apart.
    signatures: Vec<u64>,
    /// Positions in `distinct`; empty while those are few.
    seen: HashMap<Box<Texts<'a>>, i32, ahash::RandomState>,
}

impl<'a> Combinations<'a> {
    #[inline]
    fn push(&mut self, texts: &Texts<'a>) {
        let signature = texts.iter().fold(0, signature);
        let code = match self.find(signature, texts) {
            Some(code) => code,
            None => self.add(signature, texts),
        };
        self.codes.push(code as i32);
    }

    fn find(&self, signature: u64, texts: &Texts<'a>) -> Option<usize> {
        if self.distinct.len() > FEW {
            return self.seen.get(texts).map(|&code| code as usize);
        }
        let mut each = self.signatures.iter().zip(&self.distinct);
        each.position(|(&other, distinct)| other == signature && **distinct == *texts)
    }

    fn add(&mut self, signature: u64, texts: &Texts<'a>) -> usize {
        self.distinct.push(texts.into());
        self.signatures.push(signature);
        if self.distinct.len() > FEW {
            for (code, each) in self.distinct.iter().enumerate().skip(self.seen.len()) {
                self.seen.insert(each.clone(), code as i32);
            }
        }
        self.distinct.len() - 1
    }
}

/// Adds a text's length and last bytes: names of models differ there.
#[inline]
fn signature(sum: u64, text: &Option<&[u8]>) -> u64 {
    let own = text.map_or(1 << 40, |text| {
        let end = text.last_chunk::<4>().map_or(0, |end| u64::from(u32::from_ne_bytes(*end)));
        end << 8 ^ text.len() as u64
    });
    (sum ^ own).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
}

impl Batch {
    /// Calls `read` with the cells of each owner in turn, one per key.
    fn read_each(
        &self,
        level: Level,
        keys: &[&[u8]],
        mut read: impl FnMut(&[Cell]),
    ) -> Result<(), Error> {
        let (table, kept) = (self.table(level)?, self.owners(level)?);
        let ids: Vec<Option<u32>> = keys.iter().map(|key| table.keys().find(key)).collect();
        let mut guesses = vec![0; keys.len()];
        let mut cells = vec![Cell::default(); keys.len()];
        for owner in positions(&kept, table.n_owners()) {
            for ((cell, id), guess) in cells.iter_mut().zip(&ids).zip(&mut guesses) {
                if let Some(id) = *id {
                    *cell = table.get_near(owner, id, guess).unwrap_or_default();
                }
            }
            read(&cells);
        }
        Ok(())
    }

    /// The combination of the texts under `keys` of every owner.
    pub fn combinations<'a>(
        &'a self,
        level: Level,
        keys: &[&[u8]],
    ) -> Result<Combinations<'a>, Error> {
        let (mut found, buffers) = (Combinations::default(), self.buffers()?);
        let mut texts: Vec<Option<&'a [u8]>> = Vec::with_capacity(keys.len());
        self.read_each(level, keys, |cells| {
            texts.clear();
            texts.extend(cells.iter().map(|cell| text(cell, &buffers)));
            found.push(&texts);
        })?;
        Ok(found)
    }

    /// The cells under `keys`, those of the first key first.
    pub fn cells_by_key(&self, level: Level, keys: &[&[u8]]) -> Result<Vec<Cell>, Error> {
        let n_owners = self.n_owners(level)?;
        let mut found = vec![Cell::default(); n_owners * keys.len()];
        let mut row = 0;
        self.read_each(level, keys, |cells| {
            for (place, &cell) in cells.iter().enumerate() {
                if let Some(slot) = found.get_mut(place * n_owners + row) {
                    *slot = cell;
                }
            }
            row += 1;
        })?;
        Ok(found)
    }
}

#[inline]
fn text<'a>(cell: &Cell, buffers: &Buffers<'a>) -> Option<&'a [u8]> {
    (cell.kind == STRING).then(|| cell.bytes(buffers))
}

/// A hash of each text: SipHash with a key that this process drew, so that no sender can choose
/// texts with equal hashes. 0 where there is no text, or an empty one.
pub fn hashes(cells: &[Cell], buffers: &Buffers<'_>) -> Vec<u64> {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    let key = KEY.get_or_init(RandomState::new);
    let hash = |cell: &Cell| {
        let text = text(cell, buffers).unwrap_or_default();
        if text.is_empty() {
            return 0;
        }
        let mut hasher = key.build_hasher();
        hasher.write(text);
        hasher.finish().max(1)
    };
    cells.iter().map(hash).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_found_whether_few_or_many() {
        let names: Vec<String> = (0..100).map(|i| format!("model-{i}")).collect();
        let mut found = Combinations::default();
        for i in (0..100).chain([0, 99, 8, 8, 7]) {
            let name = names.get(i).map(|name| name.as_bytes());
            found.push(&[Some(b"chat"), name, None]);
        }
        let expected: Vec<i32> = (0..100).chain([0, 99, 8, 8, 7]).collect();
        assert_eq!(found.codes, expected);
        assert_eq!(found.distinct.len(), 100);
    }

    #[test]
    fn hashes_are_equal_for_equal_texts_alone() {
        let raw = b"abcabc";
        let text =
            |offset, len| Cell::range(STRING, crate::otlp::walk::Slice { offset, len }, false);
        let cells = [text(0, 3), text(3, 3), text(0, 2), text(0, 0), Cell::default()];
        let found = hashes(&cells, &Buffers { raw, overlay: &[] });
        assert_eq!(found.first(), found.get(1));
        assert_ne!(found.first(), found.get(2));
        assert_eq!(found.get(3..), Some(&[0, 0][..]));
    }
}
