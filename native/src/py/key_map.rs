//! `KeyMap`: Python objects by 64-bit key, many keys in one call.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use numpy::PyReadonlyArray1;
use parking_lot::Mutex;
use pyo3::prelude::*;

use super::errors::wrong;

type Map = HashMap<u64, Arc<Py<PyAny>>, ahash::RandomState>;

#[pyclass(frozen, name = "KeyMap", module = "spanloom_native")]
#[derive(Default)]
pub struct PyKeyMap {
    // Never held while Python runs: whoever holds it needs no GIL to let it go.
    map: Mutex<Map>,
}

fn slice<'a>(keys: &'a PyReadonlyArray1<'_, u64>) -> PyResult<&'a [u64]> {
    keys.as_slice().map_err(|_| wrong("keys must be contiguous"))
}

/// Adds all keys, or none if one is there already or comes twice.
fn add_new(map: &mut Map, keys: &[u64], value: &Arc<Py<PyAny>>) -> bool {
    map.reserve(keys.len());
    for (n_added, &key) in keys.iter().enumerate() {
        match map.entry(key) {
            Entry::Vacant(entry) => entry.insert(Arc::clone(value)),
            Entry::Occupied(_) => {
                keys.iter().take(n_added).for_each(|key| drop(map.remove(key)));
                return false;
            }
        };
    }
    true
}

#[pymethods]
impl PyKeyMap {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn __len__(&self) -> usize {
        self.map.lock().len()
    }

    fn get(&self, py: Python<'_>, key: u64) -> Option<Py<PyAny>> {
        let found = self.map.lock().get(&key).map(Arc::clone);
        found.map(|value| value.clone_ref(py))
    }

    fn set(&self, key: u64, value: Py<PyAny>) {
        let earlier = self.map.lock().insert(key, Arc::new(value));
        // Its end may run any code of Python's, so not before the lock is free.
        drop(earlier);
    }

    fn has_any(&self, py: Python<'_>, keys: PyReadonlyArray1<'_, u64>) -> PyResult<bool> {
        let keys = slice(&keys)?;
        Ok(py.detach(|| {
            let map = self.map.lock();
            !map.is_empty() && keys.iter().any(|key| map.contains_key(key))
        }))
    }

    fn add_new(
        &self,
        py: Python<'_>,
        keys: PyReadonlyArray1<'_, u64>,
        value: Py<PyAny>,
    ) -> PyResult<bool> {
        let (keys, value) = (slice(&keys)?, Arc::new(value));
        Ok(py.detach(|| add_new(&mut self.map.lock(), keys, &value)))
    }
}
