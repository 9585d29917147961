"""Replaying: orders of the past planned again by other policies, on the stock of that time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from omskit.allocation import Delivery, Demand, Difference, Outcome, Planner, Supply, compare, difference
from omskit.core import Cell, UsageError
from omskit.inventory import UNSHIPPED
from omskit.storage import Unit


@frozen
class Replay:
    """What several ways of planning made of the same orders.

    Args:
        outcomes: One for each planner, as they were given.
    """

    outcomes: tuple[Outcome, ...]

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Each outcome but the first, less the first."""
        first, *others = self.outcomes
        return tuple(difference(one, first) for one in others)


@frozen
class Course:
    """How the past is lived through.

    Args:
        since: Orders that were placed from then on, on the stock of then.
        until: Orders that were placed before that.
        every: Time between two rounds of planning.
        patience: How long units may wait for stock before they count as never sent.

    Raises:
        UsageError: ``bad_period`` unless it ends after it begins.
    """

    since: datetime
    until: datetime
    every: timedelta
    patience: timedelta

    def __attrs_post_init__(self) -> None:
        if self.since >= self.until:
            raise UsageError("bad_period", f"from {self.since} until {self.until}", value=self.since)


def replay(
    unit: Unit,
    demands: Sequence[Demand],
    warehouses: Iterable[str],
    planners: Mapping[str, Planner],
    course: Course,
) -> Replay:
    """Live through the past once for each planner.

    Stock begins as it was, less what was reserved for orders of before. What was received, found or returned until
    the end comes when it came; what was taken off by hand, for no order, stays.
    """
    skus = sorted({part.sku for one in demands for line in one.lines for part in line.parts})
    known = set(skus)
    there = {cell: level.available for cell, level in unit.stock.levels(skus).items()}
    deliveries = []
    for warehouse in sorted(warehouses):
        for movement in unit.stock.since(warehouse, course.since):
            cell = movement.cell
            if cell.sku not in known:
                continue
            there[cell] = there.get(cell, 0) - movement.on_hand + movement.reserved
            if movement.on_hand > 0 and movement.kind != UNSHIPPED and movement.at < course.until:
                deliveries.append(Delivery(movement.at, {cell: movement.on_hand}))
    supply = Supply({Cell(*cell): max(0, count) for cell, count in there.items()})
    outcomes = compare(
        demands, supply, planners, every=course.every, patience=course.patience, deliveries=deliveries
    )
    return Replay(outcomes)
