//! What holds for all rules of a document.

use serde::Deserialize;

use crate::place::Role;

/// What happens to attributes by their key, whatever they hold. Globs, or regular expressions
/// between slashes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The attribute goes.
    #[serde(default)]
    pub drop: Vec<String>,
    /// Its value becomes the mask.
    #[serde(default)]
    pub mask: Vec<String>,
    /// Not looked at.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// If given, every other attribute goes.
    #[serde(default)]
    pub allow_only: Option<Vec<String>>,
    /// What `mask` writes.
    #[serde(default = "mask_text")]
    pub mask_text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub value_bytes_max: usize,
    pub json_depth_max: usize,
    /// JSON inside strings of JSON.
    pub nested_json_max: usize,
    /// Decoded, per value.
    pub base64_bytes_max: usize,
    /// Time for one value, in milliseconds, plus the same for each MiB of it.
    pub value_ms_max: u64,
    pub automaton_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            value_bytes_max: 16 << 20,
            json_depth_max: 64,
            nested_json_max: 3,
            base64_bytes_max: 64 << 10,
            value_ms_max: 2_000,
            automaton_bytes_max: 64 << 20,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Decode {
    pub json: bool,
    pub base64: bool,
    pub percent: bool,
    pub hex: bool,
}

impl Default for Decode {
    fn default() -> Self {
        Self { json: true, base64: true, percent: true, hex: false }
    }
}

/// Which numbers (of attributes and in JSON) are looked at like their decimal text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanNumbers {
    None,
    /// Those under a key that holds a context word of some rule.
    #[default]
    Named,
    All,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnOversize {
    #[default]
    DropValue,
    /// Both ends are scanned, the middle is replaced.
    ScanHeadTail,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HmacKey {
    pub key_base64: String,
    pub key_id: String,
}

impl std::fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HmacKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Injection {
    /// Told from this score on.
    pub threshold: f64,
    /// Whose words count.
    pub roles: Vec<Role>,
}

impl Default for Injection {
    fn default() -> Self {
        Self { threshold: 0.5, roles: vec![Role::None, Role::User, Role::Tool] }
    }
}

fn mask_text() -> String {
    "****".to_owned()
}
