//! The way back from what was read to what was written.

use std::ops::Range;

use super::Reading;

/// Which stretch of the source each byte of the view stands for. Reused from text to text.
#[derive(Debug, Default)]
pub struct Map {
    steps: Vec<Step>,
}

/// Holds until the next step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    view: usize,
    source: usize,
    /// All bytes of the view stand for all of the source; else they run side by side.
    whole: bool,
}

impl Map {
    /// Becomes the map of one reading of `source`.
    pub fn fill(&mut self, reading: Reading, source: &[u8]) {
        self.steps.clear();
        let mut beside = Step { view: 0, source: 0, whole: false };
        reading.changes(source, |range, text| {
            let view = beside.view + (range.start - beside.source);
            if beside.source < range.start {
                self.steps.push(beside);
            }
            self.steps.push(Step { view, source: range.start, whole: true });
            beside = Step { view: view + text.len(), source: range.end, whole: false };
        });
        self.steps.push(beside);
    }

    /// The stretch of the source that a stretch of the view stands for, in whole escapes and
    /// characters that were read differently.
    pub fn source(&self, view: Range<usize>) -> Range<usize> {
        let Some(last) = view.end.checked_sub(1).filter(|&last| last >= view.start) else {
            let start = self.place(view.start).0;
            return start..start;
        };
        self.place(view.start).0..self.place(last).1
    }

    /// Start and end of what one byte of the view stands for.
    fn place(&self, at: usize) -> (usize, usize) {
        let next = self.steps.partition_point(|step| step.view <= at);
        let Some(step) = next.checked_sub(1).and_then(|index| self.steps.get(index)) else {
            return (at, at + 1);
        };
        match self.steps.get(next) {
            Some(after) if step.whole => (step.source, after.source),
            _ => {
                let source = step.source + (at - step.view);
                (source, source + 1)
            }
        }
    }

    /// Whether something that was read differently lies in the stretch of the view or touches it.
    pub fn changed(&self, view: Range<usize>) -> bool {
        let behind = self.steps.partition_point(|step| step.view <= view.end);
        let mut next = self.steps.get(behind).map_or(usize::MAX, |step| step.view);
        for step in self.steps.iter().take(behind).rev() {
            if next < view.start {
                return false;
            }
            if step.whole {
                return true;
            }
            next = step.view;
        }
        false
    }

    /// The stretch of the source that was read as one and that `at` cuts in two.
    pub fn cut(&self, at: usize) -> Option<Range<usize>> {
        let next = self.steps.partition_point(|step| step.source < at);
        let step = next.checked_sub(1).and_then(|index| self.steps.get(index))?;
        let end = self.steps.get(next)?.source;
        (step.whole && at < end).then_some(step.source..end)
    }
}

#[cfg(test)]
mod tests {
    use super::{Map, Reading};

    fn map(reading: Reading, source: &str) -> Map {
        let mut map = Map::default();
        map.fill(reading, source.as_bytes());
        map
    }

    #[test]
    fn leads_back_to_whole_escapes() {
        let map = map(Reading::Escapes, r"ab\nc\u0040\\d");
        assert_eq!(map.source(0..2), 0..2);
        assert_eq!(map.source(1..3), 1..4);
        assert_eq!(map.source(3..5), 4..11);
        assert_eq!(map.source(4..7), 5..14);
        assert_eq!(map.source(7..7), 14..14);
    }

    #[test]
    fn leads_back_to_whole_characters_and_over_those_that_are_gone() {
        let map = map(Reading::Fold, "a\u{200b}１\u{200b}ﬀb");
        assert_eq!(map.source(0..1), 0..1);
        assert_eq!(map.source(0..2), 0..7);
        assert_eq!(map.source(2..3), 10..13);
        assert_eq!(map.source(3..5), 10..14);
    }

    #[test]
    fn tells_what_overlaps_or_touches_a_change() {
        let map = map(Reading::Escapes, r"ab\ncd\\");
        assert!(map.changed(1..3) && map.changed(2..3) && map.changed(2..9));
        assert!(map.changed(3..4) && map.changed(1..2) && map.changed(4..5));
        assert!(!map.changed(0..1));
    }

    #[test]
    fn knows_what_a_position_cuts() {
        let map = map(Reading::Escapes, r"a\nb");
        assert_eq!([1, 2, 3].map(|at| map.cut(at)), [None, Some(1..3), None]);
    }
}
