"""The network: warehouses with what they do and cost, and the services that leave them."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from omskit.allocation.blackouts import Blackout
from omskit.allocation.calendar import EVERY_DAY, WorkingDays
from omskit.allocation.rates import Service, code_set
from omskit.core import UsageError, scale_of


@frozen
class Warehouse:
    """Where stock lies and parcels are packed.

    Args:
        code: As in the stock book.
        priority: Which goes first when costs are equal; lower is better, then by code.
        channels: Codes of the channels it serves, empty for all.
        handles: Traits of goods that it may pack, as in ``{"cold", "hazmat"}``.
        parcel_minor: What packing costs, a parcel.
        unit_minor: What picking costs, a unit of a line.
        safety: Pieces of every SKU that are never planned.
        zone: IANA name of its time zone.
        cut_off: Local time until which an order is taken on the same day; None takes it all day.
        processing_days: Working days from being taken on to being ready.
        days: When it works.

    Raises:
        UsageError: ``bad_warehouse`` for a negative cost, reserve or duration, or no code; ``unknown_zone``.
    """

    code: str
    priority: int = 0
    channels: frozenset[str] = field(default=(), converter=code_set)
    handles: frozenset[str] = field(default=(), converter=code_set)
    parcel_minor: int = 0
    unit_minor: int = 0
    safety: int = 0
    zone: str = "UTC"
    cut_off: time | None = None
    processing_days: int = 0
    days: WorkingDays = EVERY_DAY

    def __attrs_post_init__(self) -> None:
        sizes = (self.parcel_minor, self.unit_minor, self.safety, self.processing_days)
        if not self.code or any(type(size) is not int for size in sizes) or min(sizes) < 0:
            raise UsageError(
                "bad_warehouse", f"warehouse {self.code!r}: a code, and costs, reserve and days as ints from 0"
            )
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise UsageError(
                "unknown_zone", f"warehouse {self.code}: {self.zone!r} is no IANA time zone", value=self.zone
            ) from None


@frozen
class Network:
    """All that orders of one currency can be sent from and by.

    Args:
        currency: ISO 4217, of every cost in it.
        warehouses: With different codes.
        services: With different codes.
        blackouts: When some of them hand over or take nothing.

    Raises:
        UsageError: ``bad_network`` with all problems found; ``unknown_currency``.
    """

    currency: str
    warehouses: tuple[Warehouse, ...]
    services: tuple[Service, ...]
    blackouts: tuple[Blackout, ...] = ()

    def __attrs_post_init__(self) -> None:
        scale_of(self.currency)
        problems = self.problems()
        if problems:
            raise UsageError("bad_network", "; ".join(problems), problems=problems)

    def problems(self) -> tuple[str, ...]:
        """Return what would keep the network from working; empty when it is sound."""
        codes = [one.code for one in self.warehouses]
        services = [one.code for one in self.services]
        found = [f"two warehouses are called {code!r}" for code in _twice(codes)]
        found += [f"two services are called {code!r}" for code in _twice(services)]
        for service in self.services:
            named = {origin for lane in service.lanes for origin in lane.origins}
            found += [
                f"service {service.code!r} starts from {origin!r}, which is no warehouse"
                for origin in sorted(named - set(codes))
            ]
            found += [
                f"service {service.code!r} and warehouse {one.code!r} never work on the same weekday"
                for one in self.warehouses
                if leaves(service, one.code) and not one.days.meets(service.days)
            ]
        couriers = {one.courier for one in self.services}
        for one in self.blackouts:
            if one.warehouse and one.warehouse not in codes:
                found.append(f"a blackout bars {one.warehouse!r}, which is no warehouse")
            if one.courier and one.courier not in couriers:
                found.append(f"a blackout bars {one.courier!r}, which is no courier")
        return tuple(found)


def _twice(codes: list[str]) -> list[str]:
    return sorted({code for code in codes if codes.count(code) > 1})


def leaves(service: Service, warehouse: str) -> bool:
    """Whether a service takes parcels from a warehouse to anywhere."""
    return any(lane.rates and (not lane.origins or warehouse in lane.origins) for lane in service.lanes)
