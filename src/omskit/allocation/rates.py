"""Couriers' services: where they deliver, how long that takes, what a parcel costs, what they carry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from attrs import field, frozen

from omskit.allocation.calendar import EVERY_DAY, WorkingDays
from omskit.core import UsageError

#: How an area is written; see :class:`Lane`.
AREA = re.compile(r"\*|[A-Z]{2}(?:-[^/*]+|/[0-9A-Z]+)?", re.ASCII)


def code_set(values: Iterable[str]) -> frozenset[str]:
    """Return codes as a set.

    Raises:
        UsageError: ``not_a_set`` for a single text, which would fall apart into letters.
    """
    if isinstance(values, str):
        raise UsageError("not_a_set", f"{values!r} is one text where a set of codes belongs", value=values)
    return frozenset(values)


class Piece(NamedTuple):
    """A part of a rate card without bands or minimum; a parcel costs what the cheapest that takes it asks.

    Args:
        to_g: Most weight that it takes; None for no end.
        first_g: Weight that the first price includes.
        first_minor: First price, with all that is on top.
        step_minor: Price of a step.
    """

    to_g: int | None
    first_g: int
    first_minor: int
    step_minor: int


@frozen
class RateCard:
    """Freight by bands, then by first weight and step weight: every step that is begun counts.

    Args:
        first_g: Weight that the first price includes, zero or more.
        first_minor: First price.
        step_g: Weight of a step, above zero.
        step_minor: Price of a step.
        bands: (weight, price) pairs that hold up to and including the weight, before first and step; they grow.
        minimum_minor: Least that a parcel costs before surcharges.
        surcharge_minor: On top of each parcel: remote area, packing, peak season.
        round_g: What weights are rounded up to; every weight of the card is a multiple of it.

    Raises:
        UsageError: ``bad_rate`` for a negative price or weight, a step of no weight, bands that do not grow, a
            price that falls where first and step take over from the bands, or a weight that is no multiple of
            ``round_g``.
    """

    first_g: int
    first_minor: int
    step_g: int = 1000
    step_minor: int = 0
    bands: tuple[tuple[int, int], ...] = ()
    minimum_minor: int = 0
    surcharge_minor: int = 0
    round_g: int = 1

    def __attrs_post_init__(self) -> None:
        sizes = (
            *(self.first_g, self.first_minor, self.step_g, self.step_minor),
            *(self.minimum_minor, self.surcharge_minor, self.round_g),
            *(size for band in self.bands for size in band),
        )
        if any(type(size) is not int for size in sizes) or min(sizes) < 0 or not self.step_g:
            raise UsageError("bad_rate", f"{sizes}: ints from 0, and a step weighs at least 1 g", value=sizes)
        weights, prices = [weight for weight, _ in self.bands], [price for _, price in self.bands]
        if weights != sorted(set(weights)) or prices != sorted(prices) or (weights and not weights[0]):
            raise UsageError("bad_rate", f"{self.bands}: bands grow, in weight and in price", value=self.bands)
        if prices and self._stepped(weights[-1] + 1) < prices[-1]:
            message = f"beyond {weights[-1]} g a parcel costs less than {prices[-1]}"
            raise UsageError("bad_rate", message, value=self.bands)
        if not self.round_g or any(weight % self.round_g for weight in (self.first_g, self.step_g, *weights)):
            raise UsageError("bad_rate", f"weights are multiples of {self.round_g} g, from 1", value=self.round_g)

    def _steps(self, weight_g: int) -> int:
        return -((self.first_g - weight_g) // self.step_g) if weight_g > self.first_g else 0

    def _stepped(self, weight_g: int) -> int:
        return self.first_minor + self._steps(weight_g) * self.step_minor

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The card as pieces of constant price up to a weight, and one of first and step without end."""
        least, more = self.minimum_minor, self.surcharge_minor
        flat = [Piece(to_g, to_g, max(price, least) + more, 0) for to_g, price in self.bands]
        end = self.bands[-1][0] if self.bands else 0
        steps = self._steps(end + 1) if self.bands else 0
        if self.first_minor < least and self.step_minor:
            below = -((self.first_minor - least) // self.step_minor)
            if below > steps:
                to_g = self.first_g + (below - 1) * self.step_g
                flat.append(Piece(to_g, to_g, least + more, 0))
                steps = below
        price = max(self.first_minor + steps * self.step_minor, least) + more
        return (*flat, Piece(None, self.first_g + steps * self.step_g, price, self.step_minor))

    def freight_minor(self, weight_g: int) -> int:
        """Return the price of a parcel of a chargeable weight.

        The band that the weight lies in; beyond them the first price and ``ceil((weight - first) / step)`` steps;
        at least the minimum, and the surcharge on top.
        """
        price = next((price for to_g, price in self.bands if weight_g <= to_g), None)
        return max(self._stepped(weight_g) if price is None else price, self.minimum_minor) + self.surcharge_minor


@frozen
class Lane:
    """Where a service delivers at one rate.

    Args:
        areas: ``"DE"`` is a country, ``"DE-BY"`` a region, ``"DE/80"`` postcodes that begin so, ``"*"`` the
            world. The narrowest area that a destination lies in counts, and a postcode is narrower than a region.
        rates: What it costs; None takes the areas out of a wider lane.
        transit_days: Working days of the courier from hand-over to delivery.
        origins: Codes of the warehouses it starts from, empty for all; a lane that names them goes before one
            that does not.
        since: First day of hand-over that it holds for; None for all before ``until``.
        until: First day that it no longer holds for; None for no end.

    Raises:
        UsageError: ``bad_area``; ``bad_rate`` for negative days, and for a lane that ends before it begins.
    """

    areas: frozenset[str] = field(converter=code_set)
    rates: RateCard | None
    transit_days: int = 1
    origins: frozenset[str] = field(default=(), converter=code_set)
    since: date | None = None
    until: date | None = None

    def __attrs_post_init__(self) -> None:
        for area in sorted(self.areas):
            if not AREA.fullmatch(area):
                raise UsageError(
                    "bad_area", f"{area!r} is no area: '*', 'DE', 'DE-BY' or postcodes 'DE/80'", value=area
                )
        if self.transit_days < 0:
            raise UsageError("bad_rate", f"{self.transit_days} days in transit; zero or more")
        if self.since and self.until and self.until <= self.since:
            raise UsageError("bad_rate", f"a lane from {self.since} holds for no day until {self.until}")

    def holds_on(self, day: date) -> bool:
        """Whether the lane holds for goods that are handed over on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def meets(self, other: Lane) -> bool:
        """Whether there is a day that both hold for."""
        latest = max(filter(None, (self.since, other.since)), default=None)
        earliest = min(filter(None, (self.until, other.until)), default=None)
        return latest is None or earliest is None or latest < earliest


@frozen
class Insurance:
    """What a courier asks for a declared value. A plan does not count it: a courier is chosen by its freight.

    Args:
        rate: Part of the value, from 0 to 1.
        least_minor: The least fee.
        most_value_minor: The highest value that can be declared; 0 for no limit.

    Raises:
        UsageError: ``bad_rate`` for a rate out of range, and for amounts below zero.
    """

    rate: Decimal
    least_minor: int = 0
    most_value_minor: int = 0

    def __attrs_post_init__(self) -> None:
        if not (self.rate.is_finite() and 0 <= self.rate <= 1) or min(self.least_minor, self.most_value_minor) < 0:
            raise UsageError("bad_rate", f"{self}: a part from 0 to 1, and amounts from 0", value=self.rate)

    def fee_minor(self, value_minor: int) -> int:
        """Return the fee for a value, rounded half up to the minor unit; no value costs nothing.

        Raises:
            UsageError: ``bad_value`` for one below zero, or above what can be declared.
        """
        if value_minor < 0 or 0 < self.most_value_minor < value_minor:
            most = self.most_value_minor or "any"
            raise UsageError("bad_value", f"{value_minor} declared: from 0 to {most}", value=value_minor)
        numerator, denominator = self.rate.as_integer_ratio()
        fee = (2 * value_minor * numerator + denominator) // (2 * denominator)
        return max(fee, self.least_minor) if value_minor else 0


@frozen
class Service:
    """A product of a courier.

    Args:
        code: Unique in the network.
        courier: Who carries it.
        lanes: Where it goes.
        max_weight_g: Most that a parcel may weigh, chargeable; 0 for no limit.
        divisor: Cubic centimetres that count as a kilogram; 0 where volume does not count.
        carries: Traits of goods that it takes, as in ``{"cold", "hazmat"}``.
        cod: Whether the courier collects money.
        cod_minor: What that costs, a parcel.
        days: When the courier picks up and delivers.
        insurance: What a declared value costs; None where none can be declared.

    Raises:
        UsageError: ``bad_rate`` for a negative limit, divisor or fee; ``overlapping_lanes`` when an area stands
            in two lanes that start alike and hold for the same day.
    """

    code: str
    courier: str
    lanes: tuple[Lane, ...]
    max_weight_g: int = 0
    divisor: int = 0
    carries: frozenset[str] = field(default=(), converter=code_set)
    cod: bool = False
    cod_minor: int = 0
    days: WorkingDays = EVERY_DAY
    insurance: Insurance | None = None

    def __attrs_post_init__(self) -> None:
        if min(self.max_weight_g, self.divisor, self.cod_minor) < 0:
            raise UsageError("bad_rate", f"service {self.code}: limits, divisors and fees are zero or more")
        seen: dict[tuple[str, str], list[Lane]] = {}
        for lane in self.lanes:
            for place in ((area, origin) for area in lane.areas for origin in (lane.origins or {""})):
                if any(lane.meets(other) for other in seen.get(place, ())):
                    raise UsageError(
                        "overlapping_lanes",
                        f"service {self.code} has two lanes to {place[0]} from {place[1] or 'anywhere'}",
                        service=self.code,
                        area=place[0],
                        origin=place[1],
                    )
                seen.setdefault(place, []).append(lane)
