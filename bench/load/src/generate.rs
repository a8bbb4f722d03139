//! The load generator: workers that share connections and take turns from a schedule.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Result;
use crate::args::Options;
use crate::bodies::Bodies;
use crate::client::{Client, Outcome};
use crate::schedule::Schedule;
use crate::tally::Tally;

/// The export timeout of OpenTelemetry's SDKs.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// A refused sender of a closed loop waits; it would otherwise only measure refusals.
const REFUSED_PAUSE: Duration = Duration::from_millis(20);

struct Worker {
    client: Client,
    schedule: Schedule,
    bodies: Arc<Bodies>,
    tally: Arc<Mutex<Tally>>,
}

pub async fn run(options: Options) -> Result<()> {
    let target = options.text("target").ok_or("--target is needed")?;
    let grpc = options.text("protocol").unwrap_or("grpc") == "grpc";
    let bodies = Arc::new(Bodies::new(&options, grpc)?);
    let clients = connect(&options, target, grpc).await?;
    let duration = Duration::from_secs_f64(options.number("duration", 5.0)?);
    let begin = Instant::now();
    let schedule = Schedule::new(options.number("rate", 0.0)?, duration);
    let tally = Arc::new(Mutex::new(Tally::default()));
    let mut workers = JoinSet::new();
    for client in clients {
        let (schedule, bodies, tally) = (schedule.clone(), bodies.clone(), tally.clone());
        workers.spawn(Worker { client, schedule, bodies, tally }.work());
    }
    workers.join_all().await;
    let mut tally = tally.lock().map_err(|_| "a worker broke")?;
    if let Some(path) = options.text("acked") {
        tally.write_acked(path)?;
    }
    println!("{}", tally.report(begin.elapsed()));
    Ok(())
}

async fn connect(options: &Options, target: &str, grpc: bool) -> Result<Vec<Client>> {
    let n_connections: usize = options.number("connections", 4)?;
    let n_in_flight = options.number("in-flight", 32)?;
    let mut clients: Vec<Client> = Vec::with_capacity(n_in_flight);
    for index in 0..n_in_flight {
        let client = match index.checked_sub(n_connections) {
            None => Client::connect(target, grpc).await?,
            Some(earlier) => clients[earlier].share(target).await?,
        };
        clients.push(client);
    }
    Ok(clients)
}

impl Worker {
    async fn work(mut self) {
        while let Some(turn) = self.schedule.next().await {
            let body = self.bodies.body(turn.request_index);
            self.count_sent();
            let outcome = timeout(ANSWER_TIMEOUT, self.client.export(body)).await.ok();
            self.count(turn.request_index, outcome, turn.start.elapsed());
            if outcome != Some(Outcome::Accepted)
                && matches!(self.schedule, Schedule::Closed { .. })
            {
                tokio::time::sleep(REFUSED_PAUSE).await;
            }
        }
    }

    fn count_sent(&self) {
        if let Ok(mut tally) = self.tally.lock() {
            tally.n_sent += 1;
        }
    }

    fn count(&self, request_index: u64, outcome: Option<Outcome>, latency: Duration) {
        if let Ok(mut tally) = self.tally.lock() {
            tally.add(request_index, outcome, latency);
        }
    }
}
