"""Share an integer amount so that the parts add up to it exactly.

Across lines the largest remainders win (Hamilton's method); over the units of one line the running total
is rounded up, so that any order of returns sums to the whole and is never more than one unit off.
"""

from __future__ import annotations

from collections.abc import Sequence

from omskit.core.errors import UsageError


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` in proportion to ``weights`` by largest remainder.

    Ties go to the earlier weight, the sign is mirrored, a weight of zero gets nothing: 10.00 over three
    equal lines is 3.34, 3.33, 3.33.

    Args:
        total: The amount in minor units, of either sign.
        weights: One non-negative int a part.

    Returns:
        One int a weight; their sum is ``total``.

    Raises:
        UsageError: ``negative_weight``; ``not_minor_units`` for a float among them; ``unsharable`` when a
            non-zero total meets no positive weight.
    """
    if weights and min(weights) < 0:
        raise UsageError("negative_weight", "weights are zero or more", weights=tuple(weights))
    base = sum(weights)
    if type(total) is not int or type(base) is not int:
        raise UsageError("not_minor_units", "amounts and weights are shared as ints", total=total, weights=base)
    if base == 0:
        if total:
            raise UsageError("unsharable", f"{total} has no positive weight to go to", total=total)
        return [0] * len(weights)
    size = abs(total)
    parts = [size * weight // base for weight in weights]
    left = size - sum(parts)
    if left:
        remainders = [size * weight % base for weight in weights]
        # Sorting from the largest down leaves equal ones in their order, so ties go to the earlier weight.
        for i in sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)[:left]:
            parts[i] += 1
    return parts if total >= 0 else [-part for part in parts]


def share_of_units(total: int, units: int, *, before: int, count: int) -> int:
    """Return what ``count`` more units carry of ``total`` after ``before`` units have gone.

    The running total after k of n units is ceil(total * k / n): three units of 100.00 give 33.34, 33.33
    and 33.33, in any grouping.

    Raises:
        UsageError: ``units_out_of_range`` unless ``0 <= before``, ``0 <= count`` and both fit into ``units``.
    """
    if before < 0 or count < 0 or units <= 0 or before + count > units:
        raise UsageError(
            "units_out_of_range", f"{before} + {count} units of {units}", before=before, count=count, units=units
        )
    sign = 1 if total >= 0 else -1
    size = abs(total)
    return sign * (-(-size * (before + count) // units) + (-size * before // units))
