"""Differences: what one way of planning made more or less of the same orders than another."""

from __future__ import annotations

from attrs import frozen

from omskit.allocation.simulate import Outcome


@frozen
class Difference:
    """An outcome less that of the planner it is held against; below zero where it was less.

    Args:
        name: Of the planner.
        against: Of the one it is held against.
        cost_minor: Everything that counts.
        freight_minor: What couriers ask.
        parcels: How many were sent.
        split_orders: Orders in more than one parcel.
        late_parcels: Parcels that leave or arrive after they should.
        late_days: Days by which they do.
        held_orders: Orders of which something was never sent.
        unfilled_units: Units that were never sent.
    """

    name: str
    against: str
    cost_minor: int
    freight_minor: int
    parcels: int
    split_orders: int
    late_parcels: int
    late_days: int
    held_orders: int
    unfilled_units: int


def difference(one: Outcome, other: Outcome) -> Difference:
    """Return an outcome less another."""
    return Difference(
        one.name,
        other.name,
        one.cost_minor - other.cost_minor,
        one.freight_minor - other.freight_minor,
        one.parcels - other.parcels,
        one.split_orders - other.split_orders,
        one.late_parcels - other.late_parcels,
        one.late_days - other.late_days,
        one.held_orders - other.held_orders,
        one.unfilled_units - other.unfilled_units,
    )
