#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use super::{Automaton, FindScratch, Found, Hit, TooLarge, build};

const BYTES_MAX: usize = 64 << 20;

/// Reproducible numbers (splitmix64).
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % bound
    }

    fn bytes(&mut self, alphabet: &[&str], n_max: usize) -> Vec<u8> {
        (0..=self.below(n_max)).flat_map(|_| alphabet[self.below(alphabet.len())].bytes()).collect()
    }
}

fn is_space(byte: u8) -> bool {
    b" \t\n\r\x0b\x0c".contains(&byte)
}

/// The text with each run of white space as one space, and where each byte stood.
fn collapse(text: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut origins) = (Vec::new(), Vec::new());
    for (at, &byte) in text.iter().enumerate() {
        if !is_space(byte) {
            bytes.push(byte);
            origins.push(at);
        } else if at == 0 || !is_space(text[at - 1]) {
            bytes.push(b' ');
            origins.push(at);
        }
    }
    (bytes, origins)
}

/// (end, literal, start of the occurrence's second byte or later) as aho-corasick sees it.
fn expected(literals: &[Vec<u8>], text: &[u8]) -> BTreeSet<(usize, usize, usize)> {
    let folded: Vec<Vec<u8>> = literals.iter().map(|literal| collapse(literal).0).collect();
    let (collapsed, origins) = collapse(text);
    let start_of = |start: usize| match collapsed[start] {
        b' ' => origins.get(start + 1).map_or(text.len(), |next| *next) - 1,
        _ => origins[start],
    };
    aho_corasick::AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(&folded)
        .unwrap()
        .find_overlapping_iter(&collapsed)
        .filter(|hit| folded[hit.pattern().as_usize()] != b" ")
        .map(|hit| (origins[hit.end() - 1] + 1, hit.pattern().as_usize(), start_of(hit.start())))
        .collect()
}

/// As `expected`, with everything in one machine or with windows for long literals.
fn found(literals: &[Vec<u8>], text: &[u8], one_table: bool) -> BTreeSet<(usize, usize, usize)> {
    let literals: Vec<&[u8]> = literals.iter().map(Vec::as_slice).collect();
    let one_table_bytes_max = if one_table { usize::MAX } else { 0 };
    let automaton = build::build(&literals, BYTES_MAX, one_table_bytes_max).unwrap();
    let mut hits = Vec::new();
    automaton.find(text, &mut hits, &mut FindScratch::default());
    let length = |hit: &Hit| automaton.lengths[hit.literal as usize].n_bytes;
    assert!(hits.is_sorted_by_key(|hit| (hit.end, std::cmp::Reverse(length(hit)))));
    let n_hits = hits.len();
    let set: BTreeSet<_> = hits
        .into_iter()
        .map(|hit| (hit.end as usize, hit.literal as usize, automaton.start(text, hit)))
        .collect();
    assert_eq!(set.len(), n_hits, "no hit is told twice");
    set
}

fn assert_as_expected(seed: u64, literals: &[Vec<u8>], text: &[u8]) {
    let expected = expected(literals, text);
    assert_eq!(found(literals, text, true), expected, "seed {seed}: {literals:?}");
    assert_eq!(found(literals, text, false), expected, "windows, seed {seed}: {literals:?}");
}

fn ends(literals: &[&str], text: &str) -> Vec<(u32, u32)> {
    let literals: Vec<&[u8]> = literals.iter().map(|literal| literal.as_bytes()).collect();
    let automaton = Automaton::new(&literals, BYTES_MAX).unwrap();
    let mut hits = Vec::new();
    automaton.find(text.as_bytes(), &mut hits, &mut FindScratch::default());
    hits.into_iter().map(|Hit { end, literal }| (end, literal)).collect()
}

#[test]
fn finds_nested_and_overlapping_literals_longest_first() {
    assert_eq!(
        ends(&["he", "she", "hers", "s"], "uSHErs"),
        [(2, 3), (4, 1), (4, 0), (6, 2), (6, 3)]
    );
}

#[test]
fn tells_every_copy_of_a_literal() {
    assert_eq!(ends(&["key", "KEY"], "a key"), [(5, 0), (5, 1)]);
}

#[test]
fn a_run_of_white_space_counts_as_one_space() {
    assert_eq!(ends(&["ignore \t all"], "Ignore\r\n\x0b\x0c \tall"), [(15, 0)]);
}

#[test]
fn white_space_at_the_end_of_a_literal_ends_at_the_first_of_a_run() {
    assert_eq!(ends(&["to "], "to   to\n"), [(3, 0), (8, 0)]);
}

#[test]
fn a_literal_of_white_space_or_nothing_never_occurs() {
    assert_eq!(ends(&[" ", "", "\t\n"], " a  b \n"), []);
    assert_eq!(ends(&[], "abc"), []);
}

#[test]
fn an_empty_automaton_finds_nothing() {
    let mut hits = Vec::new();
    Automaton::default().find(b"text", &mut hits, &mut FindScratch::default());
    assert!(hits.is_empty());
}

#[test]
fn starts_after_the_white_space_inside_an_occurrence() {
    let automaton = Automaton::new(&[b" a b"], BYTES_MAX).unwrap();
    let text = b"x \t a\n\n\nb";
    assert_eq!(automaton.start(text, Hit { end: 9, literal: 0 }), 3);
}

#[test]
fn case_is_ignored_for_ascii_letters_alone() {
    assert_eq!(ends(&["[a@`"], "{A@` [A@`"), [(9, 0)]);
    assert_eq!(ends(&["привет"], "ПРИВЕТ привет").len(), 1);
}

#[test]
fn agrees_with_aho_corasick_on_short_texts() {
    for seed in 0..3_000 {
        let mut rng = Rng(seed);
        let alphabet = ["a", "B", " ", "b", "\t", "é", "\u{0}", "A", "\n"];
        let literals: Vec<_> = (0..=rng.below(12)).map(|_| rng.bytes(&alphabet, 5)).collect();
        assert_as_expected(seed, &literals, &rng.bytes(&alphabet, 60));
    }
}

#[test]
fn agrees_with_aho_corasick_where_lanes_meet() {
    for seed in 0..1_500 {
        let mut rng = Rng(seed);
        let alphabet = &["a", " ", "b", "\n", "é", "A", "   ", "ab"][..2 + rng.below(7)];
        let n_max = 1 + rng.below(90);
        let literals: Vec<_> = (0..=rng.below(9)).map(|_| rng.bytes(alphabet, n_max)).collect();
        let mut text = rng.bytes(alphabet, 900);
        for _ in 0..rng.below(12) {
            let at = rng.below(text.len());
            let piece = literals[rng.below(literals.len())].clone();
            text.splice(at..at, piece);
        }
        assert_as_expected(seed, &literals, &text);
    }
}

/// Sets whose shortest literal has 1, 8, 9 or 11 bytes look at other places of a text.
#[test]
fn agrees_with_aho_corasick_wherever_a_literal_lies() {
    for (seed, n_shortest) in [1, 8, 9, 10, 11].into_iter().enumerate() {
        let whole = b"Uv w\0\0\0\0\0\0\0\0\0\0\0xyz a bc def ghij";
        let literals: Vec<_> = (n_shortest..=whole.len()).map(|n| whole[..n].to_vec()).collect();
        let spaced = whole.iter().flat_map(|byte| match byte {
            b' ' => b" \n\t".to_vec(),
            byte => vec![byte.to_ascii_uppercase()],
        });
        let spaced: Vec<u8> = spaced.collect();
        for n_before in 0..20 {
            let before = [b"  ".repeat(n_before), b".".repeat(n_before)].concat();
            let text = [&before, whole.as_slice(), b"  ", &spaced, b" "].concat();
            for n_text in [text.len(), text.len() - 1, text.len() - 9] {
                assert_as_expected(seed as u64, &literals, &text[..n_text]);
            }
        }
    }
}

#[test]
fn finds_the_same_with_memory_used_before() {
    let automaton = build::build(&[b"a long literal", b"b"], BYTES_MAX, 0).unwrap();
    let mut scratch = FindScratch::default();
    let texts: [&[u8]; 3] = [b"b  a  long  literal", b"", b"a long literal"];
    let n_hits = texts.map(|text| {
        let mut hits = Vec::new();
        automaton.find(text, &mut hits, &mut scratch);
        hits.len()
    });
    assert_eq!(n_hits, [2, 0, 1]);
}

#[test]
fn agrees_with_aho_corasick_on_one_byte_over_and_over() {
    for (seed, n_text) in [255, 256, 257, 1_000, 1_001, 1_002, 1_003].into_iter().enumerate() {
        let literals: Vec<_> = [1, 2, 63, 64, 65, 249, 250, 251, 600].map(|n| vec![b'a'; n]).into();
        assert_as_expected(seed as u64, &literals, &vec![b'a'; n_text]);
        let literals = ["a b", " b", "a "].map(|literal| literal.as_bytes().to_vec());
        let text = [b"a".as_slice(), &vec![b' '; n_text], b"b"].concat();
        assert_as_expected(seed as u64, &literals, &text);
    }
}

/// Phrases of two to five words out of 400.
fn phrases(rng: &mut Rng, n_phrases: usize) -> Vec<Vec<u8>> {
    let letters = ["a", "e", "i", "n", "r", "s", "t", "o", "l", "c", "d", "ü"];
    let words: Vec<_> = (0..400).map(|_| rng.bytes(&letters, 8)).collect();
    (0..n_phrases)
        .map(|_| {
            let n_words = 2 + rng.below(4);
            (0..n_words).map(|_| words[rng.below(400)].clone()).collect::<Vec<_>>().join(&b' ')
        })
        .collect()
}

#[test]
fn agrees_with_aho_corasick_on_ten_thousand_phrases() {
    let mut rng = Rng(7);
    let literals = phrases(&mut rng, 10_000);
    let mut text = Vec::new();
    while text.len() < 40_000 {
        let piece = &literals[rng.below(literals.len())];
        let cut = rng.below(piece.len()) + 1;
        text.extend_from_slice(&piece[..cut]);
        text.extend_from_slice([" ", "", "\n  ", "E"][rng.below(4)].as_bytes());
    }
    assert!(expected(&literals, &text).len() > 100);
    assert_as_expected(7, &literals, &text);
}

#[test]
fn ten_thousand_phrases_stay_far_below_64_mib() {
    let literals = phrases(&mut Rng(8), 10_000);
    let literals: Vec<&[u8]> = literals.iter().map(Vec::as_slice).collect();
    let automaton = Automaton::new(&literals, BYTES_MAX).unwrap();
    assert!(automaton.memory_bytes() < 16 << 20, "{}", automaton.memory_bytes());
}

#[test]
fn refuses_literals_that_need_more_memory_than_allowed() {
    let literals = phrases(&mut Rng(9), 1_000);
    let literals: Vec<&[u8]> = literals.iter().map(Vec::as_slice).collect();
    let needed = Automaton::new(&literals, BYTES_MAX).unwrap().memory_bytes();
    assert_eq!(Automaton::new(&literals, needed - 1).unwrap_err(), TooLarge);
}

#[test]
fn finds_the_same_in_a_text_that_is_much_like_a_known_one() {
    let mut n_carried = 0;
    for seed in 0..6_000 {
        let mut rng = Rng(seed);
        let alphabet = &["a", " ", "b", "\n", "é", "A", "   ", "ab"][..2 + rng.below(7)];
        let n_max = 1 + rng.below(12);
        let literals: Vec<_> = (0..=rng.below(9)).map(|_| rng.bytes(alphabet, n_max)).collect();
        let literals: Vec<&[u8]> = literals.iter().map(Vec::as_slice).collect();
        let one_table_bytes_max = if seed % 2 == 0 { usize::MAX } else { 0 };
        let automaton = build::build(&literals, BYTES_MAX, one_table_bytes_max).unwrap();
        let text = rng.bytes(alphabet, 150);
        let start = rng.below(text.len() + 1);
        let end = start + rng.below((text.len() - start).min(20) + 1);
        let mut changed = text.clone();
        changed.splice(start..end, rng.bytes(alphabet, 20).split_off(1));
        let mut scratch = FindScratch::default();
        let (mut hits, mut again, mut anew) =
            (Vec::new(), vec![Hit { end: 0, literal: 0 }], vec![]);
        automaton.find(&text, &mut hits, &mut scratch);
        automaton.find_again(
            &changed,
            Found { text: &text, hits: &hits },
            &mut again,
            &mut scratch,
        );
        automaton.find(&changed, &mut anew, &mut scratch);
        assert_eq!(again[1..], anew, "seed {seed}: {literals:?}");
        n_carried += anew.len();
    }
    assert!(n_carried > 10_000, "{n_carried}");
}

#[test]
fn agrees_with_aho_corasick_where_many_literals_begin_alike() {
    for n_literals in [2, 16, 17, 40] {
        let literal =
            |n: usize| format!("a head that is the same for all, and {n:02}").into_bytes();
        let literals: Vec<_> = (0..n_literals).map(literal).collect();
        let mut text = Vec::new();
        for n in (0..50).rev() {
            text.extend_from_slice(&literal(n));
            text.extend_from_slice(&b" a head that is the same"[..n % 24]);
        }
        assert_as_expected(n_literals as u64, &literals, &text);
    }
}
