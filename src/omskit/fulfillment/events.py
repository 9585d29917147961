"""What happened to a fulfillment order; each event carries the status it led to."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.core import quick
from omskit.fulfillment.model import FulfillmentOrder, WorkHold
from omskit.fulfillment.parcels import Fact, Label, Parcel


@quick
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
class LinesRejected:
    """The warehouse declined some units: (work line number, units) pairs."""

    status: str
    lines: tuple[tuple[int, int], ...]
    reason: str
    bar_until: datetime | None = None


@frozen
class ParcelsShipped:
    """Parcels left; with ``final`` all that was open is short.

    Args:
        status: Where the fulfillment order stands now.
        parcels: As they left; labels and facts that were there before stay.
        final: Whether no more will come.
        id: The warehouse's id of the confirmation.
        short: Why units do not come: (work line number, reason) pairs.
        bar_until: The warehouse is not asked again for what is short before this instant.
    """

    status: str
    parcels: tuple[Parcel, ...]
    final: bool = True
    id: str = ""
    short: tuple[tuple[int, str], ...] = ()
    bar_until: datetime | None = None


@frozen
class ShippedAnyway:
    """Parcels left although the work had been stopped; no line counts them, a hold waits for a person."""

    status: str
    parcels: tuple[Parcel, ...]
    id: str = ""


@frozen
class Unshipped:
    """A parcel had not left after all; ``lines`` are its (work line number, units) pairs, now short."""

    parcel: int
    parcel_status: str
    lines: tuple[tuple[int, int], ...]
    reason: str = ""
    in_stock: bool = True


@frozen
class Settled:
    """A person has decided about a parcel that left after the work was stopped.

    Args:
        parcel: Its number.
        lines: (work line number, units) pairs in it.
        sold: Whether they count as shipped; otherwise they are written off.
        reason: For the history.
    """

    parcel: int
    lines: tuple[tuple[int, int], ...]
    sold: bool
    reason: str = ""


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


@frozen
class Packed:
    """Boxes were packed."""

    parcels: tuple[Parcel, ...]


@frozen
class Unpacked:
    """A box was emptied."""

    parcel: int
    parcel_status: str


@frozen
class Weighed:
    """A parcel was weighed and measured."""

    parcel: int
    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


@frozen
class WaybillRequested:
    """A courier was asked for a waybill."""

    parcel: int
    label: Label


@frozen
class WaybillReceived:
    """A courier gave a waybill; one that is being made void already is not the parcel's."""

    parcel: int
    label: int
    status: str
    waybill: str
    print_data: str = ""


@frozen
class WaybillFailed:
    """A courier gave no waybill."""

    parcel: int
    label: int
    status: str
    reason: str


@frozen
class WaybillVoiding:
    """A courier was asked to take a waybill back."""

    parcel: int
    label: int
    status: str
    reason: str = ""


@frozen
class WaybillVoided:
    """A courier took a waybill back."""

    parcel: int
    label: int
    status: str


@frozen
class VoidRefused:
    """A courier did not take a waybill back; it costs what it costs."""

    parcel: int
    label: int
    status: str
    reason: str = ""


@frozen
class Tracked:
    """A courier told of a parcel.

    Args:
        parcel: Its number.
        facts: Those that were not known, in order of time.
        status: Where the parcel stands by all that is known.
        interception: Where the attempt to stop it stands; empty for none.
    """

    parcel: int
    facts: tuple[Fact, ...]
    status: str
    interception: str = ""


@frozen
class ReturnExpected:
    """A parcel comes back; a return can be prepared for it.

    Args:
        parcel: Its number.
        lines: (work line number, units) pairs.
        reason: ``refused``, ``intercepted`` or ``returning``.
    """

    parcel: int
    lines: tuple[tuple[int, int], ...]
    reason: str


@frozen
class ReturnCalledOff:
    """A parcel that was to come back does not: it was delivered, or is lost."""

    parcel: int


@frozen
class Intercepted:
    """An attempt to stop a parcel came to a new state: requested, accepted or failed."""

    parcel: int
    interception: str
    reason: str = ""


@frozen
class PickupReady:
    """The goods lie ready for a buyer."""

    status: str
    digest: str
    until: datetime


@frozen
class PickupDenied:
    """A wrong code was shown."""

    attempts: int


@frozen
class PickupExpired:
    """Nobody came in time."""

    status: str


@frozen
class WorkHeld:
    """Something waits for a person."""

    hold: WorkHold


@frozen
class WorkHoldLifted:
    """A person has dealt with it."""

    code: str
    parcel: int = 0


Event = (
    Opened
    | Accepted
    | Rejected
    | LinesRejected
    | ParcelsShipped
    | ShippedAnyway
    | Unshipped
    | Settled
    | Recalled
    | RecallConfirmed
    | RecallDenied
    | Packed
    | Unpacked
    | Weighed
    | WaybillRequested
    | WaybillReceived
    | WaybillFailed
    | WaybillVoiding
    | WaybillVoided
    | VoidRefused
    | Tracked
    | ReturnExpected
    | ReturnCalledOff
    | Intercepted
    | PickupReady
    | PickupDenied
    | PickupExpired
    | WorkHeld
    | WorkHoldLifted
)
