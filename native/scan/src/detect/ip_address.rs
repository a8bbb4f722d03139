//! `ip_address`: version 4 and 6. A prefix length, a port or a zone stays outside the match.

use super::look::{at, before, joined_before, next_number, run, slice, starts_with_ignoring_case};
use super::{Anchor, Detector, Matches, Site, ipv6};

pub static IP_ADDRESS: Detector = Detector {
    name: "ip_address",
    anchors: &[Anchor::Octets, Anchor::HexGroups],
    detect: detect_ip,
};

/// No version has such numbers, or an address is what URLs and ports have.
const SURE: u8 = 100;
const IPV4: u8 = 75;
/// `7.16.29.76`: of a hundred addresses one at most, but most versions and sections.
const LIKE_VERSION: u8 = 45;
/// `Chrome/120.0.0.0`, `libfoo-1.2.3.4`: more likely a version than a host.
const AFTER_PRODUCT: u8 = 30;

/// Versions, and numbers of sections, mostly have smaller numbers.
const SMALL: u8 = 32;
const PORT_DIGITS: std::ops::RangeInclusive<usize> = 2..=5;

/// What follows the hyphen after a version.
const PRE_RELEASES: &[&[u8]] = &[
    b"alpha",
    b"beta",
    b"build",
    b"canary",
    b"dev",
    b"final",
    b"ga",
    b"hotfix",
    b"nightly",
    b"patch",
    b"post",
    b"pre",
    b"preview",
    b"rc",
    b"release",
    b"snapshot",
    b"stable",
];

/// Both kinds of anchors come here: octets hold no colon, a stretch of hex groups may end in the
/// first octet of an embedded IPv4 address.
fn detect_ip(site: &Site<'_>, matches: &mut Matches) {
    let anchor = slice(site.text, site.start, site.end);
    let n_of = |separator: u8| anchor.iter().filter(|&&byte| byte == separator).count();
    if n_of(b':') > 0 {
        ipv6::detect_ipv6(site, matches);
    } else if n_of(b'.') >= 3 {
        detect_ipv4(site, matches);
    }
}

fn detect_ipv4(site: &Site<'_>, matches: &mut Matches) {
    let mut start = site.start;
    while start < site.end {
        let found = octets(site.text, start);
        let end = found.map_or(start, |(end, _)| end);
        if let Some(score) = found.and_then(|(end, octets)| score(site.text, start, end, octets)) {
            matches.push(start..end, score);
        }
        start = next_number(site.text, end, site.end);
    }
}

/// Where the four octets that start at `start` end, each up to 255 and without leading zeros.
pub fn ipv4_end(text: &[u8], start: usize) -> Option<usize> {
    octets(text, start).map(|(end, _)| end)
}

fn octets(text: &[u8], start: usize) -> Option<(usize, [u8; 4])> {
    let mut octets = [0; 4];
    let mut end = start;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            if at(text, end) != b'.' {
                return None;
            }
            end += 1;
        }
        (end, *octet) = octet_at(text, end)?;
    }
    Some((end, octets))
}

fn octet_at(text: &[u8], start: usize) -> Option<(usize, u8)> {
    let end = start + run(text, start, 4, |byte| byte.is_ascii_digit());
    let digits = slice(text, start, end);
    let value = digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let has_leading_zero = digits.len() > 1 && digits.first() == Some(&b'0');
    let value = u8::try_from(value).ok().filter(|_| !has_leading_zero)?;
    (1..=3).contains(&digits.len()).then_some((end, value))
}

/// None if what stands around the four numbers makes them something else.
fn score(text: &[u8], start: usize, end: usize, octets: [u8; 4]) -> Option<u8> {
    let shape = shape(octets);
    let goes_on = at(text, end) == b'.' && at(text, end + 1).is_ascii_alphanumeric();
    let is_part = before(text, start, 1).is_ascii_alphanumeric()
        || joined_before(text, start, b'.')
        || at(text, end).is_ascii_alphanumeric()
        || goes_on && !(shape == SURE && has_port(text, end, b'.'));
    if is_part || is_pre_release(text, end) {
        return None;
    }
    let after_name = before(text, start, 2).is_ascii_alphabetic();
    Some(match before(text, start, 1) {
        b'-' if after_name => AFTER_PRODUCT,
        b'/' if after_name && octets[3] == 0 => AFTER_PRODUCT,
        _ if is_of_host(text, start, end) => shape.max(IPV4),
        _ => shape,
    })
}

/// What the numbers alone say.
fn shape(octets: [u8; 4]) -> u8 {
    let [first, second, third, fourth] = octets;
    let n_small = [second, third, fourth].into_iter().filter(|&octet| octet < SMALL).count();
    match octets {
        [192, 168, ..] | [172, 16..=31, ..] => SURE,
        [10, ..] => IPV4,
        _ if first < SMALL && n_small > 1 => LIKE_VERSION,
        // `131.0.0.0` is a browser's version.
        [_, _, 0, 0] => IPV4,
        _ if first >= SMALL && n_small < 3 => SURE,
        _ => IPV4,
    }
}

/// Whether a port, a prefix length or a URL's scheme stands beside it.
fn is_of_host(text: &[u8], start: usize, end: usize) -> bool {
    slice(text, start.saturating_sub(3), start) == b"://"
        || before(text, start, 1) == b'@'
        || has_port(text, end, b':')
        || at(text, end) == b'/' && at(text, end + 1).is_ascii_digit()
}

/// Whether a port follows, behind a colon or, as `tcpdump` writes it, a dot.
fn has_port(text: &[u8], end: usize, joint: u8) -> bool {
    at(text, end) == joint && PORT_DIGITS.contains(&port_digits(text, end + 1))
}

/// The digits of what may be a port that starts here; none where more than a number follows.
pub fn port_digits(text: &[u8], start: usize) -> usize {
    let n_digits = run(text, start, 6, |byte| byte.is_ascii_digit());
    let end = start + n_digits;
    let is_joined =
        matches!(at(text, end), b'.' | b':') && at(text, end + 1).is_ascii_alphanumeric();
    if at(text, end).is_ascii_alphanumeric() || is_joined { 0 } else { n_digits }
}

fn is_pre_release(text: &[u8], end: usize) -> bool {
    match at(text, end) {
        b'+' => at(text, end + 1).is_ascii_alphanumeric(),
        b'-' => PRE_RELEASES.iter().any(|word| starts_with_ignoring_case(text, end + 1, word)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::found;
    use super::{AFTER_PRODUCT, IP_ADDRESS, IPV4, LIKE_VERSION, SURE};

    fn addresses(text: &str) -> Vec<String> {
        found(&IP_ADDRESS, text).into_iter().map(|(shown, _)| shown).collect()
    }

    #[test]
    fn finds_addresses_without_port_and_prefix() {
        for text in [
            "192.168.1.10",
            "http://192.168.1.10:8080/x",
            "192.168.1.10/24",
            "from 192.168.1.10.",
            "192.168.1.10-192.168.1.10x",
            "地址192.168.1.10的",
            "2024-01-02 03:04:05 192.168.1.10 - -",
        ] {
            assert_eq!(found(&IP_ADDRESS, text), [("192.168.1.10".to_owned(), SURE)], "{text}");
        }
        assert_eq!(addresses("10.0.0.1-10.0.0.9,8.8.8.8"), ["10.0.0.1", "10.0.0.9", "8.8.8.8"]);
    }

    #[test]
    fn leaves_versions_and_longer_numbers() {
        for text in [
            "1.2.3.4.5",
            "256.1.1.1",
            "1.2.3.1234",
            "01.2.3.4",
            "1.2.3",
            "v1.2.3.4",
            "1.2.3.4b2",
            "1.2.3.4-rc1",
            "1.2.3.4-SNAPSHOT",
            "1.2.3.4+build",
            "1.3.6.1.4.1",
            "4.3.2.1.in-addr.arpa",
            "1..2.3.4",
        ] {
            assert!(addresses(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn is_as_sure_as_the_numbers_and_what_stands_beside_them() {
        for (text, score) in [
            ("209.39.5.170", SURE),
            ("172.16.0.1", SURE),
            ("10.18.22.5", IPV4),
            ("131.0.0.0", IPV4),
            ("13.107.42.14", IPV4),
            ("7.16.29.76", LIKE_VERSION),
            ("19.6.0.0", LIKE_VERSION),
            ("7.16.29.76:8443", IPV4),
            ("7.16.29.0/24", IPV4),
            ("http://7.16.29.76/", IPV4),
            ("root@7.16.29.76", IPV4),
        ] {
            assert_eq!(found(&IP_ADDRESS, text).first().map(|f| f.1), Some(score), "{text}");
        }
    }

    #[test]
    fn finds_addresses_before_a_port_behind_a_dot() {
        assert_eq!(
            addresses("IP 192.168.10.19.44200 > 203.8.111.82.443: Flags [S]"),
            ["192.168.10.19", "203.8.111.82"]
        );
        assert!(addresses("209.39.5.170.8 209.39.5.170.443.1").is_empty());
    }

    #[test]
    fn is_less_sure_behind_a_product() {
        assert_eq!(
            found(&IP_ADDRESS, "Chrome/120.0.0.0 Safari/537.36"),
            [("120.0.0.0".to_owned(), AFTER_PRODUCT)]
        );
        assert_eq!(found(&IP_ADDRESS, "libfoo-1.2.3.4.").first().map(|f| f.1), Some(AFTER_PRODUCT));
        assert_eq!(found(&IP_ADDRESS, "hosts/10.1.2.3/x").first().map(|f| f.1), Some(IPV4));
    }
}
