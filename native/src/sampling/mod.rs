//! Consistent probability sampling of spans: randomness of ids, and the usual case whole.

mod randomness;
mod spans;

pub use randomness::Source;
pub use spans::{Ids, State, draw_plain, tell, tell_each};
