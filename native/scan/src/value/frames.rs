//! JSON that says the same again and again around one string: messages of one shape.
//!
//! Where all that stands around the string stood around another one before, and nothing was found
//! in that value, the string is all that is left to look at: it is the same JSON with the same
//! other leaves, under the same keys.

use crate::json::{self, Kind, Leaf};
use crate::rules::Ruleset;
use crate::text::{Contexts, Scratch};

use super::seam;
use super::spots::{self, Spot};

/// What stands around the string is no longer than this, in bytes.
const AROUND_MAX: usize = 2 << 10;
const N_FRAMES: usize = 8;
/// Where all frames are in use, so many values that fit none go by before one is given up.
const PATIENCE: u32 = 64;

/// What is remembered of one thread's values, for one rule set.
#[derive(Default)]
pub(super) struct Frames {
    identity: u64,
    frames: Vec<Frame>,
    /// Values that fitted no frame since the last one was given up.
    n_unfit: u32,
}

struct Frame {
    /// Up to the string, its quote included, and from its other quote on.
    before: Box<[u8]>,
    after: Box<[u8]>,
    /// Of the keys above the value.
    outer: Contexts,
    /// Of the string; its role is that of the value unless one is named around it.
    inner: Spot,
    names_role: bool,
    /// It fitted since a frame was given up last.
    is_used: bool,
}

/// A string in a known frame.
pub(super) struct Framed {
    /// It stands in no container that is known.
    pub leaf: Leaf,
    pub is_ascii: bool,
    pub spot: Spot,
}

impl Frames {
    /// The string of a value that fits a frame; what it says is put in the place of `text` if it
    /// is escaped.
    pub fn fit(
        &mut self,
        rules: &Ruleset,
        value: &[u8],
        outer: Spot,
        text: &mut Vec<u8>,
    ) -> Option<Framed> {
        let frames = self.of(rules).frames.iter_mut();
        let mut framed = frames.filter(|frame| frame.outer == outer.contexts).filter_map(|frame| {
            let (leaf, is_ascii) = frame.leaf(value, text)?;
            frame.is_used = true;
            let role = if frame.names_role { frame.inner.role } else { outer.role };
            Some(Framed { leaf, is_ascii, spot: Spot { role, ..frame.inner } })
        });
        framed.next()
    }

    fn of(&mut self, rules: &Ruleset) -> &mut Self {
        if self.identity != rules.identity {
            *self = Self { identity: rules.identity, ..Self::default() };
        }
        self
    }

    /// Whether there is room for another frame.
    fn is_open(&mut self) -> bool {
        self.n_unfit += 1;
        if self.frames.len() < N_FRAMES {
            return true;
        }
        if self.n_unfit < PATIENCE {
            return false;
        }
        self.n_unfit = 0;
        self.frames.retain_mut(|frame| std::mem::take(&mut frame.is_used));
        self.frames.len() < N_FRAMES
    }
}

impl Frame {
    /// The string of a value, and whether it is ASCII. None if it does not fit, or is no JSON.
    fn leaf(&self, value: &[u8], text: &mut Vec<u8>) -> Option<(Leaf, bool)> {
        let content = value.strip_prefix(&*self.before)?.strip_suffix(&*self.after)?;
        let is_escaped = json::unescape(content, text)?;
        let start = u32::try_from(self.before.len() - 1).ok()?;
        let end = start + u32::try_from(content.len()).ok()?.checked_add(2)?;
        let (kind, container, slot) = (Kind::String, json::NONE, json::NONE);
        let is_ascii = content.is_ascii();
        let fits = is_ascii || std::str::from_utf8(content).is_ok();
        fits.then_some((Leaf { start, end, kind, is_escaped, container, slot }, is_ascii))
    }
}

impl Ruleset {
    /// Remembers what stands around the longest string of a value in which nothing was found, if it
    /// is JSON and that string does not go on in another one.
    pub(super) fn learn_frame(&self, value: &[u8], outer: Spot, scratch: &mut Scratch) {
        let mut text = scratch.value.text();
        let frames = &mut scratch.value.frames;
        // One that fits has JSON in its string, and was looked at with all around it.
        let may_be_new =
            json::may_be_json(value) && frames.fit(self, value, outer, &mut text).is_none();
        let is_open = may_be_new && frames.is_open();
        scratch.value.put_text(text);
        if !is_open {
            return;
        }
        let mut level = scratch.value.level();
        if self.is_json(value, &mut level.json) {
            let strings = level.json.leaves.iter().filter(|leaf| leaf.kind == Kind::String);
            let longest = strings.max_by_key(|leaf| leaf.end - leaf.start).copied();
            let says_role = |leaf: &Leaf| spots::names_role(value, &level.json, leaf);
            if let Some(leaf) = longest.filter(|leaf| !says_role(leaf)) {
                spots::fill(self, scratch, value, &mut level, outer);
                let inner = spots::of_leaf(self, scratch, value, &level, &leaf, outer);
                let before = value.get(..leaf.start as usize + 1).unwrap_or_default();
                let after = value.get(leaf.end as usize - 1..).unwrap_or_default();
                let is_short = before.len() + after.len() <= AROUND_MAX;
                if is_short && seam::are_settled(value, &mut level, &leaf) {
                    scratch.value.frames.frames.push(Frame {
                        before: before.into(),
                        after: after.into(),
                        outer: outer.contexts,
                        inner,
                        names_role: level.named_role(&leaf).is_some(),
                        is_used: true,
                    });
                }
            }
        }
        scratch.value.put_level(level);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::spots::Spot;
    use super::{AROUND_MAX, N_FRAMES, PATIENCE};
    use crate::place::Role;
    use crate::rules::Ruleset;
    use crate::text::Scratch;

    const SPOT: Spot = Spot { contexts: 0, role: Role::None, message_index: None };

    fn rules() -> Ruleset {
        let rule = br#"{"rules": [{"id": "a", "label": "A", "class": "phrase",
            "match": {"phrases": {"phrases": ["aa"]}}, "action": {"kind": "token"},
            "context": ["tel"]}]}"#;
        Ruleset::from_json(rule).unwrap()
    }

    /// The string that is left of a value, and whether a context word is a key above it.
    fn left(rules: &Ruleset, scratch: &mut Scratch, value: &str) -> Option<(String, bool)> {
        let framed = scratch.value.frames.fit(rules, value.as_bytes(), SPOT, &mut Vec::new())?;
        let content = String::from_utf8_lossy(framed.leaf.content(value.as_bytes()));
        Some((content.into_owned(), framed.spot.contexts != 0))
    }

    #[test]
    fn the_longest_string_may_be_another_one() {
        let (rules, mut scratch) = (rules(), Scratch::default());
        rules.learn_frame(br#"[{"role": "user", "tel": "long one"}]"#, SPOT, &mut scratch);
        let mut left = |value: &str| left(&rules, &mut scratch, value);
        let is_left = |content: &str| Some((content.to_owned(), true));
        assert_eq!(left(r#"[{"role": "user", "tel": ""}]"#), is_left(""));
        assert_eq!(left(r#"[{"role": "user", "tel": "\u00e9 \""}]"#), is_left(r#"\u00e9 \""#));
        for other in [
            r#"[{"role": "user", "tel": "a", "b": "c"}]"#,
            r#"[{"role": "user", "tel": "a\"}]"#,
            r#"[{"role": "user", "tel": "\x"}]"#,
            "[{\"role\": \"user\", \"tel\": \"\n\"}]",
            r#"[{"role": "user", "tel": "}]"#,
            r#"[{"role": "tool", "tel": "a"}]"#,
        ] {
            assert_eq!(left(other), None, "{other}");
        }
    }

    #[test]
    fn frames_hold_for_one_rule_set_and_the_keys_above() {
        let (rules, mut scratch) = (rules(), Scratch::default());
        rules.learn_frame(br#"["one"]"#, SPOT, &mut scratch);
        let mut fits = |rules: &Ruleset, contexts| {
            let spot = Spot { contexts, ..SPOT };
            scratch.value.frames.fit(rules, br#"["two"]"#, spot, &mut Vec::new()).is_some()
        };
        assert!(fits(&rules, 0) && !fits(&rules, 1) && !fits(&self::rules(), 0));
    }

    #[test]
    fn a_role_is_never_left_out_and_what_is_kept_is_bounded() {
        let (rules, mut scratch) = (rules(), Scratch::default());
        let mut learn = |value: &str| {
            rules.learn_frame(value.as_bytes(), SPOT, &mut scratch);
            scratch.value.frames.frames.len()
        };
        assert_eq!(learn(r#"{"role": "assistant", "a": "b"}"#), 0);
        assert_eq!(learn(&format!(r#"[{}"a"]"#, " ".repeat(AROUND_MAX))), 0);
        assert_eq!(learn("[1]") + learn("text") + learn("[\"a\""), 0);
        assert_eq!([learn("[\"[]\"]"), learn("[\"{}\"]")], [1, 1]);
        let n_kept = (0..1_000).map(|n| learn(&format!(r#"{{"{n}": "a"}}"#))).max();
        assert_eq!(n_kept, Some(N_FRAMES));
    }

    #[test]
    fn frames_that_values_fit_outlast_those_they_do_not() {
        let (rules, mut scratch) = (rules(), Scratch::default());
        let value = |n: u32| format!(r#"{{"{n}": "a"}}"#);
        rules.learn_frame(br#"["one"]"#, SPOT, &mut scratch);
        for n in 0..4 * PATIENCE {
            assert!(left(&rules, &mut scratch, r#"["two"]"#).is_some(), "{n}");
            rules.learn_frame(value(n).as_bytes(), SPOT, &mut scratch);
        }
        assert!(left(&rules, &mut scratch, &value(0)).is_none());
    }
}
