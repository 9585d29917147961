"""Shadow prices of scarce things, by resilient steps and the volume algorithm on pools of known plans.

For any prices from 0 on, the sum of the cheapest priced plans of all cases, less the prices of all there is, is a
lower bound on the cost of every batch plan (weak duality). On a pool of columns it is a bound only for plans out
of the pool, but it is quick to work out, and its best prices are close to the best prices of all.

At first every price has a step of its own, which grows while more is asked than there is and halves when that
turns: single pieces find prices far apart quickly. Then all prices step together.

What the cheapest plans ask for jumps from step to step, because equal plans take turns. Its moving average does
not: it tends to what the best fractional plan asks for (Barahona and Anbil, 2000). So each step goes from the best
prices known along what the average asks for beyond what there is, divided by what there is, so that a price of one
piece and a price of a warehouse's whole day move alike; steps are as long as Polyak's, and get shorter while the
bound does not rise. Everything is ints: averages and lengths count in parts of a unit.
"""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.columns import Column, Uses

#: Parts of a unit in which averages are counted, and of which lengths of steps are.
_PARTS = 1 << 16
#: The average moves by one in so many of the way.
_INERTIA = 20
#: Steps of prices on their own, and how long one is at first and at most, minor units.
_BEGINNING, _SHORTEST, _LONGEST = 40, 64, 4000
#: Steps without a better bound after which steps get shorter.
_PATIENCE = 5


class Dual:
    """The search for prices; it goes on where it was when pools have grown.

    Args:
        caps: How much there is of each thing.
    """

    def __init__(self, caps: Sequence[int]) -> None:
        self._caps = caps
        #: What the cheapest plans ask for on average, in parts.
        self._average: list[int] = []

    def adjusted(
        self, prices: Sequence[int], pools: Sequence[Sequence[Column]], known: int, rounds: int
    ) -> list[int]:
        """Return better prices for pools of columns.

        Args:
            prices: To begin with, in minor units.
            pools: The columns of each case that matter.
            known: Cost of the best plan known, of these cases.
            rounds: How many steps.
        """
        caps = self._caps
        flat = [[(column[0], column[1]) for column in pool] for pool in pools]
        things = sorted({thing for pool in pools for column in pool for thing, _ in column.uses})
        best = list(prices)
        if not self._average:
            best = self._apart(flat, best, things)
        found, asked = self._valued(flat, best, things)
        at_best, fresh = asked, not self._average
        average = self._average or [count * _PARTS for count in asked]
        length, waited = _PARTS, 0
        for _ in range(rounds):
            beyond, norm = [], 0
            for thing in things:
                more = average[thing] - caps[thing] * _PARTS
                if more > 0 or (more and best[thing]):
                    beyond.append((thing, more))
                    norm += more * more // (caps[thing] or 1)
            if not norm:
                if fresh:
                    break
                # the average is that of smaller pools and says nothing here
                average, fresh = [count * _PARTS for count in at_best], True
                continue
            current = best.copy()
            way = max(1, min(known - found, abs(found) // 50)) * length
            for thing, more in beyond:
                current[thing] = max(0, current[thing] + way * more // (norm * (caps[thing] or 1)))
            bound, asked = self._valued(flat, current, things)
            for thing in things:
                average[thing] += (asked[thing] * _PARTS - average[thing]) // _INERTIA
            if bound > found:
                best, found, at_best, waited = current, bound, asked, 0
                length = min(2 * _PARTS, length * 11 // 10)
            else:
                waited += 1
                if waited == _PATIENCE:
                    length, waited = length * 7 // 10, 0
        self._average = average
        return best

    def _apart(
        self, pools: Sequence[Sequence[tuple[int, Uses]]], current: list[int], things: Sequence[int]
    ) -> list[int]:
        """Return the best prices after steps of each price on its own."""
        best, found = current.copy(), -(1 << 62)
        steps = [max(_SHORTEST, price // 16) for price in current]
        went = [0] * len(current)
        for _ in range(_BEGINNING):
            bound, asked = self._valued(pools, current, things)
            if bound > found:
                best, found = current.copy(), bound
            for thing in things:
                more = asked[thing] - self._caps[thing]
                if more > 0 or (more and current[thing]):
                    same = not went[thing] or (more > 0) == (went[thing] > 0)
                    step = min(steps[thing] * 3 // 2, _LONGEST) if same else max(1, steps[thing] // 2)
                    steps[thing], went[thing] = step, more
                    current[thing] = max(0, current[thing] + (step if more > 0 else -step))
        return best

    def _valued(
        self, pools: Sequence[Sequence[tuple[int, Uses]]], prices: Sequence[int], things: Sequence[int]
    ) -> tuple[int, list[int]]:
        """Return the bound at some prices, and what the cheapest plans ask for of each thing."""
        asked = [0] * len(self._caps)
        bound = -sum([prices[thing] * self._caps[thing] for thing in things])
        for pool in pools:
            least = 1 << 62
            chosen: Uses = ()
            for cost, uses in pool:
                for thing, amount in uses:
                    cost += prices[thing] * amount  # noqa: PLW2901 - hot
                if cost < least:
                    least, chosen = cost, uses
            bound += least
            for thing, amount in chosen:
                asked[thing] += amount
        return bound, asked
