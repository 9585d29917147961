"""Explanations: what each warehouse could have done for a demand, worked out only when someone asks."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from omskit.allocation.case import Case, Setting
from omskit.allocation.compiled import Compiled
from omskit.allocation.exact import solve
from omskit.allocation.outcome import Asked, Decision, Reason, Rule
from omskit.allocation.reasons import Doubt
from omskit.allocation.rooms import rooms_of
from omskit.allocation.weights import SHIFT
from omskit.core import format_amount


class Verdict(Enum):
    """What came of a warehouse: its parcels are in the plan, or the plan costs less or as much without it."""

    CHOSEN = "chosen"
    DEARER = "dearer"
    TIE = "tie"
    UNABLE = "unable"


@frozen
class Considered:
    """One warehouse as a candidate for a demand.

    Args:
        warehouse: Its code.
        verdict: What came of it.
        units: Units that it could send alone.
        cost_minor: What the demand would cost with this warehouse alone, unfilled weights included; None when it
            can send nothing, or when that was too much work to find out.
        reason: Why it can send nothing; None when it can.
    """

    warehouse: str
    verdict: Verdict
    units: int = 0
    cost_minor: int | None = None
    reason: Reason | None = None


def considered(decision: Decision) -> tuple[Considered, ...]:
    """Return what each warehouse of the network could have done, in order of preference.

    The question is answered again for every warehouse alone, on the stock at the decision's turn: a pure
    function, which costs nothing before it is called.
    """
    asked = decision.asked
    chosen = {parcel.warehouse for parcel in decision.parcels}
    return tuple(
        _one(decision, asked, position, chosen=warehouse.code in chosen)
        for position, warehouse in enumerate(asked.network.warehouses)
    )


def _one(decision: Decision, asked: Asked, position: int, *, chosen: bool) -> Considered:
    network = asked.network
    code = network.warehouses[position].code
    if asked.demand.currency != network.network.currency:
        return Considered(code, Verdict.UNABLE, reason=Reason.OTHER_CURRENCY)
    if position not in network.serving(asked.demand):
        barred = code in asked.demand.barred
        return Considered(code, Verdict.UNABLE, reason=Reason.BARRED if barred else Reason.NO_WAREHOUSE)
    setting = Setting(network, network.days(asked.at), asked.policy)
    case = setting.case(asked.demand)
    found = solve(case, asked.stock, asked.budget, positions=(position,))
    if found.bound < found.weight:
        return Considered(code, Verdict.CHOSEN if chosen else Verdict.DEARER, _most(case, asked, position))
    if not found.parcels:
        reason = _first_reason(case, Doubt(asked.demand, asked.stock, setting), position)
        return Considered(code, Verdict.CHOSEN if chosen else Verdict.UNABLE, reason=None if chosen else reason)
    units = sum(case.weighed(parcel.counts)[0] for parcel in found.parcels)
    total = found.weight >> SHIFT
    if chosen:
        return Considered(code, Verdict.CHOSEN, units, total)
    verdict = Verdict.TIE if total == decision.cost_minor else Verdict.DEARER
    return Considered(code, verdict, units, total)


def _most(case: Case, asked: Asked, position: int) -> int:
    """Return how many units a warehouse has."""
    rooms = rooms_of(case, asked.stock, None, (position,))
    return sum(cap * atom.units for room in rooms for cap, atom in zip(room.caps, case.atoms, strict=True))


def _first_reason(case: Case, doubt: Doubt, position: int) -> Reason:
    """Return the reason that comes first among those of all lines."""
    order = list(Reason)
    atoms = {number: atom for atom in case.atoms for number, _ in atom.lines}
    reasons = [doubt.of(atoms[line.number], line, (position,)) for line in case.demand.lines]
    return min(reasons, key=order.index)


def explain(decision: Decision) -> tuple[str, ...]:
    """Return the decision as sentences: what goes where, what stays and why, what each warehouse could do."""
    asked = decision.asked
    network: Compiled = asked.network
    currency = network.network.currency
    money = format_amount
    lines = [
        f"{parcel.warehouse} sends {_units(parcel.units)} by {parcel.courier} {parcel.service}"
        f" for {money(parcel.cost_minor, currency)}, to ship on {parcel.ship_on} and arrive on {parcel.arrive_on}"
        for parcel in decision.parcels
    ]
    lines += [f"{left.quantity} of line {left.line} stay: {_REASON[left.reason]}" for left in decision.unfilled]
    lines.append(f"costs {money(decision.cost_minor, currency)} {currency}: {_rule(decision, currency)}")
    total = asked.demand.units
    for one in considered(decision):
        lines.append(f"{one.warehouse}: {_candidate(one, total, decision, currency)}")
    return tuple(lines)


def _units(pairs: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(f"{count} of line {number}" for number, count in pairs)


def _rule(decision: Decision, currency: str) -> str:
    if decision.rule is Rule.BEST_FOUND:
        gap = format_amount(decision.gap_minor, currency)
        return f"the best found within the work limit, at most {gap} above the best there is"
    return _RULE[decision.rule]


def _candidate(one: Considered, total: int, decision: Decision, currency: str) -> str:
    if one.reason is not None:
        return f"cannot send any: {_REASON[one.reason]}"
    if one.cost_minor is None:
        return f"{one.verdict.value}, has up to {one.units} of {total} units"
    price = format_amount(one.cost_minor, currency)
    beyond = format_amount(one.cost_minor - decision.cost_minor, currency)
    if one.verdict is Verdict.CHOSEN:
        return f"chosen; alone it could send {one.units} of {total} units at {price}"
    if one.verdict is Verdict.TIE:
        return f"could send {one.units} of {total} units at the same {price}, but comes later in preference"
    return f"could send {one.units} of {total} units at {price}, {beyond} dearer"


_RULE = {
    Rule.ONE_PARCEL: "the cheapest single parcel, and no split could cost less",
    Rule.SEARCH: "the cheapest of all ways to share it out",
    Rule.TOGETHER: "the best for all orders together; what is scarce saves more elsewhere",
    Rule.OPPORTUNITY: "what is scarce is left to expected orders, to which it is worth more",
    Rule.CHOSEN: "what the choosers of warehouses say",
    Rule.NOTHING: "nothing is sent",
}

_REASON = {
    Reason.OTHER_CURRENCY: "the network counts in another currency",
    Reason.NO_WAREHOUSE: "no warehouse may send orders like this",
    Reason.BARRED: "barred for now",
    Reason.NO_COVERAGE: "no courier goes there",
    Reason.NO_COD: "no courier that goes there collects money",
    Reason.NO_COURIER: "the courier that was asked for does not go there",
    Reason.NO_CAPABILITY: "the goods need what neither warehouse nor courier can do",
    Reason.TOO_HEAVY: "a single piece is above every weight limit",
    Reason.BLACKOUT: "a blackout bars who could send or carry it",
    Reason.CAPACITY_FULL: "every warehouse that could send it is full",
    Reason.NO_STOCK: "no stock is left",
    Reason.KEPT_TOGETHER: "its group of lines cannot leave together",
    Reason.SHIP_COMPLETE: "the order goes as a whole or not at all",
    Reason.PARCEL_LIMIT: "the order has as many parcels as it may",
    Reason.TOO_DEAR: "sending it costs more than leaving it",
}
