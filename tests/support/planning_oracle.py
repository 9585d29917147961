"""Worlds to plan in, and an oracle that tries every way to share units out over parcels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product

from attrs import frozen
from hypothesis import strategies as st

from omskit.allocation import (
    Carried,
    Decision,
    Demand,
    DemandLine,
    Lane,
    Network,
    Plan,
    Policy,
    RateCard,
    Service,
    Supply,
    Warehouse,
    plan,
)
from omskit.core import Cell, Component, Destination

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SKUS = "ABC"
SMALL = st.integers(0, 3)
MONEY = st.sampled_from([0, 10, 100, 250, 500, 900])
PARTS = st.builds(
    Component,
    st.sampled_from(SKUS),
    st.sampled_from([1, 1, 2]),
    st.sampled_from([600, 1500, 0, 100]),
    st.sampled_from([0, 3000, 12000]),
    st.sampled_from([(), (), (), (), (), (), ("cold",)]),
)
#: Most lines are of one SKU with a weight, some are bundles, some say nothing.
MADE_OF = st.one_of(
    st.tuples(PARTS),
    st.tuples(PARTS),
    st.lists(PARTS, max_size=2, unique_by=lambda part: part.sku).map(tuple),
)
RATES = st.builds(RateCard, st.sampled_from([0, 500, 1000]), MONEY, st.sampled_from([250, 1000]), MONEY)
POLICIES = st.builds(
    Policy,
    MONEY,
    st.sampled_from([0, 70, 300]),
    st.sampled_from([15_000, 15_000, 15_000, 700, 40]),
    st.sampled_from([4, 3, 2, 1]),
    st.sampled_from([True, True, True, False]),
)
CELLS = [Cell(sku, code) for sku in SKUS for code in ("W0", "W1", "W2")]
SUPPLIES = st.fixed_dictionaries({cell: st.sampled_from([2, 1, 0, 3, 1, 2]) for cell in CELLS}).map(Supply)


@frozen
class World:
    """All that demands are planned on."""

    network: Network
    supply: Supply
    policy: Policy

    def plan(self, *demands: Demand, budget: int = 100_000) -> Plan:
        return plan(demands, self.supply, self.network, self.policy, at=AT, budget=budget)

    @property
    def pairs(self) -> list[tuple[Warehouse, Service]]:
        return list(product(self.network.warehouses, self.network.services))


def warehouses(code: str) -> st.SearchStrategy[Warehouse]:
    return st.builds(
        Warehouse,
        st.just(code),
        priority=st.integers(0, 1),
        handles=st.sampled_from([("cold",), ()]),
        parcel_minor=MONEY,
        unit_minor=st.sampled_from([0, 10, 40]),
        safety=st.sampled_from([0, 0, 0, 1]),
        processing_days=st.integers(0, 2),
    )


@st.composite
def services(draw: st.DrawFn, code: str, origins: list[str]) -> Service:
    starts = [origin for origin in origins if draw(st.sampled_from([True] * 7 + [False]))]
    return Service(
        code,
        "courier",
        tuple(Lane({"DE"}, draw(RATES), draw(st.integers(0, 3)), {start}) for start in starts),
        draw(st.sampled_from([0, 4000, 2500, 1500])),
        draw(st.sampled_from([0, 6000])),
        draw(st.sampled_from([("cold",), ()])),
    )


@st.composite
def networks(draw: st.DrawFn) -> Network:
    codes = [f"W{number}" for number in range(draw(st.sampled_from([3, 3, 3, 2, 1])))]
    made = tuple(draw(warehouses(code)) for code in codes)
    couriers = tuple(draw(services(f"S{number}", codes)) for number in range(draw(st.sampled_from([2, 1]))))
    return Network("EUR", made, couriers)


WORLDS = st.builds(World, networks(), SUPPLIES, POLICIES)


@st.composite
def demands(draw: st.DrawFn, key: int = 1, units: int = 4) -> Demand:
    lines: list[DemandLine] = []
    while units and (not lines or draw(st.sampled_from([True, True, False]))):
        quantity = draw(st.integers(1, min(2, units)))
        units -= quantity
        parts = draw(MADE_OF)
        group = draw(st.sampled_from([""] * 7 + ["g"]))
        barred = draw(st.sampled_from([frozenset[str]()] * 7 + [frozenset({"W0"})]))
        lines.append(DemandLine(len(lines) + 1, draw(st.sampled_from(SKUS)), quantity, parts, group, barred))
    return Demand(
        key,
        draw(SMALL),
        Destination("DE"),
        "EUR",
        tuple(lines),
        ship_complete=draw(st.sampled_from([False] * 5 + [True])),
        arrive_by=draw(st.sampled_from([None, AT, AT + timedelta(days=2)])),
    )


@st.composite
def batches(draw: st.DrawFn) -> list[Demand]:
    return [draw(demands(key=key)) for key in range(1, draw(st.integers(1, 5)) + 1)]


def used(demand: Demand, units: Sequence[tuple[int, int]]) -> Counter[str]:
    """Return the pieces of units of lines."""
    lines = {line.number: line for line in demand.lines}
    pieces: Counter[str] = Counter()
    for number, count in units:
        for part in lines[number].components or (Component(lines[number].sku),):
            pieces[part.sku] += part.per * count
    return pieces


def oversold(world: World, made: Plan, asked: Sequence[Demand]) -> list[Cell]:
    """Return the cells that more was planned from than may be."""
    by_key = {demand.key: demand for demand in asked}
    safety = {one.code: one.safety for one in world.network.warehouses}
    taken: Counter[Cell] = Counter()
    for decision in made.decisions:
        for parcel in decision.parcels:
            for sku, count in used(by_key[decision.key], parcel.units).items():
                taken[Cell(sku, parcel.warehouse)] += count
    there = world.supply.available
    return sorted(cell for cell, count in taken.items() if count > there.get(cell, 0) - safety[cell.warehouse])


def accounted(decision: Decision, demand: Demand) -> bool:
    """Whether every unit is in one parcel or left, and no more than that."""
    seen: Counter[int] = Counter({one.line: one.quantity for one in decision.unfilled})
    for parcel in decision.parcels:
        seen.update(dict(parcel.units))
    return seen == Counter({line.number: line.quantity for line in demand.lines})


def parcel_cost(
    policy: Policy, demand: Demand, pair: tuple[Warehouse, Service], units: Sequence[tuple[int, int]]
) -> int | None:
    """Return what a parcel costs, by the definition; None when it cannot be sent."""
    warehouse, service = pair
    lanes = [lane for lane in service.lanes if warehouse.code in lane.origins]
    if not lanes or lanes[0].rates is None:
        return None
    card, transit = lanes[0].rates, lanes[0].transit_days
    lines = {line.number: line for line in demand.lines}
    grams = volume = picked = 0
    for number, count in units:
        picked += count
        if warehouse.code in lines[number].barred:
            return None
        for part in lines[number].components:
            if not set(part.traits) <= warehouse.handles & service.carries:
                return None
            grams += part.weight_g * part.per * count
            volume += part.volume_cm3 * part.per * count
    if service.divisor:
        grams = max(grams, -(-volume * 1000 // service.divisor))
    if service.max_weight_g and grams > service.max_weight_g:
        return None
    steps = -(-max(0, grams - card.first_g) // card.step_g)
    days = 0
    if demand.arrive_by is not None:
        arrival = AT.date() + timedelta(days=warehouse.processing_days + transit)
        days = max(0, (arrival - demand.arrive_by.date()).days)
    handling = warehouse.parcel_minor + warehouse.unit_minor * picked
    return card.first_minor + steps * card.step_minor + handling + days * policy.late_minor


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """Yield every way to put items into blocks."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for blocks in partitions(rest):
        yield [[first], *blocks]
        for position, block in enumerate(blocks):
            yield [*blocks[:position], [first, *block], *blocks[position + 1 :]]


def least_cost(world: World, demand: Demand) -> int:
    """Return the cost of the best plan, found by trying all of them."""
    units = [line.number for line in demand.lines for _ in range(line.quantity)]
    policy = world.policy
    best = len(units) * policy.unfilled_minor
    for mask in range(1, 2 ** len(units)):
        chosen = [number for position, number in enumerate(units) if mask >> position & 1]
        if (demand.ship_complete or not policy.partial) and len(chosen) < len(units):
            continue
        for blocks in partitions(chosen):
            if len(blocks) <= policy.max_parcels and _together(demand, blocks):
                weights = (len(units) - len(chosen)) * policy.unfilled_minor
                weights += (len(blocks) - 1) * policy.split_minor
                best = min([best, *(weights + cost for cost in _ways(world, demand, blocks))])
    return best


def _together(demand: Demand, blocks: list[list[int]]) -> bool:
    group = Counter({line.number: line.quantity for line in demand.lines if line.group})
    inside = [Counter(number for number in block if number in group) for block in blocks]
    return all(not one or one == group for one in inside)


def _ways(world: World, demand: Demand, blocks: list[list[int]]) -> Iterator[int]:
    contents = [tuple(Counter(block).items()) for block in blocks]
    priced = [
        [
            (warehouse, cost)
            for warehouse, service in world.pairs
            if (cost := parcel_cost(world.policy, demand, (warehouse, service), units)) is not None
        ]
        for units in contents
    ]
    there = world.supply.available
    for choice in product(*priced):
        taken: Counter[Cell] = Counter()
        safe = {warehouse.code: warehouse.safety for warehouse, _ in choice}
        for (warehouse, _), units in zip(choice, contents, strict=True):
            for sku, count in used(demand, units).items():
                taken[Cell(sku, warehouse.code)] += count
        if all(count <= there.get(cell, 0) - safe[cell.warehouse] for cell, count in taken.items()):
            yield sum(cost for _, cost in choice)


#: What decides what a parcel counts for: courier, service, warehouse, day of hand-over.
Handed = tuple[str, str, str, date]
#: What a plan costs, the pieces it takes, the parcels that are handed over.
Way = tuple[int, Counter[Cell], Counter[Handed]]


def every_plan(world: World, demand: Demand) -> list[Way]:
    """Return every plan of a demand."""
    units = [line.number for line in demand.lines for _ in range(line.quantity)]
    found = [(len(units) * world.policy.unfilled_minor, Counter[Cell](), Counter[Handed]())]
    for mask in range(1, 2 ** len(units)):
        chosen = [number for position, number in enumerate(units) if mask >> position & 1]
        if (demand.ship_complete or not world.policy.partial) and len(chosen) < len(units):
            continue
        for blocks in partitions(chosen):
            if len(blocks) <= world.policy.max_parcels and _together(demand, blocks):
                weights = (len(units) - len(chosen)) * world.policy.unfilled_minor
                weights += (len(blocks) - 1) * world.policy.split_minor
                found += [(weights + cost, taken, sent) for cost, taken, sent in _sendings(world, demand, blocks)]
    return found


def _sendings(world: World, demand: Demand, blocks: list[list[int]]) -> Iterator[Way]:
    contents = [tuple(Counter(block).items()) for block in blocks]
    for pairs in product(world.pairs, repeat=len(blocks)):
        costs = [
            parcel_cost(world.policy, demand, pair, units) for pair, units in zip(pairs, contents, strict=True)
        ]
        if None not in costs:
            taken: Counter[Cell] = Counter()
            for (warehouse, _), units in zip(pairs, contents, strict=True):
                for sku, count in used(demand, units).items():
                    taken[Cell(sku, warehouse.code)] += count
            yield sum(cost for cost in costs if cost), taken, Counter(handed(*pair) for pair in pairs)


def handed(warehouse: Warehouse, service: Service) -> Handed:
    """Return what a parcel counts for; every warehouse and courier works every day."""
    return service.courier, service.code, warehouse.code, AT.date() + timedelta(days=warehouse.processing_days)


def count_of(carried: Carried, sent: Counter[Handed]) -> int:
    """Return how many parcels are some of these, field by field."""
    wanted = carried.courier, carried.service, carried.warehouse
    first, last = carried.first or date.min, carried.last or date.max
    return sum(
        count
        for (*names, day), count in sent.items()
        if first <= day <= last and all(not want or want == have for want, have in zip(wanted, names, strict=True))
    )


def least_together(world: World, asked: Sequence[Demand]) -> int:
    """Return the cost of the best plan of all demands together, missing parcels of commitments included."""
    safety = {one.code: one.safety for one in world.network.warehouses}
    left = {cell: max(0, count - safety.get(cell.warehouse, 0)) for cell, count in world.supply.available.items()}
    plans = []
    for demand in asked:
        cheapest: dict[tuple[object, object], Way] = {}
        for cost, taken, sent in every_plan(world, demand):
            key = frozenset(taken.items()), frozenset(sent.items())
            if key not in cheapest or cost < cheapest[key][0]:
                cheapest[key] = cost, taken, sent
        plans.append(sorted(cheapest.values(), key=lambda one: one[0]))
    return _tried(world.supply, plans, left, Counter())


def _tried(
    supply: Supply, plans: Sequence[Sequence[Way]], left: dict[Cell, int], before: Counter[Handed]
) -> int:
    if not plans:
        missing = ((one, one.at_least - count_of(one.carried, before)) for one in supply.commitments)
        return sum(one.short_minor * max(0, count) for one, count in missing)
    best = 1 << 60
    floor = sum(some[0][0] for some in plans[1:])
    for cost, taken, more in plans[0]:
        if cost + floor >= best:
            break
        sent = before + more
        if (
            all(left.get(cell, 0) >= count for cell, count in taken.items())
            and all(count_of(Carried(warehouse=code), sent) <= most for code, most in supply.parcels.items())
            and all(count_of(carried, sent) <= most for carried, most in supply.quotas.items())
        ):
            after = {cell: count - taken[cell] for cell, count in left.items()}
            best = min(best, cost + _tried(supply, plans[1:], after, sent))
    return best
