//! Numbers of the United States, Canada and Brazil.

use super::digits::{compact, just, luhn_sum, weighted};

/// Individual taxpayer identification: 9xx, and a group out of the ranges given out.
pub fn us_itin(text: &[u8]) -> bool {
    just::<9>(text).is_some_and(|[area, _, _, tens, ones, ..]| {
        area == 9 && matches!(tens * 10 + ones, 50..=65 | 70..=88 | 90..=92 | 94..=99)
    })
}

/// National provider identifier: Luhn with 80840 in front.
pub fn us_npi(text: &[u8]) -> bool {
    just::<10>(text).is_some_and(|digits| {
        let whole = [8, 0, 8, 4, 0].into_iter().chain(digits);
        matches!(digits, [1 | 2, ..]) && luhn_sum(whole).is_multiple_of(10)
    })
}

/// Routing number: a Federal Reserve range, and weights 3, 7, 1.
pub fn us_aba(text: &[u8]) -> bool {
    just::<9>(text).is_some_and(|digits| {
        let [tens, ones, ..] = digits;
        matches!(tens * 10 + ones, 0..=12 | 21..=32 | 61..=72 | 80)
            && weighted(&digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
    })
}

/// Social insurance number: Luhn; 0 and 8 are not given out to persons.
pub fn ca_sin(text: &[u8]) -> bool {
    just::<9>(text).is_some_and(|digits| {
        !matches!(digits, [0 | 8, ..]) && luhn_sum(digits.into_iter()).is_multiple_of(10)
    })
}

/// Two check digits modulo 11.
pub fn br_cpf(text: &[u8]) -> bool {
    just::<11>(text).is_some_and(|digits| {
        let [.., first, second] = digits;
        br_check(&digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) == first
            && br_check(&digits, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) == second
    })
}

/// Of companies; since 2026 its first twelve places may be letters, worth their code less 48.
pub fn br_cnpj(text: &[u8]) -> bool {
    let code = compact(text);
    let values: Vec<u32> = code.iter().map(|byte| u32::from(byte - b'0')).collect();
    let [.., first, second] = values.as_slice() else { return false };
    let is_varied = !code.iter().all(|byte| code.first() == Some(byte));
    values.len() == 14
        && is_varied
        && br_check(&values, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == *first
        && br_check(&values, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == *second
}

fn br_check(values: &[u32], weights: &[u32]) -> u32 {
    match weighted(values, weights) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    }
}

#[cfg(test)]
mod tests {
    use super::{br_cnpj, br_cpf, ca_sin, us_aba, us_itin, us_npi};

    #[test]
    fn numbers_of_the_united_states_are_told_from_others() {
        assert!(us_itin(b"912-70-1234") && !us_itin(b"912-69-1234") && !us_itin(b"812-70-1234"));
        assert!(us_npi(b"1234567893") && !us_npi(b"1234567890") && !us_npi(b"3234567891"));
        assert!(us_aba(b"021000021") && !us_aba(b"021000022") && !us_aba(b"500000001"));
    }

    #[test]
    fn canadian_numbers_are_told_from_others() {
        assert!(ca_sin(b"130 692 544") && !ca_sin(b"130 692 545") && !ca_sin(b"046 454 286"));
    }

    #[test]
    fn brazilian_numbers_are_told_from_others() {
        assert!(
            br_cpf(b"529.982.247-25") && !br_cpf(b"529.982.247-26") && !br_cpf(b"111.111.111-11")
        );
        assert!(br_cnpj(b"11.222.333/0001-81") && !br_cnpj(b"11.222.333/0001-82"));
        assert!(br_cnpj(b"12.ABC.345/01DE-35") && !br_cnpj(b"12.ABC.345/01DE-36"));
    }
}
