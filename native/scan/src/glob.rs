//! Globs over keys: `*` stands for any bytes, `?` for one; everything else for itself.

/// Whether the whole of `key` fits.
pub fn matches(glob: &str, key: &[u8]) -> bool {
    let glob = glob.as_bytes();
    let (mut g, mut k) = (0, 0);
    // Where to go on after the last `*` took one byte more.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (glob.get(g), key.get(k)) {
            (Some(b'*'), _) => {
                retry = Some((g + 1, k));
                g += 1;
            }
            (Some(b'?'), Some(_)) => (g, k) = (g + 1, k + 1),
            (Some(want), Some(byte)) if want == byte => (g, k) = (g + 1, k + 1),
            (None, None) => return true,
            _ => match retry {
                Some((after, taken)) if taken < key.len() => {
                    retry = Some((after, taken + 1));
                    (g, k) = (after, taken + 1);
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_takes_as_much_as_it_must() {
        assert!(matches("gen_ai.*.messages", b"gen_ai.input.messages"));
        assert!(matches("*", b""));
        assert!(matches("a*b*c", b"a.b.b.c"));
        assert!(!matches("a*b*c", b"a.c.b"));
        assert!(matches("k?y", b"key"));
        assert!(!matches("key", b"keys"));
        assert!(!matches("keys", b"key"));
    }
}
