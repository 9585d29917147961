"""Shadow prices of scarce things by resilient steps on pools of known plans.

For any prices from 0 on, the sum of the cheapest priced plans of all cases, less the prices of all there is, is a
lower bound on the cost of every batch plan (weak duality). On a pool of columns it is a bound only for plans out
of the pool, but it is quick to work out, and its best prices are close to the best prices of all.

Every price has a step of its own, which grows while the same side prevails, more asked than there is or less, and
halves when that turns (as in resilient propagation, Riedmiller and Braun, 1993). Prices far apart are found in a
few passes, whatever their sizes are.

Where all that cases could use of a SKU is too little, its cells stand in for each other: what one of them loses by
a higher price another gains, and none gets ahead alone. So a price is that of the thing and that of its group,
which has a step of its own and looks at what is asked of the group, among the things that known plans use. The sum
is what counts, so the bound is what it is without groups.
"""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.columns import Column


class Resilient:
    """Prices that adjust to what is asked for.

    Args:
        caps: How much there is of each thing.
        groups: Things that stand in for each other; a thing is in one group at most.
        step: How far a price moves at first, minor units.
    """

    __slots__ = ("_caps", "_groups", "_known", "_own", "_shared", "prices")

    def __init__(self, caps: Sequence[int], groups: Sequence[Sequence[int]], step: int) -> None:
        self._caps = caps
        self._known = groups
        self._groups = list(groups)
        self._own = _Steps(len(caps), max(1, step))
        self._shared = _Steps(len(groups), max(1, step))
        #: Of each thing, in minor units.
        self.prices = [0] * len(caps)

    def see(self, pools: Sequence[Sequence[Column]]) -> None:
        """Take note of the things that plans use."""
        used = {thing for pool in pools for column in pool for thing, _ in column.uses}
        self._groups = [[thing for thing in things if thing in used] for things in self._known]

    def cheapest(self, pools: Sequence[Sequence[Column]]) -> tuple[int, list[Column]]:
        """Return the bound on plans out of pools, each in order of cost, and the cheapest priced plan of each."""
        prices, chosen = self.prices, []
        bound = -sum([price * cap for price, cap in zip(prices, self._caps, strict=True) if price])
        for pool in pools:
            first = pool[0]
            if not first[1]:
                bound += first[0]
                chosen.append(first)
                continue
            least = 1 << 62
            for column in pool:
                cost, uses, _ = column
                if cost >= least:
                    break
                for thing, amount in uses:
                    cost += prices[thing] * amount
                if cost < least:
                    least, best = cost, column
            bound += least
            chosen.append(best)
        return bound, chosen

    def step(self, chosen: Sequence[Column]) -> None:
        """Move the prices by what plans ask of each thing."""
        own, shared = self._own, self._shared
        beyond = [-cap for cap in self._caps]
        for _, uses, _ in chosen:
            for thing, amount in uses:
                beyond[thing] += amount
        own.move(beyond)
        shared.move([sum([beyond[thing] for thing in things]) for things in self._groups])
        self.prices = own.prices.copy()
        for things, price in zip(self._groups, shared.prices, strict=True):
            if price:
                for thing in things:
                    self.prices[thing] += price


class _Steps:
    """Prices with a step each.

    Args:
        count: How many.
        step: How far each moves at first.
    """

    __slots__ = ("_sizes", "_went", "prices")

    def __init__(self, count: int, step: int) -> None:
        self._sizes, self._went = [step] * count, [0] * count
        self.prices = [0] * count

    def move(self, beyond: Sequence[int]) -> None:
        """Move each by how much is asked beyond what there is."""
        prices, sizes, went = self.prices, self._sizes, self._went
        for number, more in enumerate(beyond):
            if more > 0 or (more and prices[number]):
                same = more > 0 <= went[number] or more < 0 >= went[number]
                size = sizes[number] = sizes[number] * 3 // 2 + 1 if same else (sizes[number] + 1) // 2
                went[number] = 1 if more > 0 else -1
                prices[number] = max(0, prices[number] + went[number] * size)
