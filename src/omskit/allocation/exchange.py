"""Exchanges: moving cases of a batch between their known plans so that the whole costs less.

When a case would rather have a plan for which something is used up, a holder of that thing has to move to another
plan, which may ask for something else that is used up, and so on: a path of moves. The cheapest path is found as
shortest paths are (Dijkstra), with the shadow prices as potentials: under good prices no move gains by itself. A
path is applied, checked, and taken back when the whole did not get cheaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from omskit.allocation.columns import Column, Uses

#: Longest path of moves.
_DEPTH = 6
#: Most holders of one thing that are looked at for one path.
_HOLDERS = 60

#: Most columns a case that are looked at to improve all cases, and most sweeps.
_WORK, _SWEEPS = 3000, 4


class _Step(NamedTuple):
    """A case that moves to another of its columns, and what it then lacks."""

    case: int
    column: Column
    lacks: int


class Assignment:
    """One column for each case, and what remains of the scarce things.

    Args:
        caps: How much there is of each thing.
        pools: The known columns of each case.
        prices: Of the things, in minor units.
    """

    __slots__ = ("chosen", "cost", "holders", "left", "pools", "prices", "work")

    def __init__(self, caps: Sequence[int], pools: Sequence[list[Column]], prices: Sequence[int]) -> None:
        self.left = list(caps)
        self.pools = pools
        self.prices = prices
        self.chosen: list[Column | None] = [None] * len(pools)
        self.holders: list[dict[int, int]] = [{} for _ in caps]
        self.cost = 0
        self.work = 0

    def put(self, case: int, column: Column | None) -> None:
        """Give a case another column, whether there is enough or not."""
        before = self.chosen[case]
        left, holders = self.left, self.holders
        if before is not None:
            self.cost -= before[0]
            for thing, amount in before[1]:
                left[thing] += amount
                del holders[thing][case]
        if column is not None:
            self.cost += column[0]
            for thing, amount in column[1]:
                left[thing] -= amount
                holders[thing][case] = amount
        self.chosen[case] = column

    def fits(self, uses: Uses) -> bool:
        """Whether there is enough for what a column uses, beside all that is held."""
        left = self.left
        return all([left[thing] >= amount for thing, amount in uses])

    def improve_all(self, ideals: Sequence[int]) -> None:
        """Improve all cases until nothing gains or the work is used up.

        Args:
            ideals: What each case would cost alone; those go first that pay most beyond it.
        """
        most = self.work + _WORK * len(ideals)
        for _ in range(_SWEEPS):
            gained = False
            regrets = sorted(
                (ideal - now.cost, which)
                for which, (ideal, now) in enumerate(zip(ideals, self.chosen, strict=True))
                if now is not None and now.cost > ideal
            )
            for _, which in regrets:
                if self.work > most:
                    return
                gained |= self.improve(which)
            if not gained:
                return

    def improve(self, case: int) -> bool:
        """Move a case to a cheaper column, and others out of its way; False when the whole would cost more."""
        now = self.chosen[case]
        assert now is not None, "every case has a column"  # noqa: S101
        for column in sorted(self.pools[case], key=lambda one: one[0]):
            if column[0] >= now[0]:
                return False
            if self._won(case, now, column):
                return True
        return False

    def _won(self, case: int, now: Column, column: Column) -> bool:
        before = self.cost
        undo = [(case, now)]
        self.put(case, column)
        moved = {case}
        for thing, _ in column[1]:
            while self.left[thing] < 0:
                path = self._path(thing, moved, before - self.cost)
                if path is None:
                    self._take_back(undo)
                    return False
                for step in path:
                    held = self.chosen[step.case]
                    assert held is not None, "holders hold a column"  # noqa: S101
                    undo.append((step.case, held))
                    self.put(step.case, step.column)
                    moved.add(step.case)
        short = any([self.left[thing] < 0 for who in moved for thing, _ in self._column(who)[1]])
        if short or self.cost >= before:
            self._take_back(undo)
            return False
        return True

    def _column(self, case: int) -> Column:
        column = self.chosen[case]
        assert column is not None, "every case has a column"  # noqa: S101
        return column

    def _take_back(self, undo: list[tuple[int, Column]]) -> None:
        for case, column in reversed(undo):
            self.put(case, column)

    def _path(self, thing: int, moved: set[int], gain: int) -> list[_Step] | None:
        """Return the cheapest moves, costing less than ``gain``, after which a thing is no longer short."""
        prices, left = self.prices, self.left
        reached: dict[int, tuple[int, int, _Step | None]] = {thing: (0, 0, None)}
        came: dict[int, int] = {}
        heap = [(0, 0, thing, -left[thing])]
        done: set[int] = set()
        ends: tuple[int, _Step, int] | None = None
        start = prices[thing]
        while heap:
            weight, depth, at, lack = heappop(heap)
            if at in done:
                continue
            done.add(at)
            if ends is not None and weight + start >= ends[0]:
                break
            money = reached[at][0]
            for step, extra in self._moves(at, lack, moved, gain - money):
                cost = money + extra
                if step.lacks < 0:
                    if ends is None or cost < ends[0]:
                        ends = (cost, step, at)
                elif depth + 1 < _DEPTH and step.lacks not in done:
                    target = step.lacks
                    if target not in reached or cost < reached[target][0]:
                        reached[target] = (cost, depth + 1, step)
                        came[target] = at
                        need = next(amount for one, amount in step.column[1] if one == target) - left[target]
                        heappush(heap, (cost + prices[target] - start, depth + 1, target, need))
        if ends is None:
            return None
        path, at = [ends[1]], ends[2]
        while at != thing:
            before = reached[at][2]
            assert before is not None, "only the start has no step"  # noqa: S101
            path.append(before)
            at = came[at]
        return path[::-1] if len({step.case for step in path}) == len(path) else None

    def _moves(self, thing: int, lack: int, moved: set[int], most: int) -> list[tuple[_Step, int]]:
        """Return the moves below a cost that free enough of a thing and leave at most one other thing short."""
        left, found, looked = self.left, [], 0
        for case, amount in self.holders[thing].items():
            if amount < lack or case in moved:
                continue
            looked += 1
            if looked > _HOLDERS:
                break
            now = self._column(case)
            mine, dearest = dict(now[1]), now[0] + most
            for column in self.pools[case]:
                if column[0] >= dearest:
                    break
                self.work += 1
                lacks, ok = -1, True
                for other, wanted in column[1]:
                    if other == thing:
                        if mine[thing] - wanted < lack:
                            ok = False
                            break
                    elif left[other] + mine.get(other, 0) < wanted:
                        if lacks >= 0:
                            ok = False
                            break
                        lacks = other
                if ok and column is not now:
                    found.append((_Step(case, column, lacks), column[0] - now[0]))
        return found
