"""The book with lots: whatever is booked of SKUs that are kept by lot is completed by movements of their lots.

Every unit that the engine writes in has such a book, so that no desk can move pieces and forget their lots. What
is needed is read in a number of statements that does not grow with the movements; other SKUs cost nothing.
"""

from __future__ import annotations

from collections.abc import Collection as Items
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from attrs import field, frozen

from omskit.core import Cell, Claim, Kind, Level, Movement, Refused, Reservation, Stored, UsageError
from omskit.engine.keeping import By, change_of
from omskit.inventory.lots import (
    LIVE,
    LOT_MACHINE,
    LOTS,
    UNKNOWN,
    Command,
    Empty,
    Enter,
    Event,
    LotBook,
    LotRecord,
    LotRule,
    Traced,
    decide,
    name_of,
    sku_of,
    split,
    texts_of,
    trace,
)
from omskit.storage import After, Collection, Imbalance, Inbox, Op, Outbox, StockBook, Unit, Where

S = TypeVar("S")

#: Lots read in one step.
PAGE = 500
#: What claims hold of cells.
Held = dict[tuple[Claim, Cell], int]


@frozen
class TracedBook:
    """A stock book that knows lots; it reads as the one below, and writes what is missing.

    Args:
        below: The book of the storage.
        unit: Where lots are kept.
        rules: Of the SKUs that are kept by lot.
        lock: Whether to lock what is read of lots.
    """

    below: StockBook
    unit: Unit
    rules: Mapping[str, LotRule]
    lock: bool

    def levels(self, skus: Items[str], *, lock: bool = False) -> Mapping[Cell, Level]:
        """Return the level of every known cell of the SKUs."""
        return self.below.levels(skus, lock=lock)

    def all_levels(self) -> Iterator[tuple[Cell, Level]]:
        """Yield every cell in order."""
        return self.below.all_levels()

    def reservations(self, orders: Items[int]) -> Sequence[Reservation]:
        """Return what is still reserved for the orders, lots among it."""
        return self.below.reservations(orders)

    def movements(self, cell: Cell, *, limit: int) -> Sequence[Movement]:
        """Return the last movements of a cell."""
        return self.below.movements(cell, limit=limit)

    def since(self, warehouse: str, at: datetime) -> Sequence[Movement]:
        """Return the movements at a warehouse after an instant."""
        return self.below.since(warehouse, at)

    def trail(self, after: Mapping[Cell, int], *, limit: int) -> Sequence[tuple[int, Movement]]:
        """Return the movements of some cells behind a place of each."""
        return self.below.trail(after, limit=limit)

    def drift(self) -> Sequence[Imbalance]:
        """Compare levels and reservations with the sums of the movements."""
        return self.below.drift()

    def mend(self, drift: Sequence[Imbalance]) -> None:
        """Set balances to what their movements come to."""
        self.below.mend(drift)

    def post(self, movements: Sequence[Movement]) -> None:
        """Book all movements, and those of lots that belong to them, or none.

        Lots are locked before their levels and written after them: so nobody waits for somebody who waits for him,
        and a refusal leaves nothing behind.

        Raises:
            Refused: As the book below; and as :func:`omskit.inventory.lots.trace` says.
            UsageError: ``unknown_lot`` for a lot that is named and not known; ``bad_lots``.
        """
        mine = [one for one in movements if sku_of(one.cell) in self.rules]
        if not mine:
            self.below.post(movements)
            return
        lots = _Reading(self.unit, self.below, self.lock)
        traced = trace(mine, self.rules, lots.book_for(mine))
        events = _events(traced, lots.records, mine[-1])
        if events and not self.lock:
            self.unit.of(LOTS).load([lots.records[name].state.key for name in events], lock=True)
        self.below.post([*movements, *traced.added])
        by = By(mine[-1].at, mine[-1].actor, "stock")
        found = ((lots.records[name], made) for name, made in events.items())
        changes = [change_of(LOTS, stored.state.key, stored, made, by) for stored, made in found]
        if changes:
            self.unit.of(LOTS).save(changes)


def _events(
    traced: Traced, records: Mapping[str, Stored[LotRecord]], last: Movement
) -> dict[str, list[Event]]:
    """Return what happens to lots by name: which came in and which are spent."""
    events: dict[str, list[Event]] = {}
    states = {name: one.state for name, one in records.items()}
    commands: list[tuple[str, str, Command]] = [
        (one.sku, one.code, Enter(one.warehouse, one.pieces, one.document)) for one in traced.entered
    ]
    commands += [(sku, code, Empty()) for sku, code in traced.emptied]
    for sku, code, command in commands:
        name = name_of(sku, code)
        if code != UNKNOWN:
            for event in decide(states[name], command, at=last.at, actor=last.actor):
                states[name] = LOTS.evolve(states[name], event)
                events.setdefault(name, []).append(event)
    return events


@frozen
class TracedUnit:
    """A unit whose stock book knows lots.

    Args:
        below: The unit of the storage.
        rules: Of the SKUs that are kept by lot.
        lock: Whether to lock what is read of lots.
    """

    below: Unit
    rules: Mapping[str, LotRule]
    lock: bool

    @property
    def outbox(self) -> Outbox:
        """What has to be sent."""
        return self.below.outbox

    @property
    def inbox(self) -> Inbox:
        """What was received."""
        return self.below.inbox

    @property
    def stock(self) -> StockBook:
        """The stock book, with lots."""
        return TracedBook(self.below.stock, self.below, self.rules, self.lock)

    def of(self, kind: Kind[S]) -> Collection[S]:
        """Return the collection of a kind."""
        return self.below.of(kind)

    def keys(self, count: int) -> Sequence[int]:
        """Hand out keys."""
        return self.below.keys(count)


def is_about_lots(refusal: Refused) -> bool:
    """Whether pieces are short in the cell of a lot: somebody has taken them since the lots were read."""
    facts: Mapping[str, Any] = refusal.facts
    return any(split(Cell(sku, warehouse)).code is not None for sku, warehouse, _, _ in facts.get("cells", ()))


def chunks(values: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield values in order, as many at a time as a condition takes."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), PAGE):
        yield tuple(ordered[start : start + PAGE])


def load_named(unit: Unit, names: Iterable[str], *, lock: bool = False) -> dict[str, Stored[LotRecord]]:
    """Return lots by name; those that are not known are left out."""
    found: dict[str, Stored[LotRecord]] = {}
    for some in chunks(names):
        keys = unit.of(LOTS).find(Where("name", Op.IN, some), limit=len(some))
        found |= {one.state.name: one for one in unit.of(LOTS).load(keys, lock=lock).values()}
    return found


def live_pages(
    unit: Unit, skus: Iterable[str], trait: str = LIVE, *, lock: bool = False, until: int | None = None
) -> Iterator[list[Stored[LotRecord]]]:
    """Yield the lots of SKUs that may have pieces, a page at a time, first to expire first.

    Args:
        unit: Where.
        skus: Of what.
        trait: Which lots.
        lock: Whether to lock them.
        until: Up to which turn (the ordinal of the day of expiry); None for all.
    """
    where = [Where("status", Op.IN, LOT_MACHINE.with_trait(trait))]
    where += [] if until is None else [Where("turn", Op.LE, until)]
    for some in chunks(skus):
        after: After | None = None
        while keys := unit.of(LOTS).find(Where("sku", Op.IN, some), *where, limit=PAGE, by="turn", after=after):
            found = unit.of(LOTS).load(keys, lock=lock)
            page = [found[key] for key in keys if key in found]
            yield page
            if len(keys) < PAGE:
                break
            after = After(page[-1].state.turn, keys[-1])


def levels_of(
    unit: Unit, lots: Iterable[tuple[str, str]], *, lock: bool = False, plain: bool = False
) -> Mapping[Cell, Level]:
    """Return the levels of (SKU, lot) pairs wherever their pieces are; ``plain`` adds the SKUs' own cells."""
    pairs = set(lots)
    texts = {text for sku, code in pairs for text in texts_of(sku, code)}
    if plain:
        texts |= {sku for sku, _ in pairs}
    return unit.stock.levels(sorted(texts), lock=lock)


def in_turn(records: Iterable[LotRecord]) -> dict[str, list[LotRecord]]:
    """Return lots by SKU, first to expire first; equals go by the day they came in, then by code."""
    by_sku: dict[str, list[LotRecord]] = {}
    for one in sorted(records, key=lambda record: (record.turn, record.received, record.code)):
        by_sku.setdefault(one.sku, []).append(one)
    return by_sku


@frozen
class _Reading:
    """Reads what booking some movements needs to know of lots."""

    unit: Unit
    below: StockBook
    lock: bool
    records: dict[str, Stored[LotRecord]] = field(factory=dict)

    def book_for(self, movements: Sequence[Movement]) -> LotBook:
        """Return what is known of the lots that movements may need.

        Lots are read before their levels: whoever has brought pieces in between has written the lot too, and one
        of the two starts over.
        """
        skus = {sku_of(one.cell) for one in movements}
        held = self._held(movements)
        named = {split(one.cell) for one in movements} | {split(cell) for _, cell in held}
        wanted = {(sku_of(place), code) for place, code in named if code is not None}
        wanted |= {(sku, UNKNOWN) for sku in skus}
        names = {name_of(sku, code) for sku, code in wanted if code != UNKNOWN}
        self.records.update(load_named(self.unit, names, lock=self.lock))
        self._know_what_enters(movements)
        levels = dict(levels_of(self.unit, wanted, lock=self.lock, plain=True))
        self._more(movements, held, levels)
        return LotBook(in_turn(one.state for one in self.records.values()), levels, held)

    def _know_what_enters(self, movements: Iterable[Movement]) -> None:
        """Refuse pieces of a lot that nobody has taken in; one that is to leave is refused as not there."""
        entering = (split(one.cell) for one in movements if one.on_hand > 0)
        names = {name_of(sku_of(place), code): code for place, code in entering if code}
        unknown = tuple(sorted(code for name, code in names.items() if name not in self.records))
        if unknown:
            raise UsageError("unknown_lot", f"{unknown[0]!r} is not known; take it in first", lots=unknown)

    def _held(self, movements: Iterable[Movement]) -> Held:
        claims = {one.claim for one in movements if one.claim.order}
        if not claims:
            return {}
        skus = {sku_of(one.cell) for one in movements}
        found = self.below.reservations(sorted({claim.order for claim in claims}))
        ours = (one for one in found if one.claim in claims and sku_of(one.cell) in skus)
        return {(one.claim, one.cell): one.quantity for one in ours}

    def _more(self, movements: Sequence[Movement], held: Held, levels: dict[Cell, Level]) -> None:
        """Read further lots, first to expire first, until every place has enough for what leaves it."""
        short = _unpicked(movements, held)
        for page in live_pages(self.unit, {sku_of(cell) for cell in short}, lock=self.lock) if short else ():
            self.records.update({one.state.name: one for one in page if one.state.name not in self.records})
            found = levels_of(self.unit, [(one.state.sku, one.state.code) for one in page], lock=self.lock)
            levels |= found
            for cell, level in found.items():
                place, _ = split(cell)
                if place in short:
                    short[place] -= level.available
            if all(count <= 0 for count in short.values()):
                break


def _unpicked(movements: Iterable[Movement], held: Held) -> dict[Cell, int]:
    """Return how many pieces leave a place beyond those of lots that are picked for them."""
    leaving: dict[tuple[Claim, Cell], int] = {}
    for one in movements:
        if one.on_hand < 0 and split(one.cell).code is None:
            leaving[one.claim, one.cell] = leaving.get((one.claim, one.cell), 0) + one.quantity
    for (claim, cell), count in held.items():
        place, code = split(cell)
        if code is not None and (claim, place) in leaving:
            leaving[claim, place] -= count
    short: dict[Cell, int] = {}
    for (_, place), count in leaving.items():
        if count > 0:
            short[place] = short.get(place, 0) + count
    return short
