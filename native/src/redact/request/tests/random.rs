//! Random requests, by the tables of the protocol.

use crate::otlp::schema::{self, ANY_VALUE, KEY_VALUE, Kind, Message, Role};
use crate::otlp::signal::Signal;
use crate::otlp::validate::validate;
use crate::otlp::wire::{WireType, put_len_field, put_tag, put_varint};

/// Few, so that they come again under other keys, at other places and in other requests.
const KEYS: &[&str] = &[
    "user.id",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.0.role",
    "card",
    "app.drop",
    "app.mask",
    "app.ignore",
    "password",
    "a@b.io",
    "redaction.masked.count",
    "gen_ai.input.messages",
    "",
];
const TEXTS: &[&str] = &[
    "ok then",
    "chat",
    "user",
    "4111111111111111",
    "a@b.io",
    "secret word",
    "word secret",
    "  secret \t\r\n word  ",
    "weak word of magic",
    "weak word",
    "q7RzK2mVx9LtB4wN",
    "100 % of 12 items",
    "a%40b.io",
    "line: one\nline: two",
    "{\"card\": [4111111111111111, 1.5], \"text\": \"hi\"}",
    "{\"card\": 83719402651e-46}",
    "[\"[ 83719402651e-46]\"]",
    "[{\"role\":\"user\",\"content\":\"the secret\"},{\"role\":\"user\",\"content\":\" word\"}]",
    "[{\"content\":\"the s\"},{\"content\":\"ecret\"}]",
    "{\"content\":\"\\u0073ecret word\",\"a\":\"\u{e9}\"}",
    "[\"\u{ff4}secret\", \"[1]\", {\"a\": {\"weak word\": \"x\"}}]",
    "c2VjcmV0IHdvcmQgYW5kIG1vcmU=",
    "\u{455}ecret word",
    "\u{200b}",
    "item to drop",
    "attribute to drop",
    "[SECRET]",
    "[a]: \\d",
    "\\n",
    "{\"a\":\"[x] \\\\d secret\\tword\",\"b\":\"[\\\"secret word\\\"]\"}",
    "[",
    "\"",
    "\0",
];
const N_WORDS_LONG: usize = 700;

/// Splitmix64.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn text(&mut self) -> String {
        match self.below(40) {
            0..25 => TEXTS[self.below(3)].to_owned(),
            25..31 => TEXTS[self.below(TEXTS.len())].to_owned(),
            31 | 32 => TEXTS[self.below(6)].to_owned() + &" plain words".repeat(12),
            33 => " ".repeat(120) + TEXTS[self.below(TEXTS.len())],
            34..38 => (0..self.below(4)).map(|_| TEXTS[self.below(TEXTS.len())]).collect(),
            38 => "plain words ".repeat(self.below(N_WORDS_LONG)) + TEXTS[self.below(TEXTS.len())],
            _ => String::new(),
        }
    }

    /// A valid request, now and then damaged.
    pub fn request(&mut self, signal: Signal) -> Vec<u8> {
        let whole = self.message(schema::request(signal), 0);
        for _ in 0..self.below(8) {
            let mut damaged = whole.clone();
            for _ in 0..=self.below(3) {
                let at = self.below(damaged.len().max(1));
                let byte = if self.one_in(2) { self.below(256) } else { self.below(32) } as u8;
                damaged.get_mut(at).into_iter().for_each(|old| *old = byte);
            }
            if validate(signal, &damaged).is_ok() {
                return damaged;
            }
        }
        whole
    }

    fn message(&mut self, message: &'static Message, depth: usize) -> Vec<u8> {
        if std::ptr::eq(message, &ANY_VALUE) && !self.one_in(40) {
            return self.value(depth);
        }
        let mut parts = Vec::new();
        for field in message.fields {
            for _ in 0..self.times(field) {
                let mut part = Vec::new();
                self.field(message, field, depth, &mut part);
                parts.push(part);
            }
        }
        if self.one_in(60) {
            let mut unknown = Vec::new();
            put_len_field(&mut unknown, 31, self.text().as_bytes());
            parts.push(unknown);
        }
        if self.one_in(80) {
            parts.push(self.group());
        }
        if self.one_in(3) {
            (1..parts.len()).for_each(|at| parts.swap(at, self.below(at + 1)));
        }
        parts.concat()
    }

    fn times(&mut self, field: &schema::Field) -> usize {
        let is_item = field.message().is_some_and(|inner| inner.role == Role::Item);
        match field.repeated {
            true if is_item && self.one_in(6) => self.below(60),
            true => self.below(4),
            false if field.oneof.is_some() => usize::from(self.one_in(3)),
            false => usize::from(!self.one_in(6)) + usize::from(self.one_in(200)),
        }
    }

    fn field(
        &mut self,
        message: &'static Message,
        field: &schema::Field,
        depth: usize,
        out: &mut Vec<u8>,
    ) {
        let is_key = std::ptr::eq(message, &KEY_VALUE) && !self.one_in(60);
        match field.kind {
            Kind::String if is_key => {
                put_len_field(out, field.number, KEYS[self.below(KEYS.len())].as_bytes());
            }
            Kind::String => put_len_field(out, field.number, self.text().as_bytes()),
            Kind::Bytes => put_len_field(out, field.number, self.text().as_bytes()),
            Kind::Id(len) | Kind::RequiredId(len) => {
                let len = if self.one_in(60) { self.below(20) } else { len };
                put_len_field(out, field.number, &b"4111111111111111111111"[..len]);
            }
            Kind::Message(inner) => {
                let inner = self.message(inner, depth + 1);
                put_len_field(out, field.number, &inner);
            }
            Kind::Fixed64 | Kind::Sfixed64 | Kind::Double => {
                put_tag(out, field.number, WireType::Fixed64);
                out.extend(4_111_111_111_111_111_f64.to_le_bytes());
            }
            Kind::Fixed32 => {
                put_tag(out, field.number, WireType::Fixed32);
                out.extend([1, 2, 3, 4]);
            }
            _ => {
                put_tag(out, field.number, WireType::Varint);
                put_varint(out, self.below(3) as u64);
            }
        }
    }

    fn value(&mut self, depth: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let case = match self.below(20) {
            0 => 0,
            1 => 2,
            2 => 3,
            3 => 4,
            4 if depth < 12 => 5,
            5 if depth < 12 => 6,
            6 => 7,
            _ => 1,
        };
        for field in ANY_VALUE.fields.iter().filter(|field| field.number == case) {
            match field.kind {
                Kind::Int64 if self.one_in(2) => {
                    put_tag(&mut out, field.number, WireType::Varint);
                    put_varint(&mut out, 4_111_111_111_111_111);
                }
                _ => self.field(&ANY_VALUE, field, depth, &mut out),
            }
        }
        out
    }

    fn group(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        put_tag(&mut out, 29, WireType::StartGroup);
        put_len_field(&mut out, 1, self.text().as_bytes());
        put_tag(&mut out, 29, WireType::EndGroup);
        out
    }
}
