//! Counters of one server, by signal and transport.
//!
//! `accepted` counts what a pipeline took, `refused` what a pipeline refused, `failed` what
//! this server refused itself, by reason: each in requests and in items.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use crate::ack::Outcome;
use crate::otlp::signal::Signal;

use super::refusal::Reason;

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Grpc,
    Http,
}

impl Transport {
    const ALL: [Self; 2] = [Self::Grpc, Self::Http];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http",
        }
    }
}

/// Whose request it was. No signal: an unknown path, or a route of someone else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub signal: Option<Signal>,
    pub transport: Transport,
}

impl Source {
    const SIGNALS: [Option<Signal>; 4] =
        [Some(Signal::Traces), Some(Signal::Metrics), Some(Signal::Logs), None];

    fn all() -> impl Iterator<Item = Self> {
        let pairs = |signal| Transport::ALL.map(|transport| Self { signal, transport });
        Self::SIGNALS.into_iter().flat_map(pairs)
    }

    fn signal_name(self) -> &'static str {
        self.signal.map_or("none", Signal::name)
    }
}

#[derive(Debug, Default)]
struct Tally {
    n_requests: AtomicU64,
    n_items: AtomicU64,
}

impl Tally {
    fn add(&self, n_requests: u64, n_items: u64) {
        self.n_requests.fetch_add(n_requests, Relaxed);
        self.n_items.fetch_add(n_items, Relaxed);
    }
}

#[derive(Debug, Default)]
struct Tallies {
    accepted: Tally,
    refused: Tally,
    failed: [Tally; Reason::ALL.len()],
}

#[derive(Debug, Default)]
pub struct Stats {
    tallies: [[Tallies; Transport::ALL.len()]; Source::SIGNALS.len()],
    pub connections_open: AtomicUsize,
    pub connections_accepted: AtomicU64,
    /// Closed at once, because too many were open.
    pub connections_refused: AtomicU64,
    /// Ended by an error or a timeout, such as bytes that are no HTTP.
    pub connections_failed: AtomicU64,
    /// `accept` itself failed, such as for want of file descriptors.
    pub accept_errors: AtomicU64,
}

/// One sample: name, labels, value.
pub type Sample = (&'static str, Vec<(&'static str, &'static str)>, f64);

impl Stats {
    #[allow(clippy::indexing_slicing, reason = "enums within the arrays made for them")]
    fn tallies(&self, source: Source) -> &Tallies {
        let signal = match source.signal {
            Some(Signal::Traces) => 0,
            Some(Signal::Metrics) => 1,
            Some(Signal::Logs) => 2,
            None => 3,
        };
        &self.tallies[signal][source.transport as usize]
    }

    /// A pipeline has settled a request.
    pub fn settled(&self, source: Source, n_items: u64, outcome: &Outcome) {
        let tallies = self.tallies(source);
        match outcome {
            Outcome::Delivered => tallies.accepted.add(1, n_items),
            Outcome::Permanent(_) | Outcome::Retryable(_) => tallies.refused.add(1, n_items),
        }
    }

    /// This server has refused a request (or, with 0 requests, items of one).
    pub fn failed(&self, source: Source, reason: Reason, n_requests: u64, n_items: u64) {
        if let Some(tally) = self.tallies(source).failed.get(reason as usize) {
            tally.add(n_requests, n_items);
        }
    }

    /// All counters that are not zero, and the gauges.
    pub fn samples(&self) -> Vec<Sample> {
        let mut samples = Vec::new();
        for source in Source::all() {
            let labels =
                vec![("signal", source.signal_name()), ("transport", source.transport.name())];
            let tallies = self.tallies(source);
            put(&mut samples, ["accepted_requests", "accepted_items"], &labels, &tallies.accepted);
            put(&mut samples, ["refused_requests", "refused_items"], &labels, &tallies.refused);
            for (reason, tally) in Reason::ALL.into_iter().zip(&tallies.failed) {
                let mut labels = labels.clone();
                labels.push(("reason", reason.name()));
                put(&mut samples, ["failed_requests", "failed_items"], &labels, tally);
            }
        }
        self.put_connections(&mut samples);
        samples
    }

    fn put_connections(&self, samples: &mut Vec<Sample>) {
        let open = self.connections_open.load(Relaxed) as f64;
        samples.push(("connections_open", Vec::new(), open));
        let counters = [
            ("connections_accepted", &self.connections_accepted),
            ("connections_refused", &self.connections_refused),
            ("connections_failed", &self.connections_failed),
            ("accept_errors", &self.accept_errors),
        ];
        for (name, counter) in counters {
            samples.push((name, Vec::new(), counter.load(Relaxed) as f64));
        }
    }
}

fn put(
    samples: &mut Vec<Sample>,
    names: [&'static str; 2],
    labels: &[(&'static str, &'static str)],
    tally: &Tally,
) {
    for (name, counter) in names.into_iter().zip([&tally.n_requests, &tally.n_items]) {
        let value = counter.load(Relaxed);
        if value > 0 {
            samples.push((name, labels.to_vec(), value as f64));
        }
    }
}
