"""Offers: what it costs to send a parcel from each warehouse to one destination, with all dates folded in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from omskit.allocation.weights import BEHIND, MOST_RANK, PARCEL, SHIFT

#: Stands for no weight limit.
_ANY_WEIGHT = 2**62


class Rate(NamedTuple):
    """What decides how many steps of weight a parcel pays.

    Args:
        first_g: Weight within the first price.
        step_g: Weight of a step.
        divisor: Cubic centimetres of a kilogram, 0 for none.
        max_g: Most chargeable weight.
    """

    first_g: int
    step_g: int
    divisor: int
    max_g: int

    def steps(self, weight_g: int, volume_cm3: int) -> int:
        """Return how many steps a parcel pays beyond the first weight; -1 when it is too heavy."""
        first_g, step_g, divisor, max_g = self
        if divisor and volume_cm3:
            chargeable = -(-volume_cm3 * 1000 // divisor)
            if chargeable > weight_g:
                weight_g = chargeable
        if weight_g > max_g:
            return -1
        return -((first_g - weight_g) // step_g) if weight_g > first_g else 0


class Offer(NamedTuple):
    """One service from one warehouse to one destination, on one day.

    Args:
        weight: Packed weight of a parcel before its contents: first price, fee, packing, lateness, and ties.
        step_weight: Packed weight of a step.
        rate: How steps are counted.
        first_minor: First price.
        step_minor: Price of a step.
        service: Code.
        courier: Who carries it.
        ship_on: Day of hand-over.
        arrive_on: Day of delivery.
        late_days: Days after what was asked for.
        fee_minor: For collecting money.
        quotas: Numbers of the quotas that a parcel counts for; see :class:`omskit.allocation.contracts.Contracts`.
        credit_minor: What commitments give for a parcel; the weight is less that.
    """

    weight: int
    step_weight: int
    rate: Rate
    first_minor: int
    step_minor: int
    service: str
    courier: str
    ship_on: date
    arrive_on: date
    late_days: int
    fee_minor: int
    quotas: tuple[int, ...] = ()
    credit_minor: int = 0

    def freight_minor(self, weight_g: int, volume_cm3: int) -> int:
        """Return what the courier asks for a parcel that is not too heavy, without fees."""
        return self.first_minor + self.step_minor * self.rate.steps(weight_g, volume_cm3)


Row = tuple[Offer, ...]


def ranked(offers: Iterable[tuple[int, Offer]], position: int) -> Row:
    """Return offers, given with what a parcel costs in minor units, by weight; ties go to the earlier arrival.

    An offer is left out that another of the same courier and the same quotas beats at every weight.
    """
    order = sorted(offers, key=lambda one: (one[1].arrive_on, one[1].service))
    weighed = [
        offer._replace(weight=(fixed << SHIFT) + PARCEL + position * BEHIND + min(rank, MOST_RANK))
        for rank, (fixed, offer) in enumerate(order)
    ]
    kept: list[Offer] = []
    for offer in sorted(weighed, key=lambda one: one.weight):
        if not any(_beats(other, offer) for other in kept):
            kept.append(offer)
    return tuple(kept)


def _beats(one: Offer, other: Offer) -> bool:
    """Whether one offer, which weighs no more, asks for no more steps and takes all that the other takes."""
    mine, theirs = one.rate, other.rate
    return (
        one.courier == other.courier
        and one.quotas == other.quotas
        and mine.max_g >= theirs.max_g
        and one.step_weight <= other.step_weight
        and mine.first_g >= theirs.first_g
        and (mine.step_g == theirs.step_g or not one.step_weight)
        and (mine.divisor == theirs.divisor or not mine.divisor or mine.divisor >= theirs.divisor > 0)
    )


def best(row: Sequence[Offer], weight_g: int, volume_cm3: int) -> tuple[int, Offer] | None:
    """Return the least weight of a parcel without its picking, and the offer; None when none takes it."""
    found: Offer | None = None
    least = 0
    for offer in row:
        weight = offer[0]
        if found is not None and weight >= least:
            break
        first_g, step_g, divisor, max_g = offer[2]
        chargeable = weight_g
        if divisor and volume_cm3:
            bulk = -(-volume_cm3 * 1000 // divisor)
            if bulk > chargeable:
                chargeable = bulk
        if chargeable > max_g:
            continue
        if chargeable > first_g:
            weight -= (first_g - chargeable) // step_g * offer[1]
        if found is None or weight < least:
            found, least = offer, weight
    return None if found is None else (least, found)


def limit_g(max_weight_g: int) -> int:
    """Return a weight limit to compare with, where 0 stands for none."""
    return max_weight_g or _ANY_WEIGHT
