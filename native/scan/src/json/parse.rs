//! One pass over the bytes, without recursion.

use super::string::string_end;
use super::{Container, Json, Kind, Leaf, NONE};

/// A container that has not ended yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    container: u32,
    is_array: bool,
    /// Members so far.
    n: u32,
}

/// Every step gives None where the text is no JSON.
pub(super) struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    json: &'a mut Json,
    depth_max: usize,
    numbers: bool,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a [u8], json: &'a mut Json, depth_max: usize, numbers: bool) -> Self {
        Self { text, at: 0, json, depth_max, numbers }
    }

    pub fn document(&mut self) -> Option<()> {
        self.space();
        let is_array = match self.next()? {
            b'{' => false,
            b'[' => true,
            _ => return None,
        };
        self.open(NONE, NONE, is_array)?;
        while let Some(&top) = self.json.open.last() {
            self.member(top)?;
        }
        self.space();
        (self.at == self.text.len()).then_some(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn open(&mut self, parent: u32, slot: u32, is_array: bool) -> Option<()> {
        if self.json.open.len() >= self.depth_max {
            return None;
        }
        let container = u32::try_from(self.json.containers.len()).ok()?;
        self.json.containers.push(Container { parent, slot, is_array });
        self.json.open.push(Open { container, is_array, n: 0 });
        Some(())
    }

    /// The end of the innermost container, or its next member.
    fn member(&mut self, top: Open) -> Option<()> {
        self.space();
        let end = if top.is_array { b']' } else { b'}' };
        if self.peek()? == end {
            self.at += 1;
            self.json.open.pop();
            return Some(());
        }
        if top.n > 0 {
            (self.next()? == b',').then_some(())?;
            self.space();
        }
        self.json.open.last_mut()?.n += 1;
        let slot = if top.is_array { top.n } else { self.key(top.container)? };
        self.value(top.container, slot)
    }

    /// A key and what separates it from its value. Gives its position among the leaves.
    fn key(&mut self, container: u32) -> Option<u32> {
        let position = u32::try_from(self.json.leaves.len()).ok()?;
        (self.peek()? == b'"').then_some(())?;
        self.string(Kind::Key, container, NONE)?;
        self.space();
        (self.next()? == b':').then_some(())?;
        self.space();
        Some(position)
    }

    fn value(&mut self, container: u32, slot: u32) -> Option<()> {
        match self.peek()? {
            b'"' => self.string(Kind::String, container, slot),
            b'-' | b'0'..=b'9' => self.number(container, slot),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            byte @ (b'{' | b'[') => {
                self.at += 1;
                self.open(container, slot, byte == b'[')
            }
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then_some(())?;
        self.at += word.len();
        Some(())
    }

    fn string(&mut self, kind: Kind, container: u32, slot: u32) -> Option<()> {
        let start = self.at;
        let (len, is_escaped) = string_end(self.text.get(start + 1..)?)?;
        self.at = start + 1 + len + 1;
        self.leaf(start, kind, is_escaped, container, slot)
    }

    fn number(&mut self, container: u32, slot: u32) -> Option<()> {
        let start = self.at;
        self.at += usize::from(self.peek()? == b'-');
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        match self.numbers {
            true => self.leaf(start, Kind::Number, false, container, slot),
            false => Some(()),
        }
    }

    fn digits(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let n = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += n;
        (n > 0).then_some(())
    }

    fn leaf(
        &mut self,
        start: usize,
        kind: Kind,
        is_escaped: bool,
        container: u32,
        slot: u32,
    ) -> Option<()> {
        let (start, end) = (u32::try_from(start).ok()?, u32::try_from(self.at).ok()?);
        self.json.leaves.push(Leaf { start, end, kind, is_escaped, container, slot });
        Some(())
    }
}
