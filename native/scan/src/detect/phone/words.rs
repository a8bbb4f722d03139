//! Words that tell what a number is: those beside it, whatever a rule's context words say.

use std::collections::HashSet;
use std::sync::OnceLock;

use crate::view::fold_text;

const TEXT: &str = include_str!("words.txt");
const WORD_BYTES_MAX: usize = 32;

#[derive(Debug, Default)]
pub struct Words {
    /// What an extension is called.
    pub extensions: Set,
    /// `no`, `number`: what is counted stands before or after them.
    pub numbers: Set,
    /// `of`: between the two.
    pub particles: Set,
    /// `is`: between a name and its number.
    pub copulas: Set,
    pub ids: Set,
    /// Whose id is a telephone number.
    pub callers: Set,
    /// What names another number only beside a word for number.
    pub kinds: Set,
    /// What names a number of another kind.
    pub others: Set,
}

/// Folded, in lower case.
#[derive(Debug, Default)]
pub struct Set(HashSet<Box<[u8]>>);

/// Read on first use.
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::read(TEXT))
}

impl Words {
    fn read(text: &str) -> Self {
        let mut words = Self::default();
        for (kind, line) in text.lines().filter_map(|line| line.split_once('\t')) {
            let set = match kind {
                "extension" => &mut words.extensions,
                "number" => &mut words.numbers,
                "particle" => &mut words.particles,
                "is" => &mut words.copulas,
                "id" => &mut words.ids,
                "caller" => &mut words.callers,
                "kind" => &mut words.kinds,
                _ => &mut words.others,
            };
            set.0.extend(
                line.split(' ')
                    .map(|word| Box::from(fold_text(word.as_bytes()).to_ascii_lowercase())),
            );
        }
        words
    }
}

impl Set {
    /// Whether a word of a folded text is one of these, in any case.
    pub fn has(&self, word: &[u8]) -> bool {
        let mut lower = [0; WORD_BYTES_MAX];
        let Some(lower) = lower.get_mut(..word.len()) else { return false };
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        self.0.contains(&*lower)
    }
}

/// The length of the word that `bytes` begin with: letters, and all that is not ASCII.
pub fn word_len<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    let is_letter = |byte: &&u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    bytes.take(WORD_BYTES_MAX + 1).take_while(is_letter).count()
}

/// The word that a text ends with; of a camelCase name the last part.
pub fn last_word(text: &[u8]) -> &[u8] {
    let n_bytes = word_len(text.iter().rev());
    let word = text.get(text.len() - n_bytes..).unwrap_or_default();
    let is_hump = |pair: &[u8]| matches!(pair, [b'a'..=b'z', b'A'..=b'Z']);
    let hump = word.windows(2).rposition(is_hump).map_or(0, |before| before + 1);
    word.get(hump..).unwrap_or_default()
}
