"""The batch planner: demands of one rank are planned together, close to a bound that comes with the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from attrs import evolve

from omskit.allocation.case import DEFAULT_BUDGET, Case, Prices, Setting, Solution
from omskit.allocation.columns import Column
from omskit.allocation.compiled import Compiled, compile_network
from omskit.allocation.decide import decide, decide_priced, decision_of, other_currency
from omskit.allocation.expecting import left_to_expected
from omskit.allocation.few import MOST_CASES, settled
from omskit.allocation.held import held
from omskit.allocation.joint import Joint
from omskit.allocation.model import Demand, Supply
from omskit.allocation.network import Network
from omskit.allocation.opportunity import OpportunityCost
from omskit.allocation.outcome import Asked, Decision, Plan, PlannedParcel, Rule
from omskit.allocation.planner import in_turn
from omskit.allocation.policy import Policy
from omskit.allocation.polish import polished
from omskit.allocation.remaining import Ledger
from omskit.allocation.weights import SHIFT
from omskit.core import UsageError, aware


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
    previous: Mapping[int, Sequence[PlannedParcel]] | None = None,
    change_minor: int = 0,
    opportunity: OpportunityCost | None = None,
) -> Plan:
    """Return where demands are sent from, planned together so that all of them cost little.

    What is scarce goes where it saves most. The plan comes with a bound: no plan for these demands costs less.

    Args:
        demands: With different keys.
        supply: What can be used up. Demands for which something is kept are served one by one, before the others
            of their rank; the bound is then that of this rule.
        network: Compile it once with :func:`omskit.allocation.compile_network` to plan many batches.
        policy: What counts.
        at: Now; aware.
        budget: Most work for one search of one demand.
        by_rank: Whether demands of a better rank are planned before all others, so that they never lose anything
            to a lesser one; the bound is then that of this rule. Without it only the sum counts.
        solver: Whether prices, and a plan out of those that were found, come from HiGHS: the extra ``solver``.
        previous: The parcels in force of demands that have some, by key; what they hold is part of the supply. The
            plan costs no more than leaving them as they are, where that is still possible.
        change_minor: What leaving a plan in force has to save at least: it weighs so much a demand, and counts
            in the bound, but not in the cost of decisions.
        opportunity: What scarce things are worth to expected demand. It moves plans to what is less wanted, and
            never leaves a unit out that could be sent; costs and bounds are those of the demands alone.

    Raises:
        UsageError: ``duplicate_demand``; ``naive_datetime``; ``bad_budget`` below 1; ``solver_missing``;
            ``bad_policy`` for a negative weight of change.
    """
    at = aware(at)
    ordered = in_turn(demands, budget)
    compiled = network if isinstance(network, Compiled) else compile_network(network)
    ledger = Ledger(supply, compiled, () if opportunity is None else opportunity.carried)
    setting = Setting(compiled, compiled.days(at), policy, ledger.contracts)
    if change_minor < 0:
        raise UsageError("bad_policy", f"a change weighs {change_minor}; zero or more", value=change_minor)
    decisions: list[Decision] = []
    bound = 0
    prices = None if opportunity is None else opportunity.prices(compiled, ledger.contracts)
    terms = Terms(at, budget, solver, previous or {}, change_minor, prices)
    ranks = groupby(ordered, key=lambda one: one.rank) if by_rank else [(0, iter(ordered))]
    for _, some in ranks:
        together: list[Demand] = []
        for one in some:
            if ledger.keeps(one.key):
                decisions.append(
                    decide(one, setting, ledger, at, budget)
                    if prices is None
                    else decide_priced(one, setting, ledger, at, budget, prices=prices)
                )
                bound += decisions[-1].bound_minor
            else:
                together.append(one)
        if together:
            made, least = _planned(together, setting, ledger, terms)
            decisions += made
            bound += least
    return Plan(tuple(decisions), bound, ledger.missing())


class Terms(NamedTuple):
    """How a batch is planned."""

    at: datetime
    budget: int
    solver: bool
    previous: Mapping[int, Sequence[PlannedParcel]]
    change: int
    prices: Prices | None


def _planned(
    demands: Sequence[Demand], setting: Setting, ledger: Ledger, terms: Terms
) -> tuple[list[Decision], int]:
    """Return the decisions for demands that are planned together, and their bound; take their stock."""
    currency = setting.network.network.currency
    cases = [Case(one, setting) for one in demands if one.currency == currency]
    for case in cases:
        ledger.know(case)
    before = [terms.previous.get(case.demand.key) for case in cases]
    kept = [
        None if parcels is None else held(case, ledger.snapshot(case), parcels)
        for case, parcels in zip(cases, before, strict=True)
    ]
    joint = Joint(cases, ledger.stock, terms.budget, kept, terms.change)
    first = found = _searched(joint, terms)
    if terms.prices is not None:
        found = left_to_expected(joint, first, terms.prices, lambda one: _searched(one, terms))
    columns = dict(zip([case.demand.key for case in cases], found, strict=True))
    given_up = {case.demand.key for case, one, now in zip(cases, first, found, strict=True) if now.cost > one.cost}
    by_key = {case.demand.key: case for case in cases}
    alone = joint.alone
    in_force = {case.demand.key: one.cost for case, one in zip(cases, joint.held, strict=True) if one is not None}
    decisions, bound = [], joint.bound
    for demand in demands:
        case = by_key.get(demand.key) or Case(demand, setting)
        ledger.know(case)
        snapshot, (network, _, policy, contracts) = ledger.snapshot(case), setting
        asked = Asked(demand, snapshot, network, policy, terms.at, terms.budget, contracts)
        if demand.key not in columns:
            decisions.append(other_currency(asked))
            bound += decisions[-1].cost_minor
            continue
        column = columns[demand.key]
        ledger.take(case, column.parcels)
        # what leaving a plan in force weighs is no part of what a plan costs
        cost = joint.scarce.column(case, column.parcels).cost if terms.change else column.cost
        least = min(alone[demand.key], cost)
        solution = Solution(cost << SHIFT, column.parcels, False, least << SHIFT)
        rule = Rule.OPPORTUNITY if demand.key in given_up else Rule.TOGETHER
        made = decision_of(case, solution, asked, ledger, rule)
        decisions.append(evolve(made, before_minor=in_force[demand.key]) if demand.key in in_force else made)
    return decisions, bound


def _searched(joint: Joint, terms: Terms) -> list[Column]:
    """Return the plan of a joint search, brought to its end."""
    found = polished(joint, joint.planned(solver=terms.solver))
    if len(found) <= MOST_CASES and sum([column.cost for column in found]) > joint.bound:
        return settled(joint, found)
    return found


def moved(plan: Plan, previous: Mapping[int, Sequence[PlannedParcel]]) -> tuple[int, ...]:
    """Return the keys of demands whose parcels are others than those in force: from elsewhere, otherwise or else.

    Only these have to be told to anybody.
    """
    return tuple(
        decision.key
        for decision in plan.decisions
        if _goods(decision.parcels) != _goods(previous.get(decision.key, ()))
    )


def _goods(parcels: Sequence[PlannedParcel]) -> list[tuple[str, str, tuple[tuple[int, int], ...]]]:
    return sorted((one.warehouse, one.service, one.units) for one in parcels)
