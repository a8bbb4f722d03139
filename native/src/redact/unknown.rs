//! Fields that the protocol does not know: looked through as a whole, and taken out as one.

use super::report::ValueKind;
use super::scan::{Site, Verdict};
use super::walk::Walk;
use crate::otlp::wire::{Field, WireType};

impl Walk<'_> {
    /// Nobody can say how such a field is to be rewritten, so one with a finding goes.
    pub fn unknown(&mut self, field: &Field, site: &Site) {
        if !matches!(field.wire_type, WireType::Len | WireType::StartGroup) {
            return;
        }
        let content = self.bytes.get(field.payload..field.end).unwrap_or_default();
        if self.scan(ValueKind::Unknown, content, site) != Verdict::Keep {
            self.report.dropped("unknown_field", 1);
            self.edits.replace(field.start..field.end, |_| {});
        }
    }
}
