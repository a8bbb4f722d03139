//! `mac_address`: EUI-48 and EUI-64 in pairs, and EUI-48 in Cisco's groups of four, or, where a
//! word says so, without separators.

use super::look::{at, before, run, slice};
use super::{Anchor, Detector, Matches, Site};

pub static MAC_ADDRESS: Detector = Detector {
    name: "mac_address",
    anchors: &[Anchor::HexGroups, Anchor::HexWord(BARE_LEN)],
    detect: detect_mac,
};

const BARE_LEN: usize = 12;
const SCORE: u8 = 90;
/// Only decimal digits: a time or a number may look the same.
const DECIMAL_COLONS: u8 = 60;
const DECIMAL_HYPHENS: u8 = 70;
const DOUBTFUL: u8 = 40;

fn detect_mac(site: &Site<'_>, matches: &mut Matches) {
    let stretch = slice(site.text, site.start, site.end);
    let Some(separator) = stretch.iter().copied().find(|byte| !byte.is_ascii_hexdigit()) else {
        // Twelve decimal digits are a number.
        if stretch.iter().any(u8::is_ascii_alphabetic) && !ends_uuid(site.text, site.start) {
            matches.push(site.start..site.end, DOUBTFUL);
        }
        return;
    };
    let (width, counts) = if separator == b'.' { (4, &[3][..]) } else { (2, &[6, 8][..]) };
    let mut start = site.start;
    while start < site.end {
        let (end, n_groups) = groups(site.text, start, separator, width);
        if counts.contains(&n_groups) {
            matches.push(start..end, score(slice(site.text, start, end), separator));
        }
        start = end + 1;
    }
}

/// Whether a group of four stands before these twelve digits.
fn ends_uuid(text: &[u8], start: usize) -> bool {
    match slice(text, start.saturating_sub(6), start) {
        [b'-', group @ .., b'-'] => group.len() == 4 && group.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}

/// The end of the longest row of groups of `width` hex digits that starts at `start`, and how
/// many they are. What starts or ends inside a word is no group; without one, the end of the
/// word.
fn groups(text: &[u8], start: usize, separator: u8, width: usize) -> (usize, usize) {
    let (mut end, mut n_groups) = (start, 0);
    let mut group = start;
    loop {
        let n_hex = run(text, group, usize::MAX, |byte| byte.is_ascii_hexdigit());
        let is_inside = before(text, group, 1).is_ascii_alphanumeric();
        if n_hex != width || is_inside || at(text, group + n_hex).is_ascii_alphanumeric() {
            return (if n_groups == 0 { group + n_hex } else { end }, n_groups);
        }
        end = group + n_hex;
        n_groups += 1;
        if at(text, end) != separator {
            return (end, n_groups);
        }
        group = end + 1;
    }
}

fn score(address: &[u8], separator: u8) -> u8 {
    match (address.iter().any(u8::is_ascii_alphabetic), separator) {
        (true, _) => SCORE,
        (false, b':') => DECIMAL_COLONS,
        (false, b'-') if !is_time(address) => DECIMAL_HYPHENS,
        (false, _) => DOUBTFUL,
    }
}

/// Whether pairs of decimal digits can be year, month, day, hour, minute and second.
fn is_time(address: &[u8]) -> bool {
    let pairs = address.chunks(3).map(|pair| slice(pair, 0, 2));
    let latest = [b"99", b"12", b"31", b"23", b"59", b"59"];
    pairs.zip(latest).all(|(pair, latest)| pair <= latest.as_slice())
}

#[cfg(test)]
mod tests {
    use super::super::trial::found;
    use super::{DECIMAL_COLONS, DECIMAL_HYPHENS, DOUBTFUL, MAC_ADDRESS, SCORE};

    #[test]
    fn finds_addresses_in_all_notations() {
        for address in
            ["00:1B:44:11:3a:b7", "00-1b-44-11-3a-b7", "02:00:5e:ff:fe:00:53:01", "001b.4411.3ab7"]
        {
            for text in [
                address.to_owned(),
                format!("mac:{address}, up"),
                format!("MAC:{address}."),
                format!("地址{address}。"),
            ] {
                assert_eq!(found(&MAC_ADDRESS, &text), [(address.to_owned(), SCORE)], "{text}");
            }
        }
    }

    #[test]
    fn is_less_sure_of_decimal_digits_alone() {
        for (address, score) in [
            ("24-01-15-10-30-45", DOUBTFUL),
            ("41-88-89-97-26-41", DECIMAL_HYPHENS),
            ("00:11:22:33:44:55", DECIMAL_COLONS),
            ("1234.5678.9012", DOUBTFUL),
        ] {
            assert_eq!(found(&MAC_ADDRESS, address), [(address.to_owned(), score)]);
        }
    }

    #[test]
    fn doubts_what_has_no_separators() {
        assert_eq!(
            found(&MAC_ADDRESS, "MAC 001B44113AB7."),
            [("001B44113AB7".to_owned(), DOUBTFUL)]
        );
        for text in ["001B44113AB", "001B44113AB70", "g001B44113AB7", "001044113457"] {
            assert!(found(&MAC_ADDRESS, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn leaves_fingerprints_times_and_other_counts() {
        for text in [
            "00:1b:44:11:3a",
            "00:1b:44:11:3a:b7:01",
            "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
            "00:1b:44:11:3a:b",
            "00:1b:44-11:3a:b7",
            "00:1b:44:11:3a:bg",
            "12:30:45",
            "001b.4411",
            "192.168.100.200",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        ] {
            assert!(found(&MAC_ADDRESS, text).is_empty(), "{text}");
        }
    }
}
