"""Promising dates: for a product page, a cart and an order that waits, by the planner that sends them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from attrs import define, evolve, field, frozen

from omskit.allocation import Compiled, Demand, Policy, Promised, promise
from omskit.channels import Channel, Meaning
from omskit.core import Cell, Component, UsageError, key_of
from omskit.engine.drafts import goods_of
from omskit.engine.mapping import channel_of
from omskit.engine.units import Shop
from omskit.flow import (
    Offering,
    Outlook,
    Sellable,
    Wish,
    goods_for,
    load_offers,
    room,
    still_asked,
    waiting_orders,
    wished,
)
from omskit.flow.holding import held_by
from omskit.flow.offering import Waiting, owned_of_carts, shelves, unplaced
from omskit.inventory import Available, Shelf
from omskit.orders import ORDERS, Order
from omskit.storage import Unit

#: What an item is: its SKU, and what one unit is made of.
Item = tuple[str, tuple[Component, ...]]


@frozen
class Promising:
    """Dates what is asked for.

    Args:
        shop: The engine's parts.
        channels: By code.
        offering: What the host decides of offering stock.
        catalog: Whether items are looked up in the catalog.
        network: Where from.
        policy: What counts.
        outlook: How goods become dates.
    """

    shop: Shop
    channels: Mapping[str, Channel]
    offering: Offering
    catalog: bool
    network: Compiled
    policy: Policy
    outlook: Outlook

    def of(self, asked: Sequence[Wish | str]) -> list[Promised]:
        """Return the dates of each wish, and of the open units of each order, in the order in which they come."""
        at = self.shop.now()
        with self.shop.storage.begin(read=True) as unit:
            orders = _orders(unit, [one for one in asked if isinstance(one, str)])
            askers = [orders[one] if isinstance(one, str) else one for one in asked]
            demands = self._demands(unit, askers, at)
            skus = {part.sku for one in demands if one for line in one.lines for part in line.parts}
            book = _Book.read(unit, self.shop, skus, self.offering, at)
            owns = _owns(unit, askers)
        found = []
        for asker, demand in zip(askers, demands, strict=True):
            if demand is None:
                found.append(Promised(()))
                continue
            name, turn = _turn(asker)
            found.append(self._dated(demand, book.seen(demand, turn), owns.get(name, {}), at))
        return found

    def _demands(self, unit: Unit, askers: Sequence[Wish | Order], at: datetime) -> list[Demand | None]:
        items = self._items(unit, [one for one in askers if isinstance(one, Wish)])
        currency = self.network.network.currency
        return [
            wished(one, items[one.channel], currency)
            if isinstance(one, Wish)
            else still_asked(one, at, self.policy)
            for one in askers
        ]

    def _dated(
        self, demand: Demand, found: Mapping[str, Available], own: Mapping[Cell, int], at: datetime
    ) -> Promised:
        outlook = self.outlook
        there, coming = goods_for(demand, found, own, self.network, outlook.dock_to_stock)
        return promise(
            demand,
            room(outlook.today, there),
            self.network,
            self.policy,
            at=at,
            deliveries=coming,
            daily=None if outlook.daily is None else room(outlook.daily, {}),
            ahead=outlook.ahead,
        )

    def _items(self, unit: Unit, wishes: Iterable[Wish]) -> dict[str, dict[str, Item]]:
        """Return what the items of all wishes are, by channel."""
        named: dict[str, set[str]] = {}
        for wish in wishes:
            named.setdefault(wish.channel, set()).update(item for item, _ in wish.items)
        return {
            code: self._listed(unit, code, items) if code else self._plain(unit, items)
            for code, items in named.items()
        }

    def _plain(self, unit: Unit, items: Collection[str]) -> dict[str, Item]:
        goods = goods_of(unit, items) if self.catalog else None
        return {item: (item, goods.parts(item) if goods else ()) for item in items}

    def _listed(self, unit: Unit, code: str, items: Collection[str]) -> dict[str, Item]:
        channel = channel_of(self.channels, code)
        known = load_offers(unit, channel, items) if self.catalog else channel
        found = {}
        for item in sorted(items):
            listing = known.listings.get(item)
            if listing is None or listing.meaning is not Meaning.GOODS:
                message = f"{item!r} of {code} stands for no goods"
                raise UsageError("unknown_item", message, channel=code, item=item)
            found[item] = (listing.code, listing.components)
        return found


def _turn(asker: Wish | Order) -> tuple[object, tuple[int, int] | None]:
    """Return under which name an asker owns what is reserved for it, and before whom it goes; None for nobody."""
    if isinstance(asker, Wish):
        return (asker.channel, asker.cart), None
    return asker.key, (asker.rank, asker.key)


def _owns(unit: Unit, asked: Iterable[Wish | Order]) -> dict[object, dict[Cell, int]]:
    """Return what is reserved for carts, and for orders that came of one, by (channel, cart) and by order's key.

    What several parts of one order share is left out: it is not known who of them will need it.
    """
    wishes = [(one.channel, one.cart) for one in asked if isinstance(one, Wish) and one.cart]
    orders = {one.key for one in asked if isinstance(one, Order) and not one.part_of and not one.children}
    owns: dict[object, dict[Cell, int]] = {}
    for stored in held_by(unit, dict.fromkeys(wishes), orders).values():
        soft = stored.state
        held: dict[Cell, int] = {}
        for one in soft.reservations:
            held[one.cell] = held.get(one.cell, 0) + one.quantity
        owns[soft.order or (soft.channel, soft.cart)] = held
    return owns


@define
class _Book:
    """What can be sold of some SKUs, as it was read once."""

    sellable: Sellable
    waiting: Sequence[Waiting]
    owned: Mapping[int, Mapping[str, int]]
    _seen: dict[str, dict[str, Available]] = field(factory=dict)
    _waiting_for: dict[str, list[Waiting]] = field(factory=dict)
    _shelves_of: dict[str, list[Shelf]] = field(factory=dict)

    @classmethod
    def read(cls, unit: Unit, shop: Shop, skus: Collection[str], offering: Offering, at: datetime) -> _Book:
        """Read it, in the order of :meth:`omskit.flow.Sellable.of`."""
        known = frozenset(skus)
        waiting = waiting_orders(unit, shop.ruling.all_rules(), known)
        found = shelves(unit, known, offering, at.date())
        return cls(Sellable(found, (), offering, at.date()), waiting, owned_of_carts(unit))

    def __attrs_post_init__(self) -> None:
        for one in self.waiting:
            for sku in one.pieces:
                self._waiting_for.setdefault(sku, []).append(one)
        for shelf in self.sellable.shelves:
            self._shelves_of.setdefault(shelf.cell.sku, []).append(shelf)

    def seen(self, demand: Demand, turn: tuple[int, int] | None) -> dict[str, Available]:
        """Return what can be sold to a demand; to an order, after those that go before it and want the same."""
        channel = demand.channel
        if turn is None:
            if channel not in self._seen:
                everything = evolve(self.sellable, waiting=unplaced(self.waiting, self.owned))
                self._seen[channel] = everything.for_channel(channel)
            return self._seen[channel]
        skus = sorted({part.sku for line in demand.lines for part in line.parts})
        found = {one.turn: one for sku in skus for one in self._waiting_for.get(sku, ()) if one.turn < turn}
        rivals = [found[one] for one in sorted(found, key=itemgetter(1))]
        owned = {one.root: self.owned[one.root] for one in rivals if one.root in self.owned}
        wanted = [shelf for sku in skus for shelf in self._shelves_of.get(sku, ())]
        mine = evolve(self.sellable, shelves=wanted, waiting=unplaced(rivals, owned))
        return mine.for_channel(channel)


def _orders(unit: Unit, numbers: Collection[str]) -> dict[str, Order]:
    keys = {number: key_of(number, ORDERS.number) for number in numbers}
    found = unit.of(ORDERS).load(sorted(set(keys.values()))) if keys else {}
    for number, key in keys.items():
        if key not in found:
            raise UsageError("unknown_number", f"there is no {number}", number=number)
    return {number: found[key].state for number, key in keys.items()}
