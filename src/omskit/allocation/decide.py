"""Decisions: the best plan of one case in the words of the outcome, with reasons for what it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from omskit.allocation.atoms import lines_of
from omskit.allocation.case import Case, Parcel, Prices, Setting, Solution
from omskit.allocation.model import Demand
from omskit.allocation.outcome import Asked, Decision, PlannedParcel, Reason, Rule, Unfilled
from omskit.allocation.quotas import solve_within
from omskit.allocation.reasons import Doubt
from omskit.allocation.remaining import Ledger
from omskit.allocation.tolls import toll_of
from omskit.allocation.weights import SHIFT

#: The weight of a unit left out where all that can be sent has to be; above any price.
_ENDLESS = 1 << 60


def decide(demand: Demand, setting: Setting, ledger: Ledger, at: datetime, budget: int) -> Decision:
    """Return what becomes of a demand, and take its stock; what is kept for it counts."""
    ledger.lend(demand.key)
    case = Case(demand, setting)
    asked = Asked(demand, ledger.snapshot(case), setting.network, setting.policy, at, budget, setting.contracts)
    if demand.currency != setting.network.network.currency:
        decision = other_currency(asked)
    else:
        solution = solve_within(case, ledger.stock, budget)
        ledger.take(case, solution.parcels)
        decision = decision_of(case, solution, asked, ledger)
    ledger.take_back(demand.key)
    return decision


def decide_priced(
    demand: Demand, setting: Setting, ledger: Ledger, at: datetime, budget: int, *, prices: Prices
) -> Decision:
    """Return what becomes of a demand that pays prices for scarce things, and take its stock.

    Of the plans that leave as few units out as the best plan without prices, the cheapest priced one counts. What
    is kept for it is priced as what everybody may use.
    """
    ledger.lend(demand.key)
    decision = _priced(demand, setting, ledger, at, budget, prices=prices)
    ledger.take_back(demand.key)
    return decision


def _priced(
    demand: Demand, setting: Setting, ledger: Ledger, at: datetime, budget: int, *, prices: Prices
) -> Decision:
    case = Case(demand, setting)
    asked = Asked(demand, ledger.snapshot(case), setting.network, setting.policy, at, budget, setting.contracts)
    if demand.currency != setting.network.network.currency:
        return other_currency(asked)
    solution = solve_within(case, ledger.stock, budget)
    if toll_of(case, solution.parcels, prices):
        # no price is a reason to leave out what can be sent
        filled = Case(demand, setting._replace(policy=evolve(setting.policy, unfilled_minor=_ENDLESS)))
        priced = solve_within(filled, ledger.stock, budget, prices)
        if _sent(case, priced) == _sent(case, solution):
            cost = sum([parcel.cost for parcel in priced.parcels])
            cost += (len(priced.parcels) - 1) * setting.policy.split_minor
            cost += (case.units - _sent(case, priced)) * setting.policy.unfilled_minor
            solution = Solution(cost << SHIFT, priced.parcels, False, min(solution.bound, cost << SHIFT))
    ledger.take(case, solution.parcels)
    return decision_of(case, solution, asked, ledger, Rule.OPPORTUNITY)


def _sent(case: Case, solution: Solution) -> int:
    return sum([case.weighed(parcel.counts)[0] for parcel in solution.parcels])


def decision_of(
    case: Case, solution: Solution, asked: Asked, ledger: Ledger, beyond: Rule = Rule.BEST_FOUND
) -> Decision:
    """Return a solution as a decision, after its stock has been taken.

    ``beyond`` is the rule of a solution that costs more than its bound.
    """
    if solution.single and not solution.weight >> SHIFT > solution.parcels[0].cost:
        parcel = solution.parcels[0]
        units = tuple(sorted([(line.number, line.quantity) for line in case.demand.lines]))
        only = (planned(case, parcel, units),)
        return Decision(case.demand.key, only, (), parcel.cost, parcel.cost, Rule.ONE_PARCEL, asked)
    open_ = {line.number: line.quantity for line in case.demand.lines}
    parcels = tuple(
        [planned(case, parcel, lines_of(case.atoms, parcel.counts, open_)) for parcel in solution.parcels]
    )
    left = {number: count for number, count in open_.items() if count}
    unfilled = _unfilled(case, left, ledger, len(parcels)) if left else ()
    rule = Rule.SEARCH if parcels else Rule.NOTHING
    if solution.bound < solution.weight:
        rule = beyond
    return Decision(
        case.demand.key, parcels, unfilled, solution.weight >> SHIFT, solution.bound >> SHIFT, rule, asked
    )


def other_currency(asked: Asked) -> Decision:
    """Return that nothing is sent, because the network counts in another currency."""
    demand = asked.demand
    cost = demand.units * asked.policy.unfilled_minor
    left = tuple(
        Unfilled(number, quantity, Reason.OTHER_CURRENCY)
        for number, quantity in sorted((line.number, line.quantity) for line in demand.lines)
    )
    return Decision(demand.key, (), left, cost, cost, Rule.NOTHING, asked)


def planned(case: Case, parcel: Parcel, units: tuple[tuple[int, int], ...]) -> PlannedParcel:
    """Return a parcel in the words of the outcome."""
    position, counts, cost, offer = parcel
    _, weight_g, volume_cm3 = case.weighed(counts)
    freight_minor = offer.freight_minor(weight_g, volume_cm3)
    code = case.setting.network.warehouses[position].code
    return PlannedParcel(
        *(code, offer.service, offer.courier, units, weight_g, freight_minor, cost),
        *(offer.ship_on, offer.arrive_on, offer.credit_minor),
    )


def _unfilled(case: Case, left: Mapping[int, int], ledger: Ledger, parcels: int) -> tuple[Unfilled, ...]:
    doubt = Doubt(case.demand, ledger.stock, case.setting, parcels)
    atoms = {number: atom for atom in case.atoms for number, _ in atom.lines}
    return tuple(
        Unfilled(line.number, left[line.number], doubt.of(atoms[line.number], line, case.positions))
        for line in sorted(case.demand.lines, key=lambda one: one.number)
        if line.number in left
    )
