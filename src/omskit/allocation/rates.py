"""Couriers' services: where they deliver, how long that takes, what a parcel costs, what they carry."""

from __future__ import annotations

import re
from collections.abc import Iterable

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


@frozen
class RateCard:
    """Freight by first weight and step weight: every step that is begun counts.

    Args:
        first_g: Weight that the first price includes, zero or more.
        first_minor: First price.
        step_g: Weight of a step, above zero.
        step_minor: Price of a step.

    Raises:
        UsageError: ``bad_rate`` for a negative price or weight, or a step of no weight.
    """

    first_g: int
    first_minor: int
    step_g: int = 1000
    step_minor: int = 0

    def __attrs_post_init__(self) -> None:
        sizes = (self.first_g, self.first_minor, self.step_g, self.step_minor)
        if any(type(size) is not int for size in sizes) or min(sizes) < 0 or not self.step_g:
            raise UsageError("bad_rate", f"{sizes}: ints from 0, and a step weighs at least 1 g", value=sizes)

    def freight_minor(self, weight_g: int) -> int:
        """Return the price of a parcel: first price and ``ceil((weight - first) / step)`` steps."""
        if weight_g <= self.first_g:
            return self.first_minor
        return self.first_minor - (self.first_g - weight_g) // self.step_g * self.step_minor


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

    Raises:
        UsageError: ``bad_area``; ``bad_rate`` for negative days.
    """

    areas: frozenset[str] = field(converter=code_set)
    rates: RateCard | None
    transit_days: int = 1
    origins: frozenset[str] = field(default=(), converter=code_set)

    def __attrs_post_init__(self) -> None:
        for area in sorted(self.areas):
            if not AREA.fullmatch(area):
                raise UsageError(
                    "bad_area", f"{area!r} is no area: '*', 'DE', 'DE-BY' or postcodes 'DE/80'", value=area
                )
        if self.transit_days < 0:
            raise UsageError("bad_rate", f"{self.transit_days} days in transit; zero or more")


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

    Raises:
        UsageError: ``bad_rate`` for a negative limit, divisor or fee; ``overlapping_lanes`` when an area stands
            in two lanes that start alike.
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

    def __attrs_post_init__(self) -> None:
        if min(self.max_weight_g, self.divisor, self.cod_minor) < 0:
            raise UsageError("bad_rate", f"service {self.code}: limits, divisors and fees are zero or more")
        seen: set[tuple[str, str]] = set()
        for lane in self.lanes:
            for place in ((area, origin) for area in lane.areas for origin in (lane.origins or {""})):
                if place in seen:
                    raise UsageError(
                        "overlapping_lanes",
                        f"service {self.code} has two lanes to {place[0]} from {place[1] or 'anywhere'}",
                        service=self.code,
                        area=place[0],
                        origin=place[1],
                    )
                seen.add(place)
