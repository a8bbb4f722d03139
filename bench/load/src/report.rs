//! A flat JSON object, written by hand: its keys are ours and its values are numbers.

#[derive(Default)]
pub struct Object(Vec<String>);

impl Object {
    pub fn number(mut self, key: &str, value: u64) -> Self {
        self.0.push(format!("\"{key}\": {value}"));
        self
    }

    pub fn decimal(mut self, key: &str, value: f64) -> Self {
        self.0.push(format!("\"{key}\": {value:.6}"));
        self
    }

    pub fn close(self) -> String {
        format!("{{{}}}", self.0.join(", "))
    }
}
