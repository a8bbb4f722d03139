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
        let text = String::from_utf8_lossy(matched);
        let keep = |keep: fn(char) -> bool| text.chars().filter(|&c| keep(c)).collect::<String>();
        match self {
            Self::AsFound => text.into_owned(),
            Self::Digits => keep(|c| c.is_ascii_digit()),
            Self::LowerCase => text.to_lowercase(),
            Self::Hex => keep(|c| c.is_ascii_alphanumeric()).to_ascii_lowercase(),
            Self::Iban => keep(|c| c.is_ascii_alphanumeric()).to_ascii_uppercase(),
        }
    }
}
