"""What can be asked of a fulfillment order."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.core import quick
from omskit.fulfillment.model import FulfillmentOrder
from omskit.fulfillment.parcels import Fact, Parcel

#: (line number, units) pairs.
Units = tuple[tuple[int, int], ...]


@quick
@frozen
class Open:
    """Give work to a warehouse; the order's own status is left to its machine."""

    fulfillment: FulfillmentOrder


@frozen
class Accept:
    """The warehouse takes the work."""


@frozen
class Reject:
    """The warehouse declines all that is open; it is not asked again for these lines before ``bar_until``.

    Where some has left, the rest is short, as after a last confirmation.
    """

    reason: str
    bar_until: datetime | None = None


@frozen
class RejectLines:
    """The warehouse declines some open units and keeps the others; all of them is the same as :class:`Reject`."""

    lines: Units
    reason: str
    bar_until: datetime | None = None


@frozen
class Ship:
    """Parcels have left; with ``final`` no more will come, and what is open is short.

    Args:
        parcels: A packed one is named by its number; others continue the numbers.
        final: Whether it is the last confirmation.
        id: The warehouse's id of the confirmation: one that is known changes nothing. Empty goes by waybills.
        short: Why units do not come: (work line number, reason) pairs, with ``final``.
        bar_until: The warehouse is not asked again for what is short before this instant.
    """

    parcels: tuple[Parcel, ...]
    final: bool = True
    id: str = ""
    short: tuple[tuple[int, str], ...] = ()
    bar_until: datetime | None = None


@frozen
class HandOver:
    """All that is open has left in one parcel, the last one."""

    waybill: str
    courier: str = ""
    weight_g: int = 0


@frozen
class Dispatch:
    """Packed parcels have left with the waybills that they have; ``id`` and ``final`` as in :class:`Ship`."""

    parcels: tuple[int, ...]
    final: bool = False
    id: str = ""


@frozen
class Unship:
    """A parcel that was told as shipped did not leave; only before a courier has said that it is there.

    Args:
        parcel: Its number.
        reason: For the history.
        in_stock: Whether its goods lie on the shelf: then they are promised to the same lines again, at the same
            warehouse. Otherwise the lines are open again.
    """

    parcel: int
    reason: str = ""
    in_stock: bool = True


@frozen
class Settle:
    """Decide about a parcel that left although the work had been stopped.

    Args:
        parcel: Its number.
        sold: Whether its units are sent to its orders after all: they take the open units of the lines. Otherwise
            they are written off the stock; if they come back, they are taken in like any return.
        reason: For the history.
    """

    parcel: int
    sold: bool
    reason: str = ""


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


@frozen
class Pack:
    """Units were put into boxes, (work line number, units) pairs of each; see :func:`omskit.fulfillment.pack`."""

    boxes: tuple[Units, ...]


@frozen
class Unpack:
    """A box was emptied again; its label, if it has one, is made void."""

    parcel: int


@frozen
class Weigh:
    """A parcel was put on the scales and measured; sizes in order of length, 0 where not measured."""

    parcel: int
    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


@frozen
class GetWaybill:
    """Ask a courier for a waybill; each of the others is asked when the one before it fails.

    Asked again while there is one, or one is waited for, nothing happens.
    """

    parcel: int
    couriers: tuple[str, ...]


@frozen
class ReceiveWaybill:
    """The courier has given a number and what to print."""

    parcel: int
    label: int
    waybill: str
    print_data: str = ""


@frozen
class FailWaybill:
    """The courier gives no number: no balance, an address out of reach, its system down."""

    parcel: int
    label: int
    reason: str


@frozen
class VoidWaybill:
    """Take a waybill back, or the request for it; the parcel stays what it is."""

    parcel: int
    reason: str = ""


@frozen
class ConfirmVoid:
    """The courier has taken the waybill back."""

    parcel: int
    label: int


@frozen
class RefuseVoid:
    """The courier does not take the waybill back; its cost stays."""

    parcel: int
    label: int
    reason: str = ""


@frozen
class Track:
    """A courier tells of a parcel, in any order and as often as it likes."""

    parcel: int
    facts: tuple[Fact, ...]


@frozen
class Intercept:
    """Ask the courier to stop a parcel on its way and to bring it back."""

    parcel: int
    reason: str = ""


@frozen
class AcceptIntercept:
    """The courier tries; what becomes of the parcel is told by its facts."""

    parcel: int


@frozen
class DenyIntercept:
    """The courier does not stop the parcel."""

    parcel: int
    reason: str = ""


@frozen
class AwaitPickup:
    """The goods lie ready for who shows a code.

    Args:
        code: Handed to the buyer; only a digest of it is kept.
        until: When they go back to the shelf.
    """

    code: str
    until: datetime


@frozen
class Collect:
    """Somebody shows a code at the counter; see :mod:`omskit.fulfillment.pickup` for a wrong one."""

    code: str


@frozen
class ExpirePickup:
    """Nobody came in time; the goods go back to the shelf."""


@frozen
class LiftHold:
    """A person has dealt with what waited."""

    code: str
    parcel: int = 0


Command = (
    Open
    | Accept
    | Reject
    | RejectLines
    | Ship
    | HandOver
    | Dispatch
    | Unship
    | Settle
    | Recall
    | ConfirmRecall
    | DenyRecall
    | Pack
    | Unpack
    | Weigh
    | GetWaybill
    | ReceiveWaybill
    | FailWaybill
    | VoidWaybill
    | ConfirmVoid
    | RefuseVoid
    | Track
    | Intercept
    | AcceptIntercept
    | DenyIntercept
    | AwaitPickup
    | Collect
    | ExpirePickup
    | LiftHold
)
