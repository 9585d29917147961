"""How stock is offered: which warehouses each channel sees, by which formula, and what is kept back from all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from attrs import field, frozen

from omskit.core import Cell, UsageError
from omskit.inventory.availability import Ahead, Allotment, Dated, Pool
from omskit.inventory.publication import Formula


@frozen
class Showing:
    """What one channel is shown of the stock.

    Args:
        pool: Warehouses that the channel sells from; all of them without one.
        formula: How its numbers follow from what can be sold.
        formulas: Other formulas, by SKU or bundle.
        interval: Least time between two numbers of one item; zero is told at once.
        settling: An order that the channel says was placed less than this after it took a number does not count
            as taken off that number: clocks differ. At worst a number is sent that the channel shows already.
        together: Most items in one request, from 1. With more than one, a request that fails holds back every
            later number of the channel, not those of its item alone.

    Raises:
        UsageError: ``bad_parameter`` for a time below zero or fewer than one item.
    """

    pool: Pool | None = None
    formula: Formula = field(factory=Formula)
    formulas: Mapping[str, Formula] = field(factory=dict)
    interval: timedelta = timedelta(0)
    settling: timedelta = timedelta(minutes=1)
    together: int = 1

    def __attrs_post_init__(self) -> None:
        if min(self.interval, self.settling) < timedelta(0):
            raise UsageError("bad_parameter", "times are zero or more", name="interval, settling")
        if self.together < 1:
            raise UsageError("bad_parameter", f"{self.together} items in a request: from 1", name="together")

    def formula_of(self, code: str) -> Formula:
        """Return the formula for a SKU or bundle."""
        return self.formulas.get(code, self.formula)


@frozen
class Selling:
    """How stock is offered, by channel, and what is kept back from all of them.

    Args:
        channels: What each channel is shown, by its code; a channel that is missing is told nothing.
        safety: Pieces kept back at a cell.
        inbound: Goods that are due at a cell, beside transfers with a day.
        allotments: Pieces ring-fenced for one channel; what it has used of them is for the host to say.
        ahead: What may be sold beyond stock, by SKU.
        points: Reorder points, for alerts.
    """

    channels: Mapping[str, Showing] = field(factory=dict)
    safety: Mapping[Cell, int] = field(factory=dict)
    inbound: Mapping[Cell, tuple[Dated, ...]] = field(factory=dict)
    allotments: tuple[Allotment, ...] = ()
    ahead: Mapping[str, Ahead] = field(factory=dict)
    points: Mapping[Cell, int] = field(factory=dict)
