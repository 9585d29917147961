"""The planner: serves demands in order of rank, each at the least total cost on what is left for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import define

from omskit.allocation.atoms import Atom, Load
from omskit.allocation.compiled import Compiled, compile_network
from omskit.allocation.model import Demand, Supply
from omskit.allocation.network import Network
from omskit.allocation.offers import Offer
from omskit.allocation.outcome import Asked, Decision, Plan, PlannedParcel, Reason, Rule, Unfilled
from omskit.allocation.policy import Policy
from omskit.allocation.problem import Problem, Setting
from omskit.allocation.reasons import Doubt
from omskit.allocation.solve import Solved, cheapest_single, proves_itself, solve, weigh
from omskit.core import UsageError, aware

#: Most pairs of bags that the search looks at for one demand.
DEFAULT_BUDGET = 100_000


def plan(
    demands: Iterable[Demand],
    supply: Supply,
    network: Network | Compiled,
    policy: Policy,
    *,
    at: datetime,
    budget: int = DEFAULT_BUDGET,
) -> Plan:
    """Return where each demand is sent from, and how.

    Demands are served by rank and then key, whatever order they are given in; what one takes is gone for the next.
    Each is served at the least cost that is possible on what is left for it: freight, fees, handling, lateness,
    split weights and unfilled weights. Equal costs fall to fewer units left out, then fewer parcels, then
    warehouses of better priority, then of lower code. The same input gives the same plan, to the byte.

    Args:
        demands: With different keys.
        supply: What can be promised; warehouses that the network does not know are passed over.
        network: Compile it once with :func:`omskit.allocation.compile_network` to plan many batches.
        policy: What counts.
        at: Now; aware. Decides which cut-offs have passed.
        budget: Most work for one demand; beyond it a decision is the best found, with a bound.

    Raises:
        UsageError: ``duplicate_demand``; ``naive_datetime``; ``bad_budget`` below 1.
    """
    at = aware(at)
    if budget < 1:
        raise UsageError("bad_budget", f"{budget} steps; at least 1", value=budget)
    ordered = sorted(demands, key=lambda one: (one.rank, one.key))
    keys = {one.key for one in ordered}
    if len(keys) < len(ordered):
        raise UsageError("duplicate_demand", "each demand has a key of its own")
    compiled = network if isinstance(network, Compiled) else compile_network(network)
    setting = Setting(compiled, compiled.days(at), policy)
    planner = _Planner(setting, at, budget, _rows(supply, compiled))
    return Plan(tuple(planner.decide(demand) for demand in ordered))


def _rows(supply: Supply, network: Compiled) -> dict[str, list[int]]:
    """Return the pieces of each SKU by warehouse position, less what is never planned."""
    rows: dict[str, list[int]] = {}
    width, positions = len(network.warehouses), network.positions
    safety = [one.safety for one in network.warehouses]
    for cell, available in supply.available.items():
        position = positions.get(cell.warehouse)
        if position is not None and available > safety[position]:
            row = rows.get(cell.sku)
            if row is None:
                row = rows[cell.sku] = [0] * width
            row[position] = available - safety[position]
    return rows


@define
class _Planner:
    setting: Setting
    at: datetime
    budget: int
    rows: dict[str, list[int]]

    def decide(self, demand: Demand) -> Decision:
        """Return what becomes of a demand, and take its stock."""
        needs, load = weigh(demand)
        network, _, policy = setting = self.setting
        nothing = [0] * len(network.warehouses)
        stock = {sku: self.rows.get(sku) or nothing for sku in needs}
        asked = Asked(demand, stock, network, policy, self.at, self.budget)
        if demand.currency != network.network.currency:
            return self._other_currency(asked)
        positions = network.serving(demand)
        known = None
        if not any(line.barred for line in demand.lines):
            plain = offers = setting.offers(demand)
            if load.traits:
                offers = setting.offers(demand, load.traits)
            single = cheapest_single(positions, stock, needs, load, offers)
            known = single.cost if single else None
            if single is not None and proves_itself(single.cost, load.units, plain, policy):
                position, cost, offer = single
                self._take(position, needs)
                units = tuple(sorted((line.number, line.quantity) for line in demand.lines))
                parcel = self._parcel(position, units, load, cost, offer)
                return Decision(demand.key, (parcel,), (), cost, cost, Rule.ONE_PARCEL, asked)
        problem = Problem(demand, stock, setting, positions)
        return self._decision(problem, solve(problem, self.budget, known), asked)

    def _other_currency(self, asked: Asked) -> Decision:
        demand = asked.demand
        cost = demand.units * self.setting.policy.unfilled_minor
        left = tuple(
            Unfilled(number, quantity, Reason.OTHER_CURRENCY)
            for number, quantity in sorted((line.number, line.quantity) for line in demand.lines)
        )
        return Decision(demand.key, (), left, cost, cost, Rule.NOTHING, asked)

    def _decision(self, problem: Problem, solved: Solved, asked: Asked) -> Decision:
        parcels = []
        open_ = {line.number: line.quantity for line in problem.demand.lines}
        for position, (bag, cost, offer) in sorted(solved.sent, key=lambda one: (one[0], -one[1][0])):
            units = problem.bags.lines(bag)
            load = problem.bags.load(bag)
            parcels.append(self._parcel(position, units, load, cost, offer))
            self._take(position, problem.bags.needs(bag))
            for number, count in units:
                open_[number] -= count
        left = {number: count for number, count in open_.items() if count}
        unfilled = self._unfilled(problem, left, len(parcels)) if left else ()
        return Decision(
            problem.demand.key, tuple(parcels), unfilled, solved.total, solved.bound, solved.rule, asked
        )

    def _parcel(
        self, position: int, units: tuple[tuple[int, int], ...], load: Load, cost: int, offer: Offer
    ) -> PlannedParcel:
        return PlannedParcel(
            self.setting.network.warehouses[position].code,
            offer.service,
            offer.courier,
            units,
            load.weight_g,
            offer.first_minor + offer.steps_minor(load.weight_g, load.volume_cm3),
            cost,
            offer.ship_on,
            offer.arrive_on,
        )

    def _take(self, position: int, needs: Mapping[str, int]) -> None:
        """Take stock; rows are replaced, so that earlier decisions keep what they saw."""
        for sku, pieces in needs.items():
            row = self.rows[sku] = self.rows[sku].copy()
            row[position] -= pieces

    def _unfilled(self, problem: Problem, left: Mapping[int, int], parcels: int) -> tuple[Unfilled, ...]:
        nothing = [0] * len(self.setting.network.warehouses)
        stock = {sku: self.rows.get(sku, nothing) for sku in problem.stock}
        doubt = Doubt(problem.demand, stock, self.setting, parcels)
        atoms: dict[int, Atom] = {number: atom for atom in problem.bags.atoms for number, _ in atom.lines}
        return tuple(
            Unfilled(line.number, left[line.number], doubt.of(atoms[line.number], line, problem.positions))
            for line in sorted(problem.demand.lines, key=lambda one: one.number)
            if line.number in left
        )
