//! Reading an answer: headers, one message, trailers.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::{Buf, Bytes, BytesMut};
use h2::RecvStream;
use http::{HeaderMap, Response, StatusCode};

use super::connection::Failure;

pub const CANCELLED: u32 = 1;
pub const UNKNOWN: u32 = 2;
pub const DEADLINE_EXCEEDED: u32 = 4;
pub const PERMISSION_DENIED: u32 = 7;
pub const RESOURCE_EXHAUSTED: u32 = 8;
pub const UNIMPLEMENTED: u32 = 12;
pub const INTERNAL: u32 = 13;
pub const UNAVAILABLE: u32 = 14;
pub const UNAUTHENTICATED: u32 = 16;

/// Before every message: a flag and four bytes of length.
const PREFIX_BYTES: usize = 5;
/// Senders leave the padding out, receivers take both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a call ended. The server's words are left out on purpose: they may quote content.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The gRPC status; 0 is success.
    pub code: u32,
    /// The message, on success.
    pub message: Bytes,
    /// `grpc-status-details-bin`, decoded.
    pub details: Option<Vec<u8>>,
}

impl Reply {
    pub fn status(code: u32) -> Self {
        Self { code, ..Self::default() }
    }

    /// The status that headers or trailers tell, if they do.
    fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let code = headers.get("grpc-status")?.to_str().ok().and_then(|text| text.parse().ok());
        let details = headers.get("grpc-status-details-bin");
        Some(Self {
            code: code.unwrap_or(UNKNOWN),
            message: Bytes::new(),
            details: details.and_then(|value| BASE64.decode(value.as_bytes()).ok()),
        })
    }
}

/// The whole answer; a message above `bytes_max` is refused as resource exhausted.
pub async fn read(response: Response<RecvStream>, bytes_max: usize) -> Result<Reply, Failure> {
    let (head, mut body) = response.into_parts();
    if let Some(reply) = Reply::from_headers(&head.headers) {
        return Ok(reply);
    }
    if head.status != StatusCode::OK {
        return Ok(Reply::status(code_of_http(head.status)));
    }
    let mut framed = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.map_err(|error| begun(&error))?;
        if framed.len() + chunk.len() > bytes_max.saturating_add(PREFIX_BYTES) {
            return Err(Failure::Status(RESOURCE_EXHAUSTED));
        }
        body.flow_control().release_capacity(chunk.len()).map_err(|error| begun(&error))?;
        framed.extend_from_slice(&chunk);
    }
    let trailers = body.trailers().await.map_err(|error| begun(&error))?.unwrap_or_default();
    let reply = Reply::from_headers(&trailers).unwrap_or_else(|| Reply::status(UNKNOWN));
    Ok(if reply.code == 0 { with_message(reply, framed.freeze()) } else { reply })
}

/// The server had begun to answer, so the request is not sent again by itself.
fn begun(error: &h2::Error) -> Failure {
    Failure::Status(Failure::from_h2(error).code())
}

/// Exactly one message, uncompressed, as no other was asked for.
fn with_message(reply: Reply, mut framed: Bytes) -> Reply {
    if framed.len() < PREFIX_BYTES {
        return Reply::status(INTERNAL);
    }
    let (flag, length) = (framed.get_u8(), framed.get_u32());
    if flag != 0 || u32::try_from(framed.len()) != Ok(length) {
        return Reply::status(INTERNAL);
    }
    Reply { message: framed, ..reply }
}

/// As the gRPC protocol maps the statuses of proxies.
fn code_of_http(status: StatusCode) -> u32 {
    match status.as_u16() {
        400 => INTERNAL,
        401 => UNAUTHENTICATED,
        403 => PERMISSION_DENIED,
        404 => UNIMPLEMENTED,
        429 | 502..=504 => UNAVAILABLE,
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, http::HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn details_are_read_with_and_without_padding() {
        for encoded in ["AQI=", "AQI"] {
            let found = headers(&[("grpc-status", "8"), ("grpc-status-details-bin", encoded)]);
            let details = Some(vec![1, 2]);
            let expected = Reply { code: 8, details, ..Reply::default() };
            assert_eq!(Reply::from_headers(&found), Some(expected));
        }
    }

    #[test]
    fn a_status_that_is_no_number_is_unknown() {
        let found = headers(&[("grpc-status", "fine")]);
        assert_eq!(Reply::from_headers(&found), Some(Reply::status(UNKNOWN)));
    }

    #[test]
    fn a_message_must_be_whole_and_single() {
        let message = |bytes: &'static [u8]| with_message(Reply::default(), Bytes::from(bytes));
        assert_eq!(message(&[0, 0, 0, 0, 1, 7]).message.as_ref(), [7]);
        for broken in [&[][..], &[0, 0, 0, 0, 2, 7], &[1, 0, 0, 0, 1, 7], &[0, 0, 0, 0, 0, 7]] {
            assert_eq!(message(broken), Reply::status(INTERNAL));
        }
    }
}
