//! One step of the walk: whether it can be made, and what comes of it.

use crate::otlp::error::{Error, ErrorKind};
use crate::otlp::schema;
use crate::otlp::wire::Field;

/// Why the walk ends early.
#[derive(Debug)]
pub enum Stop {
    Otlp(Error),
    /// A singular field occurs more than once.
    Repeated,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Otlp(error)
    }
}

/// What becomes of what holds the text just scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Keep,
    DropAttribute,
    DropItem,
}

/// Remembers that a field occurred.
pub fn note_singular(seen: &mut u32, known: &schema::Field) -> Result<(), Stop> {
    if *seen & known.bit != 0 {
        return Err(Stop::Repeated);
    }
    *seen |= known.bit;
    Ok(())
}

pub fn deeper(depth: u32, field: &Field) -> Result<u32, Error> {
    depth.checked_sub(1).ok_or(Error::new(ErrorKind::Depth, field.start))
}
