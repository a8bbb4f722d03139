//! stub
use super::error::{Error, ErrorKind};
use super::signal::Signal;

pub fn decode(_signal: Signal, _json: &[u8]) -> Result<Vec<u8>, Error> {
    Err(Error::new(ErrorKind::Json, 0))
}

pub fn encode(_signal: Signal, _request: &[u8]) -> Result<Vec<u8>, Error> {
    Err(Error::new(ErrorKind::Json, 0))
}
