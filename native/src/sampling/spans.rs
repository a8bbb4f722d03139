//! Spans that chance alone decides on, and the tracestates that tell it.

use super::randomness::{Source, hex};
use crate::otlp::batch::{Batch, Level, positions};
use crate::otlp::columns::Columns;
use crate::otlp::error::Error;
use crate::otlp::walk::Slice;
use crate::otlp::wire::{self, WireType};

/// The number of the field in a span.
const TRACE_STATE: u32 = 3;
const PRIORITY: &[u8] = b"sampling.priority";
const N_DIGITS: usize = 14;

/// Which id of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    Trace,
    Span,
}

/// The randomness of each span that the holder has. None where one of them has no such id, or
/// asks for more than chance: a tracestate or `sampling.priority` may stand on it.
pub fn draw_plain(batch: &Batch, source: Source, ids: Ids) -> Result<Option<Vec<u64>>, Error> {
    let Columns::Traces(columns) = &batch.core.index()?.columns else { return Ok(None) };
    let asks = batch.table(Level::Item)?.keys().find(PRIORITY).is_some();
    let carries = columns.trace_state.iter().any(|state| state.len > 0);
    if asks || carries || batch.has_field_edits(TRACE_STATE) {
        return Ok(None);
    }
    let rows = positions(&batch.kept, batch.core.n_items);
    Ok(match ids {
        Ids::Trace => rows.map(|i| source.of_id(columns.trace_id.get(i)?)).collect(),
        Ids::Span => rows.map(|i| source.of_id(columns.span_id.get(i)?)).collect(),
    })
}

/// Writes one tracestate, which tells a threshold, on all spans that the holder has.
pub fn tell(batch: &mut Batch, threshold: &str) -> Result<(), Error> {
    let text = format!("ot=th:{threshold}");
    let slice = batch.push_text(TRACE_STATE, Some(text.as_bytes()))?;
    let owners = positions(&batch.kept, batch.core.n_items);
    let edits: Vec<_> = owners.map(|owner| (owner, slice)).collect();
    batch.set_field(TRACE_STATE, batch.core.n_items, &edits);
    Ok(())
}

/// Writes the tracestate of each (place among those the holder has, text, randomness).
pub fn tell_each<'a>(
    batch: &mut Batch,
    spans: impl Iterator<Item = (usize, &'a State, u64)>,
) -> Result<(), Error> {
    let owners: Vec<usize> = positions(&batch.kept, batch.core.n_items).collect();
    let (mut out, mut edits) = (Vec::new(), Vec::with_capacity(owners.len()));
    for (i, state, randomness) in spans {
        let Some(&owner) = owners.get(i) else { continue };
        let start = out.len();
        state.put(&mut out, randomness);
        edits.push((owner, Slice { offset: start as u32, len: (out.len() - start) as u32 }));
    }
    // In one piece; it is refused where a position in it would not fit.
    let written = batch.push(|overlay| overlay.extend_from_slice(&out))?;
    edits.iter_mut().for_each(|(_, slice)| slice.offset += written.offset);
    batch.set_field(TRACE_STATE, batch.core.n_items, &edits);
    Ok(())
}

/// The encoded field with the tracestate `ot=rv:...;th:...` of one threshold.
pub struct State {
    head: Vec<u8>,
    tail: String,
}

impl State {
    pub fn new(threshold: &str) -> Self {
        let (mut head, start, tail) = (Vec::new(), b"ot=rv:", format!(";th:{threshold}"));
        wire::put_tag(&mut head, TRACE_STATE, WireType::Len);
        wire::put_varint(&mut head, (start.len() + N_DIGITS + tail.len()) as u64);
        head.extend_from_slice(start);
        Self { head, tail }
    }

    fn put(&self, out: &mut Vec<u8>, randomness: u64) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(&hex::<N_DIGITS>(randomness));
        out.extend_from_slice(self.tail.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracestate_tells_14_digits_and_the_threshold() {
        let mut field = vec![7];
        State::new("c28").put(&mut field, 0x00_0123_4567_89AB);
        assert_eq!(field, b"\x07\x1a\x1bot=rv:000123456789ab;th:c28");
    }
}
