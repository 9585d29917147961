"""What a channel's items stand for, as plain values; and which items nobody has given a meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from omskit.catalog.explosion import Article, explode
from omskit.catalog.gs1_numbers import Gtin
from omskit.catalog.identifiers import GTIN
from omskit.catalog.listings.model import Listing
from omskit.catalog.products.model import Product
from omskit.catalog.products.numbers import Numbers, by_number
from omskit.core import Component, OmsError, PayloadError, Refusal


@frozen
class Meaning:
    """What one unit of an item stands for.

    Args:
        item: The channel's id.
        code: The product.
        components: What leaves the shelf for one unit, with its share of the price; empty when ``is_open``.
        is_open: Whether the parts are only known once something is chosen or drawn for an order.
    """

    item: str
    code: str
    components: tuple[Component, ...] = ()
    is_open: bool = False


def meanings(
    listings: Iterable[Listing], articles: Mapping[str, Article]
) -> tuple[tuple[Meaning, ...], tuple[Refusal, ...]]:
    """Return what items stand for, and the listings whose product cannot be taken apart."""
    found, refused = [], []
    for listing in listings:
        try:
            found.append(_meaning(listing, articles))
        except OmsError as error:
            refused.append(Refusal.of(listing.item, error))
    return tuple(found), tuple(refused)


def _meaning(listing: Listing, articles: Mapping[str, Article]) -> Meaning:
    if _is_open(listing.code, articles, frozenset()):
        return Meaning(listing.item, listing.code, is_open=True)
    parts = explode(listing.code, articles).parts
    return Meaning(
        listing.item, listing.code, tuple(evolve(part, per=part.per * listing.per) for part in parts)
    )


def _is_open(code: str, articles: Mapping[str, Article], seen: frozenset[str]) -> bool:
    article = articles.get(code)
    bundle = article.bundle if article else None
    if bundle is None or bundle.assembled or code in seen:
        return False
    if bundle.is_drawn or bundle.is_chosen:
        return True
    return any(_is_open(part, articles, seen | {code}) for part in bundle.codes)


@frozen
class Seen:
    """An item that a channel's orders or feeds named.

    Args:
        channel: Code of the channel.
        item: The channel's id.
        title: What the channel calls it.
        gtin: The barcode that the channel knows; empty without.
        count: How often it was named.
    """

    channel: str
    item: str
    title: str = ""
    gtin: str = ""
    count: int = 1


@frozen
class Unmapped:
    """An item without a listing, and the products that it may be.

    Args:
        seen: The item; counts of the same item are added up.
        suggestions: Products with that code, or with that barcode.
    """

    seen: Seen
    suggestions: tuple[str, ...] = ()


def unmapped(
    seen: Iterable[Seen], listings: Iterable[Listing], products: Mapping[str, Product]
) -> tuple[Unmapped, ...]:
    """Return the items that nobody has given a meaning, the most frequent first."""
    known = {(one.channel, one.item) for one in listings}
    items: dict[tuple[str, str], Seen] = {}
    for one in seen:
        place = (one.channel, one.item)
        if place in known:
            continue
        before = items.get(place)
        items[place] = (
            evolve(
                before,
                count=before.count + one.count,
                title=before.title or one.title,
                gtin=before.gtin or one.gtin,
            )
            if before
            else one
        )
    numbers = by_number(products.values()) if items else {}
    ordered = sorted(items.values(), key=lambda one: (-one.count, one.channel, one.item))
    return tuple(Unmapped(one, _suggested(one, products, numbers)) for one in ordered)


def _suggested(seen: Seen, products: Mapping[str, Product], numbers: Numbers) -> tuple[str, ...]:
    found = dict.fromkeys([seen.item] if seen.item in products else [])
    for text in (seen.gtin, seen.item):
        try:
            found |= dict.fromkeys(one.code for one in numbers.get((GTIN, Gtin.read(text).key), ()))
        except PayloadError:
            continue
    return tuple(found)
