"""Blackouts: days on which a warehouse hands nothing over or a courier takes nothing, everywhere or in areas."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from attrs import field, frozen

from omskit.allocation.rates import AREA, code_set
from omskit.core import UsageError


@frozen
class Blackout:
    """Days without hand-over: an overrun depot, a flooded region, a stock-take.

    A calendar postpones: what would leave on a holiday leaves on the day after it. A blackout bars: an offer whose
    day of hand-over lies in it is none, and the next best warehouse or courier takes its place.

    Args:
        first: First day of hand-over that it bars, in the warehouse's calendar.
        last: Last day.
        warehouse: Code of the warehouse; empty for all.
        courier: Code of the courier; empty for all.
        areas: Destinations, written as those of a :class:`omskit.allocation.Lane`; empty for all.

    Raises:
        UsageError: ``bad_blackout`` when it ends before it begins, or would bar everything everywhere;
            ``bad_area``.
    """

    first: date
    last: date
    warehouse: str = ""
    courier: str = ""
    areas: frozenset[str] = field(default=(), converter=code_set)

    def __attrs_post_init__(self) -> None:
        if self.last < self.first or not (self.warehouse or self.courier or self.areas):
            raise UsageError(
                "bad_blackout",
                f"{self.first} to {self.last}: in this order, and of a warehouse, a courier or some areas",
            )
        for area in sorted(self.areas):
            if not AREA.fullmatch(area):
                raise UsageError(
                    "bad_area", f"{area!r} is no area: '*', 'DE', 'DE-BY' or postcodes 'DE/80'", value=area
                )

    def bars(self, warehouse: str, courier: str, ship_on: date, areas: Collection[str]) -> bool:
        """Whether a parcel cannot leave.

        Args:
            warehouse: Where it is packed.
            courier: Who would carry it.
            ship_on: Day of hand-over.
            areas: All areas that its destination lies in.
        """
        return (
            self.first <= ship_on <= self.last
            and self.warehouse in {"", warehouse}
            and self.courier in {"", courier}
            and (not self.areas or not self.areas.isdisjoint(areas))
        )
