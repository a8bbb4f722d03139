//! A back end that counts what comes and acknowledges it, at once or at a fixed rate.

use std::io::{BufRead, Read};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use flate2::read::GzDecoder;
use h2::RecvStream;
use h2::server::SendResponse;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::Result;
use crate::args::Options;
use crate::bodies::GRPC_PREFIX_BYTES;
use crate::report::Object;
use crate::wire::{each_item, span_number};

const HTTP2_PREFACE_START: &[u8] = b"PRI ";
const STREAM_WINDOW_BYTES: u32 = 4 << 20;
const CONNECTION_WINDOW_BYTES: u32 = 64 << 20;
const STREAMS_MAX: u32 = 1024;

#[derive(Default)]
struct Counts {
    n_requests: u64,
    n_bytes: u64,
    n_items: u64,
    n_bad: u64,
    n_gzip: u64,
    n_unique: u64,
    /// One bit for each span number, if tracked.
    seen: Option<Vec<u8>>,
    /// When the next request may be answered, if slowed.
    free_at: Option<Instant>,
}

struct Sink {
    counts: Mutex<Counts>,
    rate_per_s: f64,
}

pub async fn run(options: Options) -> Result<()> {
    let listener = TcpListener::bind(options.text("listen").unwrap_or("127.0.0.1:0")).await?;
    let seen = options.flag("track").then(Vec::new);
    let counts = Mutex::new(Counts { seen, ..Counts::default() });
    let sink = Arc::new(Sink { counts, rate_per_s: options.number("rate", 0.0)? });
    println!("{}", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel();
    let asked = sink.clone();
    std::thread::spawn(move || stop.send(answer_commands(&asked)));
    tokio::select! {
        result = accept(listener, sink) => result,
        result = stopped => result?,
    }
}

fn answer_commands(sink: &Sink) -> Result<()> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let counts = sink.counts.lock().map_err(|_| "a connection broke")?;
        match line.split_once(' ') {
            Some(("seen", path)) => {
                std::fs::write(path, counts.seen.as_deref().unwrap_or_default())?;
                println!("{{}}");
            }
            _ => println!("{}", counts.report()),
        }
    }
    Ok(())
}

async fn accept(listener: TcpListener, sink: Arc<Sink>) -> Result<()> {
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let sink = sink.clone();
        // A connection that breaks is the client's affair: its spans are then missing.
        tokio::spawn(async move { sink.serve(socket).await.ok() });
    }
}

impl Counts {
    fn add(&mut self, request: &[u8]) -> u64 {
        let before = self.n_items;
        self.n_requests += 1;
        self.n_bytes += request.len() as u64;
        let walked = each_item(request, &mut |item| {
            self.n_items += 1;
            self.mark(item);
            Some(())
        });
        self.n_bad += u64::from(walked.is_none());
        self.n_items - before
    }

    fn mark(&mut self, item: &[u8]) {
        let (Some(seen), Some(number)) = (&mut self.seen, span_number(item)) else { return };
        let index = (number / 8) as usize;
        if seen.len() <= index {
            seen.resize(index + 4096, 0);
        }
        let bit = 1 << (number % 8);
        self.n_unique += u64::from(seen[index] & bit == 0);
        seen[index] |= bit;
    }

    fn report(&self) -> String {
        Object::default()
            .number("requests", self.n_requests)
            .number("bytes", self.n_bytes)
            .number("items", self.n_items)
            .number("bad", self.n_bad)
            .number("gzip", self.n_gzip)
            .number("unique", self.n_unique)
            .close()
    }
}

impl Sink {
    async fn serve(self: Arc<Self>, socket: TcpStream) -> Result<()> {
        let mut start = [0; HTTP2_PREFACE_START.len()];
        socket.peek(&mut start).await?;
        if start == HTTP2_PREFACE_START {
            self.serve_grpc(socket).await
        } else {
            self.serve_http(socket).await
        }
    }

    async fn serve_grpc(self: Arc<Self>, socket: TcpStream) -> Result<()> {
        let mut connection = h2::server::Builder::new()
            .initial_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .max_concurrent_streams(STREAMS_MAX)
            .handshake::<_, Bytes>(socket)
            .await?;
        while let Some(request) = connection.accept().await {
            let (request, reply) = request?;
            let sink = self.clone();
            tokio::spawn(async move { sink.answer_grpc(request.into_body(), reply).await.ok() });
        }
        Ok(())
    }

    async fn answer_grpc(&self, body: RecvStream, mut reply: SendResponse<Bytes>) -> Result<()> {
        let frame = read_body(body).await?;
        let is_gzip = frame.first() == Some(&1);
        self.receive(frame.get(GRPC_PREFIX_BYTES..).unwrap_or_default(), is_gzip).await?;
        let head = Response::builder().header("content-type", "application/grpc").body(())?;
        let mut stream = reply.send_response(head, false)?;
        stream.send_data(Bytes::from_static(&[0; GRPC_PREFIX_BYTES]), false)?;
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
        Ok(stream.send_trailers(trailers)?)
    }

    async fn serve_http(self: Arc<Self>, socket: TcpStream) -> Result<()> {
        let service = service_fn(|request| self.answer_http(request));
        let io = TokioIo::new(socket);
        Ok(hyper::server::conn::http1::Builder::new().serve_connection(io, service).await?)
    }

    async fn answer_http(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let is_gzip = request.headers().contains_key("content-encoding");
        let body = request.into_body().collect().await?.to_bytes();
        self.receive(&body, is_gzip).await?;
        let reply = Response::builder().header("content-type", "application/x-protobuf");
        Ok(reply.body(Full::default())?)
    }

    /// Counts a request, and waits until its turn has come if the sink is slowed.
    async fn receive(&self, body: &[u8], is_gzip: bool) -> Result<()> {
        let inflated = if is_gzip { Some(gunzip(body)?) } else { None };
        if let Some(free_at) = self.count(inflated.as_deref().unwrap_or(body), is_gzip) {
            tokio::time::sleep_until(free_at.into()).await;
        }
        Ok(())
    }

    fn count(&self, request: &[u8], is_gzip: bool) -> Option<Instant> {
        let mut counts = self.counts.lock().ok()?;
        counts.n_gzip += u64::from(is_gzip);
        let n_items = counts.add(request);
        if self.rate_per_s <= 0.0 {
            return None;
        }
        let now = Instant::now();
        let start = counts.free_at.map_or(now, |free_at| free_at.max(now));
        counts.free_at = Some(start + Duration::from_secs_f64(n_items as f64 / self.rate_per_s));
        counts.free_at
    }
}

async fn read_body(mut body: RecvStream) -> Result<Bytes> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

/// Some peers compress whatever they are told.
fn gunzip(body: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len() * 8);
    GzDecoder::new(body).read_to_end(&mut out)?;
    Ok(out)
}
