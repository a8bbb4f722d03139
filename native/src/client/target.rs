//! Where to connect: names with several addresses are gone round, connection by connection.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream, lookup_host};

use super::cork::Cork;

/// Both kinds of sockets.
pub trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

pub enum Target {
    Tcp { address: String, n_opened: AtomicUsize },
    Unix(PathBuf),
}

impl Target {
    pub fn new(address: String) -> Self {
        match address.strip_prefix("unix:") {
            Some(path) => Self::Unix(PathBuf::from(path.strip_prefix("//").unwrap_or(path))),
            None => Self::Tcp { address, n_opened: AtomicUsize::new(0) },
        }
    }

    pub async fn connect(&self) -> io::Result<(Box<dyn Io>, Option<Cork>)> {
        match self {
            Self::Unix(path) => Ok((Box::new(UnixStream::connect(path).await?), None)),
            Self::Tcp { address, n_opened } => {
                let found: Vec<SocketAddr> = lookup_host(address).await?.collect();
                let stream = connect_any(&found, n_opened.fetch_add(1, Relaxed)).await?;
                stream.set_nodelay(true)?;
                let cork = Cork::new(&stream);
                Ok((Box::new(stream), cork))
            }
        }
    }
}

/// The first address that answers, beginning at the `start`-th.
async fn connect_any(addresses: &[SocketAddr], start: usize) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    let start = start.checked_rem(addresses.len()).unwrap_or(0);
    for address in addresses.iter().cycle().skip(start).take(addresses.len()) {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}
