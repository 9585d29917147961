"""Explanations: what each warehouse could have done for a demand, worked out only when someone asks."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from omskit.allocation.carried import Carried
from omskit.allocation.case import Case, Setting
from omskit.allocation.compiled import Compiled
from omskit.allocation.outcome import Asked, Decision, Reason, Rule
from omskit.allocation.quotas import solve_within
from omskit.allocation.reasons import Doubt
from omskit.allocation.rooms import rooms_of
from omskit.allocation.weights import SHIFT
from omskit.allocation.wording import WORDS, Language, Words
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
    setting = _setting(asked)
    case = setting.case(asked.demand)
    case.positions = (position,)
    found = solve_within(case, asked.stock, asked.budget)
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


def _setting(asked: Asked) -> Setting:
    return Setting(asked.network, asked.network.days(asked.at), asked.policy, asked.contracts)


@frozen
class Binding:
    """A quota that keeps a demand from a cheaper plan.

    Args:
        carried: Which parcels are counted.
        left: How many there could still be at the decision's turn.
        saves_minor: How much less the demand would cost, alone, without the quota.
    """

    carried: Carried
    left: int
    saves_minor: int


def binding(decision: Decision) -> tuple[Binding, ...]:
    """Return the quotas of couriers that were binding, each by itself, in order.

    The question is answered again without each quota that the demand could use up, at its turn.
    """
    asked = decision.asked
    if asked.contracts is None or asked.demand.currency != asked.network.network.currency:
        return ()
    case = _setting(asked).case(asked.demand)
    stock, found = asked.stock, []
    least = solve_within(case, stock, asked.budget)
    for number, carried in enumerate(asked.contracts.quotas):
        left = stock.quotas.get(number, case.units)
        if left < case.units:
            others = {one: count for one, count in stock.quotas.items() if one != number}
            without = solve_within(case, stock._replace(quotas=others), asked.budget)
            saves = (least.bound >> SHIFT) - (without.weight >> SHIFT)
            if saves > 0:
                found.append(Binding(carried, left, saves))
    return tuple(found)


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


def explain(decision: Decision, language: Language = Language.ENGLISH) -> tuple[str, ...]:
    """Return the decision as sentences: what goes where, what stays and why, what each warehouse could do."""
    asked, words = decision.asked, WORDS[language]
    network: Compiled = asked.network
    currency = network.network.currency
    lines = [
        words.parcel.format(
            warehouse=parcel.warehouse,
            units=words.comma.join(words.units.format(count=count, line=line) for line, count in parcel.units),
            courier=parcel.courier,
            service=parcel.service,
            money=format_amount(parcel.cost_minor, currency),
            ship=parcel.ship_on,
            arrive=parcel.arrive_on,
        )
        for parcel in decision.parcels
    ]
    lines += [
        words.credit.format(
            warehouse=parcel.warehouse, courier=parcel.courier, money=format_amount(parcel.credit_minor, currency)
        )
        for parcel in decision.parcels
        if parcel.credit_minor
    ]
    lines += [
        words.stay.format(count=left.quantity, line=left.line, reason=words.reasons[left.reason])
        for left in decision.unfilled
    ]
    money = format_amount(decision.cost_minor, currency)
    lines.append(words.costs.format(money=money, currency=currency, rule=_rule(decision, currency, words)))
    lines += [
        words.quota.format(
            carried=" ".join(filter(None, one.carried.rung)) or words.all,
            left=one.left,
            money=format_amount(one.saves_minor, currency),
        )
        for one in binding(decision)
    ]
    for one in considered(decision):
        lines.append(words.line.format(warehouse=one.warehouse, said=_candidate(one, decision, currency, words)))
    return tuple(lines)


def _rule(decision: Decision, currency: str, words: Words) -> str:
    if decision.rule is Rule.BEST_FOUND:
        return words.best_found.format(money=format_amount(decision.gap_minor, currency))
    return words.rules[decision.rule]


def _candidate(one: Considered, decision: Decision, currency: str, words: Words) -> str:
    count, total = one.units, decision.asked.demand.units
    if one.reason is not None:
        return words.unable.format(reason=words.reasons[one.reason])
    if one.cost_minor is None:
        return words.up_to.format(verdict=words.verdicts[one.verdict.value], count=count, total=total)
    money = format_amount(one.cost_minor, currency)
    said = {Verdict.CHOSEN: words.chosen, Verdict.TIE: words.tie}.get(one.verdict, words.dearer)
    more = format_amount(one.cost_minor - decision.cost_minor, currency)
    return said.format(count=count, total=total, money=money, more=more)
