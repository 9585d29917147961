"""Planning as one mixed-integer program for HiGHS: the compact model, written from the definition of costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

import highspy
from attrs import define, field
from planning_oracle import AT, World

from omskit.allocation import (
    Carried,
    Commitment,
    Demand,
    DemandLine,
    Lane,
    Network,
    Policy,
    RateCard,
    Service,
    Supply,
    Warehouse,
)
from omskit.core import Cell, Component, Destination

_ENDLESS = highspy.kHighsInf


@define
class _Program:
    """Columns (cost, lower, upper, whole) and rows (lower, upper, coefficients)."""

    columns: list[tuple[float, float, float, bool]] = field(factory=list)
    rows: list[tuple[float, float, Mapping[int, float]]] = field(factory=list)

    def column(self, cost: float, upper: float = _ENDLESS, *, whole: bool = True) -> int:
        self.columns.append((cost, 0.0, upper, whole))
        return len(self.columns) - 1

    def row(self, lower: float, upper: float, coefficients: Mapping[int, float]) -> None:
        if coefficients:
            self.rows.append((lower, upper, coefficients))

    def least(self) -> int:
        """Return the optimum, proven."""
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.5)
        solver.passModel(self._model())
        solver.run()
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return round(solver.getInfo().objective_function_value)

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.columns), len(self.rows)
        model.col_cost_, model.col_lower_, model.col_upper_, whole = map(list, zip(*self.columns, strict=True))
        model.row_lower_ = [lower for lower, _, _ in self.rows]
        model.row_upper_ = [upper for _, upper, _ in self.rows]
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        model.integrality_ = [kinds[one] for one in whole]
        start = [0]
        index: list[int] = []
        value: list[float] = []
        for _, _, coefficients in self.rows:
            index += coefficients
            value += map(float, coefficients.values())
            start.append(len(index))
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = start, index, value
        return model


@define
class _Shared:
    """What demands take from each other: columns by what they use up."""

    pieces: dict[Cell, dict[int, float]] = field(factory=dict)
    parcels: dict[str, dict[int, float]] = field(factory=dict)
    units: dict[str, dict[int, float]] = field(factory=dict)
    #: By courier, service, warehouse and day.
    handed: dict[tuple[str, str, str, date], dict[int, float]] = field(factory=dict)


def least_by_milp(world: World, asked: Sequence[Demand]) -> int:
    """Return the cost of the best plan of all demands together, units left out and missing parcels included."""
    program, shared = _Program(), _Shared()
    for demand in asked:
        _demand(program, shared, world, demand)
    safety = {one.code: one.safety for one in world.network.warehouses}
    supply = world.supply
    for cell, uses in shared.pieces.items():
        program.row(0, max(0, supply.available.get(cell, 0) - safety[cell.warehouse]), uses)
    for uses_of, limits in ((shared.parcels, supply.parcels), (shared.units, supply.units)):
        for code, uses in uses_of.items():
            if code in limits:
                program.row(0, limits[code], uses)
    for carried, most in supply.quotas.items():
        program.row(0, most, _counted(shared, carried))
    for one in supply.commitments:
        missing = program.column(one.short_minor)
        program.row(one.at_least, _ENDLESS, {missing: 1.0, **_counted(shared, one.carried)})
    return program.least()


def _counted(shared: _Shared, carried: Carried) -> dict[int, float]:
    """Return the columns of all parcels that are some of these."""
    found: dict[int, float] = {}
    for (courier, service, site, day), columns in shared.handed.items():
        if (
            carried.courier in {"", courier}
            and carried.service in {"", service}
            and carried.warehouse in {"", site}
            and (carried.first or day) <= day <= (carried.last or day)
        ):
            found |= columns
    return found


def _demand(program: _Program, shared: _Shared, world: World, demand: Demand) -> None:
    policy = world.policy
    short = {line.number: program.column(policy.unfilled_minor, line.quantity) for line in demand.lines}
    balance: dict[int, dict[int, float]] = {number: {column: 1.0} for number, column in short.items()}
    sent: list[int] = []
    group = [line for line in demand.lines if line.group]
    in_group: list[int] = []
    for pair in world.pairs:
        for _ in range(demand.units):
            parcel = _parcel(program, shared, world, (demand, *pair))
            if parcel is None:
                break
            y, inside = parcel
            sent.append(y)
            for number, x in inside.items():
                balance[number][x] = 1.0
            if group:
                whole = program.column(0, all(line.number in inside for line in group))
                in_group.append(whole)
                for line in group:
                    if line.number in inside:
                        program.row(0, 0, {inside[line.number]: 1.0, whole: -line.quantity})
    for line in demand.lines:
        program.row(line.quantity, line.quantity, balance[line.number])
    if group:
        # the group goes in one of its parcels, or all of it stays
        left = program.column(0, 1)
        for line in group:
            program.row(0, 0, {short[line.number]: 1.0, left: -line.quantity})
    splits = program.column(policy.split_minor, whole=False)
    program.row(-_ENDLESS, 1, {**dict.fromkeys(sent, 1.0), splits: -1.0})
    most = min(policy.max_parcels, demand.max_parcels or policy.max_parcels)
    program.row(0, most, dict.fromkeys(sent, 1.0))
    if demand.ship_complete or not policy.partial:
        nothing = program.column(0, 1)
        program.row(0, 0, {**dict.fromkeys(short.values(), 1.0), nothing: -demand.units})


def _parcel(
    program: _Program, shared: _Shared, world: World, of: tuple[Demand, Warehouse, Service]
) -> tuple[int, dict[int, int]] | None:
    """Return the columns of one possible parcel: whether it is sent, and the units of each line in it."""
    demand, site, service = of
    lanes = [lane for lane in service.lanes if site.code in lane.origins and lane.rates]
    can = [line for line in demand.lines if _may(line, site, service)]
    if not lanes or not can or (demand.cod and not service.cod):
        return None
    lane = lanes[0]
    card = lane.rates
    assert card is not None
    late = 0
    if demand.arrive_by is not None:
        arrival = AT.date() + timedelta(days=site.processing_days + lane.transit_days)
        late = max(0, (arrival - demand.arrive_by.date()).days)
    fee = service.cod_minor if demand.cod else 0
    y = program.column(card.first_minor + site.parcel_minor + late * world.policy.late_minor + fee, 1)
    steps = program.column(card.step_minor)
    grams: dict[int, float] = {}
    bulk: dict[int, float] = {}
    inside: dict[int, int] = {}
    for line in can:
        x = inside[line.number] = program.column(site.unit_minor, line.quantity)
        program.row(-_ENDLESS, 0, {x: 1.0, y: -line.quantity})
        shared.units.setdefault(site.code, {})[x] = 1.0
        grams[x] = sum(part.weight_g * part.per for part in line.components)
        bulk[x] = sum(part.volume_cm3 * part.per for part in line.components)
        for part in line.components or (Component(line.sku),):
            uses = shared.pieces.setdefault(Cell(part.sku, site.code), {})
            uses[x] = uses.get(x, 0.0) + part.per
    program.row(-_ENDLESS, 0, {y: 1.0, **dict.fromkeys(inside.values(), -1.0)})
    loads = [(grams, 1)] + ([(bulk, service.divisor)] if service.divisor else [])
    for load, divisor in loads:
        # both sides times the divisor, so that every coefficient is a whole number
        scale = 1000 if load is bulk else 1
        weights = {x: amount * scale for x, amount in load.items()}
        program.row(-_ENDLESS, 0, {**weights, y: -card.first_g * divisor, steps: -card.step_g * divisor})
        if service.max_weight_g:
            program.row(-_ENDLESS, 0, {**weights, y: -service.max_weight_g * divisor})
    shared.parcels.setdefault(site.code, {})[y] = 1.0
    day = AT.date() + timedelta(days=site.processing_days)
    shared.handed.setdefault((service.courier, service.code, site.code, day), {})[y] = 1.0
    return y, inside


def _may(line: DemandLine, site: Warehouse, service: Service) -> bool:
    traits = {trait for part in line.components for trait in part.traits}
    return site.code not in line.barred and traits <= site.handles & service.carries


def tiny(seed: int, *, orders: int = 3, units: int = 4) -> tuple[World, list[Demand]]:
    """Return a world and orders of a few units, scarce, out of a seed."""
    random = Random(seed)
    pick = random.choice
    codes = [f"W{number}" for number in range(random.randint(2, 4))]
    network = Network("EUR", tuple(_site(random, code) for code in codes), _services(random, codes))
    skus = "ABCDE"[: random.randint(2, 5)]
    stock = {Cell(sku, code): pick([0, 0, 1, 1, 2, 3]) for sku in skus for code in codes}
    supply = Supply(
        stock,
        {code: random.randint(0, 4) for code in codes if not random.randrange(4)},
        {code: random.randint(1, 6) for code in codes if not random.randrange(6)},
        {"C1": random.randint(0, 3)} if not random.randrange(3) else {},
    )
    policy = Policy(
        pick([0, 100, 200, 500]), pick([0, 70, 300]), pick([15_000, 15_000, 3_000, 700]), pick([1, 2, 3, 4, 4]),
        pick([True, True, True, False]),
    )  # fmt: skip
    asked = [_asked(random, key, skus, random.randint(1, units)) for key in range(1, orders + 1)]
    return World(network, supply, policy), asked


def contracted(seed: int, *, orders: int = 3, units: int = 4) -> tuple[World, list[Demand]]:
    """Return a world with contracts on every rung, and orders, out of a seed."""
    world, asked = tiny(seed, orders=orders, units=units)
    random = Random(seed + 1_000_000)
    some = [_carried(random, world.network) for _ in range(random.randint(0, 3))]
    quotas = {carried: random.randint(0, 3) for carried in some}
    commitments = tuple(
        Commitment(_carried(random, world.network), random.randint(1, 3), random.choice([1, 40, 150, 600, 2500]))
        for _ in range(random.choice([0, 1, 1, 2, 3]))
    )
    supply = world.supply
    return World(
        world.network, Supply(supply.available, supply.parcels, supply.units, quotas, commitments), world.policy
    ), asked


def _carried(random: Random, network: Network) -> Carried:
    pick = random.choice
    service, site = pick(network.services), pick(network.warehouses)
    return Carried(
        pick([service.courier, service.courier, ""]),
        pick([service.code, "", "", ""]),
        pick([site.code, site.code, ""]),
        pick([None, None, AT.date() + timedelta(days=site.processing_days)]),
        pick([None, None, AT.date() + timedelta(days=1)]),
    )


def _site(random: Random, code: str) -> Warehouse:
    pick = random.choice
    return Warehouse(
        code,
        handles=pick([{"cold"}, set()]),
        parcel_minor=pick([0, 10, 100, 250]),
        unit_minor=pick([0, 10, 40]),
        safety=pick([0, 0, 0, 1]),
        processing_days=random.randint(0, 2),
    )


def _services(random: Random, codes: Sequence[str]) -> tuple[Service, ...]:
    pick, made = random.choice, []
    for number in range(random.randint(1, 3)):
        lanes = tuple(
            Lane(
                {"DE"},
                RateCard(
                    pick([0, 500, 1000]), pick([100, 250, 500, 900]), pick([250, 1000]), pick([0, 10, 100, 250])
                ),
                random.randint(0, 3),
                {code},
            )
            for code in codes
            if random.randrange(6)
        )
        made.append(
            Service(
                f"S{number}",
                f"C{number}",
                lanes,
                pick([0, 4000, 2500]),
                pick([0, 6000]),
                pick([{"cold"}, set()]),
                cod=pick([True, False]),
                cod_minor=pick([0, 80]),
            )
        )
    return tuple(made)


def _asked(random: Random, key: int, skus: str, units: int) -> Demand:
    pick = random.choice
    lines: list[DemandLine] = []
    while units > 0:
        quantity = random.randint(1, min(2, units))
        units -= quantity
        parts = [_part(random, sku) for sku in random.sample(skus, pick([1, 1, 1, 2]))]
        group = pick(["", "", "", "", "", "g"])
        barred = frozenset({"W0"}) if not random.randrange(8) else frozenset[str]()
        lines.append(DemandLine(len(lines) + 1, parts[0].sku, quantity, tuple(parts), group, barred))
    return Demand(
        key,
        0,
        Destination("DE"),
        "EUR",
        tuple(lines),
        ship_complete=not random.randrange(6),
        arrive_by=pick([None, AT, AT + timedelta(days=2)]),
        cod=not random.randrange(8),
        max_parcels=pick([0, 0, 0, 0, 1, 2]),
    )


def _part(random: Random, sku: str) -> Component:
    pick = random.choice
    traits = pick([(), (), (), (), (), ("cold",)])
    return Component(sku, pick([1, 1, 1, 2]), pick([600, 1500, 0, 100]), pick([0, 3000, 12_000]), traits)
