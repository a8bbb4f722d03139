//! stub
use super::error::Error;
use super::signal::Signal;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub n_items: u32,
    pub n_bad_ids: u32,
    pub repeats_singular: bool,
}

pub fn validate(_signal: Signal, _request: &[u8]) -> Result<Summary, Error> {
    Ok(Summary::default())
}

pub fn drop_bad_ids(_signal: Signal, request: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(request.to_vec())
}

pub fn normalise(_signal: Signal, request: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(request.to_vec())
}
