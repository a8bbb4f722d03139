//! One connection's worth of exporting, over gRPC (h2) or HTTP/1.1.

use bytes::Bytes;
use h2::RecvStream;
use h2::client::SendRequest as GrpcSender;
use http::{HeaderMap, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest as HttpSender;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Result;

const GRPC_PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const HTTP_PATH: &str = "/v1/traces";
const STREAM_WINDOW_BYTES: u32 = 1 << 20;
const CONNECTION_WINDOW_BYTES: u32 = 16 << 20;
const GRPC_RETRYABLE: [&str; 7] = ["1", "4", "8", "10", "11", "14", "15"];
const HTTP_RETRYABLE: [u16; 4] = [429, 502, 503, 504];

/// How a request was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Accepted,
    /// Retryable.
    Refused,
    Failed,
}

pub enum Client {
    Grpc { sender: GrpcSender<Bytes>, uri: Uri },
    Http { sender: HttpSender<Full<Bytes>>, host: String },
}

impl Client {
    pub async fn connect(target: &str, grpc: bool) -> Result<Self> {
        let socket = TcpStream::connect(target).await?;
        socket.set_nodelay(true)?;
        if grpc { connect_grpc(socket, target).await } else { connect_http(socket, target).await }
    }

    /// Another user of the same connection; HTTP/1.1 has none.
    pub async fn share(&self, target: &str) -> Result<Self> {
        match self {
            Self::Grpc { sender, uri } => {
                Ok(Self::Grpc { sender: sender.clone(), uri: uri.clone() })
            }
            Self::Http { .. } => Self::connect(target, false).await,
        }
    }

    /// Sends one body and waits for its answer; any transport error counts as failed.
    pub async fn export(&mut self, body: Bytes) -> Outcome {
        let answer = match self {
            Self::Grpc { sender, uri } => export_grpc(sender, uri, body).await,
            Self::Http { sender, host } => export_http(sender, host, body).await,
        };
        answer.unwrap_or(Outcome::Failed)
    }
}

async fn connect_grpc(socket: TcpStream, target: &str) -> Result<Client> {
    let (sender, connection) = h2::client::Builder::new()
        .initial_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .handshake::<_, Bytes>(socket)
        .await?;
    tokio::spawn(connection);
    let uri = format!("http://{target}{GRPC_PATH}").parse()?;
    Ok(Client::Grpc { sender, uri })
}

async fn connect_http(socket: TcpStream, target: &str) -> Result<Client> {
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await?;
    tokio::spawn(connection);
    Ok(Client::Http { sender, host: target.to_owned() })
}

async fn export_grpc(sender: &mut GrpcSender<Bytes>, uri: &Uri, body: Bytes) -> Result<Outcome> {
    let request = Request::post(uri.clone())
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())?;
    let mut ready = sender.clone().ready().await?;
    let (response, mut stream) = ready.send_request(request, false)?;
    stream.send_data(body, true)?;
    let (head, mut reply) = response.await?.into_parts();
    let trailers = read_reply(&mut reply).await?;
    Ok(grpc_outcome(trailers.as_ref().unwrap_or(&head.headers)))
}

async fn read_reply(reply: &mut RecvStream) -> Result<Option<HeaderMap>> {
    while let Some(chunk) = reply.data().await {
        reply.flow_control().release_capacity(chunk?.len())?;
    }
    Ok(reply.trailers().await?)
}

fn grpc_outcome(trailers: &HeaderMap) -> Outcome {
    match trailers.get("grpc-status").and_then(|status| status.to_str().ok()) {
        Some("0") => Outcome::Accepted,
        Some(status) if GRPC_RETRYABLE.contains(&status) => Outcome::Refused,
        _ => Outcome::Failed,
    }
}

async fn export_http(
    sender: &mut HttpSender<Full<Bytes>>,
    host: &str,
    body: Bytes,
) -> Result<Outcome> {
    let request = Request::post(HTTP_PATH)
        .header("host", host)
        .header("content-type", "application/x-protobuf")
        .body(Full::new(body))?;
    sender.ready().await?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    response.into_body().collect().await?;
    Ok(match status.as_u16() {
        200 => Outcome::Accepted,
        code if HTTP_RETRYABLE.contains(&code) => Outcome::Refused,
        _ => Outcome::Failed,
    })
}
