"""The joint search: many demands over scarce stock, capacities and quotas, near a bound of its own.

1. Every case gets its ideal plan, as if it were alone. Where nothing is asked for twice, that is the best plan of
   the batch, and the sum of the ideals is a bound in any case.
2. Cases that ask for what is short get plans without it; every plan that is ever found stays in the case's pool.
3. Prices of what is short are adjusted on the pools, which is quick; then the cases that see a price are searched
   exactly under the prices, which gives new plans for the pools and a valid bound. A few rounds of both.
4. A batch plan is built: those first that would lose most by leaving what is short to others, each by its cheapest
   priced plan that fits, or else by a search on what is left.
5. It is improved: searches on what is left, and exchanges (:mod:`omskit.allocation.exchange`).

Everything is ordered by explicit keys, and there is no clock: the same input gives the same plan.
"""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.case import Case, Parcel, Prices, Solution, Stock
from omskit.allocation.columns import Column, Scarce
from omskit.allocation.dual import Dual
from omskit.allocation.exact import solve
from omskit.allocation.exchange import Assignment
from omskit.allocation.lattice import pairs_of
from omskit.allocation.master import Master
from omskit.allocation.quotas import solve_within
from omskit.allocation.weights import SHIFT

#: Steps of prices, round by round.
_STEPS = (40, 80, 120, 150, 150)
#: Rounds in which large cases are searched too.
_COMPLETE = {1, 2, 3, 4}
#: Most rounds of column generation.
_GENERATIONS = 15
#: Most cases that are planned one by one too.
_FEW = 200
#: Most holders of one thing that get other plans for one case in need.
_HOLDERS = 8
#: A plan is close to the bound when a bound is this many times what lies between.
_CLOSE = 200
#: Pairs of bags from which on a case is large: it is searched under prices only once.
_LARGE = 20_000


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
            self.pools.append(pool if before is None or before is column else [*pool, before])
        self.ideals = [pool[0] for pool in self.pools]
        self.bound = sum(self.least)
        self.prices = [0] * len(self.scarce.caps)
        self.dual = Dual(self.scarce.caps)
        # whatever the prices of such cells are, somebody goes without: a unit is worth what it saves
        spare = max([(case.left >> SHIFT) - self.bound // len(cases) for case in cases[:1]], default=0)
        for thing in self.scarce.lacking:
            self.prices[thing] = max(0, spare)
        self.large = [pairs_of(case.shape) > _LARGE for case in cases]
        self.seen: list[set[tuple[int, tuple[tuple[int, int], ...]]]] = [
            {(column.cost, column.uses) for column in pool} for pool in self.pools
        ]

    @property
    def alone(self) -> dict[int, int]:
        """What each demand would cost at least if it were alone, by key."""
        return {case.demand.key: least for case, least in zip(self.cases, self.least, strict=True)}

    def planned(self, *, solver: bool = False) -> list[Column]:
        """Return a column for each case that together use no more than there is.

        With ``solver`` prices and a plan out of the pools come from HiGHS.
        """
        short = self.short()
        if not short:
            return self.ideals
        self.diversify(short)
        best = self.begun()
        if solver:
            return self._solved(best)
        center = -(1 << 62), self.prices, [(0, 0)]
        for number, steps in enumerate(_STEPS):
            self.prices = center[1]
            self.adjust(best.cost, steps)
            likely, late = self.reprice()
            if number in _COMPLETE:
                likely, late = self.complete(likely, late), []
            if likely > center[0]:
                center = likely, self.prices, late
            plan = self.build()
            if number:
                self.improve(plan)
            if plan.cost < best.cost:
                best = plan
            if (best.cost - center[0]) * _CLOSE <= center[0]:
                break
        likely, self.prices, late = center
        self.complete(likely, late)
        self.rescue(best)
        return [column for column in best.chosen if column is not None]

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
            self.complete(*self.reprice())
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
        self.keep(which, solution)
        return solution

    def least_priced(self, which: int, prices: Prices) -> int:
        """Search one case under the prices of now; no plan of it costs less with them."""
        found = (self.search(which, prices).bound >> SHIFT) + self.change[which]
        before = self.held[which]
        return found if before is None else min(found, self.valued(before))

    def keep(self, which: int, solution: Solution) -> Column:
        """Keep a plan of a case in its pool."""
        column, before = self.scarce.column(self.cases[which], solution.parcels), self.held[which]
        if before is not None:
            if column.parcels == before.parcels:
                return before
            column = column._replace(cost=column.cost + self.change[which])
        if (column.cost, column.uses) not in self.seen[which]:
            self.seen[which].add((column.cost, column.uses))
            self.pools[which].append(column)
        return column

    def short(self) -> set[int]:
        """Return the things that the ideals ask for beyond what there is."""
        asked = [0] * len(self.scarce.caps)
        for column in self.ideals:
            for thing, amount in column.uses:
                asked[thing] += amount
        return {thing for thing, cap in enumerate(self.scarce.caps) if asked[thing] > cap}

    def diversify(self, short: set[int]) -> None:
        """Find plans without what is short, for the cases that would use it."""
        for which, ideal in enumerate(self.ideals):
            used = {thing for thing, _ in ideal.uses if thing in short}
            if used:
                self.search(which, self.scarce.without(self.cases[which], used))

    def reprice(self) -> tuple[int, list[tuple[int, int]]]:
        """Search the cases that see a price; large ones are only valued by their pools.

        Returns:
            What the bound is likely to be, and the large cases with the values that it counts for them.
        """
        prices, by_thing = self.scarce.prices(self.prices), self.prices
        likely = -sum(price * cap for price, cap in zip(by_thing, self.scarce.caps, strict=True))
        late = []
        for which, ideal in enumerate(self.ideals):
            if not any([by_thing[thing] for thing, _ in ideal.uses]):
                likely += self.least[which]
            elif self.large[which]:
                value = min([self.valued(column) for column in self.pools[which]])
                late.append((which, value))
                likely += value
            else:
                likely += self.least_priced(which, prices)
        return likely, late

    def complete(self, likely: int, late: list[tuple[int, int]]) -> int:
        """Search the large cases too, raise the bound, and return what it is at the prices of now."""
        prices = self.scarce.prices(self.prices)
        for which, value in late:
            likely += self.least_priced(which, prices) - value
        self.bound = max(self.bound, likely)
        return likely

    def valued(self, column: Column) -> int:
        """Return what a column costs with the prices of what it uses."""
        prices = self.prices
        return column.cost + sum([prices[thing] * amount for thing, amount in column.uses])

    def adjust(self, known: int, rounds: int) -> None:
        """Adjust the prices on the pools of the cases that have a choice."""
        fixed = sum([pool[0].cost for pool in self.pools if len(pool) == 1 and not pool[0].uses])
        pools = [pool for pool in self.pools if len(pool) > 1 or pool[0].uses]
        self.prices = self.dual.adjusted(self.prices, pools, known - fixed, rounds)

    def build(self) -> Assignment:
        """Return a batch plan, built from the pools and by searches on what is left."""
        plan = Assignment(self.scarce.caps, self.pools, self.prices)
        prices, order = self.prices, []
        for which, pool in enumerate(self.pools):
            values = [(self.valued(column), column.cost, number) for number, column in enumerate(pool)]
            values.sort()
            if not pool[0].parcels:
                plan.put(which, pool[0])
                continue
            free = [column.cost for column in pool if not any([prices[thing] for thing, _ in column.uses])]
            loss = (min(free) if free else 1 << 40) - values[0][0]
            order.append((-loss, which, values))
        order.sort()
        for _, which, values in order:
            for _, _, number in values:
                column = self.pools[which][number]
                if column.parcels and plan.fits(column.uses):
                    plan.put(which, column)
                    break
            else:
                self.remake(plan, which)
        return plan

    def remaining(self, left: Sequence[int], case: Case) -> Stock:
        """Return the stock with so much left of the scarce things, as far as a case looks at it."""
        scarce = self.scarce
        rows = {}
        for atom in case.atoms:
            for sku, _ in atom.needs:
                row, things = self.stock.rows[sku], scarce.cells.get(sku)
                if things is not None:
                    row = [left[t] if t >= 0 else there for t, there in zip(things, row, strict=True)]
                rows[sku] = row
        return scarce.remaining(rows, self.stock, left)

    def left_over(self, left: Sequence[int], cases: Sequence[Case]) -> Stock:
        """Return the stock with so much left of the scarce things, as far as cases look at it."""
        stock, rows = self.remaining(left, cases[0]), {}
        for case in cases:
            rows.update(self.remaining(left, case).rows)
        return stock._replace(rows=rows, quotas={**self.stock.quotas, **stock.quotas})

    def remake(self, plan: Assignment, which: int) -> None:
        """Give a case the best plan on what is left, where that is cheaper than what it has."""
        now = plan.chosen[which]
        plan.put(which, None)
        case = self.cases[which]
        column = self.keep(which, solve_within(case, self.remaining(plan.left, case), self.budget, self.base))
        plan.put(which, column if now is None or column.cost < now.cost else now)

    def improve(self, plan: Assignment) -> None:
        """Improve a batch plan by exchanges until nothing gains or the work is used up."""
        budget = 3000 * len(self.cases)
        for _ in range(4):
            gained = False
            regrets = sorted(
                (ideal.cost - plan_column.cost, which)
                for which, (ideal, plan_column) in enumerate(zip(self.ideals, plan.chosen, strict=True))
                if plan_column is not None and plan_column.cost > ideal.cost
            )
            for _, which in regrets:
                if plan.work > budget:
                    return
                gained |= plan.improve(which)
            if not gained:
                return

    def rescue(self, plan: Assignment) -> None:
        """Find other plans for those who hold what cases with units left out would need, and exchange again."""
        for which, ideal in enumerate(self.ideals):
            now = plan.chosen[which]
            if now is None or now.cost - ideal.cost < self.cases[which].left >> SHIFT:
                continue
            for column in list(self.pools[which]):
                for thing, amount in column.uses:
                    if plan.left[thing] < amount and column.cost < now.cost:
                        for holder in sorted(plan.holders[thing])[:_HOLDERS]:
                            self.search(holder, self.scarce.without(self.cases[holder], {thing}))
            plan.improve(which)
        self.improve(plan)
