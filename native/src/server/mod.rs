//! HTTP/1.1, HTTP/2 and gRPC on every listener.
