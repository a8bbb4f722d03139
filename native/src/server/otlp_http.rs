//! OTLP/HTTP, and HTTP routes registered from outside.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_ENCODING, HeaderMap, HeaderValue};
use http::{Method, Request, StatusCode, Version};
use hyper::body::Incoming;

use crate::otlp::json;
use crate::otlp::signal::Signal;

use super::body::{RequestBody, discard};
use super::budget::Permit;
use super::cors;
use super::decompress::Encoding;
use super::export::export;
use super::raw::RawInbox;
use super::refusal::{Reason, Refusal};
use super::response::{self, Reply, set_retry_after};
use super::service::{RawRequest, Shared, Target, media_type};
use super::stats::{Source, Transport};
use super::status::{Rejected, export_response, export_response_json};

const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const MEDIA_TYPES: &str =
    "415 unsupported media type, supported: [application/json, application/x-protobuf]";

/// In which form a request came, and its answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Protobuf,
    Json,
    /// Plain text, where the request's form is unknown.
    Text,
}

impl Form {
    fn of(headers: &HeaderMap) -> Option<Self> {
        match media_type(headers).as_str() {
            "application/x-protobuf" | "application/protobuf" => Some(Self::Protobuf),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    fn success(self, signal: Signal, rejected: Option<Rejected>) -> Reply {
        match self {
            Self::Json => response::http(200, JSON, export_response_json(signal, rejected)),
            Self::Protobuf | Self::Text => response::http(200, PROTOBUF, export_response(rejected)),
        }
    }

    fn failure(self, refusal: &Refusal) -> Reply {
        let Refusal { status, http_status, .. } = refusal;
        let mut reply = match self {
            Self::Protobuf => response::http(*http_status, PROTOBUF, status.to_protobuf()),
            Self::Json => response::http(*http_status, JSON, status.to_json()),
            Self::Text => response::text(*http_status, status.message.clone()),
        };
        set_retry_after(&mut reply, status);
        reply
    }
}

pub async fn handle(shared: &Shared, peer: &Arc<str>, request: Request<Incoming>) -> Reply {
    let is_http1 = request.version() < Version::HTTP_2;
    let (head, body) = request.into_parts();
    let mut body = RequestBody::new(body, head.version);
    let request = Request::from_parts(head, ());
    let mut reply = match &shared.config.cors {
        Some(cors) if cors::is_preflight(request.method(), request.headers()) => {
            return cors.preflight(request.headers());
        }
        _ => route(shared, peer, &request, &mut body).await,
    };
    if let Some(cors) = &shared.config.cors {
        cors.allow(request.headers(), &mut reply);
    }
    if reply.status() != StatusCode::REQUEST_TIMEOUT {
        discard(body);
    } else if is_http1 {
        reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    reply
}

async fn route(
    shared: &Shared,
    peer: &Arc<str>,
    request: &Request<()>,
    body: &mut RequestBody,
) -> Reply {
    let none = Source { signal: None, transport: Transport::Http };
    let Some(targets) = shared.routes.http.get(request.uri().path()) else {
        shared.stats.failed(none, Reason::NotFound, 1, 0);
        return response::text(404, "404 page not found");
    };
    let target = targets.iter().find(|(method, _)| method == request.method());
    match target.map(|(_, target)| target) {
        Some(Target::Export(signal)) => answer_export(shared, *signal, request, body).await,
        Some(Target::Raw(inbox)) => answer_raw(shared, inbox, peer, request, body).await,
        None => {
            shared.stats.failed(source_of(targets), Reason::Method, 1, 0);
            let methods: Vec<_> = targets.iter().map(|(method, _)| method.as_str()).collect();
            response::method_not_allowed(&methods.join(", "))
        }
    }
}

fn source_of(targets: &[(Method, Target)]) -> Source {
    let signal = targets.iter().find_map(|(_, target)| match target {
        Target::Export(signal) => Some(*signal),
        Target::Raw(_) => None,
    });
    Source { signal, transport: Transport::Http }
}

async fn answer_export(
    shared: &Shared,
    signal: Signal,
    request: &Request<()>,
    body: &mut RequestBody,
) -> Reply {
    let source = Source { signal: Some(signal), transport: Transport::Http };
    let Some(form) = Form::of(request.headers()) else {
        shared.stats.failed(source, Reason::UnsupportedMedia, 1, 0);
        return response::text(415, MEDIA_TYPES);
    };
    match take_export(shared, signal, form, request.headers(), body).await {
        Ok(rejected) => form.success(signal, rejected),
        Err(refusal) => refuse(shared, source, form, &refusal),
    }
}

async fn take_export(
    shared: &Shared,
    signal: Signal,
    form: Form,
    headers: &HeaderMap,
    body: &mut RequestBody,
) -> Result<Option<Rejected>, Refusal> {
    let source = Source { signal: Some(signal), transport: Transport::Http };
    let (mut raw, mut permit) = read_body(shared, source, headers, body).await?;
    if form == Form::Json {
        raw = json::decode(signal, &raw)
            .map_err(|error| Refusal::with_message(Reason::BadData, error.to_string()))?
            .into();
        // JSON may be shorter than what it means: a number is two bytes there, and eight here.
        shared.resize(&mut permit, raw.len())?;
    }
    export(shared, signal, Transport::Http, raw, permit).await
}

fn refuse(shared: &Shared, source: Source, form: Form, refusal: &Refusal) -> Reply {
    if let Some(reason) = refusal.reason {
        shared.stats.failed(source, reason, 1, 0);
    }
    form.failure(refusal)
}

/// The body, decompressed.
async fn read_body(
    shared: &Shared,
    source: Source,
    headers: &HeaderMap,
    body: &mut RequestBody,
) -> Result<(Bytes, Permit), Refusal> {
    let max_bytes = shared.config.http_body_bytes_max;
    let encoding = encoding(shared, headers)?;
    let mut permit = shared.admit()?;
    let raw = shared.read(source, body, max_bytes, &mut permit).await?;
    match encoding {
        None => Ok((raw, permit)),
        Some(encoding) => {
            let raw = shared.inflate(encoding, &raw, max_bytes, &mut permit)?;
            Ok((raw, permit))
        }
    }
}

fn encoding(shared: &Shared, headers: &HeaderMap) -> Result<Option<Encoding>, Refusal> {
    let Some(value) = headers.get(CONTENT_ENCODING) else {
        return Ok(None);
    };
    match value.to_str().map(str::trim) {
        Ok("" | "identity") => Ok(None),
        Ok(name) => Encoding::from_name(name)
            .filter(|encoding| shared.config.http_encodings.contains(encoding))
            .map(Some)
            .ok_or_else(|| Refusal::new(Reason::UnsupportedEncoding)),
        Err(_) => Err(Refusal::new(Reason::UnsupportedEncoding)),
    }
}

async fn answer_raw(
    shared: &Shared,
    inbox: &RawInbox,
    peer: &Arc<str>,
    request: &Request<()>,
    body: &mut RequestBody,
) -> Reply {
    let source = Source { signal: None, transport: Transport::Http };
    let headers = request.headers();
    let asked = async {
        let (body, permit) = read_body(shared, source, headers, body).await?;
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let (peer, headers) = (Arc::clone(peer), headers.clone());
        shared.ask(inbox, RawRequest { path, peer, headers, body, permit, source }).await
    };
    match asked.await {
        Ok(reply) => {
            let content_type = HeaderValue::from_str(&reply.content_type).unwrap_or(JSON);
            response::http(reply.status.unwrap_or(200), content_type, reply.body)
        }
        Err(refusal) => refuse(shared, source, Form::of(headers).unwrap_or(Form::Text), &refusal),
    }
}
