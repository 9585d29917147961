"""Weights: a cost with its tie rules packed into one int, so that one comparison decides.

The cost stands above bit 48; below it, from high to low, units left out, parcels, the sum of the positions of the
warehouses, and the sum of the ranks of the offers. All five add up over the parcels of a plan, so sums of weights
are weights of plans. Where a small field overflows, it is only the order among equal costs that changes.
"""

from __future__ import annotations

#: Bits below the cost.
SHIFT = 48
#: One unit left out.
LEFT = 1 << 36
#: One parcel.
PARCEL = 1 << 28
#: One position of a warehouse.
BEHIND = 1 << 12
#: Most that the rank of an offer counts.
MOST_RANK = 255
#: Units of a demand from which on the count of units left out breaks no ties, because it would reach the cost.
MANY_UNITS = 2048
#: Above every weight.
ENDLESS = 1 << 200


def left_weight(unfilled_minor: int, units: int) -> int:
    """Return the weight of a unit left out, of a demand for so many units."""
    return (unfilled_minor << SHIFT) + (LEFT if units < MANY_UNITS else 0)
