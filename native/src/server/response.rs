//! Responses: a body of one piece, and trailers where it is gRPC.

use std::pin::Pin;
use std::task::{Context, Poll};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::{BufMut, Bytes, BytesMut};
use http::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body::{Body, Frame, SizeHint};

use super::status::Status;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const GRPC_DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
const GRPC_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
const GRPC_ENCODINGS: HeaderValue = HeaderValue::from_static("identity,gzip,deflate,zstd,snappy");
const GRPC_TYPE: HeaderValue = HeaderValue::from_static("application/grpc");
const TEXT_TYPE: HeaderValue = HeaderValue::from_static("text/plain");

/// At most one piece of data, then at most one set of trailers.
#[derive(Debug, Default)]
pub struct ReplyBody {
    data: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

pub type Reply = Response<ReplyBody>;

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let data = self.data.take().map(Frame::data);
        let frame = data.or_else(|| self.trailers.take().map(Frame::trailers));
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.as_ref().map_or(0, Bytes::len) as u64)
    }
}

/// An HTTP response; an unknown status becomes 500.
pub fn http(status: u16, content_type: HeaderValue, body: impl Into<Bytes>) -> Reply {
    let body = Some(body.into()).filter(|body: &Bytes| !body.is_empty());
    let mut reply = Response::new(ReplyBody { data: body, trailers: None });
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply.headers_mut().insert(CONTENT_TYPE, content_type);
    reply
}

pub fn text(status: u16, message: impl Into<String>) -> Reply {
    http(status, TEXT_TYPE, message.into())
}

pub fn method_not_allowed(allowed: &str) -> Reply {
    let mut reply = text(405, format!("405 method not allowed, supported: [{allowed}]"));
    if let Ok(value) = HeaderValue::from_str(allowed) {
        reply.headers_mut().insert(ALLOW, value);
    }
    reply
}

pub fn set_retry_after(reply: &mut Reply, status: &Status) {
    if let Some(seconds) = status.retry_after_s() {
        reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// A gRPC success: one message, then the status in trailers.
pub fn grpc_message(message: &[u8]) -> Reply {
    let mut frame = BytesMut::with_capacity(5 + message.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    frame.extend_from_slice(message);
    let mut trailers = HeaderMap::with_capacity(1);
    trailers.insert(GRPC_STATUS, HeaderValue::from_static("0"));
    let body = ReplyBody { data: Some(frame.freeze()), trailers: Some(trailers) };
    grpc_response(body)
}

fn grpc_response(body: ReplyBody) -> Reply {
    let mut reply = Response::new(body);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, GRPC_TYPE);
    headers.insert(GRPC_ACCEPT_ENCODING, GRPC_ENCODINGS);
    reply
}

/// A gRPC failure: the status in the headers, and nothing else ("trailers-only").
pub fn grpc_status(status: &Status) -> Reply {
    let mut reply = grpc_response(ReplyBody::default());
    let headers = reply.headers_mut();
    headers.insert(GRPC_STATUS, HeaderValue::from(status.code));
    if let Ok(message) = HeaderValue::from_str(&percent_encode(&status.message)) {
        headers.insert(GRPC_MESSAGE, message);
    }
    if let Ok(details) = HeaderValue::from_str(&STANDARD_NO_PAD.encode(status.to_protobuf())) {
        headers.insert(GRPC_DETAILS, details);
    }
    reply
}

/// gRPC over HTTP/2, "Percent-Encoded": all but printable ASCII, and `%` itself.
fn percent_encode(message: &str) -> String {
    let mut encoded = String::with_capacity(message.len());
    for byte in message.bytes() {
        match byte {
            b' '..=b'$' | b'&'..=b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encodes_what_headers_cannot_carry() {
        assert_eq!(percent_encode("50% \u{e4}\n~"), "50%25 %C3%A4%0A~");
    }

    #[test]
    fn a_grpc_failure_has_no_body() {
        let reply = grpc_status(&Status::new(14, "busy"));
        assert!(reply.body().is_end_stream());
        assert_eq!(reply.headers().get("grpc-status").map(HeaderValue::as_bytes), Some(&b"14"[..]));
    }
}
