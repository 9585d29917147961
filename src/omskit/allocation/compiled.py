"""The compiled network: what a network says about a destination, worked out once and kept between plans."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol
from weakref import proxy
from zoneinfo import ZoneInfo

from attrs import define, evolve, field

from omskit.allocation.calendar import accepted_on, cut_off_at, shipped_on
from omskit.allocation.lattice import Lattice, Shape
from omskit.allocation.model import Demand
from omskit.allocation.network import Network, Warehouse, leaves
from omskit.allocation.offers import Kinds, Offer, Rate, Route, Row, Way, Weighed, by_weight, limit_g, ways_of
from omskit.allocation.rates import Lane, Piece, Service
from omskit.allocation.weights import SHIFT
from omskit.core import Destination

#: Most answers of one kind that are kept at a time.
_KEPT = 50_000
#: Most shapes of demands that are kept at a time.
_KEPT_SHAPES = 400

Days = tuple[date, ...]


class _Leg(NamedTuple):
    """A lane with the pieces of its rate card, as its service prices them; none where nothing is delivered."""

    lane: Lane
    pieces: tuple[tuple[Rate, Piece], ...]


class Asking(NamedTuple):
    """All that offers depend on beside the warehouse and the goods."""

    days: Days
    area: tuple[str, str, str]
    cod: bool
    courier: str
    ship_by: Days | None
    arrive_by: Days | None
    late_minor: int


class Source(Protocol):
    """Where a market's offers come from: a network, or one with contracts."""

    def row(self, position: int, asked: Asking, traits: frozenset[str]) -> Row:
        """Return the offers of one warehouse."""


class Market:
    """The offers for one kind of demand, found out warehouse by warehouse as they are asked for."""

    __slots__ = ("_source", "_special", "asked", "plain")

    def __init__(self, source: Source, asked: Asking, positions: int) -> None:
        self._source = source
        self.asked = asked
        #: Offers for goods without traits by position; None where nobody has asked yet.
        self.plain: list[Row | None] = [None] * positions
        self._special: dict[tuple[int, frozenset[str]], Row] = {}

    def row(self, position: int, traits: frozenset[str] = frozenset()) -> Row:
        """Return the offers of a warehouse for goods with these traits."""
        if not traits:
            found = self.plain[position]
            if found is None:
                found = self.plain[position] = self._source.row(position, self.asked, traits)
            return found
        key = (position, traits)
        found = self._special.get(key)
        if found is None:
            found = self._special[key] = self._source.row(position, self.asked, traits)
        return found


@define(eq=False)
class Compiled:
    """A network made ready for many plans; answers are kept, so that a second plan is faster than the first.

    Made by :func:`compile_network`. What it keeps never changes what a plan says.

    Args:
        network: What it was made from.
        warehouses: In order of priority and code; positions in offers and stock follow it.
        positions: By code.
        picking: What a unit of each warehouse weighs.
    """

    network: Network
    warehouses: tuple[Warehouse, ...]
    positions: dict[str, int]
    picking: tuple[int, ...]
    _zones: tuple[ZoneInfo, ...]
    _zone_of: tuple[int, ...]
    _areas: tuple[dict[tuple[str, str], list[_Leg]], ...]
    _prefix: int
    _cuts: dict[Days, tuple[list[datetime], list[Days | None]]] = field(factory=dict)
    _dates: dict[datetime, Days] = field(factory=dict)
    _ways: dict[tuple[int, date, tuple[str, str, str]], list[Way]] = field(factory=dict)
    _kinds: Kinds = field(factory=Kinds)
    _handed: dict[tuple[int, date], list[date]] = field(factory=dict)
    _rows: dict[tuple[object, ...], Row] = field(factory=dict)
    _markets: dict[Asking, Market] = field(factory=dict)
    _serving: dict[tuple[str, str], tuple[int, ...]] = field(factory=dict)
    _lattices: dict[Shape, Lattice] = field(factory=dict)
    _unbarred: Compiled | None = None

    @property
    def unbarred(self) -> Compiled:
        """The same network without its blackouts, to tell what they bar."""
        if not self.network.blackouts:
            return self
        if self._unbarred is None:
            self._unbarred = compile_network(evolve(self.network, blackouts=()))
        return self._unbarred

    def lattice(self, shape: Shape) -> Lattice:
        """Return the bags of a shape."""
        found = self._lattices.get(shape)
        if found is None:
            if len(self._lattices) >= _KEPT_SHAPES:
                self._lattices.clear()
            found = self._lattices[shape] = Lattice(shape)
        return found

    def days(self, at: datetime) -> Days:
        """Return the day on which each warehouse takes on what comes at an instant.

        Between two cut-offs of one local date the answer is the same, so it is worked out once for each.
        """
        dates = tuple([at.astimezone(zone).date() for zone in self._zones])
        known = self._cuts.get(dates)
        if known is None:
            pairs = zip(self.warehouses, self._zone_of, strict=True)
            cuts = sorted(
                {cut_off_at(dates[n], self._zones[n], one.cut_off) for one, n in pairs if one.cut_off is not None}
            )
            known = cuts, [None] * (len(cuts) + 1)
            _keep(self._cuts, dates, known)
        between = bisect_left(known[0], at)
        found = known[1][between]
        if found is None:
            found = known[1][between] = tuple(
                accepted_on(at, self._zones[number], one.days, one.cut_off)
                for one, number in zip(self.warehouses, self._zone_of, strict=True)
            )
        return found

    def handed_over(self, at: datetime) -> Iterator[tuple[str, str, str, date]]:
        """Yield who could carry what is taken on at an instant: courier, service, warehouse, day of hand-over."""
        for one, accepted in zip(self.warehouses, self.days(at), strict=True):
            ready = one.days.after(accepted, one.processing_days)
            for service in self.network.services:
                if leaves(service, one.code):
                    yield service.courier, service.code, one.code, shipped_on(ready, one.days, service.days)

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

    def market(self, demand: Demand, days: Days, late_minor: int) -> Market:
        """Return the offers for a demand that is taken on by each warehouse on a day of its own."""
        to, ship_by, arrive_by = demand.destination, demand.ship_by, demand.arrive_by
        asked = Asking(
            days,
            (to.country, to.region, self._postcode(to) if self._prefix else ""),
            demand.cod,
            demand.courier,
            None if ship_by is None else self._dates.get(ship_by) or self._local(ship_by),
            None if arrive_by is None else self._dates.get(arrive_by) or self._local(arrive_by),
            late_minor,
        )
        found = self._markets.get(asked)
        if found is None:
            # who holds a market holds its network too; the other way round nobody would ever let go of either
            found = Market(proxy(self), asked, len(self.warehouses))
            _keep(self._markets, asked, found)
        return found

    def _postcode(self, to: Destination) -> str:
        return to.postcode.replace(" ", "").upper()[: self._prefix]

    def _local(self, at: datetime) -> Days:
        found = tuple([at.astimezone(zone).date() for zone in self._zones])
        _keep(self._dates, at, found)
        return found

    def row(self, position: int, asked: Asking, traits: frozenset[str]) -> Row:
        """Return the offers of one warehouse; :class:`Market` keeps them."""
        number = self._zone_of[position]
        ship_by = None if asked.ship_by is None else asked.ship_by[number]
        arrive_by = None if asked.arrive_by is None else asked.arrive_by[number]
        day = asked.days[position]
        key = (position, day, asked.area, asked.cod, asked.courier, ship_by, arrive_by, asked.late_minor, traits)
        found = self._rows.get(key)
        if found is None:
            found = by_weight(self._weighed(position, asked, traits), position)
            _keep(self._rows, key, found)
        return found

    def unranked(self, position: int, asked: Asking, traits: frozenset[str]) -> list[tuple[int, Offer]]:
        """Return all offers of one warehouse, as they are ranked: with what a parcel costs before its contents."""
        return [
            (cost, Offer._make((0, *way.said, late, fee, (), 0)))
            for cost, way, late, fee in self._weighed(position, asked, traits)
        ]

    def _weighed(self, position: int, asked: Asking, traits: frozenset[str]) -> list[Weighed]:
        """Return the ways that a kind of demand may take from a warehouse, with what they cost it."""
        if not traits <= self.warehouses[position].handles:
            return []
        number = self._zone_of[position]
        ship_by = None if asked.ship_by is None else asked.ship_by[number]
        arrive_by = None if asked.arrive_by is None else asked.arrive_by[number]
        cod, courier, late_minor = asked.cod, asked.courier, asked.late_minor
        found = []
        for way in self._reaching(position, asked.days[position], asked.area):
            service = way.service
            if (service.cod or not cod) and courier in {"", service.courier} and traits <= service.carries:
                late, fee = _late(way, ship_by, arrive_by), service.cod_minor if cod else 0
                found.append((way.fixed_minor + late * late_minor + fee, way, late, fee))
        return found

    def _reaching(self, position: int, day: date, area: tuple[str, str, str]) -> list[Way]:
        """Return the ways to an area from a warehouse; each piece of a rate card is one.

        The cheapest piece that takes a weight is what the card asks.
        """
        key = (position, day, area)
        found = self._ways.get(key)
        if found is None:
            country, region, prefix = area
            names = [f"{country}/{prefix[:size]}" for size in range(len(prefix), 0, -1)]
            names += [f"{country}-{region}", country, "*"]
            parcel_minor = self.warehouses[position].parcel_minor
            found = ways_of(self._from(position, day, names), parcel_minor, self._kinds)
            _keep(self._ways, key, found)
        return found

    def _from(self, position: int, accepted: date, names: Sequence[str]) -> Iterator[Route]:
        code, blackouts = self.warehouses[position].code, self.network.blackouts
        services = zip(self.network.services, self._areas, self._shipped(position, accepted), strict=True)
        for service, areas, ship_on in services:
            leg = _leg(areas, names, code, ship_on)
            if leg is None or not leg.pieces:
                continue
            if blackouts and any([black.bars(code, service.courier, ship_on, names) for black in blackouts]):
                continue
            arrive_on = service.days.after(ship_on, leg.lane.transit_days)
            for rate, piece in leg.pieces:
                yield service, rate, piece, ship_on, arrive_on

    def _shipped(self, position: int, accepted: date) -> list[date]:
        """Return when each service takes over what a warehouse has taken on on a day."""
        found = self._handed.get((position, accepted))
        if found is None:
            one = self.warehouses[position]
            ready = one.days.after(accepted, one.processing_days)
            found = [shipped_on(ready, one.days, service.days) for service in self.network.services]
            _keep(self._handed, (position, accepted), found)
        return found


def _late(way: Way, ship_by: date | None, arrive_by: date | None) -> int:
    """Return how many days after what was asked for a parcel is handed over or arrives, the later of the two."""
    late = 0
    if arrive_by is not None and way.arrive_on > arrive_by:
        late = (way.arrive_on - arrive_by).days
    if ship_by is not None and way.ship_on > ship_by:
        late = max(late, (way.ship_on - ship_by).days)
    return late


def _leg(
    areas: Mapping[tuple[str, str], Sequence[_Leg]], names: Sequence[str], origin: str, day: date
) -> _Leg | None:
    """Return the lane of the narrowest area that holds on a day of hand-over.

    One that names the warehouse goes before one that does not.
    """
    for name in names:
        for start in (origin, ""):
            for leg in areas.get((name, start), ()):
                if leg.lane.holds_on(day):
                    return leg
    return None


def _legs(service: Service) -> dict[tuple[str, str], list[_Leg]]:
    """Return the lanes of a service by area and warehouse; empty stands for all warehouses."""
    found: dict[tuple[str, str], list[_Leg]] = {}
    most_g = limit_g(service.max_weight_g)
    for lane in service.lanes:
        leg = _Leg(lane, ())
        if lane.rates is not None:
            step_g, divisor = lane.rates.step_g, service.divisor
            limits = [(one, most_g if one.to_g is None else min(one.to_g, most_g)) for one in lane.rates.pieces]
            leg = _Leg(lane, tuple([(Rate(one.first_g, step_g, divisor, limit), one) for one, limit in limits]))
        for area in lane.areas:
            for origin in lane.origins or ("",):
                found.setdefault((area, origin), []).append(leg)
    return found


def _keep(answers: dict, key: object, answer: object) -> None:  # type: ignore[type-arg]
    """Keep an answer; when there are too many, forget all of them."""
    if len(answers) >= _KEPT:
        answers.clear()
    answers[key] = answer


def compile_network(network: Network) -> Compiled:
    """Make a network ready for many plans; :func:`omskit.allocation.plan` takes either."""
    warehouses = tuple(sorted(network.warehouses, key=lambda one: (one.priority, one.code)))
    areas = [_legs(service) for service in network.services]
    prefix = max([len(area.partition("/")[2]) for legs in areas for area, _ in legs], default=0)
    for black in network.blackouts:
        prefix = max([prefix, *(len(area.partition("/")[2]) for area in black.areas)])
    names = sorted({one.zone for one in warehouses})
    return Compiled(
        network,
        warehouses,
        {one.code: position for position, one in enumerate(warehouses)},
        tuple(one.unit_minor << SHIFT for one in warehouses),
        tuple(ZoneInfo(name) for name in names),
        tuple(names.index(one.zone) for one in warehouses),
        tuple(areas),
        prefix,
    )
