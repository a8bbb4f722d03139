//! Panics end here, and say nothing about the text that caused them.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// The result of `run`, or None if it panicked. What it had borrowed may be half-changed.
///
/// The message of a panic may quote the text (a slice that cuts a character does), so nothing
/// of it reaches the error output; the caller counts.
pub fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(quieten);
    let was_guarded = IS_GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run)).ok();
    IS_GUARDED.set(was_guarded);
    result
}

fn quieten() {
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !IS_GUARDED.get() {
            loud(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use super::*;

    #[test]
    fn a_panic_becomes_none_and_the_thread_goes_on() {
        assert_eq!(guarded(|| -> u8 { panic!("of a text") }), None);
        assert_eq!(guarded(|| 7), Some(7));
        assert!(!IS_GUARDED.get());
    }
}
