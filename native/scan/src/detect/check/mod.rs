//! Checks on what a regular expression matched. Each gets the matched bytes, separators
//! included where the format has them.

mod americas;
mod asia_pacific;
mod digits;
mod europe;
mod form;
mod token;

pub use digits::{luhn, mod97};
pub use token::{decode_base64, mixed, not_placeholder};

use super::Validate;

/// By name, for rules with `validators: [NAME]`.
pub static VALIDATORS: &[(&str, Validate)] = &[
    ("au_medicare", asia_pacific::au_medicare),
    ("au_tfn", asia_pacific::au_tfn),
    ("base64_json", token::base64_json),
    ("br_cnpj", americas::br_cnpj),
    ("br_cpf", americas::br_cpf),
    ("ca_sin", americas::ca_sin),
    ("de_steuer_id", europe::de_steuer_id),
    ("es_nif", europe::es_nif),
    ("fr_nir", europe::fr_nir),
    ("geo_coordinates", form::geo_coordinates),
    ("github_crc32", token::github_crc32),
    ("in_pan", asia_pacific::in_pan),
    ("it_codice_fiscale", europe::it_codice_fiscale),
    ("luhn", luhn),
    ("mixed", mixed),
    ("mod97", mod97),
    ("nl_bsn", europe::nl_bsn),
    ("not_placeholder", not_placeholder),
    ("pl_pesel", europe::pl_pesel),
    ("uk_nhs", europe::uk_nhs),
    ("uk_nino", europe::uk_nino),
    ("us_aba", americas::us_aba),
    ("us_itin", americas::us_itin),
    ("us_npi", americas::us_npi),
    ("uuid", form::uuid),
    ("verhoeff", digits::verhoeff),
    ("vin", form::vin),
];

#[cfg(test)]
mod tests {
    use super::VALIDATORS;

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(VALIDATORS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn nothing_and_nonsense_pass_only_where_all_is_allowed() {
        for (name, validate) in VALIDATORS {
            for text in [&b""[..], b"\xff\xfe\x00", "名前".as_bytes()] {
                assert!(*name == "not_placeholder" || !validate(text), "{name}");
            }
        }
    }
}
