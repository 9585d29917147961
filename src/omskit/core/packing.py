"""Packing: loads put into as few boxes as first fit finds, none of them heavier, larger or fuller than a limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from attrs import frozen

from omskit.core.errors import UsageError

_ENDLESS = 2**62


@frozen
class Limits:
    """Most that one box holds; 0 for no limit.

    Args:
        weight_g: Grams.
        volume_cm3: Cubic centimetres.
        units: Units.

    Raises:
        UsageError: ``bad_limit`` for a limit below zero, or none at all.
    """

    weight_g: int = 0
    volume_cm3: int = 0
    units: int = 0

    def __attrs_post_init__(self) -> None:
        limits = (self.weight_g, self.volume_cm3, self.units)
        if min(limits) < 0 or not any(limits):
            raise UsageError("bad_limit", f"{limits}: limits are from 0, and one is above", limits=limits)

    @property
    def room(self) -> tuple[int, int, int]:
        """What an empty box has room for: weight, volume, units."""
        return (self.weight_g or _ENDLESS, self.volume_cm3 or _ENDLESS, self.units or _ENDLESS)


class Load(NamedTuple):
    """Units that are alike, or that stay together.

    Args:
        units: How many, above zero.
        weight_g: Of all of them.
        volume_cm3: Of all of them.
        whole: Whether they may not be divided.
    """

    units: int
    weight_g: int = 0
    volume_cm3: int = 0
    whole: bool = False


#: What is in a box: (position of the load, units) pairs.
Box = tuple[tuple[int, int], ...]


def first_fit(loads: Sequence[Load], limits: Limits) -> tuple[Box, ...]:
    """Put the heaviest units first, each into the first box that has room; every unit is in exactly one.

    What exceeds a limit by itself gets a box of its own. Loads of one weight keep their order.
    """
    boxes: list[tuple[list[int], list[tuple[int, int]]]] = []
    for position in sorted(range(len(loads)), key=lambda at: -(loads[at].weight_g // loads[at].units)):
        load = loads[position]
        left = load.units
        for room, inside in boxes:
            left -= _put(load, position, _fits(load, left, room), room, inside)
            if not left:
                break
        while left:
            room, inside = list(limits.room), []
            boxes.append((room, inside))
            alone = load.units if load.whole else 1
            left -= _put(load, position, _fits(load, left, room) or alone, room, inside)
    return tuple(tuple(inside) for _, inside in boxes)


def _fits(load: Load, left: int, room: Sequence[int]) -> int:
    """Return how many of the units that are left fit; all or none of a whole load, none into an overfull box."""
    if min(room) < 0:
        return 0
    sizes = (load.weight_g, load.volume_cm3, load.units)
    if load.whole:
        return left if all(one <= free for one, free in zip(sizes, room, strict=True)) else 0
    each = [total // load.units for total in sizes]
    return max(0, min(left, *(free // one for one, free in zip(each, room, strict=True) if one)))


def _put(load: Load, position: int, units: int, room: list[int], inside: list[tuple[int, int]]) -> int:
    """Put units into a box, and return how many that were."""
    if units:
        for at, total in enumerate((load.weight_g, load.volume_cm3, load.units)):
            room[at] -= total // load.units * units if not load.whole else total
        inside.append((position, units))
    return units
