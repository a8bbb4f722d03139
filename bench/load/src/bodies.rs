//! GenAI-shaped export requests, encoded before the clock starts.

use bytes::Bytes;

use crate::Result;
use crate::args::Options;
use crate::wire::{put_bytes, put_fixed64, put_uint, put_varint};

/// Enough to keep bodies distinct, also for a collector that remembers texts; more would only
/// measure cache misses of the generator.
const POOL_BYTES_MAX: usize = 16 << 20;
const POOL_BODIES_MAX: usize = 2048;
pub const GRPC_PREFIX_BYTES: usize = 5;
const START_NS: u64 = 1_790_000_000_000_000_000;
/// Words of one to three of these compress about threefold, like prose.
const SYLLABLES: [&str; 32] = [
    "the", "mo", "del", "la", "ten", "cy", "of", "a", "re", "quest", "to", "ken", "ple", "ase",
    "sum", "ma", "rise", "in", "this", "do", "cu", "ment", "an", "swer", "with", "con", "text",
    "and", "per", "for", "mance", "is",
];

const RESPONSE_ID: &str = "chatcmpl-";
const ID_DIGITS: usize = 20;

/// Begins the prompts that hold private values; its `\n` is JSON's.
const PRIVATE: &str = r"Mail ada.lovelace@example.org,\ncard 4539 1488 0343 6467. ";

/// What the spans of a run are like.
#[derive(Clone, Copy)]
struct Shape {
    span_kb: f64,
    /// Each so many-th prompt holds private values; 0 for none.
    private_every: u64,
}

/// Where a span's number stands in a body.
#[derive(Clone, Copy)]
struct Offsets {
    /// Eight bytes, big-endian.
    trace_id: usize,
    /// Decimal digits.
    response_id: usize,
}

/// The bodies of one run: a pool that is sent round, if `unique` with new numbers each time.
pub struct Bodies {
    pool: Vec<(Bytes, Vec<Offsets>)>,
    unique: bool,
    n_spans: usize,
}

impl Bodies {
    pub fn new(options: &Options, framed: bool) -> Result<Self> {
        let n_spans = options.number("spans-per-request", 1)?;
        let span_kb: f64 = options.number("span-kb", 1.0)?;
        let shape = Shape { span_kb, private_every: options.number("private-every", 0)? };
        let unique = options.flag("unique");
        let bodies = 0..pool_size(n_spans, span_kb);
        let pool = bodies.map(|index| request(index, n_spans, shape, framed)).collect();
        Ok(Self { pool, unique, n_spans })
    }

    /// The body of the request with this number.
    pub fn body(&self, request_index: u64) -> Bytes {
        let (body, offsets) = &self.pool[request_index as usize % self.pool.len()];
        match self.unique {
            false => body.clone(),
            true => self.renumbered(body, offsets, request_index),
        }
    }

    fn renumbered(&self, template: &Bytes, offsets: &[Offsets], request_index: u64) -> Bytes {
        let mut body = template.to_vec();
        let first = request_index * self.n_spans as u64;
        for (number, at) in (first..).zip(offsets) {
            body[at.trace_id..at.trace_id + 8].copy_from_slice(&number.to_be_bytes());
            put_decimal(&mut body[at.response_id..at.response_id + ID_DIGITS], number);
        }
        body.into()
    }
}

pub fn print_size(options: &Options) -> Result<()> {
    let bodies = Bodies::new(options, false)?;
    println!("{}", bodies.body(0).len());
    Ok(())
}

fn pool_size(n_spans: usize, span_kb: f64) -> usize {
    let body_bytes = (n_spans as f64 * span_kb * 1024.0) as usize;
    (POOL_BYTES_MAX / body_bytes.max(1)).clamp(2, POOL_BODIES_MAX)
}

fn put_decimal(digits: &mut [u8], mut number: u64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// An ExportTraceServiceRequest, behind a gRPC prefix if `framed`, and the offsets of its spans.
fn request(body_index: usize, n_spans: usize, shape: Shape, framed: bool) -> (Bytes, Vec<Offsets>) {
    let first = (body_index * n_spans) as u64;
    let mut scope_spans = Vec::new();
    put_bytes(&mut scope_spans, 1, &scope());
    let mut from_end = Vec::with_capacity(n_spans);
    for number in first..first + n_spans as u64 {
        let span = span(number, shape);
        put_bytes(&mut scope_spans, 2, &span);
        // A span starts with its trace id: one tag byte, one length byte.
        from_end.push(scope_spans.len() - span.len() + 2);
    }
    let scope_spans_len = scope_spans.len();
    let mut resource_spans = Vec::new();
    put_bytes(&mut resource_spans, 1, &resource());
    put_bytes(&mut resource_spans, 2, &scope_spans);
    let mut message = Vec::new();
    put_bytes(&mut message, 1, &resource_spans);
    let body = if framed { with_grpc_prefix(&message) } else { message };
    let scope_spans_offset = body.len() - scope_spans_len;
    let trace_ids = from_end.into_iter().map(|offset| scope_spans_offset + offset);
    let offsets = trace_ids.map(|trace_id| offsets(&body, trace_id)).collect();
    (body.into(), offsets)
}

fn offsets(body: &[u8], trace_id: usize) -> Offsets {
    let mut windows = body[trace_id..].windows(RESPONSE_ID.len());
    let begin = windows.position(|window| window == RESPONSE_ID.as_bytes());
    let begin = begin.expect("every span has a response id");
    Offsets { trace_id, response_id: trace_id + begin + RESPONSE_ID.len() }
}

fn with_grpc_prefix(message: &[u8]) -> Vec<u8> {
    let mut framed = vec![0; GRPC_PREFIX_BYTES];
    framed[1..].copy_from_slice(&(message.len() as u32).to_be_bytes());
    framed.extend_from_slice(message);
    framed
}

fn resource() -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, 1, &text("service.name", "checkout-assistant"));
    put_bytes(&mut out, 1, &text("service.version", "4.2.0"));
    put_bytes(&mut out, 1, &text("telemetry.sdk.language", "python"));
    put_bytes(&mut out, 1, &text("telemetry.sdk.name", "opentelemetry"));
    out
}

fn scope() -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, 1, b"opentelemetry.instrumentation.openai_v2");
    put_bytes(&mut out, 2, b"2.3b0");
    out
}

/// A client span of about `span_kb` KB: 11 attributes, two of them message JSON.
fn span(number: u64, shape: Shape) -> Vec<u8> {
    let private = match shape.private_every {
        0 => "",
        every if number.is_multiple_of(every) => PRIVATE,
        _ => "",
    };
    let bare_len = encode_span(number, 0, private).len();
    let text_bytes = ((shape.span_kb * 1024.0) as usize).saturating_sub(bare_len);
    encode_span(number, text_bytes, private)
}

fn encode_span(number: u64, text_bytes: usize, private: &str) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, 1, &[number.to_be_bytes(), [0x5a; 8]].concat());
    put_bytes(&mut out, 2, &(number + 1).to_be_bytes());
    put_bytes(&mut out, 5, b"chat gpt-4.1-mini");
    put_uint(&mut out, 6, 3);
    put_fixed64(&mut out, 7, START_NS + number * 1000);
    put_fixed64(&mut out, 8, START_NS + number * 1000 + 1_250_000_000);
    for attribute in attributes(number, text_bytes, private) {
        put_bytes(&mut out, 9, &attribute);
    }
    out
}

fn attributes(number: u64, text_bytes: usize, private: &str) -> [Vec<u8>; 11] {
    let asked = text_bytes * 2 / 3;
    [
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.request.model", "gpt-4.1-mini"),
        text("gen_ai.response.model", "gpt-4.1-mini-2025-04-14"),
        text("gen_ai.response.id", &format!("{RESPONSE_ID}{number:0ID_DIGITS$}")),
        text("server.address", "api.openai.com"),
        int("gen_ai.usage.input_tokens", 900 + number % 100),
        int("gen_ai.usage.output_tokens", 200 + number % 50),
        double("gen_ai.request.temperature", 0.7),
        text("gen_ai.input.messages", &messages("user", asked, number, private)),
        text("gen_ai.output.messages", &messages("assistant", text_bytes - asked, number + 7, "")),
    ]
}

fn messages(role: &str, n_bytes: usize, seed: u64, private: &str) -> String {
    let content = prose(n_bytes, seed);
    format!(r#"[{{"role":"{role}","parts":[{{"type":"text","content":"{private}{content}"}}]}}]"#)
}

/// `n_bytes` of words in an order that `seed` decides.
fn prose(n_bytes: usize, seed: u64) -> String {
    let mut out = String::with_capacity(n_bytes + 16);
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    while out.len() < n_bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        for part in 0..=(state >> 40) % 3 {
            out.push_str(SYLLABLES[(state >> (59 - 5 * part)) as usize % SYLLABLES.len()]);
        }
        out.push(' ');
    }
    out.truncate(n_bytes);
    out
}

fn text(key: &str, value: &str) -> Vec<u8> {
    let mut any = Vec::new();
    put_bytes(&mut any, 1, value.as_bytes());
    key_value(key, &any)
}

fn int(key: &str, value: u64) -> Vec<u8> {
    let mut any = Vec::new();
    put_uint(&mut any, 3, value);
    key_value(key, &any)
}

fn double(key: &str, value: f64) -> Vec<u8> {
    let mut any = Vec::new();
    put_varint(&mut any, 4 << 3 | 1);
    any.extend_from_slice(&value.to_le_bytes());
    key_value(key, &any)
}

fn key_value(key: &str, any: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, 1, key.as_bytes());
    put_bytes(&mut out, 2, any);
    out
}
