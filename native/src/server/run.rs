//! A server's life: routes are registered, it starts, it drains.

use std::io;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use http::Method;
use parking_lot::Mutex;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::otlp::signal::Signal;

use super::acceptor::Acceptor;
use super::budget::Budget;
use super::config::Config;
use super::connection::accept;
use super::inbox::Inbox;
use super::listener::{Accepting, Listener};
use super::raw::RawInbox;
use super::service::{Routes, Shared, Target};
use super::stats::{Sample, Stats};

/// Beyond the time a drain is given: for the runtime's thread to end.
const EXIT_TIME: Duration = Duration::from_secs(1);

/// HTTP/1.1, HTTP/2 and gRPC on every listener.
pub struct Server {
    listeners: Vec<Arc<Listener>>,
    budget: Arc<Budget>,
    stats: Arc<Stats>,
    inboxes: Arc<[Arc<Inbox>; 3]>,
    phase: Mutex<Phase>,
}

enum Phase {
    New(Box<Config>, Routes),
    Running(Running),
    Stopped(Option<Arc<Shared>>),
}

struct Running {
    shared: Arc<Shared>,
    stop: oneshot::Sender<Duration>,
    /// Whether everything in flight was finished.
    drained: mpsc::Receiver<bool>,
}

impl Server {
    pub fn new(config: Config, listeners: Vec<Arc<Listener>>, budget: Arc<Budget>) -> Self {
        let routes = Routes::new(&config);
        Self {
            listeners,
            budget,
            stats: Arc::default(),
            inboxes: Arc::new(Signal::ALL.map(|signal| Arc::new(Inbox::new(signal)))),
            phase: Mutex::new(Phase::New(Box::new(config), routes)),
        }
    }

    pub fn inbox(&self, signal: Signal) -> Option<Arc<Inbox>> {
        self.inboxes.iter().find(|inbox| inbox.signal == signal).cloned()
    }

    /// Fails once started, and where the path is taken.
    pub fn route_http(&self, path: &str, method: Method) -> io::Result<Arc<RawInbox>> {
        self.route(|routes, target| routes.add_http(path, method, target))
    }

    pub fn route_grpc(&self, path: &str) -> io::Result<Arc<RawInbox>> {
        self.route(|routes, target| routes.add_grpc(path, target))
    }

    fn route(&self, add: impl FnOnce(&mut Routes, Target) -> bool) -> io::Result<Arc<RawInbox>> {
        let inbox = Arc::new(RawInbox::default());
        match &mut *self.phase.lock() {
            Phase::New(_, routes) => {
                let is_free = add(routes, Target::Raw(Arc::clone(&inbox)));
                is_free.then_some(inbox).ok_or_else(|| io::Error::other("the path is taken"))
            }
            Phase::Running(_) | Phase::Stopped(_) => {
                Err(io::Error::other("routes are registered before the server starts"))
            }
        }
    }

    /// Begins to accept on every listener.
    pub fn start(&self) -> io::Result<()> {
        let accepting: Vec<_> = self
            .listeners
            .iter()
            .map(|listener| listener.accepting())
            .collect::<io::Result<_>>()?;
        let mut phase = self.phase.lock();
        let (config, routes) = match std::mem::replace(&mut *phase, Phase::Stopped(None)) {
            Phase::New(config, routes) => (config, routes),
            other => {
                *phase = other;
                return Err(io::Error::other("a server starts once"));
            }
        };
        let shared = Arc::new(Shared {
            config: *config,
            routes,
            budget: Arc::clone(&self.budget),
            stats: Arc::clone(&self.stats),
            answers: Arc::default(),
            inboxes: Arc::clone(&self.inboxes),
        });
        *phase = Phase::Running(spawn(shared, accepting)?);
        Ok(())
    }

    /// Accepts nothing new, finishes what is in flight and closes. True at once if it is not
    /// running; false if time ran out, and the rest was cut off.
    pub fn drain(&self, time: Duration) -> bool {
        let running = {
            let mut phase = self.phase.lock();
            match std::mem::replace(&mut *phase, Phase::Stopped(None)) {
                Phase::Running(running) => running,
                other => {
                    *phase = other;
                    return true;
                }
            }
        };
        let Running { shared, stop, drained } = running;
        *self.phase.lock() = Phase::Stopped(Some(shared));
        // The receiving side is only gone when the runtime has ended already.
        let _ = stop.send(time);
        drained.recv_timeout(time.saturating_add(EXIT_TIME)).unwrap_or(false)
    }

    /// Lets pulls end once what waits is taken.
    pub fn close_inboxes(&self) {
        match &*self.phase.lock() {
            Phase::Running(Running { shared, .. }) | Phase::Stopped(Some(shared)) => {
                shared.close_inboxes();
            }
            Phase::New(..) | Phase::Stopped(None) => {
                self.inboxes.iter().for_each(|inbox| inbox.queue.close());
            }
        }
    }

    pub fn samples(&self) -> Vec<Sample> {
        let mut samples = self.stats.samples();
        samples.push(("in_flight_bytes", Vec::new(), self.budget.used() as f64));
        samples.push(("in_flight_bytes_peak", Vec::new(), self.budget.peak() as f64));
        for inbox in self.inboxes.iter() {
            let labels = vec![("signal", inbox.signal.name())];
            samples.push(("waiting_requests", labels, inbox.queue.n_waiting() as f64));
        }
        samples
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.drain(Duration::ZERO);
    }
}

fn spawn(shared: Arc<Shared>, accepting: Vec<Accepting>) -> io::Result<Running> {
    let runtime = runtime(shared.config.threads)?;
    let acceptors: Vec<_> = {
        let _inside = runtime.enter();
        accepting.into_iter().map(Acceptor::new).collect::<io::Result<_>>()?
    };
    let (stop, stopped) = oneshot::channel();
    let (report, drained) = mpsc::sync_channel(1);
    let for_thread = Arc::clone(&shared);
    thread::Builder::new().name("spanloom-server".to_owned()).spawn(move || {
        let is_drained = runtime.block_on(run(for_thread, acceptors, stopped));
        runtime.shutdown_background();
        let _ = report.send(is_drained);
    })?;
    Ok(Running { shared, stop, drained })
}

/// One thread needs no work stealing, and wakes cheaper without.
fn runtime(threads: usize) -> io::Result<Runtime> {
    if threads <= 1 {
        return Builder::new_current_thread().enable_all().build();
    }
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(threads).thread_name("spanloom-server").enable_all().build()
}

async fn run(
    shared: Arc<Shared>,
    acceptors: Vec<Acceptor>,
    stopped: oneshot::Receiver<Duration>,
) -> bool {
    let (stop, stopping) = watch::channel(false);
    let answers = Arc::clone(&shared.answers);
    tokio::spawn(async move { answers.deliver().await });
    let mut accepts = JoinSet::new();
    for acceptor in acceptors {
        accepts.spawn(accept(acceptor, Arc::clone(&shared), stopping.clone()));
    }
    drop(stopping);
    // An error: the server was dropped without a drain.
    let time = stopped.await.unwrap_or(Duration::ZERO);
    stop.send_replace(true);
    while accepts.join_next().await.is_some() {}
    // Every connection holds a receiver until it ends.
    timeout(time, stop.closed()).await.is_ok()
}
