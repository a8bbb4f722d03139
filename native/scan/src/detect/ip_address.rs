//! `ip_address`: version 4 and 6. A prefix length, a port or a zone stays outside the match.

use super::look::{at, before, joined_before, next_number, run, slice, starts_with_ignoring_case};
use super::{Anchor, Detector, Matches, Site, ipv6};

pub static IP_ADDRESS: Detector = Detector {
    name: "ip_address",
    anchors: &[Anchor::Octets, Anchor::HexGroups],
    detect: detect_ip,
};

const IPV4: u8 = 75;
/// `Chrome/120.0.0.0`, `libfoo-1.2.3.4`: more likely a version than a host.
const AFTER_PRODUCT: u8 = 30;

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
        let end = ipv4_end(site.text, start);
        if let Some((end, score)) = end.and_then(|end| Some((end, score(site.text, start, end)?))) {
            matches.push(start..end, score);
        }
        start = next_number(site.text, end.unwrap_or(start), site.end);
    }
}

/// Where the four octets that start at `start` end, each up to 255 and without leading zeros.
pub fn ipv4_end(text: &[u8], start: usize) -> Option<usize> {
    let mut end = octet_end(text, start)?;
    for _ in 0..3 {
        if at(text, end) != b'.' {
            return None;
        }
        end = octet_end(text, end + 1)?;
    }
    Some(end)
}

fn octet_end(text: &[u8], start: usize) -> Option<usize> {
    let end = start + run(text, start, 4, |byte| byte.is_ascii_digit());
    let digits = slice(text, start, end);
    let value = digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let has_leading_zero = digits.len() > 1 && digits.first() == Some(&b'0');
    ((1..=3).contains(&digits.len()) && value <= 255 && !has_leading_zero).then_some(end)
}

/// None if what stands around the four numbers makes them something else.
fn score(text: &[u8], start: usize, end: usize) -> Option<u8> {
    let is_part = before(text, start, 1).is_ascii_alphanumeric()
        || joined_before(text, start, b'.')
        || at(text, end).is_ascii_alphanumeric()
        || (at(text, end) == b'.' && at(text, end + 1).is_ascii_alphanumeric());
    if is_part || is_pre_release(text, end) {
        return None;
    }
    let after_name = before(text, start, 2).is_ascii_alphabetic();
    Some(match before(text, start, 1) {
        b'-' if after_name => AFTER_PRODUCT,
        b'/' if after_name && slice(text, start, end).ends_with(b".0") => AFTER_PRODUCT,
        _ => IPV4,
    })
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
    use super::{AFTER_PRODUCT, IP_ADDRESS, IPV4};

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
            assert_eq!(found(&IP_ADDRESS, text), [("192.168.1.10".to_owned(), IPV4)], "{text}");
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
    fn is_less_sure_behind_a_product() {
        assert_eq!(
            found(&IP_ADDRESS, "Chrome/120.0.0.0 Safari/537.36"),
            [("120.0.0.0".to_owned(), AFTER_PRODUCT)]
        );
        assert_eq!(found(&IP_ADDRESS, "libfoo-1.2.3.4.").first().map(|f| f.1), Some(AFTER_PRODUCT));
        assert_eq!(found(&IP_ADDRESS, "hosts/10.1.2.3/x").first().map(|f| f.1), Some(IPV4));
    }
}
