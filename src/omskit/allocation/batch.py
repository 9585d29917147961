"""The batch planner: demands of one rank are planned together, close to a bound that comes with the plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from omskit.allocation.case import Case, Setting, Solution
from omskit.allocation.compiled import Compiled, compile_network
from omskit.allocation.decide import decision_of, other_currency
from omskit.allocation.joint import Joint
from omskit.allocation.model import Demand, Supply
from omskit.allocation.network import Network
from omskit.allocation.outcome import Asked, Decision, Plan, Rule
from omskit.allocation.planner import DEFAULT_BUDGET, in_turn
from omskit.allocation.policy import Policy
from omskit.allocation.remaining import Ledger
from omskit.allocation.weights import SHIFT
from omskit.core import aware


def plan_batch(
    demands: Iterable[Demand],
    supply: Supply,
    network: Network | Compiled,
    policy: Policy,
    *,
    at: datetime,
    budget: int = DEFAULT_BUDGET,
    by_rank: bool = True,
    solver: bool = False,
) -> Plan:
    """Return where demands are sent from, planned together so that all of them cost little.

    What is scarce goes where it saves most. The plan comes with a bound: no plan for these demands costs less.

    Args:
        demands: With different keys.
        supply: What can be used up.
        network: Compile it once with :func:`omskit.allocation.compile_network` to plan many batches.
        policy: What counts.
        at: Now; aware.
        budget: Most work for one search of one demand.
        by_rank: Whether demands of a better rank are planned before all others, so that they never lose anything
            to a lesser one; the bound is then that of this rule. Without it only the sum counts.
        solver: Whether prices, and a plan out of those that were found, come from HiGHS: the extra ``solver``.

    Raises:
        UsageError: ``duplicate_demand``; ``naive_datetime``; ``bad_budget`` below 1; ``solver_missing``.
    """
    at = aware(at)
    ordered = in_turn(demands, budget)
    compiled = network if isinstance(network, Compiled) else compile_network(network)
    setting = Setting(compiled, compiled.days(at), policy)
    ledger = Ledger(supply, compiled)
    decisions: list[Decision] = []
    bound = 0
    ranks = groupby(ordered, key=lambda one: one.rank) if by_rank else [(0, iter(ordered))]
    for _, some in ranks:
        made, least = _planned(list(some), setting, ledger, at, budget, solver=solver)
        decisions += made
        bound += least
    return Plan(tuple(decisions), bound)


def _planned(
    demands: Sequence[Demand], setting: Setting, ledger: Ledger, at: datetime, budget: int, *, solver: bool
) -> tuple[list[Decision], int]:
    """Return the decisions for demands that are planned together, and their bound; take their stock."""
    currency = setting.network.network.currency
    cases = [Case(one, setting) for one in demands if one.currency == currency]
    for case in cases:
        ledger.know(case)
    joint = Joint(cases, ledger.stock, budget)
    columns = dict(zip([case.demand.key for case in cases], joint.planned(solver=solver), strict=True))
    by_key = {case.demand.key: case for case in cases}
    alone = joint.alone
    decisions, bound = [], joint.bound
    for demand in demands:
        case = by_key.get(demand.key) or Case(demand, setting)
        ledger.know(case)
        asked = Asked(demand, ledger.snapshot(case), setting.network, setting.policy, at, budget)
        if demand.key not in columns:
            decisions.append(other_currency(asked))
            bound += decisions[-1].cost_minor
            continue
        column = columns[demand.key]
        ledger.take(case, column.parcels)
        solution = Solution(column.cost << SHIFT, column.parcels, False, alone[demand.key] << SHIFT)
        decisions.append(decision_of(case, solution, asked, ledger, Rule.TOGETHER))
    return decisions, bound
