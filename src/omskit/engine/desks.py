"""The desks of a system: where people change stock, catalog, prices, returns and parcels by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from attrs import field, frozen

from omskit.catalog import OPEN_SCHEMA, Schema
from omskit.channels import Channel, Privacy, Reporting
from omskit.core import UsageError
from omskit.engine.announcing import InboundDesk
from omskit.engine.cataloging import CatalogDesk
from omskit.engine.costing import CostDesk
from omskit.engine.counter import Counter
from omskit.engine.lots import LotDesk
from omskit.engine.mapping import ItemDesk
from omskit.engine.offering import OfferingDesk
from omskit.engine.price_changing import PriceDesk
from omskit.engine.reserving import ReservationDesk
from omskit.engine.returning import ReturnDesk
from omskit.engine.shipments import ShipmentDesk
from omskit.engine.sourcing import SourcingDesk
from omskit.engine.stock import StockDesk
from omskit.engine.stockroom import Stockroom
from omskit.engine.transferring import TransferDesk
from omskit.engine.units import Shop
from omskit.flow import Offering, Pricing, Processes, as_processes
from omskit.inventory.costs import CostScope
from omskit.inventory.lots import LotRule
from omskit.storage import Storage


def _by_code(channels: Iterable[Channel]) -> Mapping[str, Channel]:
    known: dict[str, Channel] = {}
    for channel in channels:
        if channel.code in known:
            raise UsageError("duplicate_channel", f"two channels are called {channel.code!r}")
        known[channel.code] = channel
    return known


def _by_warehouse(scopes: Iterable[CostScope] | Mapping[str, CostScope]) -> Mapping[str, CostScope]:
    if isinstance(scopes, Mapping):
        return scopes
    known: dict[str, CostScope] = {}
    for scope in scopes:
        for warehouse in scope.warehouses:
            if warehouse in known:
                raise UsageError("warehouse_twice", f"{warehouse!r} is in two scopes", warehouse=warehouse)
            known[warehouse] = scope
    return known


@frozen
class Desks:
    """What a system is made of, and a desk for each kind of work that people do.

    Args:
        storage: Where everything is kept; see :meth:`omskit.engine.Oms.open` for a database URL.
        channels: Where orders come from.
        processes: How orders go: one :class:`omskit.flow.Process` for all of them, or several and which goes by
            which.
        clock: Says what time it is; aware.
        buffer: How long a new order waits before its review, so that what belongs together can meet.
        batch: Most orders or documents in one transaction.
        schema: What products are checked against; with one, items of channels are looked up in the catalog too.
        pricing: What orders that people take down are priced with.
        privacy: How receivers are kept and compared.
        valued: The scopes in which stock is valued; a warehouse is in one of them at most.
        offering: How stock is offered to channels; with one, what they sell is taken off the numbers they show.
        lot_rules: The SKUs that are kept by lot, or by serial number, and how.

    Raises:
        UsageError: ``duplicate_channel``; ``warehouse_twice``.
    """

    storage: Storage
    channels: Mapping[str, Channel] = field(converter=_by_code)
    processes: Processes = field(converter=as_processes)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), kw_only=True)
    buffer: timedelta = field(default=timedelta(0), kw_only=True)
    batch: int = field(default=500, kw_only=True)
    schema: Schema | None = field(default=None, kw_only=True)
    pricing: Pricing | None = field(default=None, kw_only=True)
    privacy: Privacy = field(default=Privacy(), kw_only=True)
    offering: Offering | None = field(default=None, kw_only=True)
    valued: Mapping[str, CostScope] = field(default=(), converter=_by_warehouse, kw_only=True)
    lot_rules: Mapping[str, LotRule] = field(factory=dict, kw_only=True)
    _joined: bool = field(default=False, kw_only=True)

    @property
    def _shop(self) -> Shop:
        told = {code: one.reporting for code, one in self.channels.items() if one.reporting is not Reporting.EACH}
        return Shop(self.storage, self.processes, self.clock, self._joined, told, self.lot_rules)

    @property
    def stock(self) -> StockDesk:
        """Stock by hand: goods in, corrections, counts, levels."""
        return StockDesk(self._shop)

    @property
    def stockroom(self) -> Stockroom:
        """Pieces that cannot be sold: damaged, on hold, in transit, announced."""
        return Stockroom(self._shop)

    @property
    def lots(self) -> LotDesk:
        """Lots and serial numbers: goods in, what lasts how long, lock-up, recalls."""
        return LotDesk(self._shop)

    @property
    def offers(self) -> OfferingDesk:
        """What can be sold, what each channel is told of it and why, and what somebody should look at."""
        offering = self.offering or Offering()
        return OfferingDesk(self._shop, self.channels, offering, self.schema is not None)

    @property
    def costs(self) -> CostDesk:
        """What stock costs: receipts at their cost, stock at its worth, what was sold at what it had cost.

        Raises:
            UsageError: ``no_scope`` when the system was opened without ``valued``.
        """
        if not self.valued:
            raise UsageError("no_scope", "nothing is valued; open the system with valued=[CostScope(...)]")
        return CostDesk(self._shop, self.valued)

    @property
    def inbound(self) -> InboundDesk:
        """Goods that suppliers announced, and orders that wait for them."""
        return InboundDesk(self._shop, self.processes, self.batch)

    @property
    def reservations(self) -> ReservationDesk:
        """What carts and unpaid orders hold for a time."""
        return ReservationDesk(self._shop, self.offering or Offering(), self.batch)

    @property
    def transfers(self) -> TransferDesk:
        """Transfers between warehouses."""
        return TransferDesk(self._shop)

    @property
    def catalog(self) -> CatalogDesk:
        """Products, category trees and listings; checked against ``schema``, or against an open one."""
        return CatalogDesk(self._shop, self.schema or OPEN_SCHEMA)

    @property
    def counter(self) -> Counter:
        """Orders that people take down: priced, placed, changed and refunded here.

        Raises:
            UsageError: ``no_pricing`` when the system was opened without ``pricing``.
        """
        if self.pricing is None:
            raise UsageError("no_pricing", "nothing to price with; open the system with pricing=Pricing(...)")
        return Counter(self._shop, self.pricing, self.batch)

    @property
    def prices(self) -> PriceDesk:
        """Scheduled price changes, prices in force, budgets and coupons."""
        return PriceDesk(self._shop, self.pricing)

    @property
    def items(self) -> ItemDesk:
        """Items of orders that nobody could explain when they came."""
        return ItemDesk(self._shop, self.processes, self.channels, self.batch)

    @property
    def returns(self) -> ReturnDesk:
        """Returns by hand: cases for orders, parcels that come back, goods in exchange."""
        return ReturnDesk(self._shop, self.batch)

    @property
    def sourcing(self) -> SourcingDesk:
        """Promise dates, looking again, what stock is worth to orders to come, and the past by other policies."""
        offering, catalog = self.offering or Offering(), self.schema is not None
        return SourcingDesk(self._shop, self.processes, self.channels, offering, catalog)

    @property
    def shipments(self) -> ShipmentDesk:
        """Parcels: what couriers say, what is late, what has arrived, what a warehouse cannot send."""
        return ShipmentDesk(self._shop, self.batch)
