//! Connections as they come, from clients and from the server before.

use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::Interest;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use super::config::WRITE_TIMEOUT;
use super::listener::{Accepting, AcceptingSocket, Silent, SilentStream};

const DEAD_PEER_TIME: Duration = Duration::from_secs(60);
const UNIX_PEER: &str = "unix";

/// A listener inside the runtime.
pub struct Acceptor {
    socket: AcceptorSocket,
    pub silent: Arc<Silent>,
}

enum AcceptorSocket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// An accepted connection.
pub enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Acceptor {
    /// Must be called inside the runtime.
    pub fn new(Accepting { socket, silent }: Accepting) -> io::Result<Self> {
        let socket = match socket {
            AcceptingSocket::Tcp(socket) => AcceptorSocket::Tcp(TcpListener::from_std(socket)?),
            AcceptingSocket::Unix(socket) => AcceptorSocket::Unix(UnixListener::from_std(socket)?),
        };
        Ok(Self { socket, silent })
    }

    /// A connection and the address of its client.
    pub async fn accept(&self) -> io::Result<(Stream, Arc<str>)> {
        tokio::select! {
            (stream, peer) = self.silent.take() => Ok((Stream::from_silent(stream)?, peer)),
            accepted = self.socket.accept() => accepted,
        }
    }
}

impl AcceptorSocket {
    async fn accept(&self) -> io::Result<(Stream, Arc<str>)> {
        match self {
            Self::Tcp(socket) => {
                let (stream, peer) = socket.accept().await?;
                tune(&stream);
                Ok((Stream::Tcp(stream), peer.to_string().into()))
            }
            Self::Unix(socket) => {
                let (stream, _) = socket.accept().await?;
                Ok((Stream::Unix(stream), UNIX_PEER.into()))
            }
        }
    }
}

impl Stream {
    fn from_silent(stream: SilentStream) -> io::Result<Self> {
        match stream {
            SilentStream::Tcp(stream) => TcpStream::from_std(stream).map(Self::Tcp),
            SilentStream::Unix(stream) => UnixStream::from_std(stream).map(Self::Unix),
        }
    }

    pub fn into_silent(self) -> io::Result<SilentStream> {
        match self {
            Self::Tcp(stream) => stream.into_std().map(SilentStream::Tcp),
            Self::Unix(stream) => stream.into_std().map(SilentStream::Unix),
        }
    }

    /// Waits for a byte, or the end, and leaves it there.
    pub async fn first_byte(&self) -> io::Result<()> {
        let is_there = |socket: SockRef<'_>| socket.peek(&mut [MaybeUninit::uninit()]).map(drop);
        loop {
            // It may say so too early.
            let looked = match self {
                Self::Tcp(stream) => {
                    stream.readable().await?;
                    stream.try_io(Interest::READABLE, || is_there(stream.into()))
                }
                Self::Unix(stream) => {
                    stream.readable().await?;
                    stream.try_io(Interest::READABLE, || is_there(stream.into()))
                }
            };
            match looked {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                looked => return looked,
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
