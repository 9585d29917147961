"""Sharing within bounds: largest remainder, but no part above the room there is for it."""

from __future__ import annotations

from collections.abc import Sequence
from operator import le, sub

from omskit.core import share


def share_within(total: int, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """Share ``total`` by weights; what finds no room with one goes to the others by their weights.

    Args:
        total: From 0 to the sum of all rooms; a larger one is cut to it.
        weights: One a part, zero or more.
        rooms: The most that each part may get, zero or more.

    Returns:
        One int a part, none above its room.
    """
    total = min(total, sum(rooms))
    if total and any(weights):
        tried = share(total, weights)
        if all(map(le, tried, rooms)):
            return tried
    parts = [0] * len(weights)
    open_ = [position for position, room in enumerate(rooms) if room]
    while total:
        weighed = [weights[position] for position in open_]
        if not any(weighed):
            weighed = [rooms[position] - parts[position] for position in open_]
        tried = share(total, weighed)
        full = {at for at, position in enumerate(open_) if parts[position] + tried[at] > rooms[position]}
        if not full:
            for at, position in enumerate(open_):
                parts[position] += tried[at]
            return parts
        for at in full:
            position = open_[at]
            total -= rooms[position] - parts[position]
            parts[position] = rooms[position]
        open_ = [position for at, position in enumerate(open_) if at not in full]
    return parts


def funded(parts: Sequence[int], weights: Sequence[int]) -> list[list[int]]:
    """Share parts of a discount among payers, so that each part and each payer's total add up exactly.

    The totals go by largest remainder over the whole discount; each payer's total is then spread over what is
    left of the parts, and the last payer takes the rest of each.

    Args:
        parts: What each line gets, zero or more.
        weights: One a payer, above zero.

    Returns:
        For each payer, what is borne of each part.
    """
    left, borne = list(parts), []
    for total in share(sum(parts), weights)[:-1]:
        taken = share(total, left)
        left = list(map(sub, left, taken))
        borne.append(taken)
    return [*borne, left]
