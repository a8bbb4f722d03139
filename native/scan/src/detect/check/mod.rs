//! Checks on what a regular expression matched.

mod digits;

pub use digits::luhn;

use super::Validate;

/// By name, for rules with `validators: [NAME]`.
pub static VALIDATORS: &[(&str, Validate)] = &[("luhn", luhn)];
