"""What has arrived: units of orders by where their parcels stand, counted and never stored."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from omskit.core import Machine
from omskit.fulfillment import machine as m
from omskit.fulfillment.model import FulfillmentOrder


@frozen
class Delivered:
    """Where the shipped units of one order line are; together they are what its parcels hold.

    Args:
        under_way: On their way to the buyer.
        arrived: With the buyer.
        coming_back: On their way back.
        back: With the sender again.
        lost: With nobody.
    """

    under_way: int = 0
    arrived: int = 0
    coming_back: int = 0
    back: int = 0
    lost: int = 0


_FIELDS = (
    (m.UNDER_WAY, "under_way"),
    (m.ARRIVED, "arrived"),
    (m.COMING_BACK, "coming_back"),
    (m.BACK, "back"),
    (m.GONE, "lost"),
)


def delivered(
    fulfillments: Iterable[FulfillmentOrder], order: int, machine: Machine = m.PARCEL_MACHINE
) -> dict[int, Delivered]:
    """Return where the shipped units of an order are, by number of its line.

    Args:
        fulfillments: Those that have worked for the order.
        order: Its key.
        machine: The life of the parcels.
    """
    counts: dict[int, dict[str, int]] = {}
    for work in fulfillments:
        for parcel in work.parcels:
            place = next((name for trait, name in _FIELDS if machine.has(parcel.status, trait)), None)
            for number, units in parcel.lines if place else ():
                line = work.lines[number - 1]
                if line.order == order and place:
                    here = counts.setdefault(line.line, {})
                    here[place] = here.get(place, 0) + units
    return {line: Delivered(**places) for line, places in sorted(counts.items())}
