//! A bound and listening socket that outlives the servers which borrow it.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::sync::Notify;

use super::address::Address;

/// Closing it, or the last server that borrowed it, ends the socket.
#[derive(Debug)]
pub struct Listener {
    address: String,
    socket: Mutex<Option<Socket>>,
    unix_path: Option<PathBuf>,
    silent: Arc<Silent>,
}

/// What a server accepts from: its own duplicate of the socket, and what others gave back.
#[derive(Debug)]
pub struct Accepting {
    pub socket: AcceptingSocket,
    pub silent: Arc<Silent>,
}

#[derive(Debug)]
pub enum AcceptingSocket {
    Tcp(std::net::TcpListener),
    Unix(std::os::unix::net::UnixListener),
}

/// Connections that a server accepted and gave back when it ended, because nothing had come from
/// their clients: for the next server.
#[derive(Debug, Default)]
pub struct Silent {
    /// None once the listener is closed.
    streams: Mutex<Option<Vec<WithPeer>>>,
    given_back: Notify,
}

/// A connection and the address of its client.
pub type WithPeer = (SilentStream, Arc<str>);

#[derive(Debug)]
pub enum SilentStream {
    Tcp(std::net::TcpStream),
    Unix(std::os::unix::net::UnixStream),
}

impl Silent {
    pub fn give_back(&self, stream: SilentStream, peer: Arc<str>) {
        if let Some(streams) = &mut *self.streams.lock() {
            streams.push((stream, peer));
            self.given_back.notify_one();
        }
    }

    /// A stream and its peer; waits for one.
    pub async fn take(&self) -> WithPeer {
        loop {
            let stream = self.streams.lock().as_mut().and_then(Vec::pop);
            match stream {
                Some(stream) => return stream,
                None => self.given_back.notified().await,
            }
        }
    }
}

impl Listener {
    pub fn bind(text: &str, backlog: i32) -> io::Result<Self> {
        match Address::parse(text)? {
            Address::Tcp(address) => Self::bind_tcp(address, backlog),
            Address::Unix(path) => Self::bind_unix(path, backlog),
        }
    }

    fn bind_tcp(address: SocketAddr, backlog: i32) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            // `[::]` takes IPv4 clients too, as Go's listeners do.
            socket.set_only_v6(!address.ip().is_unspecified())?;
        }
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        Self::listen(socket, backlog, None)
    }

    fn bind_unix(path: PathBuf, backlog: i32) -> io::Result<Self> {
        remove_stale(&path)?;
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(&path)?)?;
        Self::listen(socket, backlog, Some(path))
    }

    fn listen(socket: Socket, backlog: i32, unix_path: Option<PathBuf>) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        socket.listen(backlog)?;
        let address = match (&unix_path, socket.local_addr()?.as_socket()) {
            (Some(path), _) => format!("unix:{}", path.display()),
            (None, Some(address)) => address.to_string(),
            (None, None) => return Err(io::Error::other("the socket has no address")),
        };
        let silent =
            Arc::new(Silent { streams: Mutex::new(Some(Vec::new())), ..Silent::default() });
        Ok(Self { address, socket: Mutex::new(Some(socket)), unix_path, silent })
    }

    /// With the port really bound.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Ends it once no server borrows it any more. May be called again.
    pub fn close(&self) {
        self.silent.streams.lock().take();
        if self.socket.lock().take().is_some()
            && let Some(path) = &self.unix_path
        {
            // Already gone is as good as removed.
            let _ = std::fs::remove_file(path);
        }
    }

    /// A duplicate; connections that wait in the socket's queue are nobody's until accepted.
    pub fn accepting(&self) -> io::Result<Accepting> {
        let socket = self.socket.lock();
        let closed = || io::Error::new(io::ErrorKind::NotConnected, "the listener is closed");
        let socket = socket.as_ref().ok_or_else(closed)?.try_clone()?;
        let socket = match self.unix_path {
            Some(_) => AcceptingSocket::Unix(socket.into()),
            None => AcceptingSocket::Tcp(socket.into()),
        };
        Ok(Accepting { socket, silent: Arc::clone(&self.silent) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.close();
    }
}

/// Removes a socket file that a dead process left; one in use, or another kind of file, stays.
fn remove_stale(path: &Path) -> io::Result<()> {
    let Ok(metadata) = std::fs::symlink_metadata(path) else {
        return Ok(());
    };
    if metadata.file_type().is_socket() && std::os::unix::net::UnixStream::connect(path).is_err() {
        return std::fs::remove_file(path);
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_port_really_bound() {
        let listener = Listener::bind("127.0.0.1:0", 16);
        let address = listener.as_ref().map(|l| l.address().to_owned()).unwrap_or_default();
        assert!(address.starts_with("127.0.0.1:") && !address.ends_with(":0"), "{address}");
    }

    #[test]
    fn a_closed_listener_lends_nothing() {
        let listener = Listener::bind("127.0.0.1:0", 16);
        assert!(listener.as_ref().is_ok_and(|l| l.accepting().is_ok()));
        if let Ok(listener) = listener {
            listener.close();
            assert!(listener.accepting().is_err());
        }
    }
}
