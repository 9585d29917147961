"""Contacts: the receivers of orders, kept beside them, shown to those who ask by number, and erased for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from omskit.channels import (
    CONTACTS,
    ContactErased,
    ContactEvent,
    ContactKept,
    KeptContact,
    PickRequest,
    Privacy,
    Receiver,
)
from omskit.core import Change, Entry, Stored, UsageError, key_of
from omskit.engine.units import Shop
from omskit.fulfillment import FULFILLMENTS
from omskit.orders import ORDERS, Order
from omskit.storage import Op, Unit, Where


def _change(
    shop: Shop, before: Stored[KeptContact] | None, state: KeptContact, event: ContactEvent, actor: str
) -> Change[KeptContact]:
    version = before.version if before else 0
    entry = Entry(state.key, version + 1, shop.now(), actor, "contact", event)
    return Change(state.key, version, state, (entry,))


@frozen
class ContactDesk:
    """Shows and erases receivers."""

    shop: Shop
    privacy: Privacy

    def keep(self, unit: Unit, receivers: Mapping[int, Receiver], known: Sequence[int], actor: str) -> None:
        """Keep receivers in the unit that saves their orders; who was erased stays erased.

        Args:
            unit: Theirs and their orders'.
            receivers: What the channel says last, by the order's key; empty ones are passed over.
            known: Keys of the orders that were there before.
            actor: Who says so.
        """
        there = unit.of(CONTACTS).load(known, lock=True) if known else {}
        changes = []
        for key, receiver in receivers.items():
            before = there.get(key)
            if receiver.is_empty or (before and before.state.erased):
                continue
            if before is None or self.privacy.opened(before.state.text) != receiver:
                state = KeptContact(key, self.privacy.sealed(receiver))
                changes.append(_change(self.shop, before, state, ContactKept(), actor))
        if changes:
            unit.of(CONTACTS).save(changes)

    def of(self, number: str) -> Receiver:
        """Return the receiver of an order; see :meth:`omskit.engine.Oms.contact`."""
        key = key_of(number, ORDERS.number)
        with self.shop.storage.begin(read=True) as unit:
            order = self._order(unit, key, number)
            return self._receivers(unit, [order]).get(key, Receiver())

    def erase(self, number: str, actor: str, reason: str) -> None:
        """Erase the receiver of an order; see :meth:`omskit.engine.Oms.erase_contact`."""

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            order = self._order(unit, key_of(number, ORDERS.number), number)
            key = _roots(unit, [order])[order.key]
            before = unit.of(CONTACTS).load([key], lock=True).get(key)
            if before is None or not before.state.erased:
                state = KeptContact(key, erased=True)
                unit.of(CONTACTS).save([_change(self.shop, before, state, ContactErased(reason), actor)])

        self.shop.attempt(do)

    def of_picks(self, requests: Sequence[PickRequest]) -> Mapping[str, Receiver]:
        """Return the receiver of each pick request, by its number; all orders in one have the same."""
        keys = {one.number: key_of(one.number, FULFILLMENTS.number) for one in requests}
        if not keys:
            return {}
        with self.shop.storage.begin(read=True) as unit:
            works = unit.of(FULFILLMENTS).load(sorted(keys.values()))
            first = {key: work.state.orders for key, work in works.items()}
            wanted = sorted({key for some in first.values() for key in some})
            orders = [one.state for one in unit.of(ORDERS).load(wanted).values()]
            found = self._receivers(unit, orders)
        shown = {
            number: next((found[one] for one in first.get(key, ()) if one in found), Receiver())
            for number, key in keys.items()
        }
        return {number: receiver for number, receiver in shown.items() if not receiver.is_empty}

    def _receivers(self, unit: Unit, orders: Sequence[Order]) -> dict[int, Receiver]:
        """Return receivers by order; a child of a divided order has that of the order its channel knows."""
        roots = _roots(unit, orders)
        kept = unit.of(CONTACTS).load(sorted(set(roots.values())))
        return {
            key: self.privacy.opened(kept[root].state.text)
            for key, root in roots.items()
            if root in kept and not kept[root].state.erased
        }

    def _order(self, unit: Unit, key: int, number: str) -> Order:
        stored = unit.of(ORDERS).load([key]).get(key)
        if stored is None:
            raise UsageError("unknown_number", f"there is no {number}", number=number)
        return stored.state


def _roots(unit: Unit, orders: Sequence[Order]) -> dict[int, int]:
    """Return for each order the key of the one that its channel knows: itself, unless it was divided off."""
    named: dict[str, set[str]] = {}
    for one in orders:
        if one.terms.origin:
            named.setdefault(one.terms.channel, set()).add(one.terms.origin)
    found: dict[tuple[str, str], int] = {}
    for channel, ids in named.items():
        same = (Where("channel", Op.EQ, channel), Where("external_id", Op.IN, tuple(sorted(ids))))
        stored = unit.of(ORDERS).load(unit.of(ORDERS).find(*same, limit=len(ids)))
        found |= {(channel, one.state.terms.external_id): key for key, one in stored.items()}
    return {one.key: found.get((one.terms.channel, one.terms.origin), one.key) for one in orders}
