"""Offers: what it costs to send a parcel from each warehouse to one destination, with all dates folded in."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from datetime import date
from operator import itemgetter
from typing import NamedTuple, TypeVar

from omskit.allocation.rates import Piece, Service
from omskit.allocation.weights import BEHIND, ENDLESS, MOST_RANK, PARCEL, SHIFT

S = TypeVar("S")

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


def steps_of(rate: Rate, grams: Sequence[int], bulk: Sequence[int] | None) -> list[int]:
    """Return the steps that bags pay at a rate; -1 for those that are too heavy.

    Args:
        rate: How steps are counted.
        grams: What each bag weighs.
        bulk: The cubic centimetres of each bag; None where volume does not count.
    """
    first_g, step_g, divisor, max_g = rate
    if divisor and bulk:
        grams = [
            weight if weight * divisor >= volume * 1000 else -(-volume * 1000 // divisor)
            for weight, volume in zip(grams, bulk, strict=True)
        ]
    return [
        -1 if weight > max_g else 0 if weight <= first_g else -((first_g - weight) // step_g)
        for weight in grams
    ]


#: What a parcel weighs before its goods and steps, the steps of each bag, what a step weighs, who sends it.
Bid = tuple[int, Sequence[int], int, S]


def lay(
    bids: Sequence[Bid[S]],
    bags: Iterable[int],
    goods: Sequence[int],
    weights: list[int],
    senders: MutableMapping[int, S] | list[S],
) -> None:
    """Give bags to those who send them at less than what they weigh so far.

    Args:
        bids: Of one warehouse, in order of what they weigh before goods and steps.
        bags: What it has.
        goods: What the goods of each bag weigh.
        weights: The least weight of each bag; changed.
        senders: Who sends it at that; changed.
    """
    for bag in bags:
        more, least = goods[bag], weights[bag]
        for fixed, steps, step_weight, sender in bids:
            weight = fixed + more
            if weight >= least:
                break
            count = steps[bag]
            if count:
                if count < 0:
                    continue
                weight += count * step_weight
                if weight >= least:
                    continue
            least = weights[bag] = weight
            senders[bag] = sender


class Way(NamedTuple):
    """How a parcel gets from one warehouse to an area by one piece of a rate card, taken on on one day.

    Args:
        service: The courier's product.
        fixed_minor: First price and packing.
        ship_on: Day of hand-over.
        arrive_on: Day of delivery.
        said: What an offer of it says beside its weight, its lateness and its fee.
        bit: Its own among the ways of its warehouse, area and day.
        beaten_by: The bits of those that beat it where they weigh no more.
    """

    service: Service
    fixed_minor: int
    ship_on: date
    arrive_on: date
    said: tuple[int, Rate, int, int, str, str, date, date]
    bit: int
    beaten_by: int


#: A service with a piece of its rate card, the days of hand-over and of delivery.
Route = tuple[Service, Rate, Piece, date, date]


def ways_of(found: Iterable[Route], parcel_minor: int, kinds: Kinds) -> list[Way]:
    """Return ways in order of preference where they cost the same: the earlier arrival, then the service."""
    order = sorted(found, key=lambda one: (one[4], one[0].code))
    numbers = [kinds.number(service.courier, rate, piece.step_minor) for service, rate, piece, _, _ in order]
    ways = []
    for place, (service, rate, piece, ship_on, arrive_on) in enumerate(order):
        first, step, mine = piece.first_minor, piece.step_minor, numbers[place]
        said = (step << SHIFT, rate, first, step, service.code, service.courier, ship_on, arrive_on)
        by = 0
        for other, theirs in enumerate(numbers):
            if other != place and kinds[theirs, mine]:
                by |= 1 << other
        ways.append(Way(service, first + parcel_minor, ship_on, arrive_on, said, 1 << place, by))
    return ways


#: What a parcel costs before its contents, by which way, how late, and the fee.
Weighed = tuple[int, Way, int, int]


def by_weight(found: Sequence[Weighed], position: int) -> Row:
    """Return ways, in order of preference, as offers by weight.

    One is left out that another of the same courier beats at every weight.
    """
    base, kept = PARCEL + position * BEHIND, 0
    weighed = [((one[0] << SHIFT) + base + min(rank, MOST_RANK), one) for rank, one in enumerate(found)]
    weighed.sort(key=_weight)
    row = []
    for weight, (_, way, late_days, fee_minor) in weighed:
        if not way.beaten_by & kept:
            kept |= way.bit
            row.append(Offer._make((weight, *way.said, late_days, fee_minor, (), 0)))
    return tuple(row)


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
    for offer in sorted(weighed, key=_weight):
        if not any(
            other.courier == offer.courier
            and other.quotas == offer.quotas
            and _takes_all(other.rate, other.step_weight, offer.rate, offer.step_weight)
            for other in kept
        ):
            kept.append(offer)
    return tuple(kept)


def _takes_all(mine: Rate, step: int, theirs: Rate, their_step: int) -> bool:
    """Whether a rate with its step price asks for no more steps than another, and takes all that it takes."""
    return (
        mine.max_g >= theirs.max_g
        and step <= their_step
        and mine.first_g >= theirs.first_g
        and (mine.step_g == theirs.step_g or not step)
        and (mine.divisor == theirs.divisor or not mine.divisor or mine.divisor >= theirs.divisor > 0)
    )


_weight = itemgetter(0)


class Kinds(dict[tuple[int, int], bool]):
    """Whether one kind of way, where it weighs no more, beats another; kinds are courier, rate and step price.

    It does when it asks for no more steps and takes all that the other takes.
    """

    __slots__ = ("_kinds", "_numbers")

    def __init__(self) -> None:
        super().__init__()
        self._kinds: list[tuple[str, Rate, int]] = []
        self._numbers: dict[tuple[str, Rate, int], int] = {}

    def number(self, courier: str, rate: Rate, step_minor: int) -> int:
        """Return the number of a kind."""
        kind = courier, rate, step_minor
        found = self._numbers.get(kind)
        if found is None:
            found = self._numbers[kind] = len(self._kinds)
            self._kinds.append(kind)
        return found

    def __missing__(self, pair: tuple[int, int]) -> bool:
        one, other = pair
        courier, mine, step_minor = self._kinds[one]
        other_courier, theirs, other_step_minor = self._kinds[other]
        found = self[pair] = courier == other_courier and _takes_all(mine, step_minor, theirs, other_step_minor)
        return found


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


def tilted(row: Iterable[Offer], slope: int, weight_g: int) -> int:
    """Return what every parcel up to a weight weighs at least beyond ``slope`` for each of its grams.

    The parcels of a plan have the grams of all goods together, so a plan of two weighs twice this, and ``slope``
    for each gram of the goods: that counts steps which the first prices alone leave out.
    """
    least = ENDLESS
    for offer in row:
        first_g, step_g, _, max_g = offer[2]
        most = min(weight_g, max_g)
        weight = offer[0] - slope * min(first_g, most)
        if most > first_g:
            # between the first weight and the most, no parcel weighs less than the line through both
            weight = min(weight, offer[0] + offer[1] * (most - first_g) // step_g - slope * most)
        least = min(least, weight)
    return least


def slope_of(row: Sequence[Offer], weight_g: int) -> int:
    """Return what a gram more weighs in the offer that takes a weight at the least price."""
    found = best(row, weight_g, 0)
    return 0 if found is None else found[1].step_weight // found[1].rate.step_g


def limit_g(max_weight_g: int) -> int:
    """Return a weight limit to compare with, where 0 stands for none."""
    return max_weight_g or _ANY_WEIGHT
