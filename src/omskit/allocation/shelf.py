"""The shelf: stock and room while days go by, as planners take of it and deliveries add to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from attrs import evolve, field, frozen

from omskit.allocation.model import Demand, Supply
from omskit.allocation.outcome import Decision, PlannedParcel
from omskit.allocation.promises import Promises, handed_over
from omskit.core import Cell, UsageError, aware


@frozen
class Delivery:
    """Stock that arrives.

    Args:
        at: When; aware.
        pieces: How many, by cell.
    """

    at: datetime = field(converter=aware)
    pieces: Mapping[Cell, int]


class Shelf:
    """Stock, and what can be done today.

    Args:
        supply: Stock at the beginning, and what can be done on the first day.
        daily: What can be done on each later one; by default the same. Its stock is not looked at.
    """

    def __init__(self, supply: Supply, daily: Supply | None = None) -> None:
        self._first, self._daily = supply, daily or supply
        self._pieces = dict(supply.available)
        self._today: date | None = None
        self._room = [dict(supply.parcels), dict(supply.units)]
        self._quotas = dict(supply.quotas)
        self.promises = Promises(supply.commitments)

    def renewed(self, now: datetime) -> bool:
        """Renew what can be done in a day when it is another one; whether more may be possible by that."""
        today = now.astimezone(UTC).date()
        if today == self._today:
            return False
        limited = any((*self._room, self._quotas))
        daily = self._first if self._today is None else self._daily
        self._today = today
        self._room = [dict(daily.parcels), dict(daily.units)]
        whole = {one: count for one, count in self._quotas.items() if one.dated}
        self._quotas = whole | {one: count for one, count in daily.quotas.items() if not one.dated}
        return limited or any((*self._room, self._quotas))

    def receive(self, delivery: Delivery) -> None:
        """Add what arrives."""
        for cell, count in delivery.pieces.items():
            self._pieces[cell] = self._pieces.get(cell, 0) + count

    def supply(self) -> Supply:
        """Return what there is."""
        parcels, units = self._room
        return Supply(dict(self._pieces), dict(parcels), dict(units), dict(self._quotas), self.promises.left())

    def take(self, name: str, demand: Demand, parcels: Sequence[PlannedParcel]) -> None:
        """Take what parcels need."""
        by_number = {line.number: line for line in demand.lines}
        parcels_left, units_left = self._room
        for parcel in parcels:
            for number, count in parcel.units:
                for part in by_number[number].parts:
                    cell = Cell(part.sku, parcel.warehouse)
                    self._pieces[cell] = self._pieces.get(cell, 0) - part.per * count
                    self._check(name, self._pieces[cell], f"{cell.sku} at {cell.warehouse}")
            picked = sum(count for _, count in parcel.units)
            for room, code, used in (
                (parcels_left, parcel.warehouse, 1),
                (units_left, parcel.warehouse, picked),
            ):
                if code in room:
                    room[code] -= used
                    self._check(name, room[code], code)

            for carried in self._quotas:
                if carried.has(*handed_over(parcel)):
                    self._quotas[carried] -= 1
                    self._check(name, self._quotas[carried], str(carried))
            self.promises.take(parcel)

    @staticmethod
    def _check(name: str, left: int, what: str) -> None:
        if left < 0:
            raise UsageError("oversold", f"the planner {name!r} uses {-left} more of {what} than there is")


def rest_of(demand: Demand, decision: Decision) -> Demand | None:
    """Return what a decision leaves open of a demand; None when all of it is sent."""
    rest = {unfilled.line: unfilled.quantity for unfilled in decision.unfilled}
    lines = tuple(evolve(line, quantity=rest[line.number]) for line in demand.lines if line.number in rest)
    return evolve(demand, lines=lines) if lines else None
