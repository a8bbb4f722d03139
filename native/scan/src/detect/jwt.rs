//! `jwt`: JSON web tokens, signed (three parts) or encrypted (five), whole or cut off at the
//! end of the text.

use super::check::decode_base64;
use super::look::{at, before, run, slice};
use super::{Anchor, Detector, Matches, Site};

pub static JWT: Detector =
    Detector { name: "jwt", anchors: &[Anchor::Literal("eyj")], detect: detect_jwt };

const SCORE: u8 = 95;
/// `{"alg":""}` in base64.
const HEADER_BYTES_MIN: usize = 14;
const HEADER_BYTES_MAX: usize = 4 << 10;
const PART_BYTES_MAX: usize = 64 << 10;
const PARTS_MAX: usize = 5;

fn detect_jwt(site: &Site<'_>, matches: &mut Matches) {
    let (text, start) = (site.text, site.start);
    // Base64 has two cases.
    if slice(text, start, site.end) != b"eyJ" || before(text, start, 1).is_ascii_alphanumeric() {
        return;
    }
    let header_end = start + run(text, start, HEADER_BYTES_MAX, is_base64url);
    if at(text, header_end) != b'.' || !is_header(slice(text, start, header_end)) {
        matches.barren_until = header_end;
        return;
    }
    let (end, n_parts) = parts(text, header_end);
    let is_cut_off = end == text.len() && n_parts == 2;
    if n_parts >= 3 || is_cut_off {
        matches.push(start..end, SCORE);
    } else {
        matches.barren_until = header_end;
    }
}

/// The end of the parts after the header, and how many there are with it. An empty last part
/// (no signature) counts, its dot does not belong to the end.
fn parts(text: &[u8], header_end: usize) -> (usize, usize) {
    let (mut end, mut n_parts) = (header_end, 1);
    while n_parts < PARTS_MAX && at(text, end) == b'.' {
        let len = run(text, end + 1, PART_BYTES_MAX, is_base64url);
        let is_payload = n_parts == 1;
        if len == 0 {
            return (end, if is_payload { 1 } else { n_parts + 1 });
        }
        end += 1 + len;
        n_parts += 1;
    }
    (end, n_parts)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Whether it decodes to a JSON object that names an algorithm.
fn is_header(part: &[u8]) -> bool {
    part.len() >= HEADER_BYTES_MIN
        && decode_base64(part).is_some_and(|header| {
            let header = header.trim_ascii();
            header.starts_with(b"{")
                && header.ends_with(b"}")
                && memchr::memmem::find(header, b"\"alg\"").is_some()
        })
}

#[cfg(test)]
mod tests {
    use super::super::trial::found;
    use super::JWT;

    const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    const PAYLOAD: &str = "eyJzdWIiOiIxMjM0NTY3ODkwIn0";
    const SIGNATURE: &str = "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

    fn tokens(text: &str) -> Vec<String> {
        found(&JWT, text).into_iter().map(|(shown, _)| shown).collect()
    }

    #[test]
    fn finds_signed_encrypted_and_unsigned_tokens() {
        let signed = format!("{HEADER}.{PAYLOAD}.{SIGNATURE}");
        assert_eq!(tokens(&signed), [signed.as_str()]);
        assert_eq!(tokens(&format!("Bearer {signed}. Next")), [signed.as_str()]);
        assert_eq!(tokens(&format!("jwt={signed}&x=1")), [signed.as_str()]);
        let encrypted = format!("{HEADER}.a_-b.c.d.e");
        assert_eq!(tokens(&format!("{encrypted} x")), [encrypted.as_str()]);
        assert_eq!(tokens(&format!("{HEADER}.{PAYLOAD}. x")), [format!("{HEADER}.{PAYLOAD}")]);
    }

    #[test]
    fn finds_tokens_cut_off_at_the_end_of_the_text() {
        for cut in [
            format!("{HEADER}.{PAYLOAD}.doz"),
            format!("{HEADER}.{PAYLOAD}"),
            format!("{HEADER}.eyJz"),
        ] {
            assert_eq!(tokens(&format!("token {cut}")), [cut.as_str()]);
        }
    }

    #[test]
    fn leaves_other_base64() {
        for text in [
            format!("{PAYLOAD}.{PAYLOAD}.{SIGNATURE}"),
            format!("{HEADER}.{PAYLOAD} and more"),
            format!("x{HEADER}.{PAYLOAD}.{SIGNATURE}"),
            HEADER.to_owned(),
            format!("{HEADER}. x"),
            "eyJ.eyJ.eyJ".to_owned(),
            format!("{}.{PAYLOAD}.x", HEADER.to_lowercase()),
        ] {
            assert!(tokens(&text).is_empty(), "{text}");
        }
    }
}
