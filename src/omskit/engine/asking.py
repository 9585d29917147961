"""What a system is asked: orders, work and cases as they stand, what happened to them, and what is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

from attrs import frozen

from omskit import fulfillment as f
from omskit import orders as o
from omskit import returns as r
from omskit.channels import Receiver
from omskit.core import Entry, Kind, UsageError, key_of
from omskit.engine.act import kind_of
from omskit.engine.contacts import ContactDesk
from omskit.engine.explain import explain
from omskit.engine.upkeep import Upkeep
from omskit.engine.watch import AtRisk, at_risk
from omskit.storage import After, Where

S = TypeVar("S")


@frozen
class Asking(Upkeep):
    """The desks of a system, its upkeep, and its answers."""

    def order(self, number: str) -> o.Order:
        """Return an order as it stands.

        Raises:
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        return self._one(o.ORDERS, number)

    def contact(self, number: str) -> Receiver:
        """Return whom an order goes to; empty where the channel showed nobody, and once it is erased.

        Raises:
            UsageError: ``unknown_number``; ``no_cipher``.
            StorageError: ``unreadable_contact``.
            PayloadError: ``bad_number``.
        """
        return ContactDesk(self._shop, self.privacy).of(number)

    def orders(self, *where: Where, page: int = 500) -> Iterator[o.Order]:
        """Yield the orders that match, in order of key, a page at a time; ``ORDERS.columns`` can be searched.

        Raises:
            UsageError: ``unknown_column``.
        """
        yield from self._each(o.ORDERS, where, page)

    def fulfillments(self, *where: Where, page: int = 500) -> Iterator[f.FulfillmentOrder]:
        """Yield the fulfillment orders that match, in order of key, a page at a time.

        Raises:
            UsageError: ``unknown_column``.
        """
        yield from self._each(f.FULFILLMENTS, where, page)

    def case(self, number: str) -> r.ReturnCase:
        """Return a return case as it stands.

        Raises:
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        return self._one(r.RETURNS, number)

    def cases(self, *where: Where, page: int = 500) -> Iterator[r.ReturnCase]:
        """Yield the return cases that match, in order of key, a page at a time.

        Raises:
            UsageError: ``unknown_column``.
        """
        yield from self._each(r.RETURNS, where, page)

    def _one(self, kind: Kind[S], number: str) -> S:
        key = key_of(number, kind.number)
        with self.storage.begin(read=True) as unit:
            stored = unit.of(kind).load([key]).get(key)
        if stored is None:
            raise UsageError("unknown_number", f"there is no {number}", number=number)
        return stored.state

    def _each(self, kind: Kind[S], where: tuple[Where, ...], page: int) -> Iterator[S]:
        after: After | None = None
        while True:
            with self.storage.begin(read=True) as unit:
                keys = unit.of(kind).find(*where, limit=page, after=after)
                states = unit.of(kind).load(keys)
            if not keys:
                return
            yield from (states[key].state for key in keys)
            after = After(None, keys[-1])

    def history(self, number: str) -> Sequence[Entry]:
        """Return all that happened to an order, a fulfillment order or a return case, first things first.

        Raises:
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        kind = kind_of(number)
        key = key_of(number, kind.number)
        with self.storage.begin(read=True) as unit:
            entries = unit.of(kind).history([key])[key]
        if not entries:
            raise UsageError("unknown_number", f"there is no {number}", number=number)
        return entries

    def explain(self, number: str) -> str:
        """Return the history as text, one line an entry.

        Raises:
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        return "\n".join(explain(self.history(number)))

    def at_risk(self, within: timedelta, *, limit: int = 1000) -> Sequence[AtRisk]:
        """Return the orders with units that have to leave within a time from now, those due first at the front."""
        return at_risk(self._shop, self.processes, within, limit)
