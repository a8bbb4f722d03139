//! Text behind base64 or hex.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::document::Decode;
use crate::rules::{Ruleset, token_len};
use crate::text::anchors::ENCODED_BYTES_MIN;
use crate::text::{Scratch, Unscanned};
use crate::view::Reading;

use super::Pass;
use super::leaf::Candidate;
use super::spots::Spot;

/// Of a hundred bytes so many are printable in what counts as text.
const PRINTABLE_PERCENT_MIN: usize = 90;
/// Files that begin like text.
const MAGICS: &[&[u8]] =
    &[b"GIF8", b"%PDF-", b"PK\x03\x04", b"RIFF", b"OggS", b"ID3", b"fLaC", b"\x7fELF"];
const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::RequireNone)
    .with_decode_allow_trailing_bits(true);
static STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
static URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

impl Ruleset {
    /// Whether text stands behind base64 or hex in a run of `ENCODED_BYTES_MIN` or more.
    pub(crate) fn hides_text(&self, encoded: &[u8], scratch: &mut Scratch) -> bool {
        if !self.decode.base64 && !self.decode.hex {
            return false;
        }
        let mut decoded = scratch.value.text();
        decoded.clear();
        // As much as the full look decodes of the first run that is text.
        let bytes_max = self.limits.base64_bytes_max;
        let is_decoded = decode(self.decode, encoded, bytes_max, &mut decoded);
        let is_text = is_decoded && text_in(&decoded).is_some();
        scratch.value.put_text(decoded);
        is_text
    }
}

impl Pass<'_> {
    /// Appends what is found in encoded text of the view scanned last, each finding over the whole
    /// run it was found in.
    ///
    /// A run is a longest stretch of `[A-Za-z0-9+/_-]` of at least 24 bytes, with its padding. It
    /// is read as hex if `decode.hex` is on and it is an even number of hex digits, else as
    /// base64 of one alphabet; a last character that completes no byte does not count. At most
    /// `limits.base64_bytes_max` are decoded per value and pass, of the run that goes beyond it
    /// what fits, and only what turns out to be text counts. The text is looked at as a leaf is, without
    /// JSON and without a second layer. JWTs have a rule of their own.
    pub(super) fn encoded(
        &mut self,
        view: &[u8],
        spot: Spot,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), Unscanned> {
        if !self.rules.decode.base64 && !self.rules.decode.hex {
            return Ok(());
        }
        let tokens = self.scratch.take_tokens();
        let looked = tokens.iter().try_for_each(|run| {
            let is_jwt = view.get(run.start..).is_some_and(|rest| rest.starts_with(b"eyJ"))
                && view.get(run.end) == Some(&b'.');
            if is_jwt || token_len(view, run) < ENCODED_BYTES_MIN {
                return Ok(());
            }
            let encoded = view.get(run.clone()).unwrap_or_default();
            let mut inside = Vec::new();
            let looked = self.run_of(encoded, spot, &mut inside);
            candidates.extend(inside.into_iter().map(|mut one| {
                (one.planned.start, one.planned.end) = (run.start, run.end);
                Candidate { reading: Reading::Fold, ..one }
            }));
            looked
        });
        self.scratch.put_tokens(tokens);
        looked
    }

    fn run_of(
        &mut self,
        encoded: &[u8],
        spot: Spot,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), Unscanned> {
        let mut decoded = self.scratch.value.text();
        decoded.clear();
        let is_decoded = decode(self.rules.decode, encoded, self.base64_left, &mut decoded);
        let mut looked = Ok(());
        if let Some(text) = text_in(&decoded).filter(|_| is_decoded) {
            self.base64_left -= decoded.len().min(self.base64_left);
            looked = self.tick().and_then(|()| self.look(text, spot, false, candidates));
        }
        self.scratch.value.put_text(decoded);
        looked
    }
}

fn decode(decode: Decode, encoded: &[u8], bytes_max: usize, decoded: &mut Vec<u8>) -> bool {
    let is_hex =
        decode.hex && encoded.len().is_multiple_of(2) && encoded.iter().all(u8::is_ascii_hexdigit);
    match is_hex {
        true => from_hex(encoded, bytes_max, decoded),
        false => decode.base64 && from_base64(encoded, bytes_max, decoded),
    }
}

/// False also of what its first bytes show to be no text.
fn from_base64(encoded: &[u8], bytes_max: usize, decoded: &mut Vec<u8>) -> bool {
    if encoded.first_chunk().is_some_and(|first| !begins_text(first)) {
        return false;
    }
    let n = encoded.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
    let n = n.min(bytes_max / 3 * 4);
    let n = if n % 4 == 1 { n - 1 } else { n };
    let encoded = encoded.get(..n).unwrap_or_default();
    let is_url_safe = memchr::memchr2(b'-', b'_', encoded).is_some();
    let engine = if is_url_safe { &URL_SAFE } else { &STANDARD };
    engine.decode_vec(encoded, decoded).is_ok()
}

/// Whether base64 that begins so may be text in UTF-8; most is not.
fn begins_text(first: &[u8; 8]) -> bool {
    let value = |byte| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    let bits = first.iter().fold(0, |bits, &byte| bits << 6 | u64::from(value(byte)));
    let [_, _, decoded @ ..] = bits.to_be_bytes();
    std::str::from_utf8(&decoded).err().is_none_or(|error| error.error_len().is_none())
}

fn from_hex(encoded: &[u8], bytes_max: usize, decoded: &mut Vec<u8>) -> bool {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let bytes = encoded
        .as_chunks::<2>()
        .0
        .iter()
        .take(bytes_max)
        .map_while(|&[high, low]| u8::try_from(value(high)? * 16 + value(low)?).ok());
    decoded.extend(bytes);
    true
}

/// The text that decoded bytes are, without a character that is cut at their end.
fn text_in(decoded: &[u8]) -> Option<&[u8]> {
    let text = match std::str::from_utf8(decoded) {
        Ok(text) => text.as_bytes(),
        Err(error) if error.error_len().is_none() => decoded.get(..error.valid_up_to())?,
        Err(_) => return None,
    };
    let is_printable = |byte: &&u8| !matches!(**byte, 0..9 | 11..=12 | 14..32 | 127);
    let n_printable = text.iter().filter(is_printable).count();
    let is_file = MAGICS.iter().any(|magic| text.starts_with(magic));
    let is_text = n_printable * 100 >= text.len() * PRINTABLE_PERCENT_MIN;
    (!text.is_empty() && is_text && !is_file).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{from_base64, text_in};

    #[test]
    fn base64_of_either_alphabet_and_cut_anywhere_is_decoded() {
        for encoded in
            [&b"Zm9vYmFyPz8/"[..], b"Zm9vYmFyPz8_", b"Zm9vYmFyPz8/Z", b"Zm9vYmFyPz8/Zg=="]
        {
            let mut decoded = Vec::new();
            assert!(from_base64(encoded, 100, &mut decoded));
            assert!(decoded.starts_with(b"foobar???"));
        }
        assert!(!from_base64(b"Zm9v+mFy_z8_", 100, &mut Vec::new()));
    }

    #[test]
    fn only_so_much_is_decoded() {
        let mut decoded = Vec::new();
        assert!(from_base64(b"Zm9vYmFyPz8/", 5, &mut decoded));
        assert_eq!(decoded, b"foo");
    }

    #[test]
    fn files_and_binary_bytes_are_no_text() {
        assert_eq!(text_in("abcdé".as_bytes().get(..5).unwrap_or_default()), Some(&b"abcd"[..]));
        assert!(text_in(b"%PDF-1.7").is_none() && text_in(b"\x01\x02a").is_none());
        assert!(text_in(b"\xffabc").is_none() && text_in(b"").is_none());
    }
}
