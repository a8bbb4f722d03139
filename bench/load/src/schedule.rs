//! When requests are to start: as soon as a worker is free, or at a fixed rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A request to make: its number, and when it ought to start.
pub struct Turn {
    pub request_index: u64,
    pub start: Instant,
}

#[derive(Clone)]
pub enum Schedule {
    /// Each worker sends its next request when the last is answered.
    Closed { next_index: Arc<AtomicU64>, end: Instant },
    /// Requests start at fixed times; a late one is timed from when it ought to have started.
    Paced(Arc<Mutex<UnboundedReceiver<Turn>>>),
}

impl Schedule {
    /// `rate_per_s` 0 means closed loop.
    pub fn new(rate_per_s: f64, duration: Duration) -> Self {
        if rate_per_s <= 0.0 {
            let end = Instant::now() + duration;
            return Self::Closed { next_index: Arc::default(), end };
        }
        let (sender, receiver) = unbounded_channel();
        thread::spawn(move || pace(&sender, rate_per_s, duration));
        Self::Paced(Arc::new(Mutex::new(receiver)))
    }

    /// The next turn, once it has come; None at the end of the run.
    pub async fn next(&self) -> Option<Turn> {
        match self {
            Self::Paced(turns) => turns.lock().await.recv().await,
            Self::Closed { next_index, end } => {
                let start = Instant::now();
                let request_index = next_index.fetch_add(1, Ordering::Relaxed);
                (start < *end).then_some(Turn { request_index, start })
            }
        }
    }
}

/// A thread, because the runtime's timer counts whole milliseconds.
fn pace(turns: &UnboundedSender<Turn>, rate_per_s: f64, duration: Duration) {
    let begin = Instant::now();
    let n_requests = (duration.as_secs_f64() * rate_per_s) as u64;
    for request_index in 0..n_requests {
        let start = begin + Duration::from_secs_f64(request_index as f64 / rate_per_s);
        thread::sleep(start.saturating_duration_since(Instant::now()));
        if turns.send(Turn { request_index, start }).is_err() {
            return;
        }
    }
}
