"""The policy: what a plan weighs beside freight and handling, in minor units of the network's currency."""

from __future__ import annotations

from attrs import frozen

from omskit.core import UsageError


@frozen
class Policy:
    """What counts, and how much.

    Wishes that merchants name are weights of the same search: a split weight above any freight is "fewest
    parcels", an unfilled weight above any freight is "send all that there is".

    Args:
        split_minor: Weight of every parcel of an order after its first.
        late_minor: Weight of every day that a parcel ships or arrives after it should, the later of the two.
        unfilled_minor: Weight of every unit that stays without a warehouse.
        max_parcels: Most parcels of an order in one plan.
        partial: Whether an order may go in part while the rest waits.

    Raises:
        UsageError: ``bad_policy`` for a negative weight or no parcel.
    """

    split_minor: int = 200
    late_minor: int = 300
    unfilled_minor: int = 1_000_000
    max_parcels: int = 10
    partial: bool = True

    def __attrs_post_init__(self) -> None:
        weights = (self.split_minor, self.late_minor, self.unfilled_minor, self.max_parcels - 1)
        if any(type(weight) is not int for weight in weights) or min(weights) < 0:
            raise UsageError("bad_policy", "weights are ints from 0, and an order has at least 1 parcel")
