"""Offers: what the catalog says of the items of a channel and of the goods of an order, as their lines need it.

A channel's item is explained in this order: by the listings that the host gave with the channel, by the listing in
the catalog, and at an open channel by the product of that code. A bundle is taken apart here, once; the line keeps
its parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from omskit import catalog, channels
from omskit.catalog import LISTINGS, PRODUCTS, Pick, Product, articles, explode, meanings
from omskit.core import Component, Stored
from omskit.orders import (
    Amend,
    Change,
    Command,
    MapLine,
    Order,
    OrderLine,
    ReleaseHold,
    RemoveLine,
    Reprice,
    SetCharge,
)
from omskit.storage import Op, Unit, Where

#: Most values in one condition of a search.
CHUNK = 500


def _chunks(values: Collection[str]) -> Iterator[tuple[str, ...]]:
    ordered = sorted(values)
    return (tuple(ordered[start : start + CHUNK]) for start in range(0, len(ordered), CHUNK))


def load_products(unit: Unit, codes: Collection[str], *, lock: bool = False) -> dict[str, Stored[Product]]:
    """Load products by code, with all that their bundles hold: one search for each level of nesting."""
    found: dict[str, Stored[Product]] = {}
    asked: set[str] = set()
    wanted = set(codes)
    while wanted:
        asked |= wanted
        kept = unit.of(PRODUCTS)
        for chunk in _chunks(wanted):
            keys = kept.find(Where("code", Op.IN, chunk), limit=len(chunk))
            found |= {one.state.code: one for one in kept.load(keys, lock=lock).values()}
        bundles = (found[code].state.bundle for code in wanted if code in found)
        wanted = {code for bundle in bundles if bundle for code in bundle.codes} - asked
    return found


def load_listings(
    unit: Unit, channel: str, items: Collection[str], *, lock: bool = False
) -> dict[str, Stored[catalog.Listing]]:
    """Load the listings of some items of a channel, by item."""
    found: dict[str, Stored[catalog.Listing]] = {}
    kept = unit.of(LISTINGS)
    for chunk in _chunks(items):
        keys = kept.find(Where("channel", Op.EQ, channel), Where("item", Op.IN, chunk), limit=len(chunk))
        found |= {one.state.item: one for one in kept.load(keys, lock=lock).values()}
    return found


def offered(
    known: channels.Listings, listings: Iterable[catalog.Listing], products: Mapping[str, Product]
) -> channels.Listings:
    """Return what a channel's items stand for, with what the catalog says of them.

    Left out, so that they hold their orders, are items whose product is not in the catalog, and bundles that leave
    something to choose or to draw for each order.

    Args:
        known: What the host gave with the channel; it goes first.
        listings: Of the channel, from the catalog.
        products: With all that bundles hold, by code.
    """
    listed = {one.item: one for one in listings}
    if known.open:
        plain = (code for code in products if code not in listed)
        listed |= {code: catalog.Listing(0, "open", code, code) for code in plain}
    explained, refused = meanings(listed.values(), articles(products))
    clear = [one for one in explained if not one.is_open]
    found = {one.item: channels.Listing(one.code, components=one.components) for one in clear}
    unclear = {one.item for one in explained if one.is_open} | {one.subject for one in refused}
    closed = {item for item in unclear if item in listed and item not in known.items}
    return channels.Listings({**found, **known.items}, open=known.open, closed=frozenset(closed))


def load_offers(unit: Unit, channel: channels.Channel, items: Collection[str]) -> channels.Channel:
    """Return a channel that knows what the catalog says of some items."""
    asked = set(items) - channel.listings.items.keys()
    listings = [one.state for one in load_listings(unit, channel.code, asked).values()]
    codes = {one.code for one in listings}
    if channel.listings.open:
        codes |= asked - {one.item for one in listings}
    products = {code: one.state for code, one in load_products(unit, codes).items()}
    return evolve(channel, listings=offered(channel.listings, listings, products))


@frozen
class Goods:
    """Products of a batch, ready for lines.

    Args:
        products: With all that bundles hold, by code.
    """

    products: Mapping[str, Product]

    def parts(
        self,
        code: str,
        *,
        picks: Sequence[Pick] = (),
        draw: int | None = None,
        prices: Mapping[str, int] | None = None,
        per: int = 1,
    ) -> tuple[Component, ...]:
        """Return what ``per`` units of a product take from the shelf; none for what is not in the catalog.

        Raises:
            Refused: As :func:`omskit.catalog.explode` says.
            UsageError: Likewise.
        """
        if code not in self.products:
            return ()
        known = articles(self.products)
        parts = explode(code, known, picks=picks, draw=draw, prices=prices).parts
        return tuple(evolve(part, per=part.per * per) for part in parts) if per > 1 else parts

    def categories(self, code: str) -> tuple[str, ...]:
        """Return the codes of the categories that a product is in."""
        product = self.products.get(code)
        return tuple(sorted({one.node for one in product.categories})) if product else ()


def mapped(order: Order, listings: channels.Listings) -> Sequence[Command]:
    """Return what explains the lines of an order that nobody could explain when it came; none while some are left.

    A line that turns out to be a charge is taken off, and its money stands among the charges; where nothing else
    would be left the order waits for a person.

    The order keeps its channel's code on each such line. So it is explained by a change of its lines, and not by
    reading its channel's document again: what people changed since stays changed.
    """
    changes: list[Change] = []
    charges: dict[str, int] = {}
    unexplained = list(_unexplained(order))
    for line in unexplained:
        listing = listings.get(line.item)
        if listing is None or listing.meaning is channels.Meaning.REFUSED:
            return ()
        if listing.meaning is channels.Meaning.GOODS:
            changes.append(MapLine(line.number, listing.code, listing.components))
            continue
        known = sum(one.amount_minor for one in order.charges if one.code == listing.code)
        charges[listing.code] = charges.get(listing.code, known) + line.paid_minor
        changes += (Reprice(line.number, 0), RemoveLine(line.number))
    gone = {change.line for change in changes if isinstance(change, RemoveLine)}
    goods = [line for line in order.lines if line.open + line.reserved + line.shipped and line.number not in gone]
    if not changes or not goods:
        return ()
    changes += [SetCharge(code, amount) for code, amount in charges.items()]
    return (Amend(tuple(changes), "its items are listed now"), ReleaseHold(channels.UNMAPPED))


def unexplained_items(orders: Iterable[Order]) -> set[str]:
    """Return the items of all lines that nobody has explained."""
    return {line.item for order in orders for line in _unexplained(order)}


def _unexplained(order: Order) -> Iterator[OrderLine]:
    return (line for line in order.lines if line.item and line.open)
