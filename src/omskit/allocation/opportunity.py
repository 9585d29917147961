"""Opportunity cost: what scarce pieces, and room for parcels, are worth to demand that is expected but not there.

The expected demand is planned as if it could be shared out in any fractions (the deterministic linear program of
online fulfillment). Its dual values are the prices of what is scarce: an order of now that uses a piece pays,
beside its cost, what the piece would save later. Its value is a bound on the mean cost of any way to serve what is
expected.

The program is solved by column generation: each kind of demand has a pool of known plans, prices are adjusted on
the pools, and exact searches under the prices add plans. Prices come from the volume
algorithm (:mod:`omskit.allocation.dual`) or, with the extra ``solver``, from HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from omskit.allocation.carried import Carried, by_carried
from omskit.allocation.case import DEFAULT_BUDGET, Case, Prices, Setting
from omskit.allocation.columns import Column, Scarce
from omskit.allocation.compiled import Compiled, compile_network
from omskit.allocation.contracts import Contracts
from omskit.allocation.dual import Dual
from omskit.allocation.exact import solve
from omskit.allocation.master import Master
from omskit.allocation.model import Demand, Supply
from omskit.allocation.network import Network
from omskit.allocation.policy import Policy
from omskit.allocation.remaining import Ledger
from omskit.allocation.weights import SHIFT
from omskit.core import Cell, UsageError, aware

#: Most rounds of prices and searches, and the steps of prices in one.
_ROUNDS, _STEPS = 40, 100
#: Rounds without a better bound after which it is enough.
_PATIENCE = 6


@frozen
class Expected:
    """A kind of demand, and how often it is expected until the stock is renewed.

    Raises:
        UsageError: ``bad_quantity`` unless the count is an int above zero.
    """

    demand: Demand
    count: int

    def __attrs_post_init__(self) -> None:
        if type(self.count) is not int or self.count < 1:
            raise UsageError("bad_quantity", f"{self.count!r} demands are expected; at least 1", value=self.count)


@frozen
class OpportunityCost:
    """What using up scarce things costs later, in minor units; what is not named costs nothing.

    Args:
        pieces: Of a piece, by cell.
        parcels: Of a parcel, by warehouse.
        units: Of a picked unit, by warehouse.
        couriers: Of a parcel, by courier or by :class:`omskit.allocation.Carried`.
        bound_minor: No way to serve the expected demand costs less on average.
    """

    pieces: Mapping[Cell, int] = field(factory=dict)
    parcels: Mapping[str, int] = field(factory=dict)
    units: Mapping[str, int] = field(factory=dict)
    couriers: Mapping[Carried, int] = field(factory=dict, converter=by_carried)
    bound_minor: int = 0

    @property
    def carried(self) -> tuple[Carried, ...]:
        """Parcels that have a price."""
        return tuple([one for one, price in self.couriers.items() if price])

    def prices(self, network: Compiled, contracts: Contracts | None) -> Prices:
        """Return the prices as searches read them."""
        nothing = [0] * len(network.warehouses)
        cells: dict[str, list[int]] = {}
        for cell, price in self.pieces.items():
            position = network.positions.get(cell.warehouse)
            if position is not None:
                cells.setdefault(cell.sku, nothing.copy())[position] = price << SHIFT
        codes = [one.code for one in network.warehouses]
        return Prices(
            cells,
            [self.parcels.get(code, 0) << SHIFT for code in codes],
            [self.units.get(code, 0) << SHIFT for code in codes],
            self._of_quotas(contracts),
        )

    def _of_quotas(self, contracts: Contracts | None) -> dict[int, int]:
        if contracts is None:
            return {}
        pairs = [(number, self.couriers.get(one, 0)) for number, one in enumerate(contracts.quotas)]
        return {number: price << SHIFT for number, price in pairs if price}


def opportunity_cost(
    expected: Iterable[Expected],
    supply: Supply,
    network: Network | Compiled,
    policy: Policy,
    *,
    at: datetime,
    budget: int = DEFAULT_BUDGET,
    solver: bool = False,
) -> OpportunityCost:
    """Return what scarce things are worth to expected demand; for :func:`omskit.allocation.plan`.

    Args:
        expected: Kinds of demand with different keys, until the stock is renewed.
        supply: What there is for them.
        network: Where from.
        policy: What counts.
        at: Now; aware.
        budget: Most work for one search of one demand.
        solver: Whether prices come from HiGHS: the extra ``solver``.

    Raises:
        UsageError: ``duplicate_demand``; ``naive_datetime``; ``solver_missing``; ``other_currency`` for a demand
            that the network cannot count.
    """
    at = aware(at)
    compiled = network if isinstance(network, Compiled) else compile_network(network)
    kinds = sorted(expected, key=lambda one: one.demand.key)
    if len({one.demand.key for one in kinds}) < len(kinds):
        raise UsageError("duplicate_demand", "each kind of demand has a key of its own")
    for one in kinds:
        if one.demand.currency != compiled.network.currency:
            raise UsageError(
                "other_currency", f"demand {one.demand.key} is in another currency", key=one.demand.key
            )
    ledger = Ledger(supply, compiled)
    setting = Setting(compiled, compiled.days(at), policy, ledger.contracts)
    cases = [Case(one.demand, setting) for one in kinds]
    for case in cases:
        ledger.know(case)
    fluid = _Fluid(cases, [one.count for one in kinds], ledger, budget)
    fluid.run(solver=solver)
    return fluid.said()


class _Fluid:
    """The linear program: columns stand for a plan of all demands of one kind."""

    def __init__(self, cases: Sequence[Case], counts: Sequence[int], ledger: Ledger, budget: int) -> None:
        self.cases, self.counts, self.stock, self.budget = cases, counts, ledger.stock, budget
        self.scarce = Scarce(cases, self.stock, counts)
        self.prices = [0] * len(self.scarce.caps)
        self.dual = Dual(self.scarce.caps)
        self.best = self.prices
        self.pools: list[list[Column]] = [[] for _ in cases]
        self.bound = self.searched(self.prices)
        for pool, case, count in zip(self.pools, cases, counts, strict=True):
            if pool[0].uses:
                pool.append(Column(case.units * (case.left >> SHIFT) * count, (), ()))

    def searched(self, by_thing: Sequence[int]) -> int:
        """Search every kind under prices, keep the plans, and return the bound."""
        prices = self.scarce.prices(by_thing)
        bound = -sum([price * cap for price, cap in zip(by_thing, self.scarce.caps, strict=True)])
        for case, count, pool in zip(self.cases, self.counts, self.pools, strict=True):
            solution = solve(case, self.stock, self.budget, prices)
            bound += (solution.bound >> SHIFT) * count
            cost, uses, parcels = self.scarce.column(case, solution.parcels)
            column = Column(cost * count, tuple([(thing, amount * count) for thing, amount in uses]), parcels)
            if column not in pool:
                pool.append(column)
        return bound

    def run(self, *, solver: bool) -> None:
        """Find prices under which the bound is as high as can be."""
        waited = 0
        for _ in range(_ROUNDS):
            known = sum(map(len, self.pools))
            if solver:
                self.prices = Master(self.pools, self.scarce.caps).prices()
            else:
                self.prices = self.dual.adjusted(self.best, self.pools, 1 << 62, _STEPS)
            bound = self.searched(self.prices)
            waited += 1
            if bound > self.bound:
                self.bound, self.best, waited = bound, self.prices, 0
            if sum(map(len, self.pools)) == known or (waited >= _PATIENCE and not solver):
                return

    def said(self) -> OpportunityCost:
        """Return the best prices in the words of the network."""
        if not self.cases:
            return OpportunityCost()
        found = self.scarce.prices(self.best)
        codes = [one.code for one in self.cases[0].setting.network.warehouses]
        return OpportunityCost(
            {Cell(sku, code): price for sku, row in found.cells.items() for code, price in _priced(codes, row)},
            dict(_priced(codes, found.parcels)),
            dict(_priced(codes, found.units)),
            self._carried(found),
            self.bound,
        )

    def _carried(self, found: Prices) -> dict[Carried, int]:
        contracts = self.cases[0].setting.contracts
        if contracts is None:
            return {}
        pairs = [(one, found.quotas.get(number, 0) >> SHIFT) for number, one in enumerate(contracts.quotas)]
        return {one: price for one, price in pairs if price}


def _priced(codes: Sequence[str], weights: Sequence[int]) -> list[tuple[str, int]]:
    return [(code, weight >> SHIFT) for code, weight in zip(codes, weights, strict=True) if weight]
