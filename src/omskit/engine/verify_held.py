"""Proof of what carts hold: what soft reservations say is what the stock book has reserved for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from omskit.core import Reservation, Stored, readable
from omskit.engine.looking import Drift, Looking
from omskit.inventory.soft import HOLDS, SOFT_MACHINE, SOFTS, SoftReservation

#: (key, line, SKU, warehouse).
_Place = tuple[int, int, str, str]


def held(look: Looking, page: Mapping[int, Stored[SoftReservation]]) -> Iterator[Drift]:
    """Hold soft reservations against the book, and their status against whether they hold anything."""
    booked = _places(look.reservations(tuple(page)))
    said = _places(one for stored in page.values() for one in stored.state.reservations)
    for where in sorted(booked.keys() | said.keys()):
        if booked.get(where, 0) != said.get(where, 0):
            key, line, sku, warehouse = where
            subject = f"reservation {readable(SOFTS.number, key)}/{line} {sku}@{warehouse}"
            yield Drift(subject, booked.get(where, 0), said.get(where, 0))
    for key, stored in page.items():
        count = sum(stored.state.held.values())
        if count and not SOFT_MACHINE.has(stored.state.status, HOLDS):
            yield Drift(f"soft reservation {readable(SOFTS.number, key)} {stored.state.status} holds", count, 0)


def _places(reservations: Iterable[Reservation]) -> dict[_Place, int]:
    return {(*one.claim, *one.cell): one.quantity for one in reservations}
