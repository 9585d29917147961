"""The joint search: many demands over scarce stock, capacities and quotas, near a bound of its own.

1. Every case gets its ideal plan, as if it were alone. Where nothing is asked for twice, that is the best plan of
   the batch, and the sum of the ideals is a bound in any case.
2. Prices of what is short adjust to what is asked for (:mod:`omskit.allocation.resilient`), pass by pass over the
   plans known of each case, its pool. Every few passes the cases that see a price are searched under the prices
   (:mod:`omskit.allocation.options`), which gives new plans for the pools and a valid bound.
3. A batch plan is built: those first that would lose most by leaving what is short to others, each by the plan
   that it chose most often under the prices and that fits, or else by a search on what is left.
4. It is improved by exchanges (:mod:`omskit.allocation.exchange`). When it is not close to the bound yet, prices
   go on.

Everything is ordered by explicit keys, and there is no clock: the same input gives the same plan.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, deque
from collections.abc import Sequence
from operator import attrgetter, itemgetter

from omskit.allocation.case import Case, Parcel, Prices, Solution, Stock
from omskit.allocation.columns import BARRED, Column, Scarce
from omskit.allocation.exact import solve
from omskit.allocation.exchange import Assignment
from omskit.allocation.master import Master
from omskit.allocation.options import Options, options_of
from omskit.allocation.quotas import solve_within
from omskit.allocation.resilient import Resilient
from omskit.allocation.weights import SHIFT

#: Passes of prices, round by round.
_PASSES = (36, 12, 12, 12)
#: After so many passes the cases that see a price are searched; after that many those that take long too.
_EVERY, _COMPLETE = 6, 18
#: The first step of a price is that part of what a case costs.
_STEP = 32
#: The plans of so many passes before count when a batch plan is built.
_RECENT = 12
#: Prices are near others when they moved no more than that part of what a case costs.
_SLACK = 100
#: Most rounds of column generation.
_GENERATIONS = 15
#: Most cases that are planned one by one too.
_FEW = 200
#: Most holders of one thing that get other plans for one case in need.
_HOLDERS = 8
#: How often the best plan is improved again at the end, while it gains and is not close to the bound.
_AGAIN = 4
#: A plan is close to the bound when a bound is this many times what lies between.
_CLOSE = 200
#: Most pairs of bags of a case whose options are kept, and most bags of one that is searched again and again.
_PAIRS, _BAGS = 200_000, 1024


class Joint:
    """The state of one joint search.

    Args:
        cases: All that is asked, in order of rank and key.
        stock: What there is.
        budget: Most work for the search of one case.
        held: The parcels of each case in the plan in force; None for those without one.
        change: What it costs in minor units to leave a plan in force, for all or for each.
        base: Prices that plans pay beside those that the search finds; None for none.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        stock: Stock,
        budget: int,
        held: Sequence[tuple[Parcel, ...] | None] = (),
        change: int | Sequence[int] = 0,
        *,
        base: Prices | None = None,
    ) -> None:
        self.cases, self.stock, self.budget, self.base = cases, stock, budget, base
        self.scarce = Scarce(cases, stock, base=base)
        self.pools: list[list[Column]] = []
        self.least: list[int] = []
        parcels = held or [None] * len(cases)
        changes = [change] * len(cases) if isinstance(change, int) else change
        self.change = [0 if one is None else more for one, more in zip(parcels, changes, strict=True)]
        self.held = [
            None if one is None else self.scarce.column(case, one)
            for case, one in zip(cases, parcels, strict=True)
        ]
        for case, more, before in zip(cases, self.change, self.held, strict=True):
            solution = solve_within(case, stock, budget, base)
            made = self.scarce.column(case, solution.parcels)
            moved = made._replace(cost=made.cost + more)
            column = moved if before is None or moved.cost < before.cost else before
            self.least.append(min((solution.bound >> SHIFT) + more, column.cost))
            # sending nothing is always possible, so that no pool asks for more than there is whatever the price
            nothing = Column(case.units * (case.left >> SHIFT) + more, (), ())
            pool = [column, nothing] if column.uses else [column]
            if before is not None and before is not column:
                insort(pool, before, key=_cost)
            self.pools.append(pool)
        self.ideals = [pool[0] for pool in self.pools]
        self.bound = sum(self.least)
        self.prices = [0] * len(self.scarce.caps)
        self.slack = self.bound // (_SLACK * len(cases)) if cases else 0
        self.chosen: deque[list[Column]] = deque(maxlen=_RECENT)
        self.options: dict[int, Options | None] = {}

    @property
    def alone(self) -> dict[int, int]:
        """What each demand would cost at least if it were alone, by key."""
        return {case.demand.key: least for case, least in zip(self.cases, self.least, strict=True)}

    def planned(self, *, solver: bool = False) -> list[Column]:
        """Return a column for each case that together use no more than there is.

        With ``solver`` prices and a plan out of the pools come from HiGHS.
        """
        if not self.scarce.exceeded(self.ideals):
            return self.ideals
        best = self.begun()
        if solver:
            return self._solved(best)
        resilient = Resilient(self.scarce.caps, self.scarce.groups, self.bound // (_STEP * len(self.cases)))
        center = -(1 << 62), self.prices
        for passes in _PASSES:
            center = max(center, self.adjust(resilient, passes), key=itemgetter(0))
            self.prices = center[1]
            plan = self.build()
            self.improve(plan)
            best = min(best, plan, key=attrgetter("cost"))
            if self.close(best):
                break
        self.rescue(best)
        return [column for column in best.chosen if column is not None]

    def adjust(self, resilient: Resilient, passes: int) -> tuple[int, list[int]]:
        """Let prices adjust in so many passes; return the bound under them, and the prices."""
        for number in range(passes):
            self.prices = resilient.prices
            if number % _EVERY == 0:
                self.reprice(large=number == _COMPLETE, last=False)
                resilient.see(self.pools)
                best = -(1 << 62), self.prices
            bound, chosen = resilient.cheapest(self.pools)
            best = max(best, (bound, self.prices), key=itemgetter(0))
            resilient.step(chosen)
            self.chosen.append(chosen)
        self.prices = best[1]
        return self.reprice(), self.prices

    def begun(self) -> Assignment:
        """Return the cheapest of a plan built without prices, the plan in force, improved, and one case by one.

        The last is tried for few cases only.
        """
        best = self.build()
        if len(self.cases) <= _FEW:
            in_turn = Assignment(self.scarce.caps, self.pools, self.prices)
            for which in range(len(self.cases)):
                self.remake(in_turn, which)
            best = min(best, in_turn, key=lambda one: one.cost)
        if any([one is not None for one in self.held]):
            plan = Assignment(self.scarce.caps, self.pools, self.prices)
            for which, before in enumerate(self.held):
                if before is not None:
                    plan.put(which, before)
            if min(plan.left, default=0) >= 0:
                for which, before in enumerate(self.held):
                    if before is None:
                        self.remake(plan, which)
                self.improve(plan)
                best = min(best, plan, key=lambda one: one.cost)
        return best

    def _solved(self, best: Assignment) -> list[Column]:
        """Return the better of what exchanges and the master problem find, with the master's prices."""
        for _ in range(_GENERATIONS):
            known = sum(map(len, self.pools))
            self.prices = Master(self.pools, self.scarce.caps).prices()
            self.reprice()
            if sum(map(len, self.pools)) == known:
                break
        plan = self.build()
        self.improve(plan)
        if plan.cost < best.cost:
            best = plan
        columns = [column for column in best.chosen if column is not None]
        found = Master(self.pools, self.scarce.caps).chosen(self.pools, columns)
        if found is not None and sum([column.cost for column in found]) < best.cost:
            return found
        return columns

    def search(self, which: int, prices: Prices) -> Solution:
        """Search one case under prices and keep its plan."""
        solution = solve(self.cases[which], self.stock, self.budget, prices)
        self.keep(which, self.scarce.column(self.cases[which], solution.parcels))
        return solution

    def least_priced(self, which: int, slack: int = 0) -> int:
        """Search one case under the prices of now, or near them; no plan of it costs less with those."""
        options = self.options_of(which)
        found, column = (0, None) if options is None else options.best(self.prices, slack)
        if column is None:
            skus = [sku for atom in self.cases[which].atoms for sku, _ in atom.needs]
            found = self.search(which, self.scarce.prices(self.prices, skus)).bound >> SHIFT
        else:
            self.keep(which, column)
        found += self.change[which]
        before = self.held[which]
        return found if before is None else min(found, self.valued(before))

    def ready(self, which: int, *, large: bool) -> bool:
        """Whether a case is searched before the end of a round: large ones seldom, not where that takes long."""
        options = self.options_of(which)
        return self.quick(which) and (large or (options is not None and options.bags <= _BAGS))

    def quick(self, which: int) -> bool:
        """Whether a search of a case takes little time."""
        return not self.scarce.plain or self.options_of(which) is not None

    def options_of(self, which: int) -> Options | None:
        """Return all parcels of a case; None where these are too many."""
        if which not in self.options:
            asked = self.cases[which], self.stock, self.scarce, _PAIRS
            self.options[which] = options_of(*asked) if self.scarce.plain else None
        return self.options[which]

    def keep(self, which: int, column: Column) -> Column:
        """Keep a plan of a case in its pool."""
        before = self.held[which]
        if before is not None:
            if column.parcels == before.parcels:
                return before
            column = column._replace(cost=column.cost + self.change[which])
        pool = self.pools[which]
        place = bisect_right(pool, column.cost, key=_cost)
        alike = bisect_left(pool, column.cost, 0, place, key=_cost)
        if not any([one.uses == column.uses for one in pool[alike:place]]):
            pool.insert(place, column)
        return column

    def reprice(self, *, large: bool = True, last: bool = True) -> int:
        """Search the cases that see a price, and return the bound; it is none before the last time of a round."""
        by_thing = self.prices
        bound = -sum([price * cap for price, cap in zip(by_thing, self.scarce.caps, strict=True) if price])
        for which, ideal in enumerate(self.ideals):
            for thing, _ in ideal.uses:
                if by_thing[thing]:
                    if last or self.ready(which, large=large):
                        bound += self.least_priced(which, 0 if large else self.slack)
                    break
            else:
                bound += self.least[which]
        if last:
            self.bound = max(self.bound, bound)
        return bound

    def valued(self, column: Column) -> int:
        """Return what a column costs with the prices of what it uses."""
        prices = self.prices
        return column.cost + sum([prices[thing] * amount for thing, amount in column.uses])

    def build(self) -> Assignment:
        """Return a batch plan, built from the pools and by searches on what is left.

        A case gets the plan that it had most often while prices adjusted, as the best fractional plan would.
        """
        plan = Assignment(self.scarce.caps, self.pools, self.prices)
        prices, order = self.prices, []
        recent = list(zip(*self.chosen, strict=True)) or [()] * len(self.pools)
        for which, (pool, before) in enumerate(zip(self.pools, recent, strict=True)):
            if not pool[0].parcels:
                plan.put(which, pool[0])
                continue
            often = Counter([(column.cost, column.uses) for column in before])
            values = [
                (-often[column.cost, column.uses], self.valued(column), column.cost, number)
                for number, column in enumerate(pool)
            ]
            values.sort()
            free = [column.cost for column in pool if not any([prices[thing] for thing, _ in column.uses])]
            loss = (min(free) if free else 1 << 40) - min([value for _, value, _, _ in values])
            order.append((-loss, which, values))
        order.sort()
        for _, which, values in order:
            for *_, number in values:
                column = self.pools[which][number]
                if column.parcels and plan.fits(column.uses):
                    plan.put(which, column)
                    break
            else:
                self.remake(plan, which)
        return plan

    def remake(self, plan: Assignment, which: int) -> None:
        """Give a case the best plan on what is left, where that is cheaper than what it has."""
        now = plan.chosen[which]
        plan.put(which, None)
        case, options = self.cases[which], self.options.get(which)
        found = options.within(plan.left) if options is not None else None
        if found is None:
            stock = self.scarce.remaining(case, self.stock, plan.left)
            solution = solve_within(case, stock, self.budget, self.base)
            found = self.scarce.column(case, solution.parcels)
        column = self.keep(which, found)
        plan.put(which, column if now is None or column.cost < now.cost else now)

    def improve(self, plan: Assignment) -> None:
        """Improve a batch plan by exchanges until nothing gains or the work is used up."""
        plan.improve_all([ideal.cost for ideal in self.ideals])

    def rescue(self, plan: Assignment) -> None:
        """Find other plans for those who hold what cases with units left out would need, and exchange again."""
        asked = set[tuple[int, int]]()
        for which, ideal in enumerate(self.ideals):
            now = plan.chosen[which]
            if now is None or now.cost - ideal.cost < self.cases[which].left >> SHIFT:
                continue
            cheaper = [column.uses for column in self.pools[which] if column.cost < now.cost]
            lacks = {thing for uses in cheaper for thing, amount in uses if plan.left[thing] < amount}
            pairs = {(holder, thing) for thing in lacks for holder in sorted(plan.holders[thing])[:_HOLDERS]}
            for holder, thing in sorted(pairs - asked):
                self.do_without(holder, thing)
            asked |= pairs
            plan.improve(which)
        for _ in range(_AGAIN):
            before = plan.cost
            self.improve(plan)
            if plan.cost == before or self.close(plan):
                return

    def do_without(self, which: int, thing: int) -> None:
        """Find the best plan of a case that does without a scarce thing, and keep it."""
        options = self.options_of(which)
        prices = [0] * len(self.scarce.caps)
        prices[thing] = BARRED
        found = None if options is None else options.under(prices)
        if found is not None:
            self.keep(which, found)
        else:
            self.search(which, self.scarce.without(self.cases[which], {thing}))

    def close(self, plan: Assignment) -> bool:
        """Whether a batch plan is close enough to the bound."""
        return (plan.cost - self.bound) * _CLOSE <= self.bound


_cost = itemgetter(0)
