//! One HTTP/2 connection, driven by whoever calls on it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::time::Instant;

use bytes::buf::Chain;
use bytes::{Buf, Bytes};
use h2::Reason;
use h2::client::{Builder, SendRequest};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::cork::Cork;
use super::reply::{self, Reply};
use super::target::Target;

/// Answers are small; trailers hold a status and its details.
const WINDOW_BYTES: u32 = 1 << 20;
const HEADERS_BYTES_MAX: u32 = 64 << 10;
/// Longer messages go in several frames.
const FRAME_BYTES: usize = 16 << 10;

/// Why there is no answer.
pub enum Failure {
    /// The connection is gone (or never came to be) before an answer began.
    Broken,
    Late,
    Cancelled,
    Status(u32),
}

impl Failure {
    pub const fn code(&self) -> u32 {
        match self {
            Self::Broken => reply::UNAVAILABLE,
            Self::Late => reply::DEADLINE_EXCEEDED,
            Self::Cancelled => reply::CANCELLED,
            Self::Status(code) => *code,
        }
    }

    /// As the gRPC protocol maps HTTP/2 errors.
    pub fn from_h2(error: &h2::Error) -> Self {
        match error.reason() {
            _ if error.is_io() || error.is_go_away() => Self::Broken,
            Some(Reason::REFUSED_STREAM) => Self::Broken,
            Some(Reason::CANCEL) => Self::Status(reply::CANCELLED),
            Some(Reason::ENHANCE_YOUR_CALM) => Self::Status(reply::RESOURCE_EXHAUSTED),
            Some(Reason::INADEQUATE_SECURITY) => Self::Status(reply::PERMISSION_DENIED),
            Some(_) => Self::Status(reply::INTERNAL),
            None => Self::Broken,
        }
    }
}

/// A gRPC message and what precedes it: a flag and the length.
#[derive(Clone)]
pub struct Framed {
    prefix: Bytes,
    body: Bytes,
}

impl Framed {
    /// None beyond 4 GiB.
    pub fn new(body: Bytes, is_compressed: bool) -> Option<Self> {
        let mut prefix = vec![u8::from(is_compressed)];
        prefix.extend_from_slice(&u32::try_from(body.len()).ok()?.to_be_bytes());
        Some(Self { prefix: prefix.into(), body })
    }
}

/// Prefix and body in one frame, if they fit.
type Sender = SendRequest<Chain<Bytes, Bytes>>;
type Driver = Pin<Box<dyn Future<Output = Result<(), h2::Error>> + Send>>;
type Closed = watch::Receiver<bool>;

pub struct Connection {
    send: Sender,
    driver: Driver,
    cork: Option<Cork>,
    // Dropped last: the socket is registered in it.
    runtime: Runtime,
}

impl Connection {
    pub fn open(target: &Target, deadline: Instant, closed: Closed) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .map_err(|_| Failure::Broken)?;
        match runtime.block_on(within(deadline, closed, handshake(target))) {
            Ok((send, driver, cork)) => Ok(Self { send, driver, cork, runtime }),
            Err(failure) => {
                // Dropping it would wait for a name lookup that outlasts the deadline.
                runtime.shutdown_background();
                Err(failure)
            }
        }
    }

    /// After a failure the connection must not be used again.
    pub fn call(
        &mut self,
        request: http::Request<()>,
        message: Framed,
        reply_bytes_max: usize,
        deadline: Instant,
        closed: Closed,
    ) -> Result<Reply, Failure> {
        let Self { send, driver, cork, runtime } = self;
        let cork = cork.as_ref().filter(|_| message.body.len() > FRAME_BYTES);
        let exchange = exchange(send, request, message, reply_bytes_max);
        runtime.block_on(within(deadline, closed, driven(exchange, driver, cork)))
    }
}

async fn handshake(target: &Target) -> Result<(Sender, Driver, Option<Cork>), Failure> {
    let (io, cork) = target.connect().await.map_err(|_| Failure::Broken)?;
    let (send, connection) = Builder::new()
        .initial_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .max_header_list_size(HEADERS_BYTES_MAX)
        .enable_push(false)
        .handshake(io)
        .await
        .map_err(|error| Failure::from_h2(&error))?;
    Ok((send, Box::pin(connection), cork))
}

async fn exchange(
    send: &mut Sender,
    request: http::Request<()>,
    message: Framed,
    reply_bytes_max: usize,
) -> Result<Reply, Failure> {
    let broken = |error: h2::Error| Failure::from_h2(&error);
    poll_fn(|context| send.poll_ready(context)).await.map_err(broken)?;
    let (response, mut stream) = send.send_request(request, false).map_err(broken)?;
    stream.send_data(message.prefix.chain(message.body), true).map_err(broken)?;
    reply::read(response.await.map_err(broken)?, reply_bytes_max).await
}

/// The result of the exchange, which may be there when the connection has just ended.
async fn driven<T>(
    exchange: impl Future<Output = Result<T, Failure>>,
    driver: &mut Driver,
    cork: Option<&Cork>,
) -> Result<T, Failure> {
    let mut exchange = pin!(exchange);
    let turns = poll_fn(|context| match cork {
        Some(cork) => cork.gather(|| driver.as_mut().poll(context)),
        None => driver.as_mut().poll(context),
    });
    tokio::select! {
        biased;
        result = &mut exchange => return result,
        _ = turns => {}
    }
    exchange.await
}

async fn within<T>(
    deadline: Instant,
    mut closed: Closed,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        _ = closed.wait_for(|closed| *closed) => Err(Failure::Cancelled),
        result = work => result,
        () = tokio::time::sleep_until(deadline.into()) => Err(Failure::Late),
    }
}
