//! `email`: addresses as people write them, no quoted local parts and no IP literals.

use super::look::{at, before, slice, starts_with_ignoring_case};
use super::{Anchor, Detector, Matches, Site};

pub static EMAIL: Detector =
    Detector { name: "email", anchors: &[Anchor::Literal("@")], detect: detect_email };

const SCORE: u8 = 90;
const LOCAL_BYTES_MAX: usize = 64;
const LABEL_BYTES_MAX: usize = 63;
const ADDRESS_BYTES_MAX: usize = 254;
const TLD_LETTERS: std::ops::RangeInclusive<usize> = 2..=24;
/// A user name and password before a host fill at most so much of a URL.
const USERINFO_BYTES_MAX: usize = 128;

/// Endings of files that are no top-level domains, in order.
const FILE_ENDINGS: &[&str] = &[
    "avif", "bak", "bin", "bmp", "bz", "cfg", "conf", "cpp", "css", "csv", "deb", "dll", "dmg",
    "doc", "docx", "eot", "exe", "gif", "gz", "htm", "html", "ico", "ini", "ipynb", "jar", "java",
    "jpeg", "jpg", "js", "json", "jsx", "kt", "less", "lock", "log", "map", "md5", "mjs", "mount",
    "mp3", "mp4", "otf", "patch", "pdf", "php", "png", "pptx", "rb", "rpm", "scope", "scss",
    "service", "sha256", "sig", "slice", "socket", "sql", "svg", "tar", "tgz", "timer", "toml",
    "ts", "tsx", "ttf", "txt", "vue", "wasm", "wav", "webm", "webp", "whl", "woff", "xls", "xlsx",
    "xml", "xz", "yaml", "yml", "zst",
];
/// Endings of files that are countries, too: no address only after a number (`logo@2x.py`).
const FILE_ENDINGS_OF_COUNTRIES: &[&str] =
    &["cc", "md", "mm", "pl", "ps", "py", "rs", "sh", "so", "zip"];
const ENDING_BYTES_MAX: usize = 7;
/// Kotlin's words before a label: `this@Activity.runLater`.
const LABELLED: &[&[u8]] = &[b"this", b"super", b"return"];
/// What stands in a local part besides letters and digits, but not at its start.
const LOCAL_MARKS: &[u8] = b"._-'%+~^&";

fn detect_email(site: &Site<'_>, matches: &mut Matches) {
    let Some(start) = local_start(site.text, site.start) else { return };
    let Some(end) = domain_end(site.text, site.start + 1) else { return };
    let is_address = end - start <= ADDRESS_BYTES_MAX
        && !is_of_url(site.text, start)
        && !is_clone_url(site.text, start, end)
        && !LABELLED.contains(&slice(site.text, start, site.start))
        && !is_called(site.text, end);
    if is_address {
        matches.push(start..end, SCORE);
    }
}

/// Where the part before the `@` begins. Quotes, bullets and the like in front stay outside.
fn local_start(text: &[u8], at_sign: usize) -> Option<usize> {
    let mut start = at_sign;
    while let Some(previous) = local_step(text, start) {
        start = previous;
        if at_sign - start > LOCAL_BYTES_MAX {
            return None;
        }
    }
    while start < at_sign && LOCAL_MARKS.contains(&at(text, start)) {
        start += 1;
    }
    (start < at_sign && before(text, at_sign, 1) != b'.').then_some(start)
}

/// The place before one more character of a local part; None where there is none.
fn local_step(text: &[u8], start: usize) -> Option<usize> {
    match before(text, start, 1) {
        b'.' if at(text, start) == b'.' => None,
        b'=' if is_bounce(text, start - 1) => Some(start - 1),
        byte if byte.is_ascii_alphanumeric() || LOCAL_MARKS.contains(&byte) => Some(start - 1),
        0x80.. => (2..=3)
            .filter_map(|n| start.checked_sub(n))
            .find(|&from| letter_len(text, from) == start - from),
        _ => None,
    }
}

/// `bounces+17-ana=example.com@list.example`: whether a plus stands before the `=` at `end`.
fn is_bounce(text: &[u8], end: usize) -> bool {
    let front = slice(text, end.saturating_sub(LOCAL_BYTES_MAX), end);
    let is_local = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._-+".contains(*byte);
    front.iter().rev().take_while(is_local).any(|byte| *byte == b'+')
}

/// `this@Activity.run(`: what follows is code, not a remark in a script of its own.
fn is_called(text: &[u8], end: usize) -> bool {
    at(text, end) == b'(' && at(text, end + 1).is_ascii()
}

/// Bytes of the non-ASCII letter at `start`, 0 if it is none of a script with spaces between
/// words: U+00C0 to U+052F (Latin, combining marks, Greek, Cyrillic) and U+1E00 to U+1FFF.
fn letter_len(text: &[u8], start: usize) -> usize {
    let continues = |place: usize| matches!(at(text, place), 0x80..=0xbf);
    match (at(text, start), at(text, start + 1)) {
        (0xc3..=0xd3, 0x80..=0xbf) | (0xd4, 0x80..=0xaf) => 2,
        (0xe1, 0xb8..=0xbf) if continues(start + 2) => 3,
        _ => 0,
    }
}

/// Where the domain that starts at `start` ends: after the last label that can be a top-level
/// domain.
fn domain_end(text: &[u8], start: usize) -> Option<usize> {
    let mut end = None;
    let mut label = start;
    let mut n_numeric = 0;
    for index in 0.. {
        let label_end = label_end(text, label);
        if label_end == label || label_end - label > LABEL_BYTES_MAX || at(text, label) == b'-' {
            break;
        }
        n_numeric += usize::from(index < 2 && at(text, label).is_ascii_digit());
        if index > 0 {
            end = top_level_end(text, label, label_end, n_numeric > 0).or(end);
        }
        if at(text, label_end) != b'.' || label_end - start > ADDRESS_BYTES_MAX {
            break;
        }
        label = label_end + 1;
    }
    // `package@1.0.next` is a version.
    end.filter(|_| n_numeric < 2)
}

fn label_end(text: &[u8], start: usize) -> usize {
    let mut end = start;
    loop {
        let byte = at(text, end);
        let step =
            if byte.is_ascii_alphanumeric() || byte == b'-' { 1 } else { letter_len(text, end) };
        if step == 0 || end - start > LABEL_BYTES_MAX {
            return end;
        }
        end += step;
    }
}

/// The end of the top-level domain that `start..end` is, or begins with before a hyphen
/// (`a@b.com-c@d.com`).
fn top_level_end(text: &[u8], start: usize, end: usize, after_number: bool) -> Option<usize> {
    let label = slice(text, start, end);
    if label.len() > 4 && slice(label, 0, 4).eq_ignore_ascii_case(b"xn--") && !label.ends_with(b"-")
    {
        return Some(end);
    }
    let letters = label.split(|byte| *byte == b'-').next().unwrap_or(&[]);
    let n_letters = String::from_utf8_lossy(letters).chars().count();
    let fits = TLD_LETTERS.contains(&n_letters) && !letters.iter().any(u8::is_ascii_digit);
    (fits && !is_file_ending(letters, after_number)).then(|| start + letters.len())
}

fn is_file_ending(letters: &[u8], after_number: bool) -> bool {
    let mut lower = [0; ENDING_BYTES_MAX];
    let Some(lower) = lower.get_mut(..letters.len()) else { return false };
    lower.copy_from_slice(letters);
    lower.make_ascii_lowercase();
    let among =
        |endings: &[&str]| endings.binary_search_by(|end| end.as_bytes().cmp(lower)).is_ok();
    among(FILE_ENDINGS) || (after_number && among(FILE_ENDINGS_OF_COUNTRIES))
}

/// Whether what starts at `start` is the user name or password of a URL.
fn is_of_url(text: &[u8], start: usize) -> bool {
    if !matches!(before(text, start, 1), b'/' | b':') {
        return false;
    }
    let ends_user = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'<>(),;@".contains(byte);
    let front = slice(text, start.saturating_sub(USERINFO_BYTES_MAX), start);
    let n_user = front.iter().rev().take_while(|byte| !ends_user(byte)).count();
    let (front, _) = front.split_at_checked(front.len() - n_user).unwrap_or_default();
    front.strip_suffix(b"://").is_some_and(|front| !has_suffix(front, b"mailto"))
}

fn has_suffix(text: &[u8], suffix: &[u8]) -> bool {
    let start = text.len().saturating_sub(suffix.len());
    starts_with_ignoring_case(text, start, suffix)
}

/// `git@host:path` or `git@host/path`.
fn is_clone_url(text: &[u8], start: usize, end: usize) -> bool {
    let address = slice(text, start, end);
    let follows = at(text, end + 1);
    slice(address, 0, 4).eq_ignore_ascii_case(b"git@")
        && matches!(at(text, end), b':' | b'/')
        && (follows.is_ascii_alphanumeric() || b"/~_.-".contains(&follows))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::super::trial::found;
    use super::{EMAIL, ENDING_BYTES_MAX, FILE_ENDINGS, FILE_ENDINGS_OF_COUNTRIES};

    fn emails(text: &str) -> Vec<String> {
        found(&EMAIL, text).into_iter().map(|(shown, _)| shown).collect()
    }

    #[test]
    fn finds_addresses_without_what_stands_around_them() {
        for (text, address) in [
            ("bob@example.com", "bob@example.com"),
            ("Mail bob.o'brien+tag@mail.example.co.uk.", "bob.o'brien+tag@mail.example.co.uk"),
            ("mailto:bob@example.com?subject=x", "bob@example.com"),
            ("mailto://bob@example.com", "bob@example.com"),
            ("<bob@example.com>", "bob@example.com"),
            ("'bob@example.com'", "bob@example.com"),
            ("- wait...bob@example.com, yes", "bob@example.com"),
            ("email=bob_1@163.com&x", "bob_1@163.com"),
            ("bob@example.com:hunter2", "bob@example.com"),
            ("bob@xn--mller-kva.xn--p1ai", "bob@xn--mller-kva.xn--p1ai"),
            ("josé@müller.de", "josé@müller.de"),
            ("邮箱bob@example.com谢谢", "bob@example.com"),
            ("иван@почта.рф", "иван@почта.рф"),
            ("bob@firma.rs", "bob@firma.rs"),
            ("bob@example.com.2 and", "bob@example.com"),
            ("git@example.com", "git@example.com"),
            ("bob~x&co^@example.com", "bob~x&co^@example.com"),
            ("bounces+17-ana=example.com@list.org", "bounces+17-ana=example.com@list.org"),
            ("メールbob@example.jp(携帯)", "bob@example.jp"),
        ] {
            assert_eq!(emails(text), [address], "{text}");
        }
    }

    #[test]
    fn covers_both_of_two_joined_addresses() {
        assert_eq!(emails("a1@b.com-c2@d.org"), ["a1@b.com", "b.com-c2@d.org"]);
        assert_eq!(emails("a1@b.com,c2@d.org"), ["a1@b.com", "c2@d.org"]);
    }

    #[test]
    fn leaves_what_only_looks_like_an_address() {
        for text in [
            "npm i @types/node@1.2",
            "lodash@4.17.21",
            "pkg@1.0.0-beta.next",
            "icon@2x.png",
            "name@1.0.tgz",
            "logo@2x.py",
            "git@github.com:org/repo.git",
            "git@github.com/org/repo",
            "https://user:pass@example.com/x",
            "https://0123abcd@o1.ingest.example.io/2",
            "@app.route",
            "bob@localhost",
            "bob@10.0.0.1",
            "bob.@example.com",
            "@example.com",
            "bob@-example.com",
            "bob@example.c",
            "q@k.transpose(0, 1)",
            "this@Activity.runLater { }",
            "getty@tty1.service",
            "bob@example..com",
        ] {
            assert!(emails(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn endings_of_files_stand_in_order() {
        for list in [FILE_ENDINGS, FILE_ENDINGS_OF_COUNTRIES] {
            assert!(list.is_sorted() && list.iter().all(|end| end.len() <= ENDING_BYTES_MAX));
        }
    }

    #[test]
    fn bounds_the_lengths_of_the_parts() {
        let local = "a".repeat(64);
        assert_eq!(emails(&format!("{local}@b.com")).len(), 1);
        assert!(emails(&format!("a{local}@b.com")).is_empty());
        assert!(emails(&format!("a@{}.com", "b".repeat(64))).is_empty());
    }
}
