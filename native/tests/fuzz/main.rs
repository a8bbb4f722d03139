//! Broken requests must be refused, or mean what they meant before; nothing may panic.
//!
//! `FUZZ_CASES=1000000 cargo test --release --test fuzz` for a long run; `FUZZ_SEED`
//! repeats one. A failure names the seed of its case.

mod batches;
mod generate;
mod mutate;
mod random;

use std::collections::BTreeMap;

use random::Random;
use spanloom_native::otlp::error::{Error, ErrorKind};
use spanloom_native::otlp::signal::Signal;
use spanloom_native::otlp::validate::{drop_bad_ids, normalise, validate};
use spanloom_native::otlp::{json, schema};

/// Cases of each test when nobody asks for more.
const CASES: u64 = 2_000;
/// Mutants made of one generated request.
const MUTANTS: u64 = 50;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs `check` on its share of the cases, each with its own random numbers.
fn for_each_case(check: fn(Signal, &mut Random) -> Result<(), Error>) {
    let cases = from_environment("FUZZ_CASES").unwrap_or(CASES);
    let seeds = match from_environment("FUZZ_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..cases.div_ceil(MUTANTS),
    };
    for seed in seeds {
        for signal in Signal::ALL {
            let outcome = check(signal, &mut Random::new(seed));
            assert_eq!(outcome, Ok(()), "FUZZ_SEED={seed}, {}", signal.name());
        }
    }
}

fn generated(signal: Signal, random: &mut Random) -> Vec<u8> {
    generate::message(random, schema::request(signal), 0)
}

#[test]
fn fuzz_generated_requests_are_valid_and_survive_json() {
    for_each_case(|signal, random| {
        let request = generated(signal, random);
        let summary = validate(signal, &request)?;
        assert_eq!((summary.n_bad_ids, summary.repeats_singular), (0, false));
        assert_eq!(normalise(signal, &request)?, request);
        assert_eq!(drop_bad_ids(signal, &request)?, request);
        check_json(signal, &request)
    });
}

#[test]
fn fuzz_edited_batches_are_read_back_as_edited() {
    for_each_case(|signal, random| {
        let request = generated(signal, random);
        (0..MUTANTS).try_for_each(|_| batches::check_edits(signal, &request, random))
    });
}

#[test]
fn fuzz_mutated_requests_are_refused_or_keep_their_meaning() {
    for_each_case(|signal, random| {
        let request = generated(signal, random);
        for _ in 0..MUTANTS {
            let mutant = mutate::bytes(random, &request);
            if validate(signal, &mutant).is_ok() {
                check_valid(signal, &mutant, random)?;
            }
        }
        Ok(())
    });
}

/// All that can be done with a valid request works, and leaves a valid request.
fn check_valid(signal: Signal, request: &[u8], random: &mut Random) -> Result<(), Error> {
    let normal = normalise(signal, request)?;
    let summary = validate(signal, &normal)?;
    assert!(!summary.repeats_singular);
    assert_eq!(normalise(signal, &normal)?, normal);
    batches::check_index(signal, request, summary.n_items as usize)?;
    let clean = drop_bad_ids(signal, &normal)?;
    let left = validate(signal, &clean)?;
    assert_eq!((left.n_items, left.n_bad_ids), (summary.n_items - summary.n_bad_ids, 0));
    batches::check_edits(signal, &clean, random)?;
    check_json(signal, &clean)
}

fn check_json(signal: Signal, request: &[u8]) -> Result<(), Error> {
    let text = json::encode(signal, request)?;
    let read = json::decode(signal, &text)?;
    assert_eq!(validate(signal, &read)?.n_items, validate(signal, request)?.n_items);
    assert_eq!(json::encode(signal, &read)?, text);
    Ok(())
}

#[test]
fn fuzz_mutated_json_is_refused_or_becomes_valid_protobuf() {
    for_each_case(|signal, random| {
        let text = json::encode(signal, &generated(signal, random))?;
        for _ in 0..MUTANTS {
            let mutant = mutate::bytes(random, &text);
            if let Ok(request) = json::decode(signal, &mutant) {
                check_valid(signal, &request, random)?;
            }
        }
        Ok(())
    });
}

#[test]
fn fuzz_nesting_to_death_is_refused_without_harm() {
    for_each_case(|signal, random| {
        let depth = 1 + random.below(3_000);
        let request = mutate::nested_values(depth);
        match validate(signal, &request) {
            Ok(_) => check_valid(signal, &request, random),
            Err(Error { kind: ErrorKind::Depth, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    });
}

#[test]
fn mutants_break_requests_in_many_ways() {
    let mut seen = BTreeMap::new();
    let mut random = Random::new(1);
    let request = generated(Signal::Traces, &mut random);
    for _ in 0..20_000 {
        let outcome = validate(Signal::Traces, &mutate::bytes(&mut random, &request));
        let name = outcome.map_or_else(|error| error.kind.text(), |_| "valid");
        *seen.entry(name).or_insert(0) += 1;
    }
    assert!(seen.len() >= 6, "{seen:?}");
    assert!(seen.get("valid").is_some_and(|&n_valid| n_valid > 1_000), "{seen:?}");
}
