"""The offering desk: what can be sold, what each channel is told of it and why, and what somebody should look at.

What a channel shows of an item is kept in the inbox, under the source ``shown:<channel>`` and the item: the last
number that it was told, what it has sold since, as it takes that off by itself. Whoever changes that takes the
channel's turn first: of two at the same moment the second one reads stock, and what is shown, after the first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from attrs import evolve, frozen

from omskit.channels import NOTICES, Channel, Meaning, StockNotice, StockUpdate
from omskit.core import Cell, Component, mark_of
from omskit.engine.mapping import channel_of
from omskit.engine.turns import take_turn
from omskit.engine.units import Shop
from omskit.flow import Offering, Sellable, load_offers
from omskit.inventory import (
    SHIPPED,
    Available,
    Figure,
    Publication,
    Publishing,
    Shown,
    confirmed,
    figure,
    heard,
    publish,
    sold_there,
    told,
)
from omskit.inventory.replenishment import AlertKind, Alerts, Bounds, Watched, watch
from omskit.storage import Message, Receipt, Unit

#: Most updates in one notice.
UPDATES = 100


def _source(channel: str) -> str:
    return f"shown:{channel}"


def _shown(unit: Unit, channel: str, items: Collection[str]) -> dict[str, Shown]:
    found: dict[str, Shown] = {}
    for item, receipt in unit.inbox.seen(_source(channel), items).items():
        pieces, at, sold, sent = json.loads(receipt.outcome)
        found[item] = Shown(channel, item, pieces, datetime.fromisoformat(at), sold, sent)
    return found


def _remember(unit: Unit, shown: Sequence[Shown], at: datetime) -> None:
    by_channel: dict[str, list[Receipt]] = {}
    for one in shown:
        outcome = json.dumps([one.pieces, one.at.isoformat(), one.sold, one.sent])
        by_channel.setdefault(one.channel, []).append(Receipt(one.sku, "", outcome))
    for channel, receipts in by_channel.items():
        unit.inbox.replace(_source(channel), receipts, at=at)


def note_sales(unit: Unit, channel: str, sold: Sequence[tuple[str, int, datetime]], at: datetime) -> None:
    """Keep that a channel has sold pieces of items, as (item, pieces, sold at), and taken them off what it shows.

    A sale from before the channel took its last number, or while a number is on its way to it, is not taken off:
    that number may come on top of it. Then the channel seems to show too many, and is told again.
    """
    take_turn(unit, f"channel:{channel}", at)
    known = _shown(unit, channel, {item for item, _, _ in sold})
    sums: dict[str, int] = {}
    for item, pieces, sold_at in sold:
        one = known.get(item)
        if one is not None and one.sent is None and sold_at >= one.at:
            sums[item] = sums.get(item, 0) + pieces
    _remember(unit, [sold_there(known[item], pieces) for item, pieces in sums.items() if pieces], at)


def note_taken(unit: Unit, notice: StockNotice, at: datetime) -> None:
    """Keep that a channel has taken the numbers of a notice, as far as none has been sent after them."""
    take_turn(unit, f"channel:{notice.channel}", at)
    said = {one.item: one.available for one in notice.updates}
    known = _shown(unit, notice.channel, said)
    taken = [evolve(confirmed(one), at=at) for item, one in known.items() if one.sent == said[item]]
    _remember(unit, taken, at)


@frozen
class OfferingDesk:
    """Answers what can be sold, and tells channels what has changed.

    Args:
        shop: The engine's parts.
        channels: By code.
        offering: What the host decides.
        catalog: Whether items are looked up in the catalog.
    """

    shop: Shop
    channels: Mapping[str, Channel]
    offering: Offering
    catalog: bool

    def available(
        self, skus: Collection[str], *, channel: str = "", on: date | None = None
    ) -> dict[str, Available]:
        """Return what can be sold of SKUs, at once and by the day, as a channel sees it.

        Reserved pieces are gone for every pool that sees their warehouse, and so are pieces of orders that have no
        warehouse yet.

        Args:
            skus: Plain SKUs; of bundles ask for their parts.
            channel: Code of who asks; empty sees every warehouse.
            on: Today; by default the day of the clock, in its own zone.
        """
        with self.shop.storage.begin(read=True) as unit:
            sellable = self._sellable(unit, skus, on or self.shop.now().date())
        found = sellable.for_channel(channel)
        return {sku: sellable.of_item(sku, (), found) for sku in sorted(set(skus))}

    def figures(self, channel: str, items: Collection[str]) -> dict[str, Figure]:
        """Return the number that a channel is to show of items, each with how it came about; nothing is written.

        An item that nobody has mapped, or that stands for no goods, is left out.

        Raises:
            UsageError: ``unknown_channel``.
        """
        known = channel_of(self.channels, channel)
        with self.shop.storage.begin(read=True) as unit:
            return self._figures(unit, known, items)

    def publish(self, channel: str, items: Collection[str]) -> Publishing:
        """Put into the outbox what a channel has to be told of items: what it shows already is not sent.

        A number that is not zero waits until the channel's interval is over; zero never waits. What waits is told
        by the next call, with the number of then. Call it for the items of what has moved, or for all of them; of
        two calls for one channel at the same moment the later one wins.

        Raises:
            UsageError: ``unknown_channel``.
        """
        known = channel_of(self.channels, channel)

        def do(unit: Unit, _lock: bool) -> Publishing:  # noqa: FBT001
            at = self.shop.now()
            take_turn(unit, f"channel:{channel}", at)
            before = _shown(unit, channel, items)
            figures = self._figures(unit, known, items)
            by_item = {(channel, item): found for item, found in figures.items()}
            found = publish(by_item, before.values(), at=at, interval=self.offering.interval)
            if found.now:
                unit.outbox.put(list(_messages(unit, channel, found.now, at)))
                _remember(unit, [told(before.get(one.sku), one, at=at) for one in found.now], at)
            return found

        return self.shop.attempt(do)

    def heard(self, channel: str, shows: Mapping[str, int]) -> None:
        """Take what a channel says it shows of items: an echo of what it was told changes nothing.

        Any other number is what it really shows, so that the next publication corrects it.

        Raises:
            UsageError: ``unknown_channel``.
        """
        channel_of(self.channels, channel)

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            at = self.shop.now()
            take_turn(unit, f"channel:{channel}", at)
            known = _shown(unit, channel, shows)
            changed = {item: heard(one, shows[item]) for item, one in known.items()}
            fresh = [Shown(channel, item, pieces, at) for item, pieces in shows.items() if item not in known]
            _remember(unit, [*fresh, *(one for item, one in changed.items() if one != known[item])], at)

        self.shop.attempt(do)

    def alerts(
        self,
        warehouse: str,
        *,
        points: Mapping[str, int],
        bounds: Bounds | None = None,
        days: int = 28,
        known: frozenset[tuple[AlertKind, Cell]] = frozenset(),
    ) -> Alerts:
        """Return what somebody should look at in a warehouse: what runs low or out, is too much, or does not sell.

        Sales are what was shipped within the last days. What neither came in nor left within them counts as unsold
        since the first of them: look as far back as the bound for dead stock.

        Args:
            warehouse: Where.
            points: Reorder points by SKU.
            bounds: When to raise an alert.
            days: How far back sales are looked at; at least 1.
            known: The alerts that were open, so that only changes are told.
        """
        at, days = self.shop.now(), max(days, 1)
        since = at - timedelta(days=days)
        with self.shop.storage.begin(read=True) as unit:
            there = (cell for cell, _ in unit.stock.all_levels() if cell.warehouse == warehouse)
            skus = {cell.sku for cell in there if not mark_of(cell)}
            moved = unit.stock.since(warehouse, since)
            sellable = self._sellable(unit, skus, at.date())
        sold: dict[str, int] = {}
        last: dict[str, date | None] = dict.fromkeys(skus, since.date())
        for one in sorted(moved, key=lambda movement: movement.at):
            sku = one.cell.sku
            if one.kind == SHIPPED:
                sold[sku] = sold.get(sku, 0) - one.on_hand
                last[sku] = one.at.date()
            elif one.on_hand > 0 and sku not in sold:
                last[sku] = None
        watched = [
            Watched(
                shelf.cell,
                shelf.on_hand,
                shelf.balance + sum(due.quantity for due in shelf.inbound),
                sold.get(shelf.cell.sku, 0) / days,
                points.get(shelf.cell.sku, 0),
                last.get(shelf.cell.sku),
            )
            for shelf in sellable.shelves
            if shelf.cell.warehouse == warehouse
        ]
        return watch(watched, on=at.date(), bounds=bounds or Bounds(), known=known)

    def _sellable(self, unit: Unit, skus: Collection[str], on: date) -> Sellable:
        return Sellable.of(unit, self.shop.ruling.all_rules(), skus, self.offering, on)

    def _figures(self, unit: Unit, channel: Channel, items: Collection[str]) -> dict[str, Figure]:
        goods = self._goods(unit, channel, items)
        skus = {part.sku for _, parts in goods.values() for part in parts}
        skus |= {code for code, parts in goods.values() if not parts}
        sellable = self._sellable(unit, skus, self.shop.now().date())
        found = sellable.for_channel(channel.code)
        return {
            item: figure(
                self.offering.formula(channel.code, item),
                sellable.of_item(code, parts, found).sellable(
                    sellable.on + self.offering.horizon(channel.code, item)
                ),
            )
            for item, (code, parts) in goods.items()
        }

    def _goods(
        self, unit: Unit, channel: Channel, items: Collection[str]
    ) -> dict[str, tuple[str, tuple[Component, ...]]]:
        """Return the SKU and the parts of every item that stands for goods."""
        known = load_offers(unit, channel, items) if self.catalog else channel
        listings = {item: known.listings.get(item) for item in sorted(set(items))}
        return {
            item: (one.code, one.components)
            for item, one in listings.items()
            if one is not None and one.meaning is Meaning.GOODS
        }


def _messages(unit: Unit, channel: str, found: Sequence[Publication], at: datetime) -> Iterator[Message]:
    """Yield notices of up to :data:`UPDATES` items, which leave one after another."""
    starts = range(0, len(found), UPDATES)
    for key, start in zip(unit.keys(len(starts)), starts, strict=True):
        updates = tuple(StockUpdate(one.sku, one.pieces) for one in found[start : start + UPDATES])
        notice = StockNotice(channel, updates)
        yield Message(
            key, f"channel:{channel}", f"stock/{channel}", NOTICES.tag_of(notice), NOTICES.dump(notice), at
        )
