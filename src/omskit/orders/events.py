"""What happened to an order; each event that moves it carries the status it led to."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.core import quick
from omskit.orders.changes import Proposal
from omskit.orders.lines import Charge, OrderLine
from omskit.orders.model import Barred, Consignment, Hold, Order, PriceGap, Sent, Terms
from omskit.pricing import Context, GiftDue, PriceResult


@quick
@frozen
class OrderPlaced:
    """The order came into the book, as it stands here."""

    order: Order


@quick
@frozen
class Approved:
    """The review let it go on, with what people should know."""

    status: str
    rule: str = ""
    alerts: tuple[str, ...] = ()


@frozen
class Advanced:
    """A trigger without a command of its own was made, with what people should know."""

    status: str
    trigger: str
    rule: str = ""
    alerts: tuple[str, ...] = ()


@frozen
class HoldPlaced:
    """It is blocked."""

    hold: Hold


@frozen
class HoldReleased:
    """The holds of one code, on one line or on the whole (0), are lifted; with a fact, those that await it."""

    code: str
    line: int = 0
    awaits: str = ""


@frozen
class Merged:
    """It leaves together with the others of a group."""

    status: str
    group: int


@frozen
class Unmerged:
    """It leaves by itself again; the consignments that were planned for the group are taken back."""

    status: str
    consignments: tuple[int, ...] = ()
    reason: str = ""


@frozen
class LinesSetApart:
    """These lines, and no others, leave apart from the rest."""

    lines: tuple[int, ...]


@frozen
class Proposed:
    """A change set waits to be confirmed or discarded."""

    proposal: Proposal


@frozen
class Discarded:
    """A proposed change set was given up."""

    id: str
    reason: str = ""


@frozen
class Amended:
    """What was agreed is different from now on.

    Args:
        status: Where the order stands now.
        lines: Lines with other money or more units, and lines that were added, each as it is now.
        terms: The terms as they are now; None when they are as before.
        proposal: Id of the proposal that was confirmed; empty for none.
        reason: Why.
        charges: All charges as they are now; None when they are as before.
    """

    status: str
    lines: tuple[OrderLine, ...] = ()
    terms: Terms | None = None
    proposal: str = ""
    reason: str = ""
    charges: tuple[Charge, ...] | None = None


@frozen
class Priced:
    """It costs what this trace says, under these facts about buyer and moment.

    Args:
        price: With frozen shares, gifts, uses and the trace; refunds and changes read it.
        context: What it was priced under, without what was left of budgets and stock.
        gifts_only: Whether only its gifts are ours, and its prices are its channel's.
        until: When what it uses may be given back for its not having been paid; None for no end.
    """

    price: PriceResult
    context: Context
    gifts_only: bool = False
    until: datetime | None = None


@frozen
class GapsNoted:
    """The channel's prices were held against ours, and these differ."""

    gaps: tuple[PriceGap, ...] = ()


@frozen
class Refunded:
    """What units that came back or were cancelled gave the buyer, by the order's price.

    Args:
        units: (line number, units).
        lines: (line number, minor units that go back, tax within them).
        gifts: Gifts that are no longer earned.
        charge_minor: What is charged for them.
        owed_minor: Charges beyond the refund.
        again: Whether what the buyer keeps was priced again.
    """

    units: tuple[tuple[int, int], ...]
    lines: tuple[tuple[int, int, int], ...] = ()
    gifts: tuple[GiftDue, ...] = ()
    charge_minor: int = 0
    owed_minor: int = 0
    again: bool = False

    @property
    def refund_minor(self) -> int:
        """What the buyer gets: goods less charges."""
        return sum(minor for _, minor, _ in self.lines) - self.charge_minor


@frozen
class Divided:
    """Other orders stand for it."""

    status: str
    children: tuple[int, ...]


@frozen
class Rejoined:
    """It stands for itself again."""

    status: str


@frozen
class Dissolved:
    """It ended in favour of the order that it came from."""

    status: str


@quick
@frozen
class Assigned:
    """Warehouses hold units for it; what stays open has its reasons as (line number, code) pairs.

    ``why`` says for people how the choice came about.
    """

    status: str
    consignments: tuple[Consignment, ...] = ()
    retry_at: datetime | None = None
    reasons: tuple[tuple[int, str], ...] = ()
    why: tuple[str, ...] = ()


@quick
@frozen
class Released:
    """Fulfillment orders work on consignments: (consignment number, fulfillment order's key) pairs."""

    status: str
    fulfillments: tuple[tuple[int, int], ...]


@frozen
class Shipped:
    """Units of a fulfillment order have left; ``unplanned`` ones were open, and in no consignment of it."""

    status: str
    fulfillment: int
    lines: tuple[tuple[int, int], ...]
    sent: tuple[Sent, ...] = ()
    unplanned: bool = False


@frozen
class Unshipped:
    """Units have not left after all; they are promised again as a consignment, or open."""

    status: str
    lines: tuple[tuple[int, int], ...]
    consignment: Consignment | None = None
    waybill: str = ""
    reason: str = ""


@frozen
class Unassigned:
    """Consignments were taken back whole, or units out of some: (consignment, line, units); all are open again."""

    status: str
    consignments: tuple[int, ...]
    reason: str = ""
    barred: tuple[Barred, ...] = ()
    units: tuple[tuple[int, int, int], ...] = ()


@frozen
class Cancelled:
    """Units will not be sent: open ones, and ones taken out of consignments.

    Args:
        status: Where the order stands now.
        open: (line number, units) pairs that were open.
        reserved: (consignment number, line number, units) that a warehouse had held.
        reason: Why.
    """

    status: str
    open: tuple[tuple[int, int], ...] = ()
    reserved: tuple[tuple[int, int, int], ...] = ()
    reason: str = ""


@frozen
class TakenBack:
    """Shipped units, and single pieces of units, came back; with a warehouse, into what it can sell again."""

    status: str
    lines: tuple[tuple[int, int], ...]
    warehouse: str = ""
    reason: str = ""
    pieces: tuple[tuple[int, str, int], ...] = ()


@frozen
class Conceded:
    """Money was given back for goods that the buyer keeps, by line; line 0 stands for the charges.

    An amount below zero takes back what had been conceded: the goods came back after all.
    """

    amounts: tuple[tuple[int, int], ...]
    reason: str = ""


Event = (
    OrderPlaced
    | Approved
    | Advanced
    | HoldPlaced
    | HoldReleased
    | Merged
    | Unmerged
    | LinesSetApart
    | Proposed
    | Discarded
    | Amended
    | Priced
    | GapsNoted
    | Refunded
    | Divided
    | Rejoined
    | Dissolved
    | Assigned
    | Released
    | Shipped
    | Unassigned
    | Unshipped
    | Cancelled
    | TakenBack
    | Conceded
)
