//! What is no finding although it looks like one.

use std::net::IpAddr;

use regex_automata::meta::Regex;

use crate::document::Allow;
use crate::rules::regex_builder;

#[derive(Debug, Default)]
pub(crate) struct AllowList {
    /// Lower case.
    exact: Vec<String>,
    suffix: Vec<String>,
    cidr: Vec<Cidr>,
    regex: Vec<Regex>,
}

#[derive(Clone, Copy, Debug)]
struct Cidr {
    network: u128,
    mask: u128,
}

impl AllowList {
    /// # Errors
    /// A sentence about the first entry that cannot be read.
    pub fn new(allow: &Allow) -> Result<Self, String> {
        let lower = |texts: &[String]| texts.iter().map(|text| text.to_lowercase()).collect();
        if allow.exact.iter().chain(&allow.suffix).any(String::is_empty) {
            return Err("an allow entry is empty".to_owned());
        }
        Ok(Self {
            exact: lower(&allow.exact),
            suffix: lower(&allow.suffix),
            cidr: allow.cidr.iter().map(|text| Cidr::parse(text)).collect::<Result<_, _>>()?,
            regex: allow.regex.iter().map(|pattern| whole(pattern)).collect::<Result<_, _>>()?,
        })
    }

    /// Whether one entry covers all of `matched`.
    pub fn covers(&self, matched: &[u8]) -> bool {
        if self.exact.is_empty() && self.suffix.is_empty() && self.cidr.is_empty() {
            return self.regex.iter().any(|regex| regex.is_match(matched));
        }
        let text = String::from_utf8_lossy(matched).to_lowercase();
        self.exact.contains(&text)
            || self.suffix.iter().any(|suffix| text.ends_with(suffix))
            || self.is_in_network(&text)
            || self.regex.iter().any(|regex| regex.is_match(matched))
    }

    fn is_in_network(&self, text: &str) -> bool {
        if self.cidr.is_empty() {
            return false;
        }
        let address = text.parse::<IpAddr>().map(bits);
        address.is_ok_and(|bits| self.cidr.iter().any(|cidr| bits & cidr.mask == cidr.network))
    }
}

impl Cidr {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "an allowed network is not like 192.0.2.0/24 or 2001:db8::/32".to_owned();
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(width);
        if length > width {
            return Err(wrong());
        }
        let mask = u128::MAX.checked_shl(width - length).unwrap_or_default();
        Ok(Self { network: bits(address) & mask, mask })
    }
}

/// IPv4 as IPv6-mapped, so that both are one kind.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn whole(pattern: &str) -> Result<Regex, String> {
    regex_builder(false)
        .build(&format!(r"\A(?:{pattern})\z"))
        .map_err(|_| "an allowed expression is not valid".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn list(json: serde_json::Value) -> Result<AllowList, String> {
        AllowList::new(&serde_json::from_value(json).unwrap())
    }

    #[test]
    fn covers_whole_findings_only() {
        let allow = list(serde_json::json!({
            "exact": ["Bob@x.com"], "suffix": ["@my.org"], "cidr": ["10.0.0.0/8", "::1"],
            "regex": ["test-[0-9]+"],
        }));
        let allow = allow.unwrap();
        for covered in ["bob@X.com", "a@MY.org", "10.2.3.4", "::1", "test-12"] {
            assert!(allow.covers(covered.as_bytes()), "{covered}");
        }
        for other in ["bob@x.com.de", "a@my.org.uk", "11.2.3.4", "::2", "test-12x", "10.0.0"] {
            assert!(!allow.covers(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn refuses_entries_it_cannot_read() {
        for allow in [r#"{"cidr": ["10.0.0.0/33"]}"#, r#"{"regex": ["("]}"#, r#"{"exact": [""]}"#] {
            assert!(list(serde_json::from_str(allow).unwrap()).is_err(), "{allow}");
        }
    }
}
