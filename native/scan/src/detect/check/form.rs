//! What is told by its form: vehicles, places, UUIDs.

use super::digits::compact;

const VIN_LEN: usize = 17;
const VIN_CHECK: usize = 8;

/// ISO 3779 with the check digit of North America in ninth place.
pub fn vin(text: &[u8]) -> bool {
    const WEIGHTS: [u32; VIN_LEN] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let code = compact(text);
    let Some(values) = code.iter().map(vin_value).collect::<Option<Vec<u32>>>() else {
        return false;
    };
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let check = u32::from(b'0') + sum % 11;
    let check = if sum % 11 == 10 { u32::from(b'X') } else { check };
    let is_varied = !code.iter().all(|byte| code.first() == Some(byte));
    code.len() == VIN_LEN
        && is_varied
        && code.get(VIN_CHECK).is_some_and(|byte| u32::from(*byte) == check)
}

/// I, O and Q do not occur.
fn vin_value(byte: &u8) -> Option<u32> {
    Some(match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'N' => u32::from(byte - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(byte - b'S') + 2,
        _ => return None,
    })
}

/// Two decimal numbers: degrees of latitude and of longitude.
pub fn geo_coordinates(text: &[u8]) -> bool {
    let numbers: Vec<f64> = text
        .split(|byte| !(byte.is_ascii_digit() || b".-+".contains(byte)))
        .filter_map(|part| std::str::from_utf8(part).ok()?.parse().ok())
        .collect();
    matches!(numbers[..], [latitude, longitude]
        if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
}

/// RFC 9562: groups of 8, 4, 4, 4 and 12 hex digits, versions 1 to 8, the usual variant.
pub fn uuid(text: &[u8]) -> bool {
    let is_shaped = text.iter().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        14 => matches!(byte, b'1'..=b'8'),
        19 => b"89abAB".contains(byte),
        _ => byte.is_ascii_hexdigit(),
    });
    text.len() == 36 && is_shaped
}

#[cfg(test)]
mod tests {
    use super::{geo_coordinates, uuid, vin};

    #[test]
    fn vehicle_numbers_need_their_check_digit() {
        assert!(vin(b"1M8GDM9AXKP042788") && vin(b"1hgcm82633a004352"));
        assert!(
            !vin(b"1M8GDM9A1KP042788") && !vin(b"1M8GDM9AXKP04278O") && !vin(b"00000000000000000")
        );
    }

    #[test]
    fn coordinates_lie_on_the_globe() {
        assert!(geo_coordinates(b"52.520008, 13.404954") && geo_coordinates(b"-33.8688,151.2093"));
        assert!(
            !geo_coordinates(b"91.5, 13.4")
                && !geo_coordinates(b"52.5, 181.0")
                && !geo_coordinates(b"52.5")
        );
    }

    #[test]
    fn uuids_have_a_version_and_a_variant() {
        assert!(uuid(b"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
        assert!(!uuid(b"f81d4fae-7dec-91d0-a765-00a0c91e6bf6"));
        assert!(!uuid(b"f81d4fae-7dec-11d0-0765-00a0c91e6bf6"));
    }
}
