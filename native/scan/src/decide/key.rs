//! Digests with and without a key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use sha3::Sha3_256;

use crate::document::{HashFunction, HmacKey};
use crate::rules::HMAC_KEY_BYTES_MIN;

/// 64 bits of an HMAC are kept: enough to join by, in hex digits.
pub const TAG_DIGITS: usize = 16;

/// The key of HMACs, which never shows.
pub(crate) struct SecretKey {
    id: String,
    key: Vec<u8>,
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl SecretKey {
    /// # Errors
    /// A sentence about why the key cannot be used.
    pub fn new(key: &HmacKey) -> Result<Self, String> {
        let bytes = STANDARD
            .decode(&key.key_base64)
            .map_err(|_| "the HMAC key is not base64".to_owned())?;
        if bytes.len() < HMAC_KEY_BYTES_MIN {
            return Err(format!("the HMAC key must have at least {HMAC_KEY_BYTES_MIN} bytes"));
        }
        Ok(Self { id: key.key_id.clone(), key: bytes })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The first hex digits of HMAC-SHA256 over the rule and the value.
    pub fn tag(&self, rule: &str, canonical: &str) -> String {
        let parts: [&[u8]; 3] = [rule.as_bytes(), &[0], canonical.as_bytes()];
        let mut tag = self.mac::<Hmac<Sha256>>(&parts);
        tag.truncate(TAG_DIGITS);
        tag
    }

    fn mac<M: Mac + KeyInit>(&self, parts: &[&[u8]]) -> String {
        // HMAC takes keys of any length: never an error.
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(&self.key) else { return String::new() };
        parts.iter().for_each(|part| mac.update(part));
        hex(&mac.finalize().into_bytes())
    }
}

/// The digest of `text` in hex; None where a key is needed and missing.
pub(crate) fn hash(function: HashFunction, key: Option<&SecretKey>, text: &[u8]) -> Option<String> {
    Some(match function {
        HashFunction::Md5 => hex(&Md5::digest(text)),
        HashFunction::Sha1 => hex(&Sha1::digest(text)),
        HashFunction::Sha3_256 => hex(&Sha3_256::digest(text)),
        HashFunction::HmacSha256 => key?.mac::<Hmac<Sha256>>(&[text]),
        HashFunction::HmacSha512 => key?.mac::<Hmac<Sha512>>(&[text]),
    })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn key(bytes: usize) -> Result<SecretKey, String> {
        let key_base64 = STANDARD.encode(vec![b'k'; bytes]);
        SecretKey::new(&HmacKey { key_base64, key_id: "k1".to_owned() })
    }

    #[test]
    fn a_short_key_is_refused() {
        assert!(key(31).unwrap_err().contains("32 bytes"));
        assert!(key(32).is_ok());
    }

    #[test]
    fn digests_are_the_known_ones() {
        let md5 = hash(HashFunction::Md5, None, b"abc").unwrap();
        assert_eq!(md5, "900150983cd24fb0d6963f7d28e17f72");
        let sha3 = hash(HashFunction::Sha3_256, None, b"abc").unwrap();
        assert!(sha3.starts_with("3a985da74fe225b2"));
        assert_eq!(hash(HashFunction::HmacSha256, None, b"abc"), None);
    }

    #[test]
    fn tags_differ_by_rule_and_hide_the_key() {
        let key = key(32).unwrap();
        assert_eq!(key.tag("email", "a").len(), 16);
        assert_ne!(key.tag("email", "a"), key.tag("phone", "a"));
        assert!(!format!("{key:?}").contains("kk"));
    }
}
