"""Coverings: the best way to send much at once, found and proved by what each atom pays for.

Each atom is given a share such that no parcel costs less than the shares of what it holds. The shares of all goods
are then a bound on every way to send them (they solve the dual of set partitioning), and what a parcel costs
beyond its shares is what taking it loses against the bound. Only parcels that lose less than the best way known
can be part of a better one. These are few, where the pairs of a bag and a part of it are many, so they are tried
in depth, those that lose least first.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add, floordiv, mul, sub
from typing import NamedTuple

from omskit.allocation.lattice import Lattice
from omskit.allocation.weights import ENDLESS

#: From so many bags on this is less work than to look at all pairs.
MANY = 256
#: One state of the search for so many pairs of bags is less work than to look at all pairs, and where stock is
#: counted.
_PAIRS_A_STATE, _PAIRS_A_COUNTED_STATE = 50, 8
#: So many states are always looked at.
_STATES = 200
#: What a parcel loses, or leaving one of an atom out, its code, its bag (0 for what is left out), its origin.
_Move = tuple[int, int, int, int]
#: Bags that are sent, each with its origin.
Sent = tuple[tuple[int, int], ...]


class TooDeepError(Exception):
    """The search took as long as looking at all pairs of bags would."""


class Origin(NamedTuple):
    """A warehouse whose stock is counted over all parcels from it.

    Args:
        costs: Of a parcel with each bag.
        caps: How many of each atom it has.
        parcels: How many parcels it can pack.
    """

    costs: Sequence[int]
    caps: Sequence[int]
    parcels: int


class Task(NamedTuple):
    """What is to be sent.

    Args:
        lattice: The bags; some are not empty.
        split: What every parcel after the first costs; no parcel costs less than nothing with it.
        away: What leaving one of each atom out costs; None where everything has to go.
        limit: Most parcels.
    """

    lattice: Lattice
    split: int
    away: Sequence[int] | None
    limit: int


def covered(task: Task, costs: Sequence[int], most: int, own: Sequence[Origin] = ()) -> tuple[int, Sent] | None:
    """Return the least cost of all that is to be sent, and its parcels; None where none is below ``most``.

    Args:
        task: What is to be sent.
        costs: Of a parcel with each bag from where it costs least; its origin is 0.
        most: What another way costs, and sending nothing at most.
        own: Other warehouses, whose stock is counted; their origins are the numbers from 1 on.

    Raises:
        TooDeepError: The bound is too weak for the search to end soon.
    """
    lattice, split = task.lattice, task.split
    paid = [[cost + split for cost in some] for some in (costs, *[one.costs for one in own])]
    least = list(map(min, *paid)) if own else paid[0]
    below = min(most + split, paid[0][-1] + 1)
    if task.limit > 1:
        half = lattice.full // 2
        below = min(below, 1 + min(map(add, paid[0][1 : half + 1], paid[0][-2 : -half - 2 : -1]), default=below))
    shares = _shares(lattice, least, task.away or [below] * len(lattice.shape))
    search = _Search(task, paid, shares, below, own)
    found = search.found(0)
    if found is not None and len(found[1]) > task.limit:
        found = search.found(task.limit)
    return None if found is None else (found[0] - split, found[1])


def _shares(lattice: Lattice, paid: Sequence[int], most: Sequence[int]) -> list[int]:
    """Return a share of each atom, as large as the shares before it and a guess of those after it allow.

    Atom by atom, what is paid for a bag of the others is what is left when the atom has paid. So whatever the
    guess is, no bag costs less than its shares in the end.

    Args:
        lattice: The bags.
        paid: What each bag costs.
        most: The largest share of each atom.
    """
    shape, strides = lattice.shape, lattice.strides
    after, guess = [[0]], _densities(lattice, paid)
    for count, share in zip(shape[:0:-1], guess[:0:-1], strict=True):
        after.append([base + share * number for number in range(count + 1) for base in after[-1]])
    shares, left = [], [0, *paid[1:]]
    for count, stride, share in zip(shape, strides, most, strict=True):
        rest, less = after.pop(), left[:stride]
        layers = [left[number * stride : (number + 1) * stride] for number in range(1, count + 1)]
        for number, layer in enumerate(layers, 1):
            share = min(share, min(map(sub, layer, rest)) // number)  # noqa: PLW2901
        for number, layer in enumerate(layers, 1):
            cut = number * share
            less = [one if one < other - cut else other - cut for one, other in zip(less, layer, strict=True)]
        shares.append(share)
        left = less
    return shares


def _densities(lattice: Lattice, paid: Sequence[int]) -> list[int]:
    """Return what one of each atom costs at least where every bag is divided evenly."""
    each = list(map(floordiv, paid[1:], lattice.spread([1] * len(lattice.shape))[1:]))
    each.insert(0, ENDLESS)
    found = []
    for count, stride in zip(lattice.shape, lattice.strides, strict=True):
        block = stride * (count + 1)
        found.append(min([min(each[at + stride : at + block], default=0) for at in range(0, len(each), block)]))
    return found


class _Search:
    """The search in depth for ways that cost less than a limit.

    What is left to send is a code: a field of bits for each atom, with one that stays free. A parcel lies within
    it where taking its code away borrows from no other field, which the free bits tell. What an origin has left is
    such a code too, with the parcels that it can pack above all fields.

    Args:
        task: What is to be sent.
        paid: What each bag costs, by origin.
        shares: What each atom pays.
        below: What all costs less than.
        own: The origins from 1 on.
    """

    __slots__ = (
        "_below", "_best", "_bound", "_full", "_guard", "_has", "_known", "_limit", "_most", "_moves", "_top",
        "_width",
    )  # fmt: skip

    def __init__(
        self, task: Task, paid: Sequence[Sequence[int]], shares: Sequence[int], below: int, own: Sequence[Origin]
    ) -> None:
        lattice, away = task.lattice, task.away
        shape = lattice.shape
        self._width = width = max(shape).bit_length() + 1
        units = [1 << width * number for number in reversed(range(len(shape)))]
        self._most = max(_STATES, lattice.pairs // (_PAIRS_A_COUNTED_STATE if own else _PAIRS_A_STATE))
        self._guard, self._top = sum(units) << width - 1, 1 << width * len(shape)
        owed, codes = lattice.spread(shares), lattice.spread(units)
        self._full, self._bound, self._below = codes[-1], owed[-1], below
        self._has = tuple([self._has_of(units, one) for one in own])
        self._moves: list[list[_Move]] = []
        spare = below - owed[-1]
        for number, (count, stride) in enumerate(zip(shape, lattice.strides, strict=True)):
            end = stride * (count + 1)
            some = []
            for origin, costs in enumerate(paid):
                loses = map(sub, costs[stride:end], owed[stride:end])
                some += [(lost, codes[bag], bag, origin) for bag, lost in enumerate(loses, stride) if lost < spare]
            if away is not None and count:
                some.append((away[number] - shares[number], units[number], 0, 0))
            some.sort()
            self._moves.append(some)
        self._moves.reverse()

    def _has_of(self, units: Sequence[int], origin: Origin) -> int:
        """Return the code of what an origin has."""
        goods: int = sum(map(mul, units, origin.caps))
        return goods + min(origin.parcels, sum(origin.caps)) * self._top

    def found(self, limit: int) -> tuple[int, Sent] | None:
        """Return the least cost and its parcels, no more than ``limit`` where it is not 0; None for none."""
        self._begin(limit)
        self._go(self._full, self._bound, (), self._has)
        return self._best if self._best[1] else None

    def _begin(self, limit: int) -> None:
        self._limit = limit
        self._best: tuple[int, Sent] = self._below, ()
        self._known: dict[tuple[int, tuple[int, ...], int], int] = {}

    def _go(self, left: int, cost: int, sent: Sent, has: tuple[int, ...]) -> None:
        """Go on to where nothing is left, from what is left with its bound on the cost of all."""
        limit, guard = self._limit, self._guard
        if not left:
            # to send nothing is no way
            self._best = (cost, sent) if sent else self._best
            return
        if sent:
            state = left, has, len(sent) if limit else 0
            if self._known.get(state, cost + 1) <= cost:
                return
            self._known[state] = cost
            if len(self._known) > self._most:
                raise TooDeepError
        free = left | guard
        for lost, code, bag, origin in self._moves[(left.bit_length() - 1) // self._width]:
            if cost + lost >= self._best[0]:
                return
            if free - code & guard == guard:
                if not bag:
                    self._go(left - code, cost + lost, sent, has)
                elif not limit or len(sent) < limit:
                    after = self._after(has, origin, code) if origin else has
                    if after is not None:
                        self._go(left - code, cost + lost, (*sent, (origin, bag)), after)

    def _after(self, has: tuple[int, ...], origin: int, code: int) -> tuple[int, ...] | None:
        """Return what origins have left after a parcel; None where it is not there."""
        guard = self._guard
        rest = (has[origin - 1] | guard) - code - self._top
        if rest < 0 or rest & guard != guard:
            return None
        return (*has[: origin - 1], rest ^ guard, *has[origin:])
