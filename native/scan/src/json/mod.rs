//! Takes JSON apart into its strings and numbers, without changing or copying them.
//!
//! Valid is what RFC 8259 calls an object or array, in UTF-8, with white space around it and at
//! most so many containers inside each other. Escapes of lone surrogates are valid, raw control
//! characters in strings are not, and neither are `NaN`, `Infinity` and leading zeros.

mod parse;
mod string;

pub(crate) use string::unescape;

/// No position: of a container that is outermost, or of a key among its object's values.
pub const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Key,
    String,
    Number,
}

/// A string or number where it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The quotes included.
    pub start: u32,
    pub end: u32,
    pub kind: Kind,
    /// It holds a backslash.
    pub is_escaped: bool,
    /// Position in `Json::containers`.
    pub container: u32,
    /// In an object the position of the key in `Json::leaves`, in an array that of the element.
    /// `NONE` for keys.
    pub slot: u32,
}

/// An object or array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Container {
    /// Position in `Json::containers`, before that of its own; `NONE` for the outermost.
    pub parent: u32,
    /// As for leaves.
    pub slot: u32,
    pub is_array: bool,
}

/// One text taken apart. Its memory is used again from text to text.
#[derive(Debug, Default)]
pub struct Json {
    /// As they stand in the text: a key before its value.
    pub leaves: Vec<Leaf>,
    /// By where they begin.
    pub containers: Vec<Container>,
    open: Vec<parse::Open>,
}

impl Json {
    /// Takes `text` apart. False if it is no valid JSON, or deeper than `depth_max` containers.
    /// Numbers are left out unless asked for.
    pub fn parse(&mut self, text: &[u8], depth_max: usize, numbers: bool) -> bool {
        self.leaves.clear();
        self.containers.clear();
        self.open.clear();
        let is_text = text.len() < NONE as usize && std::str::from_utf8(text).is_ok();
        is_text && parse::Parser::new(text, self, depth_max, numbers).document().is_some()
    }
}

impl Leaf {
    /// What stands between the quotes of a string, as it is written; all of a number.
    pub fn content<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let quote = usize::from(self.kind != Kind::Number);
        text.get(self.start as usize + quote..self.end as usize - quote).unwrap_or_default()
    }

    /// What a string says, which is put into `said` if it is escaped; all of a number.
    pub fn said<'a>(&self, text: &'a [u8], said: &'a mut Vec<u8>) -> &'a [u8] {
        let content = self.content(text);
        match self.is_escaped && unescape(content, said) == Some(true) {
            true => said,
            false => content,
        }
    }
}

/// Whether a text begins like an object or array.
pub fn may_be_json(text: &[u8]) -> bool {
    let first = text.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    matches!(first, Some(b'{' | b'['))
}

/// The text as it stands between the quotes of a JSON string.
pub fn escaped(text: String) -> String {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..b' ')) {
        return text;
    }
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..='\u{1f}' => {
                let digits = [u32::from(character) >> 4, u32::from(character) & 15];
                let digits = digits.map(|digit| char::from_digit(digit, 16).unwrap_or('0'));
                out.push_str("\\u00");
                out.extend(digits);
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests;
