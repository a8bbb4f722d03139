//! Finds private values in text and says what to put in their place.
//!
//! From the outside in: `value` takes one string of an item apart into leaves (JSON, base64),
//! `view` shows a leaf the way rules read it, `text` finds what the rules of `rules` describe
//! (one pass of `automaton` and `runs`, then `detect` at the hits), `resolve` decides among
//! overlapping findings, and `decide` words the replacement. Nothing here knows OTLP or Python,
//! panics on input, or puts content into an error.
#![forbid(unsafe_code)]

pub mod automaton;
mod blocks;
pub mod decide;
pub mod detect;
pub mod document;
pub mod glob;
pub mod json;
pub mod keys;
pub mod place;
pub mod resolve;
pub mod rules;
pub mod runs;
pub mod text;
pub mod value;
pub mod view;
