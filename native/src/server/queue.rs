//! What waits to be pulled by threads from outside: bounded by the byte budget alone.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// The queue is closed and empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

/// How much one pull takes, and how long it waits.
#[derive(Clone, Copy, Debug)]
pub struct Pull {
    pub max_items: usize,
    pub max_bytes: usize,
    /// Counted from the arrival of the oldest item, so that a busy worker never lingers.
    pub linger: Duration,
    /// For a first item.
    pub timeout: Duration,
}

#[derive(Debug)]
struct Slot<T> {
    id: u64,
    arrived: Instant,
    n_bytes: usize,
    item: T,
}

#[derive(Debug)]
struct State<T> {
    slots: VecDeque<Slot<T>>,
    n_bytes: usize,
    next_id: u64,
    closed: bool,
    /// What a lingering puller need not wait beyond.
    enough_items: usize,
    enough_bytes: usize,
}

impl<T> State<T> {
    fn has_enough(&self) -> bool {
        self.slots.len() >= self.enough_items || self.n_bytes >= self.enough_bytes
    }

    /// Items from the front, in order, within the bounds; always one if there is one.
    fn take(&mut self, pull: &Pull) -> Vec<T> {
        let mut n_bytes = 0;
        let fits = |slot: &&Slot<T>| {
            n_bytes += slot.n_bytes;
            n_bytes <= pull.max_bytes
        };
        let n_items = self.slots.iter().take(pull.max_items).take_while(fits).count();
        let n_items = n_items.max(1).min(self.slots.len());
        let taken: Vec<_> = self.slots.drain(..n_items).collect();
        self.n_bytes -= taken.iter().map(|slot| slot.n_bytes).sum::<usize>();
        taken.into_iter().map(|slot| slot.item).collect()
    }
}

#[derive(Debug)]
pub struct Queue<T> {
    state: Mutex<State<T>>,
    arrival: Condvar,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        let state = State {
            slots: VecDeque::new(),
            n_bytes: 0,
            next_id: 0,
            closed: false,
            enough_items: usize::MAX,
            enough_bytes: usize::MAX,
        };
        Self { state: Mutex::new(state), arrival: Condvar::new() }
    }
}

impl<T> Queue<T> {
    /// An id to withdraw the item with; the item back where the queue is closed.
    pub fn push(&self, item: T, n_bytes: usize) -> Result<u64, T> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(item);
        }
        let id = state.next_id;
        state.next_id += 1;
        state.n_bytes += n_bytes;
        state.slots.push_back(Slot { id, arrived: Instant::now(), n_bytes, item });
        // One puller lingers; more arrivals need not wake it before it has enough.
        if state.slots.len() == 1 || state.has_enough() {
            self.arrival.notify_one();
        }
        Ok(id)
    }

    /// Takes an item back that nobody has pulled yet.
    pub fn withdraw(&self, id: u64) -> Option<T> {
        let mut state = self.state.lock();
        let index = state.slots.binary_search_by_key(&id, |slot| slot.id).ok()?;
        let slot = state.slots.remove(index)?;
        state.n_bytes -= slot.n_bytes;
        Some(slot.item)
    }

    pub fn n_waiting(&self) -> usize {
        self.state.lock().slots.len()
    }

    /// What waits can still be pulled; nothing new comes in.
    pub fn close(&self) {
        self.state.lock().closed = true;
        self.arrival.notify_all();
    }

    /// What waits, oldest first; empty when the time was over first.
    pub fn pull(&self, pull: &Pull) -> Result<Vec<T>, Closed> {
        let give_up = deadline(Instant::now(), pull.timeout);
        let mut state = self.state.lock();
        state.enough_items = pull.max_items;
        state.enough_bytes = pull.max_bytes;
        loop {
            let now = Instant::now();
            let Some(oldest) = state.slots.front() else {
                if state.closed {
                    return Err(Closed);
                }
                if now >= give_up {
                    return Ok(Vec::new());
                }
                self.arrival.wait_until(&mut state, give_up);
                continue;
            };
            let due = deadline(oldest.arrived, pull.linger);
            if now >= due || state.closed || state.has_enough() {
                break;
            }
            self.arrival.wait_until(&mut state, due);
        }
        let taken = state.take(pull);
        if !state.slots.is_empty() {
            self.arrival.notify_one();
        }
        Ok(taken)
    }
}

/// `start + delay`; a day stands for what does not fit.
fn deadline(start: Instant, delay: Duration) -> Instant {
    let day = Duration::from_secs(86_400);
    start.checked_add(delay.min(day)).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pull(max_items: usize, max_bytes: usize) -> Pull {
        let zero = Duration::ZERO;
        Pull { max_items, max_bytes, linger: zero, timeout: zero }
    }

    fn queue_of(sizes: &[usize]) -> Queue<usize> {
        let queue = Queue::default();
        for &size in sizes {
            assert!(queue.push(size, size).is_ok());
        }
        queue
    }

    #[test]
    fn takes_what_fits_in_order_and_one_that_alone_is_too_large() {
        let queue = queue_of(&[3, 4, 5, 100]);
        assert_eq!(queue.pull(&pull(9, 7)), Ok(vec![3, 4]));
        assert_eq!(queue.pull(&pull(9, 7)), Ok(vec![5]));
        assert_eq!(queue.pull(&pull(9, 7)), Ok(vec![100]));
        assert_eq!(queue.pull(&pull(9, 7)), Ok(vec![]));
    }

    #[test]
    fn a_withdrawn_item_is_not_pulled() {
        let queue = queue_of(&[1, 2, 3]);
        assert_eq!(queue.withdraw(1), Some(2));
        assert_eq!(queue.withdraw(1), None);
        assert_eq!(queue.pull(&pull(9, 99)), Ok(vec![1, 3]));
    }

    #[test]
    fn once_closed_gives_what_waits_and_then_ends() {
        let queue = queue_of(&[1]);
        queue.close();
        assert_eq!(queue.push(2, 2), Err(2));
        assert_eq!(queue.pull(&pull(9, 99)), Ok(vec![1]));
        assert_eq!(queue.pull(&pull(9, 99)), Err(Closed));
    }

    #[test]
    fn does_not_linger_once_it_has_enough() {
        let queue = queue_of(&[5, 5]);
        let long = Duration::from_secs(600);
        let request = Pull { linger: long, timeout: long, ..pull(9, 10) };
        assert_eq!(queue.pull(&request), Ok(vec![5, 5]));
    }
}
