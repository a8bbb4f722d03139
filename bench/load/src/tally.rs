//! What became of the requests of one run.

use std::io::Write;
use std::time::Duration;

use crate::Result;
use crate::client::Outcome;
use crate::report::Object;

#[derive(Default)]
pub struct Tally {
    pub n_sent: u64,
    n_accepted: u64,
    n_refused: u64,
    n_failed: u64,
    n_unanswered: u64,
    latencies_us: Vec<u32>,
    acked: Vec<u32>,
}

impl Tally {
    pub fn add(&mut self, request_index: u64, outcome: Option<Outcome>, latency: Duration) {
        match outcome {
            None => self.n_unanswered += 1,
            Some(Outcome::Failed) => self.n_failed += 1,
            Some(Outcome::Refused) => self.n_refused += 1,
            Some(Outcome::Accepted) => {
                self.n_accepted += 1;
                self.acked.push(request_index as u32);
                self.latencies_us.push(latency.as_micros() as u32);
            }
        }
    }

    /// The acknowledged requests' numbers, as little-endian 32-bit integers.
    pub fn write_acked(&self, path: &str) -> Result<()> {
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        for index in &self.acked {
            file.write_all(&index.to_le_bytes())?;
        }
        Ok(file.flush()?)
    }

    pub fn report(&mut self, elapsed: Duration) -> String {
        self.latencies_us.sort_unstable();
        Object::default()
            .number("sent", self.n_sent)
            .number("ok", self.n_accepted)
            .number("refused", self.n_refused)
            .number("failed", self.n_failed)
            .number("unanswered", self.n_unanswered)
            .decimal("elapsed_s", elapsed.as_secs_f64())
            .number("latency_us_p50", self.percentile_us(0.5))
            .number("latency_us_p99", self.percentile_us(0.99))
            .number("latency_us_p999", self.percentile_us(0.999))
            .close()
    }

    fn percentile_us(&self, share: f64) -> u64 {
        let rank = (self.latencies_us.len() as f64 * share) as usize;
        let index = rank.min(self.latencies_us.len().saturating_sub(1));
        self.latencies_us.get(index).copied().unwrap_or_default().into()
    }
}
