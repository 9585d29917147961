"""Publishing stock to channels: what changed is put into the outbox together with what the channel will show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve, frozen

from omskit.catalog import LISTINGS
from omskit.channels import NOTICES, Channel, Listing, Meaning, StockNotice, StockUpdate
from omskit.core import Component, mark_of
from omskit.engine.offering import look, offered, skus_of
from omskit.engine.shown import load_shown, save_shown, take_turn, with_sales
from omskit.engine.units import Shop
from omskit.flow import Processes, load_offers
from omskit.inventory import (
    Available,
    Figure,
    Publication,
    Publishing,
    Selling,
    Showing,
    Shown,
    confirmed,
    figure,
    heard,
    publish,
    told,
)
from omskit.storage import After, Message, Op, Unit, Where

#: Most items of a channel in one unit.
CHUNK = 2_000
#: Catalog listings that are read in one step.
PAGE = 500


@frozen
class ExplainedStock:
    """How the number of one item comes about.

    Args:
        channel: Whose item.
        item: The channel's code of it.
        code: The SKU or bundle that it stands for.
        available: What can be sold of it, by warehouse and day.
        figure: The number, with every step that changed it.
        shown: What the channel shows; None when it was never told.
    """

    channel: str
    item: str
    code: str
    available: Available
    figure: Figure
    shown: Shown | None

    def __str__(self) -> str:
        places = ", ".join(f"{house} {steps[0].quantity}" for house, steps in self.available.places)
        off = f"; sold without a warehouse {self.available.unplaced}, ring-fenced {self.available.fenced}"
        shows = "was never told" if self.shown is None else f"shows {self.shown.now}"
        return (
            f"{self.channel} {self.item} ({self.code}): {self.figure}; at {places or 'no warehouse'}{off}; {shows}"
        )


@frozen
class _Item:
    listing: Listing
    available: Available
    figure: Figure


@frozen
class Publisher:
    """Publishes to one channel."""

    shop: Shop
    processes: Processes
    selling: Selling
    channel: Channel
    catalog: bool

    @property
    def _showing(self) -> Showing:
        return self.selling.channels.get(self.channel.code, Showing())

    def items(self, unit: Unit) -> list[str]:
        """Return the items to publish: those with a listing and, at an open channel, every SKU in the book."""
        known = self.channel.listings
        found = {item for item, one in known.items.items() if one.meaning is Meaning.GOODS}
        if self.catalog:
            found |= set(self._listed(unit)) - known.items.keys()
        if known.open:
            plain = {cell.sku for cell, _ in unit.stock.all_levels() if not mark_of(cell)}
            found |= plain - known.closed - known.items.keys()
        return sorted(found)

    def _listed(self, unit: Unit) -> Iterator[str]:
        after: After | None = None
        here = Where("channel", Op.EQ, self.channel.code)
        while keys := unit.of(LISTINGS).find(here, limit=PAGE, after=after):
            yield from (stored.state.item for stored in unit.of(LISTINGS).load(keys).values())
            after = After(None, keys[-1])

    def publish(self, items: Sequence[str]) -> list[Publishing]:
        """Publish some items, up to :data:`CHUNK` of them in a unit."""
        parts = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
        return [self.shop.attempt(lambda unit, _lock, part=part: self._part(unit, part)) for part in parts]  # type: ignore[misc]

    def _part(self, unit: Unit, items: Sequence[str]) -> Publishing:
        at, code = self.shop.now(), self.channel.code
        take_turn(unit, code, at)
        found = self.figures(unit, items, at)
        known = self.shown(unit, found)
        figures = {(code, item): one.figure for item, one in found.items()}
        planned = publish(figures, known.values(), at=at, interval=self._showing.interval)
        unit.outbox.put(list(self._messages(unit, planned.now, at)))
        save_shown(unit, code, [told(known.get(one.sku), one, at=at) for one in planned.now], at)
        return planned

    def figures(self, unit: Unit, items: Collection[str], at: datetime) -> dict[str, _Item]:
        """Return the numbers of items as they are now; items that stand for no goods are left out."""
        channel = load_offers(unit, self.channel, items) if self.catalog else self.channel
        listings = {item: one for item in items if (one := channel.listings.get(item)) is not None}
        goods = {
            item: one.components or (Component(one.code),)
            for item, one in listings.items()
            if one.meaning is Meaning.GOODS
        }
        seen = look(unit, self.processes, self.selling, skus_of(goods))
        found = offered(seen, self.selling, goods, on=at.date(), channel=channel.code)
        return {item: self._item(listings[item], available) for item, available in found.items()}

    def _item(self, listing: Listing, available: Available) -> _Item:
        return _Item(listing, available, figure(self._showing.formula_of(listing.code), available.sellable()))

    def shown(self, unit: Unit, found: Mapping[str, _Item]) -> dict[str, Shown]:
        """Return what the channel shows of items now, its own sales taken off."""
        codes: dict[str, list[str]] = {}
        for item, one in found.items():
            codes.setdefault(one.listing.code, []).append(item)
        known = load_shown(unit, self.channel.code, found)
        return with_sales(unit, self.channel.code, self._showing, known, codes)

    def _messages(self, unit: Unit, planned: Sequence[Publication], at: datetime) -> Iterator[Message]:
        together = self._showing.together
        topic = f"channel:{self.channel.code}"
        groups = [planned[start : start + together] for start in range(0, len(planned), together)]
        for key, group in zip(unit.keys(len(groups)) if groups else (), groups, strict=True):
            notice = StockNotice(self.channel.code, tuple(StockUpdate(one.sku, one.pieces) for one in group))
            subject = f"{topic}/stock" if together > 1 else f"{topic}/stock/{group[0].sku}"
            yield Message(key, topic, subject, NOTICES.tag_of(notice), NOTICES.dump(notice), at)

    def hear(self, pieces: Mapping[str, int]) -> list[str]:
        """Take numbers that the channel reports; return the items that show something else than was thought."""

        def do(unit: Unit, _lock: bool) -> list[str]:  # noqa: FBT001
            at, code = self.shop.now(), self.channel.code
            take_turn(unit, code, at)
            known = self.shown(unit, self.figures(unit, pieces, at))
            (mark,) = unit.keys(1)
            now, changed = [], []
            for item, count in pieces.items():
                before = known.get(item)
                after = Shown(code, item, count, at) if before is None else heard(before, count)
                if after != before:
                    now.append(evolve(after, since=at, mark=mark))
                    changed += [] if before is not None and after == confirmed(before) else [item]
            save_shown(unit, code, now, at)
            return sorted(changed)

        return self.shop.attempt(do)

    def explain(self, unit: Unit, item: str, at: datetime) -> ExplainedStock | None:
        """Return how an item's number comes about; None for an item that stands for no goods."""
        found = self.figures(unit, [item], at)
        if item not in found:
            return None
        one = found[item]
        shown = self.shown(unit, found).get(item)
        return ExplainedStock(self.channel.code, item, one.listing.code, one.available, one.figure, shown)
