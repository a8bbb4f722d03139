//! Cuts a batch into several: by number of items, or by size of the request.

use std::sync::Arc;

use bytes::Bytes;

use super::batch::{Batch, Core, positions};
use super::error::Error;
use super::index::{Envelope, Index};
use super::signal::Signal;
use super::walk::Node;
use super::wire;

impl Batch {
    /// Batches of at most `n_items_max` (at least 1) items, in order.
    pub fn split(&self, n_items_max: usize) -> Vec<Self> {
        if self.len() <= n_items_max {
            return vec![self.clone()];
        }
        let kept: Vec<u32> =
            positions(&self.kept, self.core.n_items).map(|position| position as u32).collect();
        let chunks = kept.chunks(n_items_max.max(1)).enumerate();
        chunks.map(|(i, chunk)| self.piece(chunk, self.drops_empty || i > 0)).collect()
    }

    /// The items where `mask` is false, and those where it is true; order stays in both.
    pub fn parted(&self, mask: &[bool]) -> (Self, Self) {
        let all = positions(&self.kept, self.core.n_items).map(|position| position as u32);
        let (taken, rest): (Vec<_>, Vec<_>) = all.zip(mask).partition(|&(_, &is_meant)| is_meant);
        let positions = |pairs: Vec<(u32, &bool)>| -> Vec<u32> {
            pairs.into_iter().map(|(position, _)| position).collect()
        };
        (self.piece(&positions(rest), self.drops_empty), self.piece(&positions(taken), true))
    }

    fn piece(&self, kept: &[u32], drops_empty: bool) -> Self {
        Self { kept: Some(Arc::new(kept.to_vec())), drops_empty, ..self.clone() }
    }

    /// Requests of at most `bytes_max`, unless one item alone takes more.
    pub fn encode_within(&self, bytes_max: usize) -> Result<Vec<Bytes>, Error> {
        let whole = self.encode()?;
        if whole.len() <= bytes_max || self.len() <= 1 {
            return Ok(vec![whole]);
        }
        let core = if self.is_edited() {
            Arc::new(Core::new(self.core.signal, whole, self.len(), Vec::new()))
        } else {
            Arc::clone(&self.core)
        };
        let pieces = pieces(&core, bytes_max)?;
        let batch = Self::new(core);
        pieces.into_iter().map(|piece| batch.piece(&piece, true).encode()).collect()
    }

    /// Size of the encoded request, without the effect of edited values.
    pub fn size_estimate(&self) -> Result<usize, Error> {
        let size = self.core.raw.len() + self.overlay.len();
        let Some(kept) = &self.kept else { return Ok(size) };
        let items = &self.core.index()?.items;
        let all: usize = items.iter().map(|node| node.field_len()).sum();
        let kept = kept.iter().filter_map(|&i| items.get(i as usize));
        Ok(size.saturating_sub(all) + kept.map(|node| node.field_len()).sum::<usize>())
    }
}

/// What an envelope takes at most besides its children.
fn overhead(node: Node, children: impl Iterator<Item = Node>) -> usize {
    let children: usize = children.map(Node::field_len).sum();
    wire::len_field_size(1, node.payload_len()) - children.min(node.payload_len())
}

/// Sizes of the envelopes of a request without edits, children not counted.
struct Overheads {
    request: usize,
    resources: Vec<usize>,
    scopes: Vec<usize>,
    metrics: Vec<usize>,
}

fn nodes<'a>(
    all: &'a [Envelope],
    range: &std::ops::Range<u32>,
) -> impl Iterator<Item = Node> + use<'a> {
    let range = range.start as usize..range.end as usize;
    all.get(range).unwrap_or_default().iter().map(|envelope| envelope.node)
}

impl Overheads {
    fn new(signal: Signal, index: &Index) -> Self {
        let request = Node { start: 0, payload: 0, end: index.raw.len() as u32 };
        let request = overhead(request, index.resources.iter().map(|resource| resource.node));
        let resources = index.resources.iter();
        let scopes = index.scopes.iter();
        let metrics = index.metrics.iter();
        Self {
            request,
            resources: resources
                .map(|r| overhead(r.node, nodes(&index.scopes, &r.children)))
                .collect(),
            scopes: scopes.map(|s| Self::scope(signal, index, s)).collect(),
            metrics: metrics
                .map(|m| {
                    let data = m.data.map_or(0, |data| data.field_len() - data.payload_len());
                    let points = m.items.start as usize..m.items.end as usize;
                    let points = index.items.get(points).unwrap_or_default();
                    overhead(m.node, points.iter().copied()) + data
                })
                .collect(),
        }
    }

    fn scope(signal: Signal, index: &Index, scope: &Envelope) -> usize {
        let range = scope.children.start as usize..scope.children.end as usize;
        if signal == Signal::Metrics {
            let metrics = index.metrics.get(range).unwrap_or_default();
            overhead(scope.node, metrics.iter().map(|metric| metric.node))
        } else {
            overhead(scope.node, index.items.get(range).unwrap_or_default().iter().copied())
        }
    }
}

/// The envelopes that hold an item: resource, scope, metric (-1: none).
fn envelopes(index: &Index, i: usize) -> [i32; 3] {
    let at = |all: &[i32]| all.get(i).copied().unwrap_or(-1);
    [at(&index.item_resource), at(&index.item_scope), at(&index.item_metric)]
}

/// Items by piece, each piece as long as fits.
fn pieces(core: &Core, bytes_max: usize) -> Result<Vec<Vec<u32>>, Error> {
    let index = core.index()?;
    let overheads = Overheads::new(core.signal, index);
    let levels = [&overheads.resources, &overheads.scopes, &overheads.metrics];
    let mut pieces: Vec<Vec<u32>> = Vec::new();
    let (mut size, mut open) = (usize::MAX, [-1; 3]);
    for (i, node) in index.items.iter().enumerate() {
        let own = envelopes(index, i);
        let added = |open: [i32; 3]| {
            let levels = levels.iter().zip(own).zip(open).filter(|((_, own), open)| own != open);
            let sizes = levels.map(|((all, own), _)| {
                usize::try_from(own).ok().and_then(|own| all.get(own)).copied().unwrap_or(0)
            });
            sizes.sum::<usize>() + node.field_len()
        };
        if size.saturating_add(added(open)) > bytes_max || pieces.is_empty() {
            pieces.push(Vec::new());
            (size, open) = (overheads.request, [-1; 3]);
        }
        size += added(open);
        open = own;
        if let Some(piece) = pieces.last_mut() {
            piece.push(i as u32);
        }
    }
    Ok(pieces)
}
