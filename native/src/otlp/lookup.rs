//! Strings of every owner by number, alone and combined, and as hashes.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::OnceLock;

use super::batch::{Batch, Level};
use super::error::Error;
use super::value::{ABSENT, BOOL, Buffers, Cell, DOUBLE, INT, STRING};

/// Beyond, a table of all pairs is larger than what is looked up in it.
const PAIRS_MAX: usize = 4096;

/// Values by number, in order of first appearance; -1 for what is none.
#[derive(Default)]
pub struct Coded {
    pub codes: Vec<i32>,
    pub distinct: Vec<Cell>,
}

impl Coded {
    /// The strings among the cells.
    pub fn new(cells: &[Cell], buffers: &Buffers<'_>) -> Self {
        Self::by(cells, |cell| (cell.kind == STRING).then(|| cell.bytes(buffers)))
    }

    /// Values of all kinds; those with the same bytes are the same.
    pub fn of_any(cells: &[Cell], buffers: &Buffers<'_>) -> Self {
        Self::by(cells, |cell| match cell.kind {
            ABSENT => None,
            BOOL | INT | DOUBLE => Some((cell.kind, cell.bits, &[][..])),
            kind => Some((kind, 0, cell.bytes(buffers))),
        })
    }

    /// Cells with equal keys are one value; without a key, none.
    fn by<K: Copy + Eq + Hash>(cells: &[Cell], key_of: impl Fn(&Cell) -> Option<K>) -> Self {
        let mut coded = Self::default();
        let mut seen: HashMap<K, i32, ahash::RandomState> = HashMap::default();
        let mut last: (Option<K>, i32) = (None, -1);
        coded.codes.reserve(cells.len());
        for cell in cells {
            let Some(key) = key_of(cell) else {
                coded.codes.push(-1);
                continue;
            };
            if last.0 != Some(key) {
                let next = coded.distinct.len() as i32;
                last = (Some(key), *seen.entry(key).or_insert(next));
                if last.1 == next {
                    coded.distinct.push(*cell);
                }
            }
            coded.codes.push(last.1);
        }
        coded
    }
}

/// Which combination of strings each owner has; those in order of first appearance.
pub struct Combinations {
    pub codes: Vec<i32>,
    /// The string under each key; None where it has none.
    pub distinct: Vec<Vec<Option<Cell>>>,
}

impl Combinations {
    fn new(n_owners: usize) -> Self {
        let distinct = if n_owners > 0 { vec![Vec::new()] } else { Vec::new() };
        Self { codes: vec![0; n_owners], distinct }
    }

    /// Adds a key that every owner has the same string under, or none.
    fn add_same(&mut self, cell: Option<Cell>) {
        self.distinct.iter_mut().for_each(|cells| cells.push(cell));
    }

    fn add(&mut self, coded: &Coded) {
        if coded.distinct.len() <= 1 && is_constant(&coded.codes) {
            return self.add_same(coded.distinct.first().copied());
        }
        let width = coded.distinct.len() + 1;
        let mut pairs = Pairs::new(self.distinct.len() * width);
        let mut distinct = Vec::new();
        for (code, &own) in self.codes.iter_mut().zip(&coded.codes) {
            let pair = *code as usize * width + (own + 1) as usize;
            let next = distinct.len() as i32;
            let found = pairs.find(pair, next);
            if found == next {
                let mut cells = self.distinct.get(*code as usize).cloned().unwrap_or_default();
                cells.push(usize::try_from(own).ok().and_then(|i| coded.distinct.get(i).copied()));
                distinct.push(cells);
            }
            *code = found;
        }
        self.distinct = distinct;
    }
}

fn is_constant(codes: &[i32]) -> bool {
    codes.iter().all(|code| Some(code) == codes.first())
}

/// A number for each pair of codes.
enum Pairs {
    Few(Vec<i32>),
    Many(HashMap<usize, i32, ahash::RandomState>),
}

impl Pairs {
    fn new(n_pairs: usize) -> Self {
        match n_pairs <= PAIRS_MAX {
            true => Self::Few(vec![-1; n_pairs]),
            false => Self::Many(HashMap::default()),
        }
    }

    /// The number of the pair; `next` where it has none yet.
    #[inline]
    fn find(&mut self, pair: usize, next: i32) -> i32 {
        match self {
            Self::Few(numbers) => match numbers.get_mut(pair) {
                Some(number) if *number < 0 => {
                    *number = next;
                    next
                }
                Some(number) => *number,
                None => next,
            },
            Self::Many(numbers) => *numbers.entry(pair).or_insert(next),
        }
    }
}

impl Batch {
    /// The combination of the strings under `keys` of every owner.
    pub fn combinations(&self, level: Level, keys: &[&[u8]]) -> Result<Combinations, Error> {
        let (buffers, mut found) = (self.buffers()?, Combinations::new(self.n_owners(level)?));
        for key in keys {
            match self.table(level)?.keys().find(key) {
                Some(_) => found.add(&Coded::new(&self.attribute(level, key)?, &buffers)),
                None => found.add_same(None),
            }
        }
        Ok(found)
    }
}

/// A hash of each text: SipHash with a key that this process drew, so that no sender can choose
/// texts with equal hashes. 0 where there is no text, or an empty one.
pub fn hashes(cells: &[Cell], buffers: &Buffers<'_>) -> Vec<u64> {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    let key = KEY.get_or_init(RandomState::new);
    let hash = |cell: &Cell| {
        let text = if cell.kind == STRING { cell.bytes(buffers) } else { &[] };
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
    use crate::otlp::walk::Slice;

    fn text(offset: u32, len: u32) -> Cell {
        Cell::range(STRING, Slice { offset, len }, false)
    }

    #[test]
    fn pairs_are_numbered_alike_whether_few_or_many() {
        let asked = [3, 0, 3, 4000, 0, 7];
        let numbers = |mut pairs: Pairs| {
            let mut next = 0;
            asked.map(|pair| {
                let found = pairs.find(pair, next);
                next = next.max(found + 1);
                found
            })
        };
        assert_eq!(numbers(Pairs::new(PAIRS_MAX)), [0, 1, 0, 2, 1, 3]);
        assert_eq!(numbers(Pairs::new(PAIRS_MAX + 1)), [0, 1, 0, 2, 1, 3]);
    }

    #[test]
    fn hashes_are_equal_for_equal_texts_alone() {
        let cells = [text(0, 3), text(3, 3), text(0, 2), text(0, 0), Cell::default()];
        let found = hashes(&cells, &Buffers { raw: b"abcabc", overlay: &[] });
        assert_eq!(found.first(), found.get(1));
        assert_ne!(found.first(), found.get(2));
        assert_eq!(found.get(3..), Some(&[0, 0][..]));
    }
}
