//! MB/s of one core on a text, beside crate `aho-corasick`:
//! `cargo run --release -p spanloom-scan --example scan_speed -- FILE [CHUNK_BYTES]`.
//!
//! The phrases are two to four words drawn from the words of the text itself, so that the
//! automaton is kept busy with beginnings of phrases. The text goes in by chunks, as values of
//! attributes do.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::ops::Range;
use std::time::{Duration, Instant};

use spanloom_scan::automaton::{Automaton, FindScratch};
use spanloom_scan::runs::Runs;

const BYTES_MAX: usize = 64 << 20;
const TIMES: usize = 25;

fn main() {
    let mut args = std::env::args().skip(1);
    let text = std::fs::read(args.next().expect("FILE")).expect("readable");
    let chunk = args.next().map_or(1_500, |bytes| bytes.parse().expect("a number of bytes"));
    let words = words(&text);
    println!("{} bytes by {chunk}, {} words", text.len(), words.len());
    println!("phrases  build ms  MiB    find MB/s  hits     aho-corasick DFA MB/s, MiB");
    for n_phrases in [10, 100, 1_000, 10_000] {
        compare(&text, chunk, &phrases(&words, n_phrases));
    }
    let seen = |range| {
        black_box::<Range<usize>>(range);
    };
    let mut runs = Runs::default();
    let runs_speed = speed(&text, chunk, |part| {
        runs.read(part);
        runs.digits(part, 7, |run, _| seen(run));
        runs.hex_groups(part, seen);
        runs.tokens(part, 24, seen);
    });
    println!("runs {runs_speed:.0} MB/s");
}

fn compare(text: &[u8], chunk: usize, phrases: &[Vec<u8>]) {
    let literals: Vec<&[u8]> = phrases.iter().map(Vec::as_slice).collect();
    let start = Instant::now();
    let own = Automaton::new(&literals, BYTES_MAX).expect("small enough");
    let build = start.elapsed();
    let mut hits = Vec::new();
    let mut scratch = FindScratch::default();
    let mut n_hits = 0;
    let own_speed = speed(text, chunk, |part| {
        hits.clear();
        own.find(part, &mut hits, &mut scratch);
        n_hits += hits.len();
    });
    let other = aho_corasick::AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(aho_corasick::AhoCorasickKind::DFA))
        .build(&literals)
        .expect("built");
    let other_speed = speed(text, chunk, |part| {
        black_box(other.find_overlapping_iter(part).count());
    });
    println!(
        "{:7}  {:8.1}  {:5.2}  {own_speed:9.0}  {:7}  {other_speed:9.0}, {:.1}",
        phrases.len(),
        build.as_secs_f64() * 1e3,
        own.memory_bytes() as f64 / f64::from(1 << 20),
        n_hits / TIMES,
        other.memory_usage() as f64 / f64::from(1 << 20),
    );
}

/// Millions of bytes per second: of each block of some chunks the best time counts, so that
/// other work of the machine shows less.
fn speed(text: &[u8], chunk: usize, mut scan: impl FnMut(&[u8])) -> f64 {
    let blocks: Vec<&[u8]> = text.chunks(chunk * 16).collect();
    let mut best = vec![Duration::MAX; blocks.len()];
    for _ in 0..TIMES {
        for (block, best) in blocks.iter().zip(&mut best) {
            let start = Instant::now();
            block.chunks(chunk).for_each(&mut scan);
            *best = start.elapsed().min(*best);
        }
    }
    text.len() as f64 / best.iter().sum::<Duration>().as_secs_f64() / 1e6
}

/// The different words of four letters or more, lower-cased.
fn words(text: &[u8]) -> Vec<Vec<u8>> {
    let words: BTreeSet<Vec<u8>> = text
        .split(|byte| !byte.is_ascii_alphabetic())
        .filter(|word| word.len() >= 4)
        .map(<[u8]>::to_ascii_lowercase)
        .collect();
    words.into_iter().collect()
}

fn phrases(words: &[Vec<u8>], n_phrases: usize) -> Vec<Vec<u8>> {
    let mut state = 1_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (state >> 33) as usize % bound
    };
    (0..n_phrases)
        .map(|_| {
            let n_words = 2 + below(3);
            let phrase: Vec<_> =
                (0..n_words).filter_map(|_| words.get(below(words.len())).cloned()).collect();
            phrase.join(&b' ')
        })
        .collect()
}
