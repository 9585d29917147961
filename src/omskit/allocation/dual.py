"""Shadow prices of scarce things, by subgradients on pools of known plans.

For any prices from 0 on, the sum of the cheapest priced plans of all cases, less the prices of all there is, is a
lower bound on the cost of every batch plan (weak duality). On a pool of columns it is a bound only for plans out
of the pool, but it is quick to work out, and its best prices are close to the best prices of all.

Two ways to step take turns. First every price has a step of its own, which grows while more is asked than there
is and halves when that turns (resilient steps): single pieces find prices far apart quickly. Then all prices step
together along what is asked beyond what there is, divided by what there is, so that a price of one piece and a
price of a warehouse's whole day move alike; the length is Polyak's, towards a bound that is a little higher.
"""

from __future__ import annotations

from collections.abc import Sequence

from omskit.allocation.columns import Column, Uses

#: Rounds without a better bound after which the sought one comes nearer.
_PATIENCE = 5
#: Most that one price moves in one resilient step, minor units.
_LONGEST = 4000


class _Pools:
    """Pools as flat tuples, with the things that they use."""

    def __init__(self, pools: Sequence[Sequence[Column]], caps: Sequence[int]) -> None:
        self._pools = [[(column[0], column[1]) for column in pool] for pool in pools]
        self._caps = caps
        self.things = sorted({thing for pool in pools for column in pool for thing, _ in column.uses})

    def valued(self, prices: Sequence[int]) -> tuple[int, list[tuple[int, int]]]:
        """Return the bound at some prices, and what is asked of each thing beyond what there is."""
        caps = self._caps
        asked = [0] * len(caps)
        bound = 0
        for pool in self._pools:
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
        bound -= sum([prices[thing] * caps[thing] for thing in self.things])
        beyond = [(thing, asked[thing] - caps[thing]) for thing in self.things]
        return bound, [one for one in beyond if one[1] > 0 or (one[1] and prices[one[0]])]


def adjusted(
    prices: Sequence[int], pools: Sequence[Sequence[Column]], caps: Sequence[int], known: int, rounds: int
) -> list[int]:
    """Return better prices for pools of columns.

    Args:
        prices: To begin with, in minor units.
        pools: The columns of each case that matter.
        caps: How much there is of each thing.
        known: Cost of the best plan known, of these cases.
        rounds: How many steps of either kind.
    """
    flat = _Pools(pools, caps)
    return _together(flat, _alone(flat, list(prices), rounds), caps, known, rounds)


def _alone(pools: _Pools, current: list[int], rounds: int) -> list[int]:
    """Return the best prices after resilient steps."""
    best, found = current.copy(), -(1 << 62)
    steps = [max(64, price // 16) for price in current]
    went = [0] * len(current)
    for _ in range(rounds):
        bound, beyond = pools.valued(current)
        if bound > found:
            best, found = current.copy(), bound
        if not beyond:
            break
        for thing, more in beyond:
            same = not went[thing] or (more > 0) == (went[thing] > 0)
            step = min(steps[thing] * 3 // 2, _LONGEST) if same else max(1, steps[thing] // 2)
            steps[thing], went[thing] = step, more
            current[thing] = max(0, current[thing] + (step if more > 0 else -step))
    return best


def _together(pools: _Pools, current: list[int], caps: Sequence[int], known: int, rounds: int) -> list[int]:
    """Return the best prices after steps along the subgradient."""
    best, found = current.copy(), -(1 << 62)
    excess = waited = 0
    for _ in range(rounds):
        bound, beyond = pools.valued(current)
        excess = excess or max(1, min(known - bound, abs(bound) // 50))
        if bound > found:
            best, found, waited = current.copy(), bound, 0
        else:
            waited += 1
            if waited >= _PATIENCE:
                excess, waited = max(1, excess // 2), 0
        norm = sum([more * more * 1000 // max(1, caps[thing]) for thing, more in beyond])
        if not norm:
            break
        length = (found - bound + excess) * 1000
        for thing, more in beyond:
            current[thing] = max(0, current[thing] + length * more // (norm * max(1, caps[thing])))
    return best
