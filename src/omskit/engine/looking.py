"""What a verification reads: aggregates page by page with their histories, as they are or as they should be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from attrs import field, frozen

from omskit.channels import CONTACTS
from omskit.core import Cell, Entry, Kind, Level, Movement, Reservation, StorageError, Stored, fold
from omskit.storage import After, Imbalance, Measure, Unit, Where

V = TypeVar("V")
S = TypeVar("S")

#: Aggregates looked at in one step; memory does not grow with the number stored.
PAGE = 500


@frozen
class Drift:
    """Something that is not what it has to be: a number, or a state (0 for wrong, 1 for right)."""

    subject: str
    found: int
    expected: int


@frozen
class Page:
    """Some aggregates of one kind.

    Args:
        keys: All of them.
        states: Those that can be read.
        histories: Those that can be read.
    """

    keys: Sequence[int]
    states: Mapping[int, Stored[Any]]
    histories: Mapping[int, Sequence[Entry]]


@frozen
class Looking:
    """What is stored, as it is."""

    unit: Unit

    def pages(self, kind: Kind[Any]) -> Iterator[Page]:
        """Yield all aggregates of a kind."""
        after: After | None = None
        while keys := self.unit.of(kind).find(limit=PAGE, after=after):
            yield Page(keys, *self._read(kind, keys))
            after = After(None, keys[-1])

    def load(self, kind: Kind[S], keys: Collection[int]) -> Mapping[int, Stored[S]]:
        """Return the states by key that can be read."""
        return readable_ones(self.unit.of(kind).load, keys)

    def find(self, kind: Kind[Any], where: Where) -> Iterator[Sequence[int]]:
        """Yield the keys of the aggregates that match, page by page."""
        after: After | None = None
        while keys := self.unit.of(kind).find(where, limit=PAGE, after=after):
            yield keys
            after = After(None, keys[-1])

    def imbalances(self) -> Sequence[Imbalance]:
        """Return the balances that their movements do not explain."""
        return self.unit.stock.drift()

    def reservations(self, orders: Collection[int]) -> Sequence[Reservation]:
        """Return what the book has reserved for orders."""
        return self.unit.stock.reservations(orders)

    def levels(self, skus: Collection[str]) -> Mapping[Cell, Level]:
        """Return the levels of the cells of some SKUs."""
        return self.unit.stock.levels(skus)

    def trail(self, after: Mapping[Cell, int]) -> Iterator[tuple[int, Movement]]:
        """Yield what was booked in some cells behind a place of each."""
        places = dict(after)
        while found := self.unit.stock.trail(places, limit=PAGE):
            yield from found
            places |= {one.cell: place for place, one in found}

    def _read(
        self, kind: Kind[Any], keys: Collection[int]
    ) -> tuple[Mapping[int, Stored[Any]], Mapping[int, Sequence[Entry]]]:
        there = self.unit.of(kind)
        return readable_ones(there.load, keys), readable_ones(there.history, keys)


def readable_ones(read: Callable[[Collection[int]], Mapping[int, V]], keys: Collection[int]) -> Mapping[int, V]:
    """Return what can be read of some keys; one document that cannot does not hide the others."""
    try:
        return read(keys)
    except StorageError as error:
        if error.code != "unreadable_document":
            raise
    found: dict[int, V] = {}
    for key in keys:
        try:
            found |= read([key])
        except StorageError as error:
            if error.code != "unreadable_document":
                raise
    return found


def told_by(kind: Kind[S], stored: Stored[S] | None, entries: Sequence[Entry]) -> Stored[S] | None:
    """Return the state that a history tells, where it tells the whole of it; None where it does not.

    Args:
        kind: Of the aggregate.
        stored: As it was read; None when it cannot be.
        entries: Its history.
    """
    whole = stored is None or stored.version == len(entries)
    numbered = [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    if kind.tag == CONTACTS.tag or not entries or not whole or not numbered:
        return None
    state = fold(kind.evolve, (entry.event for entry in entries))
    return None if state is None else Stored(state, len(entries))


@frozen
class AsRepaired(Looking):
    """What is stored, as it will be once all is written that can be told from histories and movements.

    Args:
        unit: Where it is read.
        balances: The balances that will be mended.
        repair: Hears of each state that differs from what its history tells: (kind, key, stored, told).
    """

    balances: Sequence[Imbalance] = ()
    repair: Callable[[Kind[Any], int, Stored[Any] | None, Stored[Any]], object] = field(
        default=lambda *_: None, kw_only=True
    )

    def pages(self, kind: Kind[Any]) -> Iterator[Page]:
        """Yield all aggregates of a kind, and tell which will be written anew."""
        for page in super().pages(kind):
            told = self._told(kind, page.states, page.histories)
            for key, state in told.items():
                if page.states.get(key) != state:
                    self.repair(kind, key, page.states.get(key), state)
            yield Page(page.keys, {**page.states, **told}, page.histories)

    def load(self, kind: Kind[S], keys: Collection[int]) -> Mapping[int, Stored[S]]:
        """Return the states by key."""
        states, histories = self._read(kind, keys)
        return {**states, **self._told(kind, states, histories)}

    def imbalances(self) -> Sequence[Imbalance]:
        """Return the balances that will not be mended."""
        mended = frozenset(self.balances)
        return [one for one in super().imbalances() if one not in mended]

    def levels(self, skus: Collection[str]) -> Mapping[Cell, Level]:
        """Return the levels that the cells of some SKUs will have."""
        levels = dict(super().levels(skus))
        for one in self.balances:
            cell = one.balance.cell
            if one.balance.measure is not Measure.RESERVATION and cell.sku in skus:
                changed = {one.balance.measure.value: one.expected}
                levels[cell] = levels.get(cell, Level())._replace(**changed)
        return levels

    def reservations(self, orders: Collection[int]) -> Sequence[Reservation]:
        """Return what the book will have reserved for orders."""
        have = {(one.claim, one.cell): one.quantity for one in super().reservations(orders)}
        for one in self.balances:
            if one.balance.measure is Measure.RESERVATION and one.balance.claim.order in orders:
                have[one.balance.claim, one.balance.cell] = one.expected
        return [Reservation(*where, count) for where, count in sorted(have.items()) if count]

    def _told(
        self, kind: Kind[S], states: Mapping[int, Stored[S]], histories: Mapping[int, Sequence[Entry]]
    ) -> dict[int, Stored[S]]:
        told = {key: told_by(kind, states.get(key), entries) for key, entries in histories.items()}
        return {key: stored for key, stored in told.items() if stored is not None}
