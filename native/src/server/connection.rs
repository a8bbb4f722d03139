//! Accepts connections and serves each until it ends or the server drains.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::config::{
    CONNECTION_WINDOW_BYTES, FIRST_BYTE_TIMEOUT, FIRST_REQUEST_TIMEOUT, HEADER_BYTES_MAX,
    HEADER_TIMEOUT, HTTP1_BUFFER_BYTES_MAX, STREAM_WINDOW_BYTES, WRITE_TIMEOUT,
};
use super::listener::Accepting;
use super::service::{Shared, handle};

/// After `accept` failed: time for file descriptors to come free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
const DEAD_PEER_TIME: Duration = Duration::from_secs(60);
const UNIX_PEER: &str = "unix";

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A listener inside the runtime.
pub enum Acceptor {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// An accepted connection.
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Acceptor {
    /// Must be called inside the runtime.
    pub fn new(accepting: Accepting) -> io::Result<Self> {
        match accepting {
            Accepting::Tcp(listener) => TcpListener::from_std(listener).map(Self::Tcp),
            Accepting::Unix(listener) => UnixListener::from_std(listener).map(Self::Unix),
        }
    }

    async fn accept(&self) -> io::Result<(Stream, Arc<str>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                tune(&stream);
                Ok((Stream::Tcp(stream), peer.to_string().into()))
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok((Stream::Unix(stream), UNIX_PEER.into()))
            }
        }
    }
}

/// Best effort: a connection without these options still works.
fn tune(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_tcp_user_timeout(Some(WRITE_TIMEOUT));
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(DEAD_PEER_TIME));
}

/// Accepts until `stop`; what waits in the socket's queue then is left for the next server.
pub async fn accept(
    acceptor: Acceptor,
    shared: Arc<Shared>,
    graceful: Arc<GracefulShutdown>,
    mut stop: watch::Receiver<bool>,
) {
    let stopped = stop.clone();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|&stop| stop) => return,
            accepted = acceptor.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => begin(&shared, &graceful, stream, peer, stopped.clone()),
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
    graceful: &GracefulShutdown,
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
    tokio::spawn(wait_and_serve(open, graceful.watcher(), stream, peer, stop));
}

/// A connection costs little until its first byte: only then its buffers are made.
async fn wait_and_serve(
    open: Open,
    watcher: Watcher,
    stream: Stream,
    peer: Arc<str>,
    mut stop: watch::Receiver<bool>,
) {
    let first_byte = async {
        match &stream {
            Stream::Tcp(stream) => stream.readable().await,
            Stream::Unix(stream) => stream.readable().await,
        }
    };
    let is_ready = tokio::select! {
        biased;
        ready = timeout(FIRST_BYTE_TIMEOUT, first_byte) => matches!(ready, Ok(Ok(()))),
        _ = stop.wait_for(|&stop| stop) => return,
    };
    drop(stop);
    let is_served = is_ready
        && match stream {
            Stream::Tcp(stream) => Box::pin(serve(&open.0, watcher, stream, peer)).await,
            Stream::Unix(stream) => Box::pin(serve(&open.0, watcher, stream, peer)).await,
        };
    if !is_served {
        open.0.stats.connections_failed.fetch_add(1, Relaxed);
    }
}

/// False where the connection ended in an error or never sent a request.
async fn serve<S>(shared: &Arc<Shared>, watcher: Watcher, stream: S, peer: Arc<str>) -> bool
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
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    let mut connection = std::pin::pin!(watcher.watch(connection));
    tokio::select! {
        ended = &mut connection => return is_in_order(ended),
        () = sleep(FIRST_REQUEST_TIMEOUT) => {}
    }
    has_request.load(Relaxed) && is_in_order(connection.await)
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
        .max_concurrent_streams(config.max_concurrent_streams)
        .max_header_list_size(HEADER_BYTES_MAX);
    builder
}
