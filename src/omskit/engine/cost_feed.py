"""Feeding cost cards from the ledger: every movement is valued once, in the order in which it was booked.

The place up to which a cell's movements have been valued stands on the card, and is saved with what they came to.
A cell is locked while its movements are read, so that none can come up later with a place that was passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define

from omskit.core import Cell, Change, ConcurrencyConflict, Movement, Stored, mark_of, marked
from omskit.engine.keeping import By, change_of
from omskit.engine.keys import Keys
from omskit.engine.units import Shop, silent
from omskit.inventory.costs import (
    CARD_MACHINE,
    COST_CARDS,
    OWNED,
    WRITABLE,
    CostCard,
    CostScope,
    Place,
    Sale,
    StepKind,
    Valuer,
    begun,
    cells_of,
    settled,
    written,
)
from omskit.inventory.costs import events as e
from omskit.storage import After, Op, Unit, Where

#: SKUs valued in one unit.
SKUS = 100
#: Movements read in one step.
MOVES = 2_000

#: Open cards by SKU and scope.
Cards = Mapping[tuple[str, str], Stored[CostCard]]
_Moves = dict[str, list[tuple[int, Movement]]]


def open_cards(unit: Unit, skus: Iterable[str], *, lock: bool = False) -> Cards:
    """Return the cards of some SKUs that are written on.

    Raises:
        ConcurrencyConflict: ``stale_version`` when one became full while it was waited for.
    """
    wanted = Where("sku", Op.IN, tuple(sorted(set(skus))))
    writable = tuple(sorted(one for one in CARD_MACHINE.states if CARD_MACHINE.has(one, WRITABLE)))
    found = dict(all_cards(unit, wanted, Where("status", Op.IN, writable), lock=lock))
    if any(not CARD_MACHINE.has(one.state.status, WRITABLE) for one in found.values()):
        raise ConcurrencyConflict("stale_version", "a cost card is full by now", keys=tuple(found))
    return {(one.state.sku, one.state.scope): one for one in found.values()}


def all_cards(unit: Unit, *where: Where, lock: bool = False) -> Iterator[tuple[int, Stored[CostCard]]]:
    """Yield all cards that match, in order of key."""
    there, after = unit.of(COST_CARDS), None
    while keys := there.find(*where, limit=500, after=after):
        yield from sorted(there.load(keys, lock=lock).items())
        after = After(None, keys[-1])


@define
class CostFeed:
    """Values what has moved, for the scopes of one system."""

    shop: Shop
    scopes: Mapping[str, CostScope]

    def run(self, limit: int, progress: Callable[[int], object] = silent) -> int:
        """Value up to about ``limit`` movements, and return how many that were; 0 when all are valued."""
        through = 0
        every = self._skus()
        for first in range(0, len(every), SKUS):
            skus = every[first : first + SKUS]
            while through < limit and (moved := self._moved(skus)):
                through += self._valued(moved)
                progress(through)
        return through

    def _skus(self) -> list[str]:
        with self.shop.storage.begin(read=True) as unit:
            cells = (cell for cell, _ in unit.stock.all_levels() if cell.warehouse in self.scopes)
            return sorted({marked(cell, "").sku for cell in cells if mark_of(cell) in OWNED})

    def _moved(self, skus: Sequence[str]) -> list[str]:
        """Return those of the SKUs that have something to be valued; nothing is locked."""
        with self.shop.storage.begin(read=True) as unit:
            found = unit.stock.trail(self._places(skus, open_cards(unit, skus)), limit=MOVES)
        return sorted({marked(one.cell, "").sku for _, one in found})

    def _valued(self, skus: Sequence[str]) -> int:
        return self.shop.attempt(lambda unit, _lock: self._value(unit, skus))

    def _places(self, skus: Iterable[str], cards: Cards) -> dict[Cell, int]:
        places = {cell: 0 for sku in skus for cell in cells_of(sku, self.scopes)}
        for stored in cards.values():
            places |= {Cell(one.sku, one.warehouse): one.place for one in stored.state.places}
        return places

    def _value(self, unit: Unit, skus: Sequence[str]) -> int:
        cards = open_cards(unit, skus, lock=True)
        places = self._places(skus, cards)
        unit.stock.levels({cell.sku for cell in places}, lock=True)
        moves = self._page(unit, places)
        keys, by = Keys(unit, SKUS), By(self.shop.now(), "costs", "feed")
        sales = self._sales(unit, moves)
        changes: list[Change[CostCard]] = []
        for sku, placed in moves.items():
            mine = self._begun(sku, placed, cards, keys)
            valuer = Valuer({scope: card for scope, (card, _) in mine.items()}, self.scopes, sales.get(sku, {}))
            valuer.value(placed)
            for scope, (card, stored) in mine.items():
                reached = self._reached(scope, placed)
                if valuer.steps[scope] or reached:
                    changes += changes_of(card, stored, valuer.steps[scope], reached, keys, by)
        if changes:
            unit.of(COST_CARDS).save(changes)
        return sum(map(len, moves.values()))

    def _page(self, unit: Unit, places: Mapping[Cell, int]) -> _Moves:
        """Return movements by SKU, none of them half of something whose other half is not among them."""
        limit = MOVES
        while True:
            found = unit.stock.trail(places, limit=limit)
            moves: _Moves = {}
            for placed in found:
                moves.setdefault(marked(placed[1].cell, "").sku, []).append(placed)
            if len(found) < limit:
                return moves
            whole = {sku: some[: settled(some)] for sku, some in moves.items()}
            if any(whole.values()):
                return {sku: some for sku, some in whole.items() if some}
            limit *= 2

    def _begun(
        self, sku: str, moves: Sequence[tuple[int, Movement]], cards: Cards, keys: Keys
    ) -> dict[str, tuple[CostCard, Stored[CostCard] | None]]:
        """Return the card of every scope in which a SKU moves; those that are not there begin."""
        mine: dict[str, tuple[CostCard, Stored[CostCard] | None]] = {}
        for _, one in moves:
            scope = self.scopes[one.cell.warehouse]
            if scope.code not in mine:
                stored = cards.get((sku, scope.code))
                card = stored.state if stored else begun(keys(), sku, scope, one.at)
                mine[scope.code] = card, stored
        return mine

    def _reached(self, scope: str, moves: Sequence[tuple[int, Movement]]) -> tuple[Place, ...]:
        last = {one.cell: place for place, one in moves if self.scopes[one.cell.warehouse].code == scope}
        return tuple(Place(*cell, place) for cell, place in sorted(last.items()))

    def _sales(self, unit: Unit, moves: _Moves) -> dict[str, dict[tuple[str, int, int], Sale]]:
        """Return what was sold before, and is with buyers, of the order lines that movements are for."""
        orders = {one.claim.order for some in moves.values() for _, one in some if one.on_hand > 0} - {0}
        sales: dict[str, dict[tuple[str, int, int], Sale]] = {}
        if not orders:
            return sales
        currencies = {one.code: one.currency for one in self.scopes.values()}
        where = (Where("cost_steps.order", Op.IN, tuple(sorted(orders))), Where("sku", Op.IN, tuple(moves)))
        for _, stored in all_cards(unit, *where):
            mine = sales.setdefault(stored.state.sku, {})
            currency = currencies.get(stored.state.scope, "")
            for step in stored.state.steps:
                sign = {StepKind.SOLD: 1, StepKind.BACK: -1}.get(step.kind, 0)
                if step.order in orders and sign:
                    line = (currency, step.order, step.line)
                    was, known = mine.get(line, Sale()), step.quantity - step.estimated
                    worth = step.value_minor - step.estimated_minor
                    mine[line] = Sale(was.quantity + sign * known, was.cost_minor + sign * worth)
        return sales


def changes_of(  # noqa: PLR0917 - what a change is made of
    card: CostCard,
    stored: Stored[CostCard] | None,
    steps: Sequence[Any],
    places: Sequence[Place],
    keys: Keys,
    by: By,
) -> list[Change[CostCard]]:
    """Return what is to be saved after steps; a card that is not stored begins."""
    found: list[Change[CostCard]] = []
    for before, events in written(card, steps, places, keys):
        known = stored if before is card else None
        found.append(change_of(COST_CARDS, before.key, known, (*_beginning(before, card, stored), *events), by))
    return found


def asked_of(
    card: CostCard, stored: Stored[CostCard] | None, events: Sequence[e.Event], by: By
) -> Change[CostCard]:
    """Return what is to be saved after events on a card; one that is not stored begins."""
    return change_of(COST_CARDS, card.key, stored, (*_beginning(card, card, stored), *events), by)


def _beginning(before: CostCard, card: CostCard, stored: Stored[CostCard] | None) -> tuple[e.Event, ...]:
    return (e.Begun(card),) if before is card and stored is None else ()
