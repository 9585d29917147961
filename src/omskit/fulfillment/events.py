"""What happened to a fulfillment order; each event carries the status it led to."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.fulfillment.model import FulfillmentOrder, Parcel


@frozen
class Opened:
    """Work was given to a warehouse, as it stands here."""

    fulfillment: FulfillmentOrder


@frozen
class Accepted:
    """The warehouse takes it."""

    status: str


@frozen
class Rejected:
    """The warehouse declined."""

    status: str
    reason: str
    bar_until: datetime | None = None


@frozen
class ParcelsShipped:
    """Parcels left; with ``final`` all that was open is short."""

    status: str
    parcels: tuple[Parcel, ...]
    final: bool = True


@frozen
class Recalled:
    """The warehouse was asked to stop."""

    status: str
    reason: str = ""


@frozen
class RecallConfirmed:
    """The warehouse stopped; nothing leaves."""

    status: str


@frozen
class RecallDenied:
    """The warehouse could not stop."""

    status: str


Event = Opened | Accepted | Rejected | ParcelsShipped | Recalled | RecallConfirmed | RecallDenied
