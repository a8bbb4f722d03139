//! Inflates request bodies, never beyond a limit nor beyond the budget.

use std::io::{self, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::budget::Permit;

/// Window of a zstd frame: what RFC 8878 asks decoders to support, and the most one may
/// allocate beside the output.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
const STEP_BYTES_MIN: usize = 4 << 10;
const STEP_BYTES_MAX: usize = 1 << 20;
/// Begins every framed snappy stream.
const SNAPPY_STREAM_ID: &[u8] = b"\xff\x06\x00\x00sNaPpY";

/// A content or message encoding other than identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Gzip,
    /// RFC 9110's deflate is zlib; raw deflate is accepted too, as some clients send it.
    Deflate,
    Zstd,
    /// A block or a framed stream; which one is seen from the first bytes.
    Snappy,
}

/// Why a body was not inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Broken,
    TooLarge,
    Exhausted,
}

impl Encoding {
    pub const ALL: [Self; 4] = [Self::Gzip, Self::Deflate, Self::Zstd, Self::Snappy];

    /// The encoding with this name in HTTP or gRPC headers.
    pub fn from_name(name: &str) -> Option<Self> {
        let known = [
            ("gzip", Self::Gzip),
            ("x-gzip", Self::Gzip),
            ("deflate", Self::Deflate),
            ("zlib", Self::Deflate),
            ("zstd", Self::Zstd),
            ("snappy", Self::Snappy),
            ("x-snappy-framed", Self::Snappy),
        ];
        known
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, found)| found)
    }
}

/// The inflated body, of at most `limit` bytes; `permit` then also covers its size.
pub fn inflate(
    encoding: Encoding,
    input: &[u8],
    limit: usize,
    permit: &mut Permit,
) -> Result<Vec<u8>, Failure> {
    match encoding {
        Encoding::Gzip => read_all(MultiGzDecoder::new(input), input, limit, permit),
        Encoding::Deflate if is_zlib(input) => {
            read_all(ZlibDecoder::new(input), input, limit, permit)
        }
        Encoding::Deflate => read_all(DeflateDecoder::new(input), input, limit, permit),
        Encoding::Zstd => read_all(zstd_reader(input)?, input, limit, permit),
        Encoding::Snappy if input.starts_with(SNAPPY_STREAM_ID) => {
            read_all(snap::read::FrameDecoder::new(input), input, limit, permit)
        }
        Encoding::Snappy => inflate_snappy_block(input, limit, permit),
    }
}

/// RFC 1950: method 8, and a header that is a multiple of 31.
fn is_zlib(input: &[u8]) -> bool {
    matches!(input, [cmf, flags, ..] if cmf & 0x0f == 8
        && (u16::from(*cmf) << 8 | u16::from(*flags)) % 31 == 0)
}

fn zstd_reader(input: &[u8]) -> Result<zstd::stream::read::Decoder<'static, &[u8]>, Failure> {
    let mut reader =
        zstd::stream::read::Decoder::with_buffer(input).map_err(|_| Failure::Broken)?;
    reader.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(|_| Failure::Broken)?;
    Ok(reader)
}

fn inflate_snappy_block(
    input: &[u8],
    limit: usize,
    permit: &mut Permit,
) -> Result<Vec<u8>, Failure> {
    let n_bytes = snap::raw::decompress_len(input).map_err(|_| Failure::Broken)?;
    if n_bytes > limit {
        return Err(Failure::TooLarge);
    }
    permit.grow(n_bytes).map_err(|_| Failure::Exhausted)?;
    snap::raw::Decoder::new().decompress_vec(input).map_err(|_| Failure::Broken)
}

/// Reads to the end in steps that grow with the output, each paid for before it is allocated.
fn read_all(
    mut reader: impl Read,
    input: &[u8],
    limit: usize,
    permit: &mut Permit,
) -> Result<Vec<u8>, Failure> {
    let before = permit.n_bytes();
    let mut output = Vec::new();
    let mut n_read = 0;
    let mut step = (input.len() * 4).clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
    loop {
        if n_read == output.len() {
            // One byte more than allowed tells "exactly at the limit" from "beyond it".
            let n_more = step.min(limit + 1 - n_read);
            permit.grow(n_more).map_err(|_| Failure::Exhausted)?;
            output.reserve_exact(n_more);
            output.resize(n_read + n_more, 0);
            step = n_read.clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
        }
        match read_some(&mut reader, output.get_mut(n_read..).unwrap_or_default())? {
            0 => break,
            n => n_read += n,
        }
        if n_read > limit {
            return Err(Failure::TooLarge);
        }
    }
    output.truncate(n_read);
    output.shrink_to_fit();
    permit.shrink_to(before + n_read);
    Ok(output)
}

fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> Result<usize, Failure> {
    loop {
        match reader.read(buffer) {
            Ok(n) => return Ok(n),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Failure::Broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use super::super::budget::Budget;
    use super::*;

    fn permit(n_bytes: usize) -> Permit {
        Permit::empty(Arc::new(Budget::new(n_bytes, n_bytes)))
    }

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let written = writer.write_all(data);
        written.and_then(|()| writer.finish()).unwrap_or_default()
    }

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut writer =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        let written = writer.write_all(data);
        written.and_then(|()| writer.finish()).unwrap_or_default()
    }

    fn snappy_framed(data: &[u8]) -> Vec<u8> {
        let mut writer = snap::write::FrameEncoder::new(Vec::new());
        let _ = writer.write_all(data);
        writer.into_inner().unwrap_or_default()
    }

    fn compressed(data: &[u8]) -> Vec<(Encoding, Vec<u8>)> {
        vec![
            (Encoding::Gzip, gzip(data)),
            (Encoding::Deflate, deflate(data)),
            (Encoding::Zstd, zstd::encode_all(data, 1).unwrap_or_default()),
            (Encoding::Snappy, snap::raw::Encoder::new().compress_vec(data).unwrap_or_default()),
            (Encoding::Snappy, snappy_framed(data)),
        ]
    }

    #[test]
    fn gives_back_what_was_compressed_and_charges_its_size() {
        let data: Vec<u8> = (0..200_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        for (encoding, input) in compressed(&data) {
            let mut permit = permit(4 << 20);
            assert_eq!(inflate(encoding, &input, 1 << 20, &mut permit).as_ref(), Ok(&data));
            assert_eq!(permit.n_bytes(), data.len(), "{encoding:?}");
        }
    }

    #[test]
    fn takes_a_body_exactly_at_the_limit_and_refuses_one_byte_more() {
        let data = vec![7; 100_000];
        for (encoding, input) in compressed(&data) {
            assert!(inflate(encoding, &input, 100_000, &mut permit(1 << 20)).is_ok());
            let refused = inflate(encoding, &input, 99_999, &mut permit(1 << 20));
            assert_eq!(refused, Err(Failure::TooLarge), "{encoding:?}");
        }
    }

    #[test]
    fn a_bomb_costs_no_more_than_the_limit() {
        let data = vec![0; 32 << 20];
        for (encoding, input) in compressed(&data) {
            let budget = Arc::new(Budget::new(64 << 20, 64 << 20));
            let mut permit = Permit::empty(Arc::clone(&budget));
            assert_eq!(inflate(encoding, &input, 1 << 20, &mut permit), Err(Failure::TooLarge));
            assert!(budget.peak() <= (1 << 20) + 1, "{encoding:?} {}", budget.peak());
        }
    }

    #[test]
    fn stops_where_the_budget_ends() {
        for (encoding, input) in compressed(&vec![0; 1 << 20]) {
            let stopped = inflate(encoding, &input, 4 << 20, &mut permit(100_000));
            assert_eq!(stopped, Err(Failure::Exhausted), "{encoding:?}");
        }
    }

    #[test]
    fn a_broken_or_cut_stream_is_no_body() {
        for (encoding, input) in compressed(&vec![1; 5000]) {
            let cut = input.get(..input.len() - 3).unwrap_or_default();
            assert_eq!(inflate(encoding, cut, 1 << 20, &mut permit(1 << 20)), Err(Failure::Broken));
            let junk = b"\x0a\x05hello, this is no compressed stream";
            assert_eq!(
                inflate(encoding, junk, 1 << 20, &mut permit(1 << 20)),
                Err(Failure::Broken)
            );
        }
    }
}
