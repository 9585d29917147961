"""Packing by limits: which units of a fulfillment order go into which box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from omskit.core import Limits, Load, first_fit
from omskit.fulfillment.commands import Units
from omskit.fulfillment.model import WorkLine


@frozen
class Packing:
    """How boxes are packed.

    Args:
        limits: Most that one box holds; None for no limit.
        apart: Traits that never share a box: pairs as in ``{"food", "chemical"}``; a set of one keeps units with
            that trait away from all without it.
    """

    limits: Limits | None = None
    apart: tuple[frozenset[str], ...] = ()


def pack(lines: Iterable[tuple[WorkLine, int]], packing: Packing) -> tuple[Units, ...]:
    """Return what goes into each box: every unit into one, no box empty.

    Args:
        lines: (line, units to pack) pairs; the numbers of the lines are different, the units above zero.
        packing: Limits and what may not share a box. Weights and volumes are those of the lines' parts.
    """
    boxes: list[Units] = []
    for group in _groups(lines, packing.apart):
        loads = [_load(line, units) for line, units in group]
        if packing.limits is None:
            boxes.append(_sorted((line.number, units) for line, units in group))
            continue
        for box in first_fit(loads, packing.limits):
            boxes.append(_sorted((group[at][0].number, units) for at, units in box))  # noqa: PERF401
    return tuple(boxes)


def _sorted(pairs: Iterable[tuple[int, int]]) -> Units:
    return tuple(sorted(pairs))


def _load(line: WorkLine, units: int) -> Load:
    weight_g = sum(part.weight_g * part.per for part in line.parts) * units
    volume_cm3 = sum(part.volume_cm3 * part.per for part in line.parts) * units
    return Load(units, weight_g, volume_cm3)


def _groups(
    lines: Iterable[tuple[WorkLine, int]], apart: Sequence[frozenset[str]]
) -> list[list[tuple[WorkLine, int]]]:
    """Put each line into the first group that it gets on with."""
    groups: list[tuple[list[tuple[WorkLine, int]], list[frozenset[str]]]] = []
    for line, units in lines:
        mine = frozenset(trait for part in line.parts for trait in part.traits)
        for inside, traits in groups:
            if all(_get_on(mine, others, apart) for others in traits):
                inside.append((line, units))
                traits.append(mine)
                break
        else:
            groups.append(([(line, units)], [mine]))
    return [inside for inside, _ in groups]


def _get_on(mine: frozenset[str], others: frozenset[str], apart: Sequence[frozenset[str]]) -> bool:
    """Whether units with some traits may share a box with units with others."""
    for pair in apart:
        if len(pair) == 1:
            if (pair <= mine) != (pair <= others):
                return False
        elif any(one != other for one in pair & mine for other in pair & others):
            return False
    return True
