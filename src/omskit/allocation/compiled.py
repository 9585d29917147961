"""The compiled network: what a network says about a destination, worked out once and kept between plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from attrs import define, field

from omskit.allocation.calendar import accepted_on, shipped_on
from omskit.allocation.model import Demand
from omskit.allocation.network import Network, Warehouse
from omskit.allocation.offers import Offer, Offers, limit_g
from omskit.allocation.rates import Lane, Service
from omskit.core import Destination

#: Most answers that are kept at a time.
_KEPT = 20_000


class _Route(NamedTuple):
    """A service with its lane from one warehouse, on the days that follow from being taken on."""

    service: Service
    lane: Lane
    ship_on: date
    arrive_on: date


Routes = tuple[tuple[_Route, ...], ...]
Days = tuple[date, ...]


@define(eq=False)
class Compiled:
    """A network made ready for many plans; answers are kept, so that a second plan is faster than the first.

    Made by :func:`compile_network`. What it keeps never changes what a plan says.

    Args:
        network: What it was made from.
        warehouses: In order of priority and code; positions in offers and stock follow it.
        positions: By code.
    """

    network: Network
    warehouses: tuple[Warehouse, ...]
    positions: dict[str, int]
    _zones: tuple[ZoneInfo, ...]
    _areas: tuple[dict[str, list[Lane]], ...]
    _prefix: int
    _routes: dict[tuple[Days, str, str, str], tuple[Routes, date]] = field(factory=dict)
    _offers: dict[tuple[object, ...], Offers] = field(factory=dict)
    _serving: dict[tuple[str, str], tuple[int, ...]] = field(factory=dict)

    def days(self, at: datetime) -> Days:
        """Return the day on which each warehouse takes on what comes now."""
        pairs = zip(self.warehouses, self._zones, strict=True)
        return tuple(accepted_on(at, zone, one.days, one.cut_off) for one, zone in pairs)

    def serving(self, demand: Demand) -> tuple[int, ...]:
        """Return the positions of the warehouses that may be asked."""
        key = (demand.channel, demand.warehouse)
        found = self._serving.get(key)
        if found is None:
            found = tuple(
                position
                for position, one in enumerate(self.warehouses)
                if (not one.channels or demand.channel in one.channels)
                and (not demand.warehouse or demand.warehouse == one.code)
            )
            _keep(self._serving, key, found)
        if demand.barred:
            return tuple(position for position in found if self.warehouses[position].code not in demand.barred)
        return found

    def offers(self, demand: Demand, days: Days, late_minor: int, traits: frozenset[str]) -> Offers:
        """Return what a parcel of goods with these traits costs from each warehouse."""
        to = demand.destination
        routes, latest = self._routed(days, to)
        asked = self._asked(demand, latest)
        prefix = to.postcode.replace(" ", "").upper()[: self._prefix] if self._prefix else ""
        key = (days, to.country, to.region, prefix, demand.cod, demand.courier, asked, late_minor, traits)
        found = self._offers.get(key)
        if found is None:
            rows = [
                [
                    self._offer(route, position, asked[position], cod=demand.cod, late_minor=late_minor)
                    for route in row
                    if (route.service.cod or not demand.cod)
                    and demand.courier in {"", route.service.courier}
                    and traits <= route.service.carries
                ]
                if traits <= self.warehouses[position].handles
                else []
                for position, row in enumerate(routes)
            ]
            found = Offers.made(rows, tuple(one.unit_minor for one in self.warehouses))
            _keep(self._offers, key, found)
        return found

    def _asked(self, demand: Demand, latest: date) -> tuple[tuple[date | None, date | None], ...]:
        """Return the days asked for, in each warehouse's calendar; None where nothing can be late."""
        ship_by, arrive_by = demand.ship_by, demand.arrive_by
        # a local date is within a day of the date that was written
        if ship_by is not None and (ship_by.date() - latest).days > 1:
            ship_by = None
        if arrive_by is not None and (arrive_by.date() - latest).days > 1:
            arrive_by = None
        if ship_by is None and arrive_by is None:
            return ((None, None),) * len(self._zones)
        return tuple(
            (
                ship_by.astimezone(zone).date() if ship_by else None,
                arrive_by.astimezone(zone).date() if arrive_by else None,
            )
            for zone in self._zones
        )

    def _offer(
        self, route: _Route, position: int, asked: tuple[date | None, date | None], *, cod: bool, late_minor: int
    ) -> Offer:
        service, rates = route.service, route.lane.rates
        assert rates is not None, "a lane without rates is no route"  # noqa: S101
        late = max(
            (route.ship_on - asked[0]).days if asked[0] else 0,
            (route.arrive_on - asked[1]).days if asked[1] else 0,
            0,
        )
        fixed = rates.first_minor + self.warehouses[position].parcel_minor + late * late_minor
        return Offer(
            fixed + (service.cod_minor if cod else 0),
            rates.first_g,
            rates.step_g,
            rates.step_minor,
            service.divisor,
            limit_g(service.max_weight_g),
            rates.first_minor,
            service.code,
            service.courier,
            service.carries,
            route.ship_on,
            route.arrive_on,
            late,
        )

    def _routed(self, days: Days, to: Destination) -> tuple[Routes, date]:
        """Return the services that reach a destination from each warehouse, and the latest day of arrival."""
        prefix = to.postcode.replace(" ", "").upper()[: self._prefix] if self._prefix else ""
        key = (days, to.country, to.region, prefix)
        found = self._routes.get(key)
        if found is None:
            names = [f"{to.country}/{prefix[:size]}" for size in range(len(prefix), 0, -1)]
            names += [f"{to.country}-{to.region}", to.country, "*"]
            routes = tuple(
                tuple(self._from(position, day, names)) for position, day in enumerate(days)
            )
            latest = max((one.arrive_on for row in routes for one in row), default=date.min)
            found = routes, latest
            _keep(self._routes, key, found)
        return found

    def _from(self, position: int, accepted: date, names: Sequence[str]) -> list[_Route]:
        one = self.warehouses[position]
        ready = one.days.after(accepted, one.processing_days)
        routes = []
        for service, areas in zip(self.network.services, self._areas, strict=True):
            lane = _lane(areas, names, one.code)
            if lane is not None and lane.rates is not None:
                ship_on = shipped_on(ready, one.days, service.days)
                routes.append(_Route(service, lane, ship_on, service.days.after(ship_on, lane.transit_days)))
        return routes


def _lane(areas: dict[str, list[Lane]], names: Sequence[str], origin: str) -> Lane | None:
    """Return the lane of the narrowest area; one that names the warehouse goes before one that does not."""
    for name in names:
        lanes = areas.get(name, ())
        for lane in lanes:
            if origin in lane.origins:
                return lane
        for lane in lanes:
            if not lane.origins:
                return lane
    return None


def _keep(answers: dict, key: object, answer: object) -> None:  # type: ignore[type-arg]
    """Keep an answer; when there are too many, forget all of them."""
    if len(answers) >= _KEPT:
        answers.clear()
    answers[key] = answer


def compile_network(network: Network) -> Compiled:
    """Make a network ready for many plans; :func:`omskit.allocation.plan` takes either."""
    warehouses = tuple(sorted(network.warehouses, key=lambda one: (one.priority, one.code)))
    areas: list[dict[str, list[Lane]]] = []
    prefix = 0
    for service in network.services:
        by_area: dict[str, list[Lane]] = {}
        for lane in service.lanes:
            for area in lane.areas:
                by_area.setdefault(area, []).append(lane)
                prefix = max(prefix, len(area.partition("/")[2]))
        areas.append(by_area)
    return Compiled(
        network,
        warehouses,
        {one.code: position for position, one in enumerate(warehouses)},
        tuple(ZoneInfo(one.zone) for one in warehouses),
        tuple(areas),
        prefix,
    )
