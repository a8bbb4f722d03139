//! Accepts connections and serves each until it ends or the server drains.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::acceptor::{Acceptor, Stream};
use super::config::{
    CONNECTION_WINDOW_BYTES, FIRST_BYTE_TIMEOUT, FIRST_REQUEST_TIMEOUT, FRAME_BYTES_MAX,
    HEADER_BYTES_MAX, HEADER_TIMEOUT, HTTP1_BUFFER_BYTES_MAX, SETTLE_TIME, STREAM_WINDOW_BYTES,
};
use super::listener::Silent;
use super::service::{Shared, handle};

/// After `accept` failed: time for file descriptors to come free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Accepts until `stop`; what waits in the socket's queue then is left for the next server.
pub async fn accept(acceptor: Acceptor, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let stopped = stop.clone();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|&stop| stop) => return,
            accepted = acceptor.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => begin(&shared, &acceptor.silent, stream, peer, stopped.clone()),
            Err(_) => {
                shared.stats.accept_errors.fetch_add(1, Relaxed);
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Counts a connection while it is open.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.stats.connections_open.fetch_sub(1, Relaxed);
    }
}

fn begin(
    shared: &Arc<Shared>,
    silent: &Arc<Silent>,
    stream: Stream,
    peer: Arc<str>,
    stop: watch::Receiver<bool>,
) {
    let stats = &shared.stats;
    stats.connections_accepted.fetch_add(1, Relaxed);
    if stats.connections_open.fetch_add(1, Relaxed) >= shared.config.max_connections {
        stats.connections_open.fetch_sub(1, Relaxed);
        stats.connections_refused.fetch_add(1, Relaxed);
        return;
    }
    let open = Open(Arc::clone(shared));
    tokio::spawn(wait_and_serve(open, Arc::clone(silent), stream, peer, stop));
}

/// A connection costs little until its first byte: only then its buffers are made. One that is
/// still silent when the server ends is left for the next, as its client may be about to speak.
async fn wait_and_serve(
    open: Open,
    silent: Arc<Silent>,
    stream: Stream,
    peer: Arc<str>,
    mut stop: watch::Receiver<bool>,
) {
    let is_ready = tokio::select! {
        biased;
        ready = timeout(FIRST_BYTE_TIMEOUT, stream.first_byte()) => matches!(ready, Ok(Ok(()))),
        _ = stop.wait_for(|&stop| stop) => {
            if let Ok(stream) = stream.into_silent() {
                silent.give_back(stream, peer);
            }
            return;
        }
    };
    let is_served = is_ready
        && match stream {
            Stream::Tcp(stream) => Box::pin(serve(&open.0, stream, peer, stop)).await,
            Stream::Unix(stream) => Box::pin(serve(&open.0, stream, peer, stop)).await,
        };
    if !is_served {
        open.0.stats.connections_failed.fetch_add(1, Relaxed);
    }
}

/// False where the connection ended in an error or never sent a request.
async fn serve<S>(
    shared: &Arc<Shared>,
    stream: S,
    peer: Arc<str>,
    mut stop: watch::Receiver<bool>,
) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let has_request = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&has_request);
    let for_requests = Arc::clone(shared);
    let service = service_fn(move |request| {
        seen.store(true, Relaxed);
        let (shared, peer) = (Arc::clone(&for_requests), Arc::clone(&peer));
        async move { Ok::<_, Infallible>(handle(&shared, &peer, request).await) }
    });
    let builder = builder(shared);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut settled = pin!(sleep(SETTLE_TIME));
    let mut patience = pin!(sleep(FIRST_REQUEST_TIMEOUT));
    let mut stopped = pin!(stop.wait_for(|&stop| stop));
    let (mut is_stopped, mut is_told) = (false, false);
    let ended = poll_fn(|context| {
        // First of all it reads: one told to end before that would close, whatever has come.
        if let Poll::Ready(ended) = connection.as_mut().poll(context) {
            return Poll::Ready(Some(ended));
        }
        let has_request = has_request.load(Relaxed);
        if !has_request && patience.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        is_stopped = is_stopped || stopped.as_mut().poll(context).is_ready();
        let may_end = is_stopped && (has_request || settled.as_mut().poll(context).is_ready());
        if !may_end || std::mem::replace(&mut is_told, true) {
            return Poll::Pending;
        }
        connection.as_mut().graceful_shutdown();
        connection.as_mut().poll(context).map(Some)
    });
    ended.await.is_some_and(is_in_order)
}

/// An idle HTTP/1.1 connection ends by a timeout too.
fn is_in_order(ended: Result<(), BoxError>) -> bool {
    match ended {
        Ok(()) => true,
        Err(error) => error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout),
    }
}

fn builder(shared: &Shared) -> Builder<TokioExecutor> {
    let config = &shared.config;
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HTTP1_BUFFER_BYTES_MAX)
        // A client may shut its writing side down and still wait for the answer.
        .half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(config.keepalive_time).filter(|time| !time.is_zero()))
        .keep_alive_timeout(config.keepalive_timeout)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_frame_size(FRAME_BYTES_MAX)
        .max_concurrent_streams(config.max_concurrent_streams)
        .max_header_list_size(HEADER_BYTES_MAX);
    builder
}
