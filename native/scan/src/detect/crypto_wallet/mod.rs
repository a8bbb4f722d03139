//! `crypto_wallet`: addresses with a checksum, of Ethereum without one where it is not used;
//! and addresses without one that we can check, for what words beside them to confirm.

mod base32;
mod base58;
mod bech32;
mod cashaddr;
mod ethereum;
mod monero;

use super::look::slice;
use super::{Anchor, Detector, Matches, Site};

pub static CRYPTO_WALLET: Detector = Detector {
    name: "crypto_wallet",
    anchors: &[Anchor::Word(*base58::ADDRESS_LEN.start())],
    detect: detect_wallet,
};

const CHECKED: u8 = 95;
/// Hex of one case carries no checksum.
const UNCHECKED: u8 = 80;
/// Of Solana, which has none, and of Polkadot.
const UNSURE: u8 = 30;

/// Addresses hold nothing but letters and digits.
fn detect_wallet(site: &Site<'_>, matches: &mut Matches) {
    let word = slice(site.text, site.start, site.end);
    if cashaddr::is_address(word) {
        matches.push(cashaddr::start(site.text, site.start)..site.end, CHECKED);
    } else if let Some(score) = score(word) {
        matches.push(site.start..site.end, score);
    }
}

fn score(word: &[u8]) -> Option<u8> {
    if let Some(digits) = word.strip_prefix(b"0x") {
        return ethereum::score(digits);
    }
    if !is_of_both_cases(word) {
        return (bech32::is_address(word) || base32::is_address(word)).then_some(CHECKED);
    }
    match word.len() {
        monero::LEN | monero::INTEGRATED_LEN => monero::is_address(word).then_some(CHECKED),
        43..=44 | 46..=48 => base58::is_unchecked(word).then_some(UNSURE),
        _ => base58::is_checked(word).then_some(CHECKED),
    }
}

fn is_of_both_cases(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_lowercase) && word.iter().any(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::super::trial::found;
    use super::{CHECKED, CRYPTO_WALLET, UNCHECKED, UNSURE};

    const ADDRESSES: &[(&str, u8)] = &[
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", CHECKED),
        ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", UNCHECKED),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", CHECKED),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", CHECKED),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", CHECKED),
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", CHECKED),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", CHECKED),
        ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", CHECKED),
        ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", CHECKED),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", CHECKED),
        ("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", CHECKED),
        ("DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L", CHECKED),
        (
            "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H",
            CHECKED,
        ),
        ("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", CHECKED),
        ("Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi", CHECKED),
        ("GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ", CHECKED),
        ("7ZUECA7HFLZTXENRV24SHLU4AVPUTMTTDUFUBNBD64C73F3UHRTHAIOF6Q", CHECKED),
        ("tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb", CHECKED),
        ("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", UNSURE),
        ("7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV9", UNSURE),
    ];

    #[test]
    fn finds_addresses_of_all_kinds() {
        for &(address, score) in ADDRESSES {
            for text in [
                address.to_owned(),
                format!("钱包{address}。"),
                format!("https://explorer.example.org/address/{address}?page=1"),
                format!("wallet_{address}-x"),
            ] {
                assert_eq!(found(&CRYPTO_WALLET, &text), [(address.to_owned(), score)], "{text}");
            }
        }
    }

    #[test]
    fn leaves_addresses_with_a_wrong_character_or_inside_a_word() {
        for &(address, score) in ADDRESSES {
            let mut changed = address.to_owned();
            changed
                .replace_range(address.len() - 1.., if address.ends_with('a') { "e" } else { "a" });
            if score == CHECKED {
                assert!(found(&CRYPTO_WALLET, &changed).is_empty(), "{changed}");
            }
            assert!(found(&CRYPTO_WALLET, &format!("{address}0")).is_empty(), "{address}");
            assert!(found(&CRYPTO_WALLET, &format!("0{address}")).is_empty(), "{address}");
        }
    }

    #[test]
    fn takes_the_name_of_the_chain_to_the_address() {
        let address = "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a";
        for text in [address.to_owned(), format!("to {address}, now")] {
            assert_eq!(found(&CRYPTO_WALLET, &text), [(address.to_owned(), CHECKED)], "{text}");
        }
    }

    #[test]
    fn leaves_other_hex_and_tokens() {
        for text in [
            "0x0000000000000000000000000000000000000000",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae",
            "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0xdeadbeef",
            "ThisIsAVeryLongIdentifierWithNoDigits",
            "bc1",
            "dGhpcyBpcyBqdXN0IHNvbWUgdGV4dCBpbiBiYXNlNjQ",
        ] {
            assert!(found(&CRYPTO_WALLET, text).is_empty(), "{text}");
        }
    }
}
