"""All price lists together: which price a call has, by provider, model, context and time."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanloom.processors.cost.prices import DAY_S, SECOND_NS, Entry
from spanloom.processors.cost.providers import GATEWAYS, WITHOUT_LIST, canonical, spellings

if TYPE_CHECKING:
    from spanloom.processors.cost.listed import Listed, PriceList
    from spanloom.processors.cost.snapshot.load import Context, Model, Provider, Snapshot
    from spanloom.processors.cost.units import Units

Segment = tuple[int, int]

BEGIN_NS, END_NS = -(1 << 63), 1 << 64
"""Before and after every time that a span can have."""
_DAY_NS = DAY_S * SECOND_NS


@dataclass(frozen=True, slots=True)
class ShippedPrice:
    """A model of the shipped list in one context."""

    model: Model
    context: Context
    list_id: str

    def entry(self, at_ns: int) -> Entry:
        prices, used = self.model.prices_at(at_ns, self.context)
        name = f"{self.model.provider}/{self.model.id}"
        if used:
            name += f"[{','.join(f'{key}={value}' for key, value in sorted(used.items()))}]"
        minimum = self.model.seconds_min
        return Entry(self.list_id, name, prices, version=self.list_id, seconds_min=minimum)


class Timeline:
    """The price of one model in one context over time; between its bounds nothing changes.

    Args:
        listed: entries of files, the one that counts first.
        shipped: what holds where none of them does; None: nothing.
    """

    def __init__(self, listed: Sequence[Listed], shipped: ShippedPrice | None) -> None:
        self._listed = listed
        self._shipped = shipped
        constraints = shipped.model.constraints(shipped.context) if shipped else []
        starts = [c.from_ns for c in constraints] + [each.from_ns for each in listed]
        starts += [each.until_ns for each in listed]
        self._moments_ns = sorted({ns for ns in starts if ns is not None})
        days = [second for c in constraints if c.day_s for second in c.day_s]
        self._seconds = sorted({0, *days}) if days else []
        self._entries: dict[Segment, Entry | None] = {}

    @property
    def is_constant(self) -> bool:
        """Whether it has one price at all times."""
        return not self._moments_ns and not self._seconds

    def bounds_ns(self, at_ns: int) -> tuple[int, int]:
        """The stretch of time around a moment in which nothing changes, half-open."""
        after = bisect_right(self._moments_ns, at_ns)
        start = self._moments_ns[after - 1] if after else BEGIN_NS
        end = self._moments_ns[after] if after < len(self._moments_ns) else END_NS
        if not self._seconds:
            return start, end
        midnight = at_ns - at_ns % _DAY_NS
        seconds = [*self._seconds, DAY_S]
        later = bisect_right(seconds, at_ns // SECOND_NS % DAY_S)
        start = max(start, midnight + seconds[later - 1] * SECOND_NS)
        return start, min(end, midnight + seconds[later] * SECOND_NS)

    def _segment(self, at_ns: int) -> Segment:
        """A name of the stretch of time, or of the hours of every day in it."""
        if not self._seconds:
            return bisect_right(self._moments_ns, at_ns), 0
        second = at_ns // SECOND_NS % DAY_S
        return bisect_right(self._moments_ns, at_ns), bisect_right(self._seconds, second)

    def entry(self, at_ns: int) -> Entry | None:
        """The price at a time, the same object for all of a segment; None: there is none."""
        segment = self._segment(at_ns)
        if segment not in self._entries:
            self._entries[segment] = self._entry(0, at_ns)
        return self._entries[segment]

    def _entry(self, first: int, at_ns: int) -> Entry | None:
        for position in range(first, len(self._listed)):
            each = self._listed[position]
            if not each.holds(at_ns):
                continue
            if each.entry.prices or each.entry.gpu_second is not None:
                return each.entry
            # A discount alone: on what would hold without it.
            base = self._entry(position + 1, at_ns)
            mine = each.entry
            return base and base.discounted(each.discount, mine.name, mine.list_id, mine.contract)
        return self._shipped.entry(at_ns) if self._shipped else None


class PriceBook:
    """The shipped list, and files over it. Immutable: a reload makes another."""

    def __init__(
        self,
        snapshot: Snapshot,
        lists: Iterable[PriceList],
        *,
        aliases: dict[str, str] | None = None,
        use_shipped: bool = True,
    ) -> None:
        """`lists`: later ones come before earlier ones, as the ranks of their entries say."""
        self._snapshot = snapshot
        self._use_shipped = use_shipped
        self._aliases = {key.lower(): value for key, value in (aliases or {}).items()}
        self.lists = tuple(lists)
        # Most names are no globs, and need no comparison one by one.
        self._by_name: dict[str, list[Listed]] = defaultdict(list)
        self._globs: list[Listed] = []
        self._sellers: dict[Listed, str | None] = {}
        for each in (entry for price_list in self.lists for entry in price_list.entries):
            self._sellers[each] = each.provider and canonical(each.provider, self._aliases)
            if each.has_globs:
                self._globs.append(each)
            else:
                for name in set(each.names):
                    self._by_name[name].append(each)

    @property
    def units(self) -> Units:
        return self._snapshot.units

    @property
    def list_ids(self) -> list[str]:
        """Of the lists, the one that counts first."""
        shipped = [self._snapshot.list_id] if self._use_shipped else []
        return [each.list_id for each in reversed(self.lists)] + shipped

    def resolve(self, provider: str | None, model: str, context: Context) -> Timeline | None:
        """The price over time; None where no list knows the model.

        Args:
            provider: as the span names it; None: the span does not say.
            model: likewise.
            context: such as `{"service_tier": "flex"}`.
        """
        name = model.strip().lower()
        seller = canonical(provider, self._aliases) if provider else None
        if seller in GATEWAYS and "/" in name:
            seller, _, name = name.partition("/")
            seller = canonical(seller, self._aliases)
        listed = self._matching(seller, name, context)
        shipped = self._of_shipped(seller, name, context) if self._use_shipped else None
        return Timeline(listed, shipped) if listed or shipped else None

    def _matching(self, seller: str | None, model: str, context: Context) -> list[Listed]:
        named = [*self._by_name.get(model, ()), *(e for e in self._globs if e.matches(model))]
        found = [
            each
            for each in named
            if (self._sellers[each] in {None, seller} or seller is None)
            and set(each.when) <= context.items()
        ]
        return sorted(
            found,
            key=lambda each: (each.rank[0], each.is_exact(model), each.rank[1:]),
            reverse=True,
        )

    def _of_shipped(self, seller: str | None, name: str, context: Context) -> ShippedPrice | None:
        provider = self._provider(seller, name)
        if provider is None:
            return None
        for spelling in spellings(provider.id, name):
            model = self._snapshot.find(provider, spelling)
            if model is not None:
                # A price context belongs to who sells: not to models of another's list.
                context = context if model.provider == provider.id else {}
                return ShippedPrice(model, context, self._snapshot.list_id)
        return None

    def _provider(self, seller: str | None, model: str) -> Provider | None:
        if seller is None:
            return self._snapshot.provider_of_model(model)
        return None if seller in WITHOUT_LIST else self._snapshot.provider(seller)
