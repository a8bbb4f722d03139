//! The half of `ip_address` that concerns version 6.

use super::ip_address::{ipv4_end, port_digits};
use super::look::{at, before, run, slice};
use super::{Matches, Site};

const SURE: u8 = 80;
/// As short as `1::2`, which is also a slice in Python, or `f32::` before a name in Rust.
const SHORT: u8 = 40;
const GROUPS: usize = 8;

/// What stands between colons.
#[derive(Default)]
struct Groups {
    n_groups: usize,
    n_pairs: usize,
    /// Where `::` stood, as a number of groups.
    gap: Option<usize>,
    longest: usize,
    has_digit: bool,
    end: usize,
}

/// Pushes the address in a stretch of hex groups.
pub fn detect_ipv6(site: &Site<'_>, matches: &mut Matches) {
    let Some(start) = address_start(site.text, site.start) else { return };
    let Some(groups) = parse(site.text, start) else { return };
    let follows = at(site.text, groups.end);
    let is_cut = follows.is_ascii_alphanumeric()
        || (follows == b':' && at(site.text, groups.end + 1) == b':');
    if let (false, Some(score)) = (is_cut, groups.score()) {
        matches.push(start..groups.end, score);
    }
}

/// Skips a label in front: `addr:fe80::1`, `mac:fe80::1` (whose `c` reads like a hex group).
fn address_start(text: &[u8], start: usize) -> Option<usize> {
    let mut first = start;
    let is_word = before(text, first, 1).is_ascii_alphanumeric() || before(text, first, 1) == b'_';
    if is_word {
        first += run(text, first, usize::MAX, |byte| byte.is_ascii_hexdigit());
    }
    match run(text, first, 4, |byte| byte == b':') {
        1 | 3 => Some(first + 1),
        // `name::name` is a path in a program.
        _ if is_word => None,
        _ => Some(first),
    }
}

/// The groups from `start` on; None if they cannot be an address.
fn parse(text: &[u8], start: usize) -> Option<Groups> {
    let mut groups = Groups { end: start, ..Groups::default() };
    loop {
        if at(text, groups.end) == b':' && at(text, groups.end + 1) == b':' {
            if groups.gap.replace(groups.n_groups).is_some() {
                return None;
            }
            groups.end += 2;
        } else if groups.n_groups > 0 {
            // A colon before something else ends a clause, not a group.
            let goes_on =
                at(text, groups.end) == b':' && at(text, groups.end + 1).is_ascii_hexdigit();
            if !goes_on || groups.has_port(text) {
                return Some(groups);
            }
            groups.end += 1;
        }
        if !groups.take(text) {
            return Some(groups);
        }
    }
}

impl Groups {
    /// Takes the group at `end`; false if there is none, or it is the last.
    fn take(&mut self, text: &[u8]) -> bool {
        if let Some(end) = ipv4_end(text, self.end) {
            self.end = end;
            self.n_groups += 2;
            self.has_digit = true;
            self.longest = 4;
            return false;
        }
        let len = run(text, self.end, 5, |byte| byte.is_ascii_hexdigit());
        let group = slice(text, self.end, self.end + len);
        self.end += len;
        self.n_groups += usize::from(len > 0);
        self.n_pairs += usize::from(len == 2);
        self.longest = self.longest.max(len);
        self.has_digit |= group.iter().any(u8::is_ascii_digit);
        (1..=4).contains(&len) && self.n_groups <= GROUPS
    }

    /// Whether a port follows that can be no group: without brackets around the address.
    fn has_port(&self, text: &[u8]) -> bool {
        match port_digits(text, self.end + 1) {
            5 => true,
            2..=4 => self.n_groups == GROUPS,
            _ => false,
        }
    }

    fn score(&self) -> Option<u8> {
        let is_whole = match self.gap {
            Some(_) => (1..GROUPS).contains(&self.n_groups),
            // Eight pairs are a hardware address.
            None => self.n_groups == GROUPS && self.n_pairs < GROUPS,
        };
        // `dead::beef` is more likely a name in a program.
        let is_name = !self.has_digit && self.n_groups < 3;
        if !is_whole || self.longest > 4 || is_name {
            return None;
        }
        let is_short = self.n_groups < 2 || self.longest < 3 && self.n_groups < 4;
        Some(if is_short { SHORT } else { SURE })
    }
}

#[cfg(test)]
mod tests {
    use super::super::ip_address::IP_ADDRESS;
    use super::super::trial::found;
    use super::{SHORT, SURE};

    #[test]
    fn finds_whole_and_shortened_addresses() {
        for address in [
            "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
            "2001:DB8::1",
            "fe80::1ff:fe23:4567:890a",
            "2001:db8::",
            "::ffff:192.0.2.128",
            "64:ff9b::192.0.2.33",
        ] {
            for text in [
                address.to_owned(),
                format!("[{address}]:443"),
                format!("{address}/64"),
                format!("{address}%eth0"),
                format!("addr:{address}, mac"),
                format!("mac:{address}"),
                format!("host {address}: unreachable"),
            ] {
                // A colon right after `::` is no clause's.
                if address.ends_with("::") && text.ends_with("unreachable") {
                    continue;
                }
                assert_eq!(found(&IP_ADDRESS, &text), [(address.to_owned(), SURE)], "{text}");
            }
        }
        for (text, address) in [
            ("2a02:a44f::5b2c:22:50247", "2a02:a44f::5b2c:22"),
            ("2a02:a44f:0:0:1:2:3:4:443 ", "2a02:a44f:0:0:1:2:3:4"),
        ] {
            assert_eq!(found(&IP_ADDRESS, text), [(address.to_owned(), SURE)], "{text}");
        }
        for short in ["::1", "f32::{min, max}"] {
            assert_eq!(found(&IP_ADDRESS, short).first().map(|f| f.1), Some(SHORT), "{short}");
        }
    }

    #[test]
    fn leaves_times_names_and_hardware_addresses() {
        for text in [
            "12:30:45",
            "std::dec",
            "abc::def",
            "foo::1",
            "x[::]",
            "1:2:3",
            "00:11:22:33:44:55:66:77",
            "00:11:22:33:44:55",
            "2001:db8::1::2",
            "2001:db8::12345",
            "1:2:3:4:5:6:7:8:9",
            "fe80::1x",
        ] {
            assert!(found(&IP_ADDRESS, text).is_empty(), "{text}");
        }
    }
}
