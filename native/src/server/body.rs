//! Reads request bodies: within limits, the budget and time.

use std::time::Duration;

use bytes::Bytes;
use http::Version;
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::budget::Permit;
use super::config::BODY_BYTES_PER_S_MIN;
use super::refusal::Reason;

/// Room reserved at first for a declared body; more is only believed when half of it is there.
const AHEAD_BYTES_MAX: usize = 1 << 20;
/// A shorter chunk is copied: it may keep a buffer of 8 KiB that it is a part of.
const KEPT_CHUNK_BYTES_MIN: usize = 64 << 10;
/// How much of a refused body is read and forgotten, so that the client reads the answer before
/// it sees the connection close or the stream reset.
const DISCARD_BYTES_MAX: usize = 64 << 20;
const DISCARD_TIME_MAX: Duration = Duration::from_secs(10);

/// A body that has not been read yet.
pub struct RequestBody {
    incoming: Incoming,
    is_http2: bool,
}

impl RequestBody {
    pub const fn new(incoming: Incoming, version: Version) -> Self {
        Self { incoming, is_http2: matches!(version, Version::HTTP_2) }
    }

    /// False where an HTTP/2 stream was reset: some resets look like the end of the body.
    fn is_whole(&self) -> bool {
        !self.is_http2 || self.incoming.is_end_stream()
    }
}

/// The whole body, covered by `permit`.
///
/// Given up as `Timeout` when no byte comes for `idle_timeout`, or when the body is slower
/// than `BODY_BYTES_PER_S_MIN` after a first `idle_timeout`.
pub async fn read(
    body: &mut RequestBody,
    max_bytes: usize,
    permit: &mut Permit,
    idle_timeout: Duration,
) -> Result<Bytes, Reason> {
    let declared = body.incoming.size_hint().exact().and_then(|size| usize::try_from(size).ok());
    if declared.is_some_and(|size| size > max_bytes) {
        return Err(Reason::TooLarge);
    }
    let start = Instant::now();
    // What came first and is long stays as it is until there is more.
    let (mut first, mut all, mut n_bytes) = (Bytes::new(), Vec::new(), 0);
    while let Some(chunk) = next_chunk(body, start, n_bytes, idle_timeout).await? {
        let is_first = n_bytes == 0;
        n_bytes += chunk.len();
        if n_bytes > max_bytes {
            return Err(Reason::TooLarge);
        }
        permit.grow(chunk.len()).map_err(|_| Reason::Overload)?;
        if is_first && chunk.len() >= KEPT_CHUNK_BYTES_MIN {
            first = chunk;
            continue;
        }
        for chunk in [std::mem::take(&mut first), chunk] {
            let expected = declared.or_else(|| grpc_length(&all, &chunk));
            make_room(&mut all, chunk.len(), expected);
            all.extend_from_slice(&chunk);
        }
    }
    if all.is_empty() {
        return Ok(first);
    }
    if all.capacity() > all.len() + all.len() / 4 {
        all.shrink_to_fit();
    }
    Ok(all.into())
}

/// Doubles the room where it does not suffice, up to what was declared.
fn make_room(all: &mut Vec<u8>, n_more: usize, declared: Option<usize>) {
    let needed = all.len() + n_more;
    if needed > all.capacity() {
        let ahead = (all.capacity() * 2).max(AHEAD_BYTES_MAX);
        let wanted = declared.unwrap_or(all.capacity() * 2).min(ahead).max(needed);
        all.reserve_exact(wanted - all.len());
    }
}

/// What the prefix of a gRPC message says; for other bodies some number, which does no harm.
fn grpc_length(all: &[u8], chunk: &[u8]) -> Option<usize> {
    let first = if all.is_empty() { chunk } else { all };
    let &[0 | 1, a, b, c, d] = first.first_chunk::<5>()? else {
        return None;
    };
    Some(5 + u32::from_be_bytes([a, b, c, d]) as usize)
}

async fn next_chunk(
    body: &mut RequestBody,
    start: Instant,
    n_bytes: usize,
    idle_timeout: Duration,
) -> Result<Option<Bytes>, Reason> {
    let allowance = Duration::from_secs(n_bytes as u64 / BODY_BYTES_PER_S_MIN);
    let too_slow = start + idle_timeout + allowance;
    let idle = Instant::now() + idle_timeout;
    loop {
        let frame = timeout_at(idle.min(too_slow), body.incoming.frame()).await;
        match frame.map_err(|_| Reason::Timeout)? {
            None if body.is_whole() => return Ok(None),
            None => return Err(Reason::ClientGone),
            Some(Err(_)) => return Err(Reason::ClientGone),
            Some(Ok(frame)) => {
                if let Ok(chunk) = frame.into_data() {
                    return Ok(Some(chunk));
                }
            }
        }
    }
}

/// Reads on for a while beside the answer. gRPC clients need it not: they stop by themselves.
pub fn discard(body: RequestBody) {
    let mut body = body.incoming;
    if body.is_end_stream() {
        return;
    }
    tokio::spawn(async move {
        let give_up = Instant::now() + DISCARD_TIME_MAX;
        let mut n_bytes = 0;
        while let Ok(Some(Ok(frame))) = timeout_at(give_up, body.frame()).await {
            n_bytes += frame.data_ref().map_or(0, Bytes::len);
            if n_bytes > DISCARD_BYTES_MAX {
                return;
            }
        }
    });
}
