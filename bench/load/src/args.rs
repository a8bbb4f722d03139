//! `--name value` and `--flag` options, without a dependency.

use std::collections::HashMap;
use std::str::FromStr;

use crate::Result;

const FLAGS: [&str; 2] = ["unique", "track"];

/// What followed the command, by name.
pub struct Options(HashMap<String, String>);

impl Options {
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut values = HashMap::new();
        while let Some(word) = words.next() {
            let name = word.strip_prefix("--").ok_or(format!("not an option: {word}"))?;
            let value = if FLAGS.contains(&name) {
                "true".to_owned()
            } else {
                words.next().ok_or(format!("{word} needs a value"))?
            };
            values.insert(name.to_owned(), value);
        }
        Ok(Self(values))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn flag(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The option as a number, or `default`.
    pub fn number<T: FromStr>(&self, name: &str, default: T) -> Result<T> {
        match self.text(name) {
            None => Ok(default),
            Some(text) => {
                text.parse().map_err(|_| format!("--{name}: not a number: {text}").into())
            }
        }
    }
}
