"""What can be asked of an order."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.core import quick
from omskit.orders.changes import Changes, Proposal
from omskit.orders.events import Refunded
from omskit.orders.lines import Charge, OrderLine
from omskit.orders.model import Consignment, Hold, PriceGap, Sent, Terms
from omskit.pricing import Context, PriceResult

#: (line number, units) pairs.
Units = tuple[tuple[int, int], ...]


@quick
@frozen
class Place:
    """Take an order into the book under a key that was handed out before.

    Args:
        key: From the storage.
        terms: What was agreed.
        lines: Numbered 1, 2, 3 ..., all units open.
        charges: Amounts that stand for no goods.
        holds: What blocks it from the start.
        not_before: When it is worth a first look; None for at once.
        process: Id of the process that it is to go by; empty lets the host's choice decide.
        part_of: Key of the order that was divided into it and others; 0 for none.
        redeems: Whether that order's price uses budgets or coupons.
    """

    key: int
    terms: Terms
    lines: tuple[OrderLine, ...]
    charges: tuple[Charge, ...] = ()
    holds: tuple[Hold, ...] = ()
    not_before: datetime | None = None
    process: str = ""
    part_of: int = 0
    redeems: bool = False

    def under(self, process: str) -> Place:
        """Return the command for an order that is to go by a process."""
        return Place(
            self.key,
            self.terms,
            self.lines,
            self.charges,
            self.holds,
            self.not_before,
            process,
            self.part_of,
            self.redeems,
        )


@quick
@frozen
class Approve:
    """Let the order go on after its review; ``rule`` names what decided, ``alerts`` what people should know."""

    rule: str = ""
    alerts: tuple[str, ...] = ()


@frozen
class Advance:
    """Make a trigger that has no command of its own, as a host's machine or a process of two reviews knows them.

    ``rule`` names what decided, ``alerts`` what people should know.
    """

    trigger: str
    rule: str = ""
    alerts: tuple[str, ...] = ()


@frozen
class PutOnHold:
    """Block the order, or one of its lines, for a typed reason; see :class:`omskit.orders.Hold`."""

    code: str
    reason: str = ""
    line: int = 0
    until: datetime | None = None
    awaits: str = ""


@frozen
class ReleaseHold:
    """Lift the holds of one code; ``line`` as it was put."""

    code: str
    line: int = 0


@frozen
class Satisfy:
    """Lift every hold that awaits a fact, which has come true."""

    fact: str


@frozen
class Merge:
    """Let the order leave together with the others of a group, named by the key of one of them."""

    group: int


@frozen
class Unmerge:
    """Let the order leave by itself again; possible until a warehouse works on it.

    What warehouses hold for it under a plan that was made for the whole group is given back.
    """

    reason: str = ""


@frozen
class SetApart:
    """Let some lines leave apart from the rest from now on; none lets them leave together again."""

    lines: tuple[int, ...]


@frozen
class Amend:
    """Carry out a change set at once; see :mod:`omskit.orders.changes`."""

    changes: Changes
    reason: str = ""


@frozen
class Propose:
    """Keep a change set with the order until it is confirmed or discarded."""

    proposal: Proposal


@frozen
class Confirm:
    """Carry out the change set that was proposed under an id."""

    id: str


@frozen
class Discard:
    """Forget the change set that was proposed under an id."""

    id: str
    reason: str = ""


@frozen
class KeepPrice:
    """Keep the trace of the order's price in its history; what it uses of budgets is held for the order.

    Args:
        price: With frozen shares, gifts, uses and the trace.
        context: What it was priced under.
        gifts_only: Whether only its gifts are ours, and its prices are its channel's.
        until: When what it uses may be given back for its not having been paid; None for no end.
    """

    price: PriceResult
    context: Context
    gifts_only: bool = False
    until: datetime | None = None


@frozen
class NoteGaps:
    """Keep where the channel's prices differ from ours."""

    gaps: tuple[PriceGap, ...]


@frozen
class NoteRefund:
    """Keep what units that came back or were cancelled gave the buyer."""

    refunded: Refunded


@frozen
class Divide:
    """Let other orders stand for this one from now on; see :func:`omskit.orders.divide`."""

    children: tuple[int, ...]


@frozen
class Rejoin:
    """Let the order stand for itself again, after its children have been dissolved."""


@frozen
class Dissolve:
    """Let a child end in favour of the order that it came from."""


@quick
@frozen
class Assign:
    """Give open units to warehouses, as a plan decided.

    Args:
        consignments: With numbers that continue the order's; empty when nothing was found.
        retry_at: When units that stay open are worth another try.
        reasons: Why they stay open: (line number, reason code) pairs.
        why: How the choice came about, one sentence each, for people.
    """

    consignments: tuple[Consignment, ...]
    retry_at: datetime | None = None
    reasons: tuple[tuple[int, str], ...] = ()
    why: tuple[str, ...] = ()


@quick
@frozen
class Release:
    """Give consignments to fulfillment orders: (consignment number, fulfillment order's key) pairs."""

    fulfillments: tuple[tuple[int, int], ...]


@frozen
class Ship:
    """Book units that a fulfillment order has handed to the courier.

    Args:
        fulfillment: Its key.
        lines: (line number, units) pairs.
        sent: In which parcels they are.
        unplanned: Whether they are open units, that were no longer promised by that fulfillment order.
    """

    fulfillment: int
    lines: Units
    sent: tuple[Sent, ...] = ()
    unplanned: bool = False


@frozen
class Unship:
    """Take back that units have left.

    Args:
        lines: (line number, units) pairs.
        warehouse: Where they lie, and are promised to the order again; empty opens the lines.
        waybill: Of the parcel that had not left.
        reason: For the history.
    """

    lines: Units
    warehouse: str = ""
    waybill: str = ""
    reason: str = ""


@frozen
class Unassign:
    """Take units back from a fulfillment order, or from all consignments not released yet (0).

    With ``bar_until`` the warehouse is not asked again for these lines before that instant. ``lines`` names the
    units as (line number, units) pairs; None takes all of them.
    """

    fulfillment: int
    reason: str
    bar_until: datetime | None = None
    lines: Units | None = None


@frozen
class Cancel:
    """Cancel units: the given ones, or all that have not been shipped (None).

    Open units go first, then units of consignments that no warehouse works on yet. Units that a warehouse
    works on are refused (``at_warehouse``): its fulfillment order is cancelled first.
    """

    lines: Units | None = None
    reason: str = ""


@frozen
class TakeBack:
    """Book shipped units that came back; with a warehouse, into what it can sell again.

    Single pieces of a bundle come as (line, SKU, pieces); a line that is no bundle has one piece a unit.
    """

    lines: Units
    warehouse: str = ""
    reason: str = ""
    pieces: tuple[tuple[int, str, int], ...] = ()


@frozen
class Concede:
    """Give money back for goods that the buyer keeps: (line, minor units) pairs, line 0 for the charges.

    An amount below zero takes back what had been conceded, when the goods have come back after all.
    """

    amounts: tuple[tuple[int, int], ...]
    reason: str = ""


Command = (
    Place
    | Approve
    | Advance
    | PutOnHold
    | ReleaseHold
    | Satisfy
    | Merge
    | Unmerge
    | SetApart
    | Amend
    | Propose
    | Confirm
    | Discard
    | KeepPrice
    | NoteGaps
    | NoteRefund
    | Divide
    | Rejoin
    | Dissolve
    | Assign
    | Release
    | Ship
    | Unassign
    | Unship
    | Cancel
    | TakeBack
    | Concede
)
