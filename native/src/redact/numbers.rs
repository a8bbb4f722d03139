//! Numbers as the text that rules read.

use crate::otlp::wire::{Field, WireType};

/// Below it every whole double is written without an exponent and without a fraction.
const WHOLE_MAX: f64 = 1e17;

/// Of an int or a double on the wire.
pub fn text(case: &Field) -> String {
    match case.wire_type {
        WireType::Varint => int_text(case.value),
        _ => double_text(case.value),
    }
}

fn int_text(value: u64) -> String {
    value.cast_signed().to_string()
}

/// A card number that came as 4111111111111111.0 shall read like one.
fn double_text(bits: u64) -> String {
    let value = f64::from_bits(bits);
    if value.fract() == 0.0 && value.abs() < WHOLE_MAX {
        format!("{value:.0}")
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_double_has_no_fraction_and_no_exponent() {
        assert_eq!(double_text(4_111_111_111_111_111f64.to_bits()), "4111111111111111");
        assert_eq!(double_text(0.25f64.to_bits()), "0.25");
    }

    #[test]
    fn an_int_keeps_its_sign() {
        assert_eq!(int_text(u64::MAX), "-1");
    }
}
