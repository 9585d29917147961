"""Solving one demand: the cheapest single parcel when that proves itself, else the search, else the best found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from omskit.allocation.atoms import Load
from omskit.allocation.greedy import bound, greedy
from omskit.allocation.model import Demand
from omskit.allocation.offers import Offer, Offers
from omskit.allocation.outcome import Rule
from omskit.allocation.policy import Policy
from omskit.allocation.problem import Problem
from omskit.allocation.search import search

#: Most bags of a demand that is searched without a plan to begin with.
_SMALL = 128


class Single(NamedTuple):
    """A whole demand as one parcel: warehouse position, cost with picking, offer."""

    position: int
    cost: int
    offer: Offer


class Solved(NamedTuple):
    """A plan of one demand in packed form.

    Args:
        total: What it costs.
        sent: (warehouse position, (bag, cost, offer)) of each parcel.
        rule: What decided.
        bound: No plan costs less.
    """

    total: int
    sent: tuple[tuple[int, tuple[int, int, Offer]], ...]
    rule: Rule
    bound: int


def weigh(demand: Demand) -> tuple[dict[str, int], Load]:
    """Return the pieces of each SKU of a whole demand, and what they weigh and ask for."""
    needs: dict[str, int] = {}
    units = weight_g = volume_cm3 = 0
    traits: set[str] = set()
    for line in demand.lines:
        quantity = line.quantity
        units += quantity
        if not line.components:
            needs[line.sku] = needs.get(line.sku, 0) + quantity
            continue
        for part in line.components:
            pieces = part.per * quantity
            needs[part.sku] = needs.get(part.sku, 0) + pieces
            weight_g += part.weight_g * pieces
            volume_cm3 += part.volume_cm3 * pieces
            if part.traits:
                traits.update(part.traits)
    return needs, Load(units, weight_g, volume_cm3, frozenset(traits))


def cheapest_single(
    positions: tuple[int, ...],
    stock: Mapping[str, list[int]],
    needs: Mapping[str, int],
    load: Load,
    offers: Offers,
) -> Single | None:
    """Return the cheapest parcel that holds everything, from the first warehouse that asks no more."""
    rows = [(stock[sku], pieces) for sku, pieces in needs.items()]
    units, weight_g, volume_cm3, _ = load
    found: Single | None = None
    for position in positions:
        for row, pieces in rows:
            if row[position] < pieces:
                break
        else:
            best = offers.best(position, weight_g, volume_cm3)
            if best is not None:
                cost = best[0] + offers.unit_minor[position] * units
                if found is None or cost < found.cost:
                    found = Single(position, cost, best[1])
    return found


def proves_itself(cost: int, units: int, offers: Offers, policy: Policy) -> bool:
    """Whether nothing can cost less than a single parcel of this cost: no split, and leaving no unit out.

    Two parcels pay two first prices at least, and every unit its picking; a plan that leaves units out pays their
    weight, and one first price unless it sends nothing.
    """
    floor, least, unfilled = offers.floor, offers.least_unit, policy.unfilled_minor
    if policy.max_parcels > 1 and cost > 2 * floor + policy.split_minor + units * least:
        return False
    rest = (units - 1) * min(least, unfilled)
    return cost <= unfilled * units and cost <= floor + unfilled + rest


def solve(problem: Problem, budget: int, known: int | None = None) -> Solved:
    """Return the best plan of a demand, or the best found within the budget with an honest bound.

    With ``known``, what a plan costs that is known to be possible, dearer ones are passed over sooner.
    """
    large = greedy(problem) if problem.bags.size > _SMALL else None
    if large is not None:
        known = large.total if known is None else min(known, large.total)
    found = search(problem, budget, known)
    if found is not None:
        rule = Rule.SEARCH if found.way.sent else Rule.NOTHING
        return Solved(found.total, found.way.sent, rule, found.total)
    found = large or greedy(problem)
    return Solved(found.total, found.way.sent, Rule.BEST_FOUND, min(bound(problem), found.total))
