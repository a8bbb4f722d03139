//! Where to listen: `host:port`, `[v6]:port`, `unix:/path`.

use std::io;
use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

/// A place to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Address {
    /// Resolves names; of several addresses the first IPv4 one is taken, as the Collector does.
    /// An empty host means every interface.
    pub fn parse(text: &str) -> io::Result<Self> {
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "the path is empty"))
            } else {
                Ok(Self::Unix(PathBuf::from(path)))
            };
        }
        if let Some(port) = text.strip_prefix(':') {
            let port = port.parse().map_err(|_| invalid("the port is no number in 0..65535"))?;
            return Ok(Self::Tcp(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))));
        }
        resolve(text).map(Self::Tcp)
    }
}

fn resolve(text: &str) -> io::Result<SocketAddr> {
    let found: Vec<_> = text.to_socket_addrs()?.collect();
    let first_v4 = found.iter().find(|address| address.is_ipv4());
    first_v4.or(found.first()).copied().ok_or_else(|| invalid("the host has no address"))
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_unix_paths_with_and_without_slashes() {
        let path = Address::Unix(PathBuf::from("/run/a.sock"));
        assert_eq!(Address::parse("unix:/run/a.sock").ok(), Some(path.clone()));
        assert_eq!(Address::parse("unix:///run/a.sock").ok(), Some(path));
        assert!(Address::parse("unix:").is_err());
    }

    #[test]
    fn an_empty_host_means_every_interface() {
        let any = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 4317));
        assert_eq!(Address::parse(":4317").ok(), Some(Address::Tcp(any)));
        assert!(Address::parse(":x").is_err());
        assert!(Address::parse("127.0.0.1").is_err());
    }
}
