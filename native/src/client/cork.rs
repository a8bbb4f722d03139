//! Lets the kernel gather what one turn of a connection writes.
//!
//! HTTP/2 writes frame by frame, with most peers 16 KiB each. Without a cork each of them goes
//! through the network stack, and wakes the peer, by itself.

#[cfg(target_os = "linux")]
pub use linux::Cork;
#[cfg(not(target_os = "linux"))]
pub use other::Cork;

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::AsFd;

    use socket2::Socket;
    use tokio::net::TcpStream;

    /// Of one connection; holds a descriptor of its socket.
    pub struct Cork(Socket);

    impl Cork {
        pub fn new(stream: &TcpStream) -> Option<Self> {
            let descriptor = stream.as_fd().try_clone_to_owned().ok()?;
            Some(Self(descriptor.into()))
        }

        /// What is written in `turn` leaves when it ends, or before when it fills a segment.
        pub fn gather<T>(&self, turn: impl FnOnce() -> T) -> T {
            // Where it fails, the socket works as without.
            let _ = self.0.set_tcp_cork(true);
            let result = turn();
            let _ = self.0.set_tcp_cork(false);
            result
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use tokio::net::TcpStream;

    /// There is none here.
    pub enum Cork {}

    impl Cork {
        pub const fn new(_: &TcpStream) -> Option<Self> {
            None
        }

        pub fn gather<T>(&self, turn: impl FnOnce() -> T) -> T {
            turn()
        }
    }
}
