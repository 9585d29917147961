"""The exact search for one demand: every way to share its units out over warehouses and parcels.

Warehouses are taken in turn, in order of preference. For each bag of atoms that can have been sent so far, the
search keeps the cheapest ways for every number of parcels; a way that has no fewer parcels and costs no less than
another is dropped. Within one warehouse a bag may leave in several parcels, whose stock is summed before it is
checked. Nothing is dropped that could still be the best, so what is left at the end is the best.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import NamedTuple

from omskit.allocation.problem import Problem, Sent


class Way(NamedTuple):
    """One way to send a bag.

    Args:
        cost: Of its parcels, without split weights.
        parcels: How many.
        behind: Sum of the positions of their warehouses; breaks ties.
        sent: The parcels.
    """

    cost: int
    parcels: int
    behind: int
    sent: tuple[Sent, ...]

    def rank(self, split: int) -> tuple[int, int, int]:
        """Return what two ways to send the same bag are compared by."""
        return self.cost + self.parcels * split, self.parcels, self.behind


class Found(NamedTuple):
    """The best plan of a search."""

    total: int
    bag: int
    way: Way


#: Steps that making one bag of a warehouse is worth.
_MAKING = 10

_NOTHING = Way(0, 0, 0, ())


def search(problem: Problem, budget: int, known: int | None = None) -> Found | None:
    """Return the best plan, or None when more than ``budget`` steps would be needed.

    Costs are compared first, then units left out, parcels, warehouses by preference, and lines served, the
    first before the last.

    Args:
        problem: What is asked.
        budget: Most steps: a pair of bags that is looked at is one, a bag that is made ten.
        known: What a plan costs that is known to be possible.
    """
    bags, most = problem.bags, problem.policy.max_parcels
    split, full, guard, left = problem.policy.split_minor, bags.full, bags.guard, problem.units
    budget -= sum(_size(problem, position) for position in problem.positions) * _MAKING
    if budget < 0:
        return None
    nothing = problem.total(0, 0, 0)
    ceiling = nothing if known is None else min(known, nothing)
    rest = _remainders(problem)
    ways: dict[int, list[Way]] = {0: [_NOTHING]}
    for position in problem.positions:
        shipments = _shipments(problem, position, budget)
        if shipments is None:
            return None
        budget -= len(ways) * len(shipments)
        if budget < 0:
            return None
        for bag, before in [(bag, tuple(found)) for bag, found in ways.items()]:
            room = full - bag | guard
            for more, after in shipments.items():
                if room - more & guard != guard:
                    continue
                allowed = ceiling - rest[left - bags.load(bag + more).units]
                for one in before:
                    for two in after:
                        parcels = one.parcels + two.parcels
                        cost = one.cost + two.cost
                        if parcels <= most and cost + (parcels - 1) * split <= allowed:
                            way = Way(cost, parcels, one.behind + two.behind, one.sent + two.sent)
                            _add(ways.setdefault(bag + more, []), way, split)
        if full in ways:
            ceiling = min(ceiling, *(problem.total(way.parcels, way.cost, problem.units) for way in ways[full]))
    return best_of(problem, ways)


def _remainders(problem: Problem) -> list[int]:
    """Return the least that so many units more can cost, beside what has been sent."""
    offers, policy = problem.offers(), problem.policy
    unfilled = policy.unfilled_minor
    least = min(offers.least_unit, unfilled)
    more = offers.floor + policy.split_minor
    return [0, *(min(count * unfilled, more + count * least) for count in range(1, problem.units + 1))]


def best_of(problem: Problem, ways: dict[int, list[Way]]) -> Found:
    """Return the best plan among ways to send bags, sending nothing included."""
    bags = problem.bags
    found = []
    for bag, some in ways.items():
        if problem.whole_only and bag not in {0, bags.full}:
            continue
        units = bags.load(bag).units
        found += [
            (problem.total(way.parcels, way.cost, units), -units, way.parcels, way.behind, -bag, way)
            for way in some
        ]
    total, _, _, _, bag, way = min(found)
    return Found(total, -bag, way)


def _add(ways: list[Way], way: Way, split: int) -> None:
    """Keep a way unless another has no more parcels and costs no more; drop those that it beats so."""
    rank = way.rank(split)
    for other in ways:
        if other.parcels <= way.parcels and other.rank(split) <= rank:
            return
    ways[:] = [other for other in ways if way.parcels > other.parcels or rank > other.rank(split)]
    ways.append(way)


def _size(problem: Problem, position: int) -> int:
    """Return how many bags a warehouse has at most."""
    return prod(limit + 1 for limit in problem.limits(position))


def _contents(problem: Problem, position: int) -> list[int]:
    """Return every bag that a warehouse has, in ascending order."""
    bags = problem.bags
    found = [0]
    for limit, shift in zip(problem.limits(position), bags.shifts, strict=True):
        if limit:
            found = [bag + (count << shift) for bag in found for count in range(limit + 1)]
    skus = [sku for atom in bags.atoms for sku, _ in atom.needs]
    if len(set(skus)) < len(skus):
        found = [bag for bag in found if problem.has(position, bag)]
    return found


def _shipments(problem: Problem, position: int, budget: int) -> dict[int, list[Way]] | None:
    """Return the ways in which one warehouse can send each bag that it has; None beyond the budget."""
    there = _contents(problem, position)
    bags, policy = problem.bags, problem.policy
    offers = problem.offers().of[position]
    floor = min((offer.fixed for offer in offers), default=0)
    found: dict[int, list[Way]] = {}
    for bag in there[1:]:
        single = problem.parcel(position, bag)
        ways = [Way(single[1], 1, position, ((position, single),))] if single else []
        picking = problem.offers().unit_minor[position] * bags.load(bag).units
        if policy.max_parcels > 1 and (single is None or single[1] > 2 * floor + policy.split_minor + picking):
            budget -= len(there)
            if budget < 0:
                return None
            for way in _divided(problem, position, bag, there, found):
                _add(ways, way, policy.split_minor)
        if ways:
            found[bag] = ways
    return found


def _divided(
    problem: Problem, position: int, bag: int, there: Sequence[int], found: Mapping[int, list[Way]]
) -> Iterator[Way]:
    """Yield the ways to send a bag in several parcels: a first one with the bag's first atom, and the rest."""
    bags, most = problem.bags, problem.policy.max_parcels
    room = bag | bags.guard
    first = 1 << max(shift for shift in bags.shifts if bag >> shift)
    for part in there:
        if part < first or part >= bag or room - part & bags.guard != bags.guard:
            continue
        parcel = problem.parcel(position, part)
        if parcel is None:
            continue
        for rest in found.get(bag - part, ()):
            if rest.parcels < most:
                sent = ((position, parcel), *rest.sent)
                yield Way(parcel[1] + rest.cost, 1 + rest.parcels, position + rest.behind, sent)
