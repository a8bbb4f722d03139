//! The one form of a value that is written in many: what HMACs and kept characters come from.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Canonical {
    #[default]
    AsFound,
    Digits,
    LowerCase,
    /// Lower case, letters and digits only.
    Hex,
    /// Upper case, letters and digits only.
    Iban,
}

impl Canonical {
    pub fn of_detector(name: &str) -> Self {
        match name {
            "credit_card" | "us_ssn" | "phone" => Self::Digits,
            "email" => Self::LowerCase,
            "mac_address" => Self::Hex,
            "iban" => Self::Iban,
            _ => Self::AsFound,
        }
    }

    pub fn of(self, matched: &[u8]) -> String {
        let kept = |is_kept: fn(&u8) -> bool| {
            let mut text = String::with_capacity(matched.len());
            text.extend(matched.iter().filter(|byte| is_kept(byte)).map(|&byte| char::from(byte)));
            text
        };
        match self {
            Self::AsFound => String::from_utf8_lossy(matched).into_owned(),
            Self::Digits => kept(u8::is_ascii_digit),
            Self::LowerCase => String::from_utf8_lossy(matched).to_lowercase(),
            Self::Hex => kept(u8::is_ascii_alphanumeric).to_ascii_lowercase(),
            Self::Iban => kept(u8::is_ascii_alphanumeric).to_ascii_uppercase(),
        }
    }
}
