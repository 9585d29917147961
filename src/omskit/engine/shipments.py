"""The shipments desk: parcels of many orders at once, by hand and by what couriers say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from attrs import frozen

from omskit.core import Refusal, Stored, UsageError, key_of, readable, to_ms
from omskit.engine.act import Act, Acting, Done
from omskit.engine.tracking import Located, Scan, Tracking
from omskit.engine.units import Shop, silent
from omskit.engine.watch import Unscanned, unscanned
from omskit.fulfillment import (
    AWAITED,
    FULFILLMENTS,
    WORKING,
    Delivered,
    ExpirePickup,
    FulfillmentOrder,
    Reject,
    RejectLines,
    WorkLine,
    delivered,
)
from omskit.orders import ORDERS, Shipped
from omskit.storage import After, Op, Unit, Where

#: Fulfillment orders that are read in one step.
PAGE = 500


@frozen
class ShipmentDesk:
    """Parcels: what couriers say, what is late, what has arrived, what a warehouse cannot send.

    Args:
        shop: The engine's parts.
        batch: Most fulfillment orders in one transaction.
    """

    shop: Shop
    batch: int

    def track(
        self, scans: Iterable[Scan], *, actor: str, progress: Callable[[int], object] = silent
    ) -> list[Located | Refusal]:
        """Take what couriers say, in any order and as often as they say it, with one outcome each.

        Outcomes are refused as ``unknown_waybill``, as ``ambiguous_waybill`` where several parcels have the number
        and the courier does not tell them apart, and as ``too_many_facts``.
        """
        return Tracking(self.shop, self.batch).track(list(scans), actor, progress)

    def unscanned(
        self, allowed: timedelta, *, within: timedelta = timedelta(0), limit: int = 1000
    ) -> Sequence[Unscanned]:
        """Return the parcels that left without a first scan, those that left first at the front.

        Args:
            allowed: Time from hand-over to the first scan; platforms fine what takes longer (24 hours on Chinese
                marketplaces, as "shipped with no trace").
            within: Also those whose time ends that soon; by default those whose time is over.
            limit: Most parcels.
        """
        return unscanned(self.shop, allowed, within, limit)

    def of(self, order: str) -> Sequence[FulfillmentOrder]:
        """Return the fulfillment orders that have shipped something of an order, or work for it.

        Raises:
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        key = key_of(order, ORDERS.number)
        with self.shop.storage.begin(read=True) as unit:
            stored = unit.of(ORDERS).load([key]).get(key)
            if stored is None:
                raise UsageError("unknown_number", f"there is no {order}", number=order)
            working = {one.fulfillment for one in stored.state.consignments if one.fulfillment}
            events = (entry.event for entry in unit.of(ORDERS).history([key])[key])
            shipped = {event.fulfillment for event in events if isinstance(event, Shipped)}
            found = unit.of(FULFILLMENTS).load(sorted(working | shipped))
        return [found[one].state for one in sorted(found)]

    def delivered(self, order: str) -> Mapping[int, Delivered]:
        """Return where the shipped units of an order are, by number of its line; counted from its parcels.

        Raises:
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        works = self.of(order)
        machine = self.shop.ruling.rules_of(works[0].process if works else "").parcels
        return delivered(works, key_of(order, ORDERS.number), machine)

    def reject(
        self,
        fulfillment: str,
        sku: str,
        *,
        reason: str,
        actor: str,
        bar: timedelta | None = None,
        may_split: bool = True,
        cascade: bool = False,
    ) -> list[Done | Refusal]:
        """Let a warehouse decline what it cannot send of a SKU, with one outcome for each fulfillment order.

        Args:
            fulfillment: Number of the fulfillment order in which it came up.
            sku: What is missing or broken; lines of it, and of bundles that need it.
            reason: For policies and the history.
            actor: Who says so.
            bar: How long the warehouse is not asked again for these lines; None leaves it to the process.
            may_split: Whether the rest of a fulfillment order stays; otherwise all of it is declined.
            cascade: Whether the SKU is declined in all open work of the warehouse. That work is read page by page.

        Raises:
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        key = key_of(fulfillment, FULFILLMENTS.number)
        with self.shop.storage.begin(read=True) as unit:
            stored = unit.of(FULFILLMENTS).load([key]).get(key)
            if stored is None:
                raise UsageError("unknown_number", f"there is no {fulfillment}", number=fulfillment)
            works = [stored.state, *(self._others(unit, stored) if cascade else ())]
        until = self.shop.now() + bar if bar is not None else None
        acts = []
        for work in works:
            lines = tuple((line.number, line.open) for line in work.lines if line.open and _needs(line, sku))
            if lines:
                number = readable(FULFILLMENTS.number, work.key)
                whole = Reject(reason, until)
                acts.append(Act(number, RejectLines(lines, reason, until) if may_split else whole))
        return Acting(self.shop).do_many(acts, actor, self.batch, silent)

    def expire_pickups(self, *, actor: str, limit: int = 1000) -> list[Done | Refusal]:
        """Send goods back to the shelf that nobody has collected in time, with one outcome for each pickup.

        Those whose time ended first come first. Their orders' lines are open and held (``pickup_exception``).

        Args:
            actor: Who sweeps.
            limit: Most pickups; ask again until none is left.
        """
        awaited = Where("status", Op.IN, self._statuses(AWAITED))
        over = Where("pickup_until", Op.LE, to_ms(self.shop.now()))
        with self.shop.storage.begin(read=True) as unit:
            keys = unit.of(FULFILLMENTS).find(awaited, over, limit=limit, by="pickup_until")
            found = unit.of(FULFILLMENTS).load(keys)
        due = (found[key].state for key in keys)
        numbers = [readable(FULFILLMENTS.number, one.key) for one in due if self._has(one, AWAITED)]
        acts = [Act(number, ExpirePickup()) for number in numbers]
        return Acting(self.shop).do_many(acts, actor, self.batch, silent)

    def _statuses(self, trait: str) -> tuple[str, ...]:
        """Return the statuses that have a trait in any process."""
        found = {one for rules in self.shop.ruling.all_rules() for one in rules.fulfillments.with_trait(trait)}
        return tuple(sorted(found))

    def _has(self, work: FulfillmentOrder, trait: str) -> bool:
        return self.shop.ruling.rules_of(work.process).fulfillments.has(work.status, trait)

    def _others(self, unit: Unit, first: Stored[FulfillmentOrder]) -> Iterable[FulfillmentOrder]:
        """Yield the other work that is open at a warehouse."""
        here = Where("warehouse", Op.EQ, first.state.warehouse)
        open_ = Where("status", Op.IN, self._statuses(WORKING))
        after: After | None = None
        while keys := unit.of(FULFILLMENTS).find(here, open_, limit=PAGE, after=after):
            found = unit.of(FULFILLMENTS).load(keys)
            others = (found[key].state for key in keys if key != first.state.key)
            yield from (one for one in others if self._has(one, WORKING))
            after = After(None, keys[-1])


def _needs(line: WorkLine, sku: str) -> bool:
    return any(part.sku == sku for part in line.parts) if line.parts else line.sku == sku
