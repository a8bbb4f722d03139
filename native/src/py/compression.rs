//! `compress`: bodies of outgoing requests.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A body changes hands once: speed counts for more than the last percent.
const LEVEL_DEFAULT: i32 = 1;

fn compressed(data: &[u8], encoding: &str, level: i32) -> std::io::Result<Option<Vec<u8>>> {
    let deflate_level = Compression::new(level.clamp(0, 9) as u32);
    let out = Vec::with_capacity(data.len() / 3 + 64);
    Ok(Some(match encoding {
        "gzip" => {
            let mut encoder = GzEncoder::new(out, deflate_level);
            encoder.write_all(data)?;
            encoder.finish()?
        }
        "deflate" => {
            let mut encoder = ZlibEncoder::new(out, deflate_level);
            encoder.write_all(data)?;
            encoder.finish()?
        }
        "zstd" => zstd::bulk::compress(data, level)?,
        // HTTP bodies use the block format, as the Collector does.
        "snappy" => snap::raw::Encoder::new().compress_vec(data).map_err(std::io::Error::other)?,
        _ => return Ok(None),
    }))
}

#[pyfunction]
#[pyo3(signature = (data, encoding, level = None))]
pub fn compress<'py>(
    py: Python<'py>,
    data: &[u8],
    encoding: &str,
    level: Option<i32>,
) -> PyResult<Bound<'py, PyBytes>> {
    let level = level.unwrap_or(LEVEL_DEFAULT);
    match py.detach(|| compressed(data, encoding, level))? {
        Some(out) => Ok(PyBytes::new(py, &out)),
        None => Err(PyValueError::new_err("encoding must be gzip, zstd, deflate or snappy")),
    }
}
