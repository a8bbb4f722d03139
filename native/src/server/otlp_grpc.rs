//! gRPC: the three Export methods, and unary methods registered from outside.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap};
use http::{Method, Request, Version};
use hyper::body::Incoming;

use crate::otlp::signal::Signal;

use super::body::RequestBody;
use super::budget::Permit;
use super::decompress::Encoding;
use super::export::export;
use super::raw::RawInbox;
use super::refusal::{Reason, Refusal};
use super::response::{Reply, grpc_message, grpc_status, method_not_allowed};
use super::service::{RawRequest, Shared, Target};
use super::stats::{Source, Transport};
use super::status::{Status, code, export_response};

/// A flag and a length precede each message.
const PREFIX_BYTES: usize = 5;

pub const fn path(signal: Signal) -> &'static str {
    match signal {
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    }
}

/// `application/grpc`, alone or with `+proto` or parameters; not `application/grpc-web`.
pub fn is_grpc(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    match value.strip_prefix(b"application/grpc") {
        Some(rest) => matches!(rest.first(), None | Some(b'+' | b';')),
        None => false,
    }
}

pub async fn handle(shared: &Shared, peer: &Arc<str>, request: Request<Incoming>) -> Reply {
    let target = shared.routes.grpc.get(request.uri().path());
    let signal = match target {
        Some(Target::Export(signal)) => Some(*signal),
        _ => None,
    };
    let source = Source { signal, transport: Transport::Grpc };
    if request.method() != Method::POST {
        shared.stats.failed(source, Reason::Method, 1, 0);
        return method_not_allowed("POST");
    }
    let answer = match target {
        Some(Target::Export(signal)) => answer_export(shared, *signal, request).await,
        Some(Target::Raw(inbox)) => answer_raw(shared, inbox, peer, request).await,
        None => Err(Refusal::new(Reason::NotFound)),
    };
    answer.unwrap_or_else(|refusal| {
        if let Some(reason) = refusal.reason {
            shared.stats.failed(source, reason, 1, 0);
        }
        grpc_status(&refusal.status)
    })
}

async fn answer_export(
    shared: &Shared,
    signal: Signal,
    request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let source = Source { signal: Some(signal), transport: Transport::Grpc };
    let (message, permit) = read_message(shared, source, request).await?;
    let rejected = export(shared, signal, Transport::Grpc, message, permit).await?;
    Ok(grpc_message(&export_response(rejected)))
}

async fn answer_raw(
    shared: &Shared,
    inbox: &RawInbox,
    peer: &Arc<str>,
    request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let path = request.uri().path().to_owned();
    let headers = request.headers().clone();
    let source = Source { signal: None, transport: Transport::Grpc };
    let (body, permit) = read_message(shared, source, request).await?;
    let peer = Arc::clone(peer);
    let raw = RawRequest { path, peer, headers, body, permit, source };
    let reply = shared.ask(inbox, raw).await?;
    let code = u32::from(reply.status.unwrap_or_default());
    if code == code::OK {
        return Ok(grpc_message(&reply.body));
    }
    // A failed call has no message; its body is the text of the status.
    let text = String::from_utf8_lossy(&reply.body);
    Ok(grpc_status(&Status::new(code, text)))
}

/// The one message of a unary call, decompressed.
async fn read_message(
    shared: &Shared,
    source: Source,
    request: Request<Incoming>,
) -> Result<(Bytes, Permit), Refusal> {
    let max_bytes = shared.config.grpc_message_bytes_max;
    let encoding = encoding(request.headers())?;
    let mut permit = shared.admit()?;
    let mut body = RequestBody::new(request.into_body(), Version::HTTP_2);
    let framed = shared.read(source, &mut body, max_bytes + PREFIX_BYTES, &mut permit).await?;
    let (is_compressed, message) = unframe(framed)?;
    if !is_compressed {
        return Ok((message, permit));
    }
    let encoding = encoding.ok_or_else(|| {
        Refusal::with_message(Reason::BrokenEncoding, "compressed message without grpc-encoding")
    })?;
    let message = shared.inflate(encoding, &message, max_bytes, &mut permit)?;
    Ok((message, permit))
}

fn encoding(headers: &HeaderMap) -> Result<Option<Encoding>, Refusal> {
    let Some(name) = headers.get("grpc-encoding") else {
        return Ok(None);
    };
    match name.to_str() {
        Ok("identity" | "") => Ok(None),
        Ok(name) => Encoding::from_name(name)
            .map(Some)
            .ok_or_else(|| Refusal::new(Reason::UnsupportedEncoding)),
        Err(_) => Err(Refusal::new(Reason::UnsupportedEncoding)),
    }
}

/// Whether the message is compressed, and the message.
fn unframe(framed: Bytes) -> Result<(bool, Bytes), Refusal> {
    let broken = |message| Refusal::with_message(Reason::BadData, message);
    let Some(&[flag, a, b, c, d]) = framed.first_chunk::<PREFIX_BYTES>() else {
        return Err(broken("the call carries no whole message"));
    };
    let message = framed.slice(PREFIX_BYTES..);
    let declared = u32::from_be_bytes([a, b, c, d]) as usize;
    if message.len() < declared {
        return Err(broken("the message is shorter than its prefix says"));
    }
    if message.len() > declared {
        return Err(broken("a unary call carries one message"));
    }
    match flag {
        0 => Ok((false, message)),
        1 => Ok((true, message)),
        _ => Err(broken("the message has an unknown flag")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unframed(framed: &'static [u8]) -> Option<(bool, Bytes)> {
        unframe(Bytes::from_static(framed)).ok()
    }

    #[test]
    fn takes_one_whole_message() {
        assert_eq!(unframed(b"\0\0\0\0\x02hi"), Some((false, Bytes::from_static(b"hi"))));
        assert_eq!(unframed(b"\x01\0\0\0\0"), Some((true, Bytes::new())));
    }

    #[test]
    fn refuses_cut_doubled_and_unknown_frames() {
        for framed in [&b""[..], b"\0\0\0\0", b"\0\0\0\0\x03hi", b"\0\0\0\0\x01hi", b"\x02\0\0\0\0"]
        {
            assert_eq!(unframed(framed), None);
        }
    }

    #[test]
    fn grpc_web_is_not_grpc() {
        let is = |value| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(value));
            is_grpc(&headers)
        };
        assert!(is("application/grpc") && is("application/grpc+proto"));
        assert!(!is("application/grpc-web") && !is("application/json"));
    }
}
