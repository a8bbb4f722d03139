//! Batches of fuzzed requests: what is edited is read back from what is encoded.

use std::sync::Arc;

use bytes::Bytes;
use spanloom_native::otlp::batch::{Batch, Core, Level};
use spanloom_native::otlp::error::Error;
use spanloom_native::otlp::signal::Signal;
use spanloom_native::otlp::validate::validate;
use spanloom_native::otlp::value::{ABSENT, Cell, EMPTY, INT, STRING};

use crate::random::Random;

const KEYS: [&str; 4] = ["", "gen_ai.system", "ü", "new"];

/// A batch of a valid request in which nothing singular repeats.
pub fn batch(signal: Signal, request: &[u8]) -> Result<Batch, Error> {
    let n_items = validate(signal, request)?.n_items as usize;
    let core = Core::new(signal, Bytes::copy_from_slice(request), n_items, Vec::new());
    Ok(Batch::new(Arc::new(core)))
}

/// A request that repeats singular fields is indexed as its normal form is.
pub fn check_index(signal: Signal, request: &[u8], n_items: usize) -> Result<(), Error> {
    let core = Core::new(signal, Bytes::copy_from_slice(request), n_items, Vec::new());
    assert_eq!(core.index()?.items.len(), n_items);
    Ok(())
}

/// Edits, encodes, splits; everything stays valid and nothing gets lost.
pub fn check_edits(signal: Signal, request: &[u8], random: &mut Random) -> Result<(), Error> {
    let mut batch = batch(signal, request)?;
    assert_eq!(batch.encode()?, request);
    for _ in 0..=random.below(4) {
        edit(signal, &mut batch, random)?;
    }
    let encoded = batch.encode()?;
    check_same(signal, &batch, &encoded)?;
    check_pieces(signal, &batch, random)
}

fn level(signal: Signal, random: &mut Random) -> Level {
    let levels = [Level::Item, Level::Resource, Level::Scope, Level::Event, Level::Link];
    let n_levels = if signal == Signal::Traces { 5 } else { 3 };
    levels.get(random.below(n_levels)).copied().unwrap_or(Level::Item)
}

fn edit(signal: Signal, batch: &mut Batch, random: &mut Random) -> Result<(), Error> {
    let level = level(signal, random);
    let (key, other) = (random.pick(&KEYS).as_bytes(), random.pick(&KEYS).as_bytes());
    let mask: Vec<bool> = (0..batch.n_owners(level)?).map(|_| random.one_in(2)).collect();
    let mask = if random.one_in(2) { None } else { Some(mask.as_slice()) };
    match random.below(5) {
        0 => {
            let text = batch.push(|out| out.extend_from_slice("täxt".as_bytes()))?;
            batch.set_attributes(level, &[key], mask, |_, _| Some(Cell::range(STRING, text, true)))
        }
        1 => {
            let number = random.word();
            let cell = |i: usize| i.is_multiple_of(2).then(|| Cell::number(INT, number));
            batch.set_attributes(level, &[key], mask, |_, i| cell(i))
        }
        2 => batch.remove_attribute(level, key, mask),
        3 => batch.rename_attribute(level, (key, other), mask, random.one_in(2)),
        _ => {
            let mask: Vec<bool> = (0..batch.len()).map(|_| !random.one_in(4)).collect();
            batch.keep(&mask);
            Ok(())
        }
    }
}

/// What an attribute is: its kind, its number, its bytes.
fn attributes(batch: &Batch, key: &str) -> Result<Vec<(u8, u64, Vec<u8>)>, Error> {
    let buffers = batch.buffers()?;
    let cells = batch.attribute(Level::Item, key.as_bytes())?;
    let values = cells.iter().map(|cell| match (cell.kind, cell.has_range()) {
        (kind, true) => (kind, 0, cell.bytes(&buffers).to_vec()),
        (ABSENT | EMPTY, false) => (cell.kind, 0, Vec::new()),
        (kind, false) => (kind, cell.bits, Vec::new()),
    });
    Ok(values.collect())
}

fn check_same(signal: Signal, edited: &Batch, encoded: &[u8]) -> Result<(), Error> {
    let summary = validate(signal, encoded)?;
    let counted = (summary.n_items as usize, summary.n_bad_ids, summary.repeats_singular);
    assert_eq!(counted, (edited.len(), 0, false));
    let fresh = batch(signal, encoded)?;
    for key in KEYS {
        assert_eq!(attributes(&fresh, key)?, attributes(edited, key)?, "{key:?}");
    }
    Ok(())
}

fn check_pieces(signal: Signal, batch: &Batch, random: &mut Random) -> Result<(), Error> {
    let n_items_max = 1 + random.below(4);
    for piece in batch.split(n_items_max) {
        assert!(piece.len() <= n_items_max);
        assert_eq!(validate(signal, &piece.encode()?)?.n_items as usize, piece.len());
    }
    let mut n_items = 0;
    let bytes_max = random.below(600);
    for piece in batch.encode_within(bytes_max)? {
        let n_here = validate(signal, &piece)?.n_items as usize;
        assert!(piece.len() <= bytes_max || n_here <= 1, "{n_here} items exceed the limit");
        n_items += n_here;
    }
    assert_eq!(n_items, batch.len());
    Ok(())
}
