"""Offers: what it costs to send a parcel from each warehouse to one destination, with all dates folded in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from attrs import frozen

#: Stands for no weight limit.
_ANY_WEIGHT = 2**62


class Offer(NamedTuple):
    """One service from one warehouse to one destination, on one day.

    Args:
        fixed: All of a parcel's cost that its contents do not change: first price, fee, packing, lateness.
        first_g: Weight within the first price.
        step_g: Weight of a step.
        step_minor: Price of a step.
        divisor: Cubic centimetres of a kilogram, 0 for none.
        max_g: Most chargeable weight.
        first_minor: First price, part of ``fixed``.
        service: Code.
        courier: Who carries it.
        carries: Traits that it takes.
        ship_on: Day of hand-over.
        arrive_on: Day of delivery.
        late_days: Days after what was asked for.
    """

    fixed: int
    first_g: int
    step_g: int
    step_minor: int
    divisor: int
    max_g: int
    first_minor: int
    service: str
    courier: str
    carries: frozenset[str]
    ship_on: date
    arrive_on: date
    late_days: int

    def steps_minor(self, weight_g: int, volume_cm3: int) -> int:
        """Return what a parcel costs beyond ``fixed``; -1 when it is too heavy."""
        if self.divisor and volume_cm3:
            weight_g = max(weight_g, -(-volume_cm3 * 1000 // self.divisor))
        if weight_g > self.max_g:
            return -1
        if weight_g <= self.first_g:
            return 0
        return -((self.first_g - weight_g) // self.step_g) * self.step_minor


@frozen
class Offers:
    """All offers for one kind of demand, by warehouse position.

    Args:
        of: Sorted offers of each warehouse; the first wins when costs are equal.
        floor: The least that any parcel costs before its contents; 0 without offers.
        unit_minor: What picking a unit costs, by warehouse position.
        least_unit: The least of them.
    """

    of: tuple[tuple[Offer, ...], ...]
    floor: int
    unit_minor: tuple[int, ...]
    least_unit: int

    @classmethod
    def made(cls, of: Iterable[Sequence[Offer]], unit_minor: tuple[int, ...]) -> Offers:
        """Sort offers: earlier arrival first, then by code."""
        rows = tuple(tuple(sorted(row, key=lambda one: (one.arrive_on, one.service))) for row in of)
        floor = min((offer.fixed for row in rows for offer in row), default=0)
        return cls(rows, floor, unit_minor, min(unit_minor, default=0))

    def best(self, position: int, weight_g: int, volume_cm3: int) -> tuple[int, Offer] | None:
        """Return the least cost of a parcel without its picking, and the offer; None when none takes it."""
        found: Offer | None = None
        least = 0
        for offer in self.of[position]:
            fixed, first_g, step_g, step_minor, divisor, max_g = offer[:6]
            weight = weight_g
            if divisor and volume_cm3:
                weight = max(weight_g, -(-volume_cm3 * 1000 // divisor))
            if weight > max_g:
                continue
            cost = fixed if weight <= first_g else fixed - (first_g - weight) // step_g * step_minor
            if found is None or cost < least:
                found, least = offer, cost
        return None if found is None else (least, found)


def limit_g(max_weight_g: int) -> int:
    """Return a weight limit to compare with, where 0 stands for none."""
    return max_weight_g or _ANY_WEIGHT
