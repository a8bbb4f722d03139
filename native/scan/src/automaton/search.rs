//! A text through the states.
//!
//! A state, and an entry of the table, is the offset of its row, or `DEEP` and the number of a
//! state without a row. An entry has `LOOK` set where more is to be done than the next load:
//! something ends there, or it is deep.

use super::Hit;
use super::classes::{SPACE, is_space_twice, n_folded};
use super::machine::Machine;

pub(super) const LOOK: u32 = 1 << 31;
pub(super) const DEEP: u32 = 1 << 30;

/// Shorter texts are not worth the seams.
const LANES_TEXT_LEN_MIN: usize = 96;
const N_LANES: usize = 4;

/// A table has one of these lengths, powers of two.
pub(super) const ENTRIES_FEW: usize = 1 << 16;
pub(super) const ENTRIES_MAX: usize = 1 << 20;

/// One stretch of a text on its way through the states.
#[derive(Clone, Copy, Default)]
pub(super) struct Lane {
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) state: u32,
}

/// What the lanes after the first one find.
pub(super) type Rest = [Vec<Hit>; N_LANES - 1];

/// See `Automaton::find`. A long text goes through as several stretches at once, because one
/// alone waits for memory at every byte.
pub(super) fn find(machine: &Machine, text: &[u8], hits: &mut Vec<Hit>, rest: &mut Rest) {
    if text.len() < LANES_TEXT_LEN_MIN {
        let mut lane = Lane { at: 0, end: text.len(), state: 0 };
        return machine.run(text, &mut lane, hits);
    }
    let mut lanes: [Lane; N_LANES] = std::array::from_fn(|k| Lane {
        at: text.len() * k / N_LANES,
        end: text.len() * (k + 1) / N_LANES,
        state: 0,
    });
    let starts = lanes.map(|lane| lane.at);
    rest.iter_mut().for_each(Vec::clear);
    machine.run_lanes(text, &mut lanes, hits, rest);
    let [first, later @ ..] = lanes;
    let mut sure = first;
    for ((lane, start), found) in later.into_iter().zip(starts.into_iter().skip(1)).zip(&*rest) {
        machine.join(text, &mut sure, lane, start, found, hits);
    }
}

impl Machine {
    /// Runs all lanes side by side until one is at its end, then each alone.
    fn run_lanes(
        &self,
        text: &[u8],
        lanes: &mut [Lane; N_LANES],
        hits: &mut Vec<Hit>,
        rest: &mut Rest,
    ) {
        loop {
            let n_steps = lanes.iter().map(|lane| lane.end - lane.at).min().unwrap_or(0);
            if n_steps == 0 {
                break;
            }
            if let Some(table) = self.table.first_chunk() {
                self.step_lanes::<ENTRIES_MAX>(table, text, lanes, n_steps, hits, rest);
            } else if let Some(table) = self.table.first_chunk() {
                self.step_lanes::<ENTRIES_FEW>(table, text, lanes, n_steps, hits, rest);
            }
            for (lane, found) in lanes.iter_mut().zip(std::iter::once(&mut *hits).chain(&mut *rest))
            {
                self.settle(text, lane, found);
            }
        }
        for (lane, found) in lanes.iter_mut().zip(std::iter::once(hits).chain(rest)) {
            self.run(text, lane, found);
        }
    }

    /// At most `n_steps` steps of every lane; fewer when an entry is deep. A function of its own,
    /// so that the states stay in registers.
    #[inline(never)]
    fn step_lanes<const LEN: usize>(
        &self,
        table: &[u32; LEN],
        text: &[u8],
        lanes: &mut [Lane; N_LANES],
        n_steps: usize,
        hits: &mut Vec<Hit>,
        rest: &mut Rest,
    ) {
        // Masked by a length that the compiler knows, an index needs no check.
        let next = |state: u32, byte: u8| {
            let index = state as usize + usize::from(self.classes.of(byte));
            table.get(index & (LEN - 1)).copied().unwrap_or(0)
        };
        let [a, b, c, d] =
            lanes.map(|lane| text.get(lane.at..lane.at + n_steps).unwrap_or_default());
        let [mut s, mut t, mut u, mut v] = lanes.map(|lane| lane.state);
        let mut n_done = 0;
        for (((&a, &b), &c), &d) in a.iter().zip(b).zip(c).zip(d) {
            (s, t, u, v) = (next(s, a), next(t, b), next(u, c), next(v, d));
            n_done += 1;
            if (s | t | u | v) & LOOK != 0 {
                if (s | t | u | v) & DEEP != 0 {
                    break;
                }
                self.tell_lanes([s, t, u, v], lanes, n_done, hits, rest);
                (s, t, u, v) = (s & !LOOK, t & !LOOK, u & !LOOK, v & !LOOK);
            }
        }
        for (lane, state) in lanes.iter_mut().zip([s, t, u, v]) {
            lane.at += n_done;
            lane.state = state;
        }
    }

    /// Tells what ends `n_done` bytes after each lane's place.
    #[inline(never)]
    fn tell_lanes(
        &self,
        states: [u32; N_LANES],
        lanes: &[Lane; N_LANES],
        n_done: usize,
        hits: &mut Vec<Hit>,
        rest: &mut Rest,
    ) {
        let founds = std::iter::once(hits).chain(rest);
        for ((state, lane), found) in states.iter().zip(lanes).zip(founds) {
            if state & LOOK != 0 {
                self.tell(state & !LOOK, lane.at + n_done, found);
            }
        }
    }

    /// Runs one lane to its end.
    fn run(&self, text: &[u8], lane: &mut Lane, hits: &mut Vec<Hit>) {
        self.settle(text, lane, hits);
        while lane.at < lane.end {
            let mut n_done = 0;
            for &byte in text.get(lane.at..lane.end).unwrap_or_default() {
                lane.state = self.next(lane.state, byte);
                n_done += 1;
                if lane.state & LOOK != 0 {
                    break;
                }
            }
            lane.at += n_done;
            self.settle(text, lane, hits);
        }
    }

    /// The entry after `byte` in a state that has a row.
    #[inline(always)]
    fn next(&self, state: u32, byte: u8) -> u32 {
        let index = state as usize + usize::from(self.classes.of(byte));
        self.table.get(index).copied().unwrap_or(0)
    }

    /// Does what `LOOK` asks for: tells what ends here, and goes on as long as the state is
    /// deep. After it the state has a row or the lane is at its end.
    #[inline]
    fn settle(&self, text: &[u8], lane: &mut Lane, hits: &mut Vec<Hit>) {
        self.look(lane, hits);
        while lane.state & DEEP != 0 && lane.at < lane.end {
            self.step(text, lane, hits);
        }
    }

    /// One byte from any state.
    pub(super) fn step(&self, text: &[u8], lane: &mut Lane, hits: &mut Vec<Hit>) {
        let byte = text.get(lane.at).copied().unwrap_or(0);
        lane.at += 1;
        lane.state = if lane.state & DEEP == 0 {
            self.next(lane.state, byte)
        } else {
            self.next_deep(lane.state & !DEEP, byte)
        };
        self.look(lane, hits);
    }

    /// Tells what ends at an entry, which is a state then.
    fn look(&self, lane: &mut Lane, hits: &mut Vec<Hit>) {
        if lane.state & LOOK != 0 {
            lane.state &= !LOOK;
            self.tell(lane.state, lane.at, hits);
        }
    }

    /// Bytes of the prefix that `state` is.
    pub(super) fn depth(&self, state: u32) -> u32 {
        self.depths.get(self.node_of(state)).copied().unwrap_or(0)
    }

    /// The entry after `byte` in a state that has no row.
    fn next_deep(&self, mut state: u32, byte: u8) -> u32 {
        let class = self.classes.of(byte);
        let stride = self.stride as u32;
        while let Some(node) = self.nodes.get(state as usize) {
            if class == SPACE && node.class == SPACE {
                return DEEP | state;
            }
            if let Some(child) = self.child(node, class) {
                // The children of a deep state are deep: states are numbered by depth.
                return LOOK | DEEP | child;
            }
            state = node.fail;
            if (state as usize) < self.n_rows {
                return self.next(state * stride, byte);
            }
        }
        0
    }

    fn node_of(&self, state: u32) -> usize {
        let stride = self.stride as u32;
        (if state & DEEP == 0 { state / stride } else { state & !DEEP }) as usize
    }

    fn tell(&self, state: u32, end: usize, hits: &mut Vec<Hit>) {
        let mut output = self.output_of.get(self.node_of(state)).copied();
        while let Some(found) = output.and_then(|index| self.outputs.get(index as usize)) {
            let literals = self.literal_order.get(found.first as usize..found.end as usize);
            let hit = |&literal| Hit { end: end as u32, literal };
            hits.extend(literals.unwrap_or_default().iter().map(hit));
            output = Some(found.shorter);
        }
    }

    /// Joins the hits `found` by `lane`, which went from `start` as if nothing came before,
    /// to those of `sure`, which stands at `start` or after it and is right.
    ///
    /// `sure` goes on until its state holds nothing from before `start`: from there on both
    /// are the same.
    fn join(
        &self,
        text: &[u8],
        sure: &mut Lane,
        lane: Lane,
        start: usize,
        found: &[Hit],
        hits: &mut Vec<Hit>,
    ) {
        let mut n_seen = n_folded(text.get(start..sure.at).unwrap_or_default());
        while self.depth(sure.state) > n_seen {
            if sure.at >= lane.end {
                return;
            }
            n_seen += u32::from(sure.at == start || !is_space_twice(text, sure.at));
            self.step(text, sure, hits);
        }
        let n_told = found.partition_point(|hit| hit.end as usize <= sure.at);
        hits.extend_from_slice(found.get(n_told..).unwrap_or_default());
        *sure = lane;
    }
}
