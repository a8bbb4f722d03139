//! One text that is not taken apart any further, read in every way that could show something.

use crate::place::Place;
use crate::resolve::Planned;
use crate::text::Unscanned;
use crate::view::{Map, Reading};

use super::Pass;
use super::edit::Edit;
use super::spots::Spot;

/// Something found by one reading, at its place in the leaf.
pub(super) struct Candidate {
    pub reading: Reading,
    pub planned: Planned,
}

impl Pass<'_> {
    /// Whether nothing was found in the same leaf before.
    pub(super) fn is_known(&mut self, leaf: &[u8], spot: Spot) -> bool {
        self.scratch.value.known.is_clean(self.rules, leaf, spot.contexts)
    }

    /// The edits of a leaf, in order.
    pub(super) fn leaf(&mut self, leaf: &[u8], spot: Spot) -> Result<Vec<Edit>, Unscanned> {
        if self.is_known(leaf, spot) {
            return Ok(Vec::new());
        }
        let (mut candidates, n_before) = (Vec::new(), self.n_findings);
        self.look(leaf, spot, true, &mut candidates)?;
        if self.n_findings == n_before {
            self.scratch.value.known.set_clean(leaf, spot.contexts);
        }
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let planned = candidates.into_iter().map(|candidate| candidate.planned).collect();
        let edits = self.settle(leaf, spot, planned);
        self.look_again(leaf, spot, &edits);
        Ok(edits)
    }

    /// Appends what all readings show: first the text as it is, then percent-decoded, then
    /// unescaped, each folded. Of the decoded ones counts only what could not be seen before:
    /// findings that overlap or touch a percent code or an escape (`%20` hides that a word begins).
    pub(super) fn look(
        &mut self,
        leaf: &[u8],
        spot: Spot,
        is_outermost: bool,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), Unscanned> {
        let features = Features::of(leaf);
        self.plain(leaf, features.is_ascii, spot, is_outermost, candidates)?;
        if features.has_percent && self.rules.decode.percent {
            self.decoded(leaf, Reading::Percent, spot, is_outermost, candidates)?;
        }
        if features.has_backslash {
            self.decoded(leaf, Reading::Escapes, spot, is_outermost, candidates)?;
        }
        if features.has_percent && self.rules.decode.percent {
            keep_whole(leaf, Reading::Percent, candidates);
        }
        if features.has_backslash {
            keep_whole(leaf, Reading::Escapes, candidates);
        }
        Ok(())
    }

    /// Folded, and no more.
    pub(super) fn plain(
        &mut self,
        leaf: &[u8],
        is_ascii: bool,
        spot: Spot,
        is_outermost: bool,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), Unscanned> {
        let mut folded = self.scratch.value.text();
        let is_changed = !is_ascii && Reading::Fold.read(leaf, &mut folded);
        let view = if is_changed { &folded } else { leaf };
        let n_before = candidates.len();
        let looked = self.view(view, spot, is_outermost, candidates);
        self.scratch.value.put_text(folded);
        let found = candidates.get_mut(n_before..).unwrap_or_default();
        if is_changed && !found.is_empty() {
            let mut map = Map::default();
            map.fill(Reading::Fold, leaf);
            found.iter_mut().for_each(|one| one.planned.move_by(&map));
        }
        looked
    }

    /// Decoded, then folded.
    fn decoded(
        &mut self,
        leaf: &[u8],
        reading: Reading,
        spot: Spot,
        is_outermost: bool,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), Unscanned> {
        let mut text = self.scratch.value.text();
        let mut found = Vec::new();
        let looked = match reading.read(leaf, &mut text) {
            true => self.plain(&text, text.is_ascii(), spot, is_outermost, &mut found),
            false => Ok(()),
        };
        self.scratch.value.put_text(text);
        if !found.is_empty() {
            let mut map = Map::default();
            map.fill(reading, leaf);
            found.retain(|one| map.changed(one.planned.start..one.planned.end));
            candidates.extend(found.into_iter().map(|mut one| {
                one.planned.move_by(&map);
                Candidate { reading, ..one }
            }));
        }
        looked
    }

    /// Appends what rules and encoded runs show in a view, at its place in the view.
    fn view(
        &mut self,
        view: &[u8],
        spot: Spot,
        is_outermost: bool,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), Unscanned> {
        let mut findings = std::mem::take(&mut self.scratch.value.findings);
        findings.clear();
        let rules = self.rules;
        let scanned = rules.scan(view, spot.contexts, self.deadline, self.scratch, &mut findings);
        self.n_findings += findings.len();
        let place = Place { role: spot.role, ..*self.place };
        for finding in &findings {
            let matched = view.get(finding.start..finding.end).unwrap_or_default();
            if let (Some(rule), Some(decision)) =
                (rules.rule(finding.rule), rules.decide(finding, matched, &place))
            {
                let (start, end, class) = (finding.start, finding.end, rule.class);
                let tells_tag = self.scratch.tells_tags;
                let tag = tells_tag.then(|| rules.tag(finding.rule, matched)).flatten();
                let planned = Planned { start, end, class, decision, tag };
                candidates.push(Candidate { reading: Reading::Fold, planned });
            }
        }
        self.scratch.value.findings = findings;
        scanned?;
        match is_outermost && self.scratch.may_be_encoded() {
            true => self.encoded(view, spot, candidates),
            false => Ok(()),
        }
    }
}

impl Planned {
    /// From the view to the source of a map.
    pub(super) fn move_by(&mut self, map: &Map) {
        let range = map.source(self.start..self.end);
        (self.start, self.end) = (range.start, range.end);
    }
}

/// Sees to it that no escape or percent code is left half. A finding of another reading that
/// cuts one goes if this reading shows the same rule there; else it takes the whole code.
fn keep_whole(leaf: &[u8], reading: Reading, candidates: &mut Vec<Candidate>) {
    if candidates.iter().all(|one| one.reading == reading) {
        return;
    }
    let mut map = Map::default();
    map.fill(reading, leaf);
    let mut seen: Vec<(u32, usize, usize)> = candidates
        .iter()
        .filter(|one| one.reading == reading)
        .map(|one| (one.planned.decision.rule, one.planned.start, one.planned.end))
        .collect();
    seen.sort_unstable();
    candidates.retain_mut(|one| {
        let (before, after) = (map.cut(one.planned.start), map.cut(one.planned.end));
        if one.reading == reading || before.is_none() && after.is_none() {
            return true;
        }
        let (rule, start, end) = (one.planned.decision.rule, one.planned.start, one.planned.end);
        let next = seen.partition_point(|other| *other < (rule, end, 0));
        let other = next.checked_sub(1).and_then(|index| seen.get(index));
        one.planned.start = before.map_or(start, |code| code.start);
        one.planned.end = after.map_or(end, |code| code.end);
        !other.is_some_and(|other| other.0 == rule && start < other.2)
    });
}

/// What a text holds that needs more than one look.
struct Features {
    is_ascii: bool,
    has_percent: bool,
    has_backslash: bool,
}

impl Features {
    /// Looks at all bytes, which the compiler does for many of them at once.
    fn of(text: &[u8]) -> Self {
        let bits = text.iter().fold(0, |bits, &byte| {
            bits | byte & 0x80 | u8::from(byte == b'%') | u8::from(byte == b'\\') << 1
        });
        Self {
            is_ascii: bits & 0x80 == 0,
            has_percent: bits & 1 != 0,
            has_backslash: bits & 2 != 0,
        }
    }
}
