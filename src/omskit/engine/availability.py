"""The availability desk: what can be sold, what channels are told of it, and what somebody should look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from attrs import frozen

from omskit.channels import Channel, Meaning
from omskit.core import Component, UsageError
from omskit.engine.alerting import look as look_for_alerts
from omskit.engine.mapping import channel_of
from omskit.engine.offering import look, offered, skus_of
from omskit.engine.publishing import ExplainedStock, Publisher
from omskit.engine.units import Shop
from omskit.flow import Goods, Processes, load_products
from omskit.inventory import Available, Publishing, Selling
from omskit.inventory.replenishment import Alerts, Bounds
from omskit.storage import Unit


@frozen
class AvailabilityDesk:
    """One truth about stock, for display, promise and publication; every channel's numbers follow from it.

    Args:
        shop: The engine's parts.
        processes: Says which orders are alive.
        channels: By code.
        selling: How stock is offered.
        catalog: Whether products and items are looked up in the catalog.
    """

    shop: Shop
    processes: Processes
    channels: Mapping[str, Channel]
    selling: Selling
    catalog: bool = False

    def of(self, codes: Collection[str], *, channel: str = "") -> Mapping[str, Available]:
        """Return what can be sold of SKUs and bundles, at once and from which day on.

        Sold pieces that have no warehouse yet come off, safety stock is kept back, what is ring-fenced for other
        channels too; transfers with a day, and what ``selling.inbound`` says, come on top from their day on.

        Args:
            codes: Of products: as the catalog has them, as the channel's listings say, or plain SKUs.
            channel: Whose view: its pool, and its own ring-fenced pieces. Without one all warehouses are seen.

        Raises:
            UsageError: ``unknown_channel``.
        """
        known = channel_of(self.channels, channel) if channel else None
        on = self.shop.now().date()
        with self.shop.storage.begin(read=True) as unit:
            goods = self._goods(unit, codes, known)
            seen = look(unit, self.processes, self.selling, skus_of(goods))
        return offered(seen, self.selling, goods, on=on, channel=channel)

    def _goods(
        self, unit: Unit, codes: Collection[str], channel: Channel | None
    ) -> dict[str, tuple[Component, ...]]:
        goods: dict[str, tuple[Component, ...]] = dict.fromkeys(codes, ())
        if self.catalog:
            known = Goods({code: one.state for code, one in load_products(unit, codes).items()})
            goods |= {code: known.parts(code) for code in codes}
        listed = channel.listings.items.values() if channel else ()
        for one in listed:
            if one.code in goods and one.meaning is Meaning.GOODS and one.components:
                goods[one.code] = one.components
        return goods

    def publish(self, channel: str = "", items: Iterable[str] = ()) -> Publishing:
        """Put what has changed into the outbox, as one :class:`omskit.channels.StockNotice` for each request.

        Nothing is put that the channel shows already, be it because it was told or because it lowered its own
        number with a sale. Call it after receiving and after running, or every minute; what it says to send later
        is sent by the call that comes later.

        Args:
            channel: Only to this one; without it to every channel of ``selling``.
            items: Only these; without them all that the channel lists and, where it is open, all SKUs in the book.

        Raises:
            UsageError: ``unknown_channel``, also for one that ``selling`` does not have.
        """
        named, done = tuple(items), []
        for code in [channel] if channel else sorted(self.selling.channels):
            publisher = self._publisher(code)
            with self.shop.storage.begin(read=True) as unit:
                wanted: Sequence[str] = named or publisher.items(unit)
            done += publisher.publish(wanted)
        return Publishing(
            tuple(one for part in done for one in part.now),
            tuple(one for part in done for one in part.later),
            sum(part.unchanged for part in done),
            sum(part.withheld for part in done),
        )

    def explain(self, channel: str, item: str) -> ExplainedStock:
        """Return how the number of a channel's item comes about, and what the channel shows of it.

        Raises:
            UsageError: ``unknown_channel``; ``unknown_item`` for one that stands for no goods.
        """
        with self.shop.storage.begin(read=True) as unit:
            found = self._publisher(channel).explain(unit, item, self.shop.now())
        if found is None:
            raise UsageError("unknown_item", f"{item!r} stands for no goods at {channel}", item=item)
        return found

    def heard(self, channel: str, pieces: Mapping[str, int]) -> Sequence[str]:
        """Take the numbers that a channel reports, by item; return the items that show something unexpected.

        A number that the channel was told is an echo. Any other one is what it shows, and is put right by the
        next :meth:`publish`.

        Raises:
            UsageError: ``unknown_channel``.
        """
        return self._publisher(channel).hear(pieces)

    def alerts(self, bounds: Bounds | None = None, *, days: int = 28) -> Alerts:
        """Look at every cell; return the alerts that are raised, those that are over, and all that are open.

        Which are open is kept, so that each is raised once. Low stock goes by the reorder points of ``selling``.
        Reads the movements of ``days`` into memory.

        Args:
            bounds: When to raise; :class:`omskit.inventory.replenishment.Bounds` as it comes without them.
            days: How far back demand is measured; dead stock is seen only with as many as its bound.

        Raises:
            UsageError: ``bad_parameter`` for fewer than one day.
        """
        if days < 1:
            raise UsageError("bad_parameter", f"{days} days: from 1", name="days")
        limits, at = bounds or Bounds(), self.shop.now()
        return self.shop.attempt(lambda unit, _lock: look_for_alerts(unit, self.selling, limits, at, days))

    def _publisher(self, code: str) -> Publisher:
        if code not in self.selling.channels:
            codes = ", ".join(sorted(self.selling.channels)) or "none"
            raise UsageError("unknown_channel", f"{code!r} is not published to; there are: {codes}", channel=code)
        return Publisher(self.shop, self.processes, self.selling, channel_of(self.channels, code), self.catalog)
