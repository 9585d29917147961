"""What can be asked of a fulfillment order."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.fulfillment.model import FulfillmentOrder, Parcel


@frozen
class Open:
    """Give work to a warehouse; the order's own status is left to its machine."""

    fulfillment: FulfillmentOrder


@frozen
class Accept:
    """The warehouse takes the work."""


@frozen
class Reject:
    """The warehouse declines; it is not asked again for these lines before ``bar_until``."""

    reason: str
    bar_until: datetime | None = None


@frozen
class Ship:
    """Parcels have left; with ``final`` no more will come, and what is open is short."""

    parcels: tuple[Parcel, ...]
    final: bool = True


@frozen
class HandOver:
    """All that is open has left in one parcel, the last one."""

    waybill: str
    courier: str = ""
    weight_g: int = 0


@frozen
class Recall:
    """Ask the warehouse to stop; it answers with a confirmation, a denial or a shipment."""

    reason: str = ""


@frozen
class ConfirmRecall:
    """The warehouse has stopped; nothing leaves."""


@frozen
class DenyRecall:
    """The warehouse cannot stop any more."""


Command = Open | Accept | Reject | Ship | HandOver | Recall | ConfirmRecall | DenyRecall
