//! Takes items with bad ids out of a request, so that the others need not be refused.

use super::error::Error;
use super::schema::{self, Message, Role};
use super::signal::Signal;
use super::validate::has_bad_id;
use super::walk::next_field;
use super::wire::{Reader, put_len_field};

/// What became of the items below an envelope.
#[derive(Clone, Copy, Default)]
struct Tally {
    n_kept: usize,
    n_lost: usize,
}

/// The valid `request` without the items that `validate` counted in `n_bad_ids`.
///
/// Envelopes that lost all their items go too; every other byte stays as it was.
pub fn drop_bad_ids(signal: Signal, request: &[u8]) -> Result<Vec<u8>, Error> {
    let mut kept = Vec::with_capacity(request.len());
    prune(schema::request(signal), request, &mut kept)?;
    Ok(kept)
}

/// Writes what is kept of an envelope's content to `kept`.
fn prune(envelope: &Message, content: &[u8], kept: &mut Vec<u8>) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    let mut reader = Reader::new(content);
    while let Some(field) = next_field(&mut reader)? {
        let whole = content.get(field.start..field.end).unwrap_or_default();
        let payload = content.get(field.payload..field.end).unwrap_or_default();
        match envelope.field(field.number).and_then(|field| field.message()) {
            Some(child) if child.role == Role::Item => {
                let lost = has_bad_id(child, payload)?;
                tally.n_lost += usize::from(lost);
                tally.n_kept += usize::from(!lost);
                if !lost {
                    kept.extend_from_slice(whole);
                }
            }
            Some(child) if child.role == Role::Envelope => {
                let mut inner = Vec::new();
                let below = prune(child, payload, &mut inner)?;
                tally.n_lost += below.n_lost;
                tally.n_kept += below.n_kept;
                if below.n_lost == 0 {
                    kept.extend_from_slice(whole);
                } else if below.n_kept > 0 {
                    put_len_field(kept, field.number, &inner);
                }
            }
            _ => kept.extend_from_slice(whole),
        }
    }
    Ok(tally)
}
