//! The bytes in flight, from the first one read to the last holder's release.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Counts bytes against a soft and a hard limit.
#[derive(Debug)]
pub struct Budget {
    limit: usize,
    hard_limit: usize,
    used: AtomicUsize,
    peak: AtomicUsize,
}

/// The hard limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

impl Budget {
    /// `hard_limit` is raised to `limit` where it is smaller.
    pub fn new(limit: usize, hard_limit: usize) -> Self {
        let hard_limit = hard_limit.max(limit);
        Self { limit, hard_limit, used: AtomicUsize::new(0), peak: AtomicUsize::new(0) }
    }

    pub const fn limit(&self) -> usize {
        self.limit
    }

    pub const fn hard_limit(&self) -> usize {
        self.hard_limit
    }

    pub fn used(&self) -> usize {
        self.used.load(Relaxed)
    }

    pub fn peak(&self) -> usize {
        self.peak.load(Relaxed)
    }

    /// Whether a new request may begin.
    pub fn admits(&self) -> bool {
        self.used() < self.limit
    }

    fn take(&self, n_bytes: usize) -> Result<(), Exhausted> {
        let within = |used: usize| used.checked_add(n_bytes).filter(|&n| n <= self.hard_limit);
        let before = self.used.fetch_update(Relaxed, Relaxed, within).map_err(|_| Exhausted)?;
        self.peak.fetch_max(before + n_bytes, Relaxed);
        Ok(())
    }
}

/// A share of the budget; dropping it gives the bytes back.
#[derive(Debug)]
pub struct Permit {
    budget: Arc<Budget>,
    n_bytes: usize,
}

impl Permit {
    pub const fn empty(budget: Arc<Budget>) -> Self {
        Self { budget, n_bytes: 0 }
    }

    pub const fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    pub fn grow(&mut self, n_bytes: usize) -> Result<(), Exhausted> {
        self.budget.take(n_bytes)?;
        self.n_bytes += n_bytes;
        Ok(())
    }

    /// Gives back what exceeds `n_bytes`.
    pub fn shrink_to(&mut self, n_bytes: usize) {
        let excess = self.n_bytes.saturating_sub(n_bytes);
        self.budget.used.fetch_sub(excess, Relaxed);
        self.n_bytes -= excess;
    }

    /// Grows or shrinks to `n_bytes`.
    pub fn resize(&mut self, n_bytes: usize) -> Result<(), Exhausted> {
        self.grow(n_bytes.saturating_sub(self.n_bytes))?;
        self.shrink_to(n_bytes);
        Ok(())
    }

    /// Takes over the bytes of another share of the same budget.
    pub fn absorb(&mut self, mut other: Self) {
        debug_assert!(Arc::ptr_eq(&self.budget, &other.budget));
        self.n_bytes += std::mem::take(&mut other.n_bytes);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.n_bytes, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_a_dropped_share_held() {
        let budget = Arc::new(Budget::new(10, 20));
        let mut permit = Permit::empty(Arc::clone(&budget));
        assert_eq!(permit.grow(15), Ok(()));
        assert!(!budget.admits());
        drop(permit);
        assert_eq!((budget.used(), budget.peak()), (0, 15));
    }

    #[test]
    fn never_exceeds_the_hard_limit() {
        let budget = Arc::new(Budget::new(10, 20));
        let mut permit = Permit::empty(Arc::clone(&budget));
        assert_eq!(permit.grow(21), Err(Exhausted));
        assert_eq!(permit.grow(20), Ok(()));
        assert_eq!(permit.grow(usize::MAX), Err(Exhausted));
        assert_eq!(budget.used(), 20);
    }

    #[test]
    fn absorbs_another_share_without_counting_twice() {
        let budget = Arc::new(Budget::new(10, 20));
        let mut one = Permit::empty(Arc::clone(&budget));
        let mut other = Permit::empty(Arc::clone(&budget));
        assert_eq!((one.grow(3), other.grow(4)), (Ok(()), Ok(())));
        one.absorb(other);
        assert_eq!((one.n_bytes(), budget.used()), (7, 7));
        one.shrink_to(5);
        assert_eq!(budget.used(), 5);
    }
}
