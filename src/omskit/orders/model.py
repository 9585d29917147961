"""The order: the commercial promise to one buyer, with what became of every unit of it."""

from __future__ import annotations

from datetime import date, datetime

from attrs import frozen

from omskit.core import Destination, UsageError, quick
from omskit.orders.changes import Proposal
from omskit.orders.lines import Charge, OrderLine

#: Milliseconds that stand for "not before someone acts".
NEVER = 2**62


@frozen
class Hold:
    """A fact that blocks an order until it is released; several stand side by side.

    Args:
        code: What kind of hold, stable, for programs.
        since: When it was placed.
        actor: Who placed it.
        reason: One sentence for a person.
        line: The line it blocks, 0 for the whole order.
        until: When it ends by itself; None waits for a person.
        awaits: The fact that ends it, as in ``paid``; empty when no fact does.
    """

    code: str
    since: datetime
    actor: str
    reason: str = ""
    line: int = 0
    until: datetime | None = None
    awaits: str = ""


@quick
@frozen
class Consignment:
    """Units of an order that one warehouse holds and that leave together.

    Args:
        number: 1, 2, 3 ... within the order, never used again.
        warehouse: Where they lie.
        lines: (line number, units) pairs.
        courier: Who carries them.
        service: The courier's product.
        weight_g: Expected weight.
        freight_minor: Expected freight in the order's currency.
        ship_on: Day of hand-over, in the warehouse's calendar.
        arrive_on: Day of delivery that can be promised.
        fulfillment: Key of the fulfillment order that works on it; 0 before its release.
    """

    number: int
    warehouse: str
    lines: tuple[tuple[int, int], ...]
    courier: str = ""
    service: str = ""
    weight_g: int = 0
    freight_minor: int = 0
    ship_on: date | None = None
    arrive_on: date | None = None
    fulfillment: int = 0


@frozen
class Sent:
    """A parcel with units of an order, kept where a channel is told of a line once, when all of it has left.

    Args:
        waybill: The courier's number.
        courier: Who carries it.
        lines: (line number, units) pairs.
    """

    waybill: str
    courier: str
    lines: tuple[tuple[int, int], ...]


@frozen
class Barred:
    """A warehouse that is not asked again for a line (0: any line) before an instant."""

    warehouse: str
    line: int
    until: datetime


@quick
@frozen
class Terms:
    """What was agreed when the order was placed; it does not change as the order moves.

    Args:
        channel: Code of the channel.
        external_id: The channel's id, unique within the channel.
        placed_at: When the buyer placed it.
        currency: ISO 4217, of every amount of the order.
        destination: Where it goes.
        buyer: Pseudonymous id of the buyer within the channel; empty when unknown.
        kind: ``sale``, ``exchange``, ``replacement``, ``wholesale`` ...
        grade: Customer grade, 0 the best to 9.
        urgent: Whether it goes before others of its grade.
        paid_at: When it was paid; None when it is not paid yet.
        cod: Whether the courier collects the money.
        ship_by: Latest hand-over to a courier.
        arrive_by: Latest delivery.
        ship_complete: Whether it may only leave as a whole.
        warehouse: The warehouse that the channel appoints; empty leaves it open.
        courier: The courier that was asked for; empty leaves it open.
        memo: What the buyer or the shop wrote.
        marks: Facts that the channel or its adapter saw and a review asks for, as in ``address_in_doubt``; sorted.
        merge_identity: Opaque name of the receiver: orders with equal ones may leave together; empty when nobody
            can tell. See :func:`omskit.core.merge_identity` for plain text.
        origin: The external id under which the channel knows it, where that is another order's; empty when it is
            ``external_id``.
        cart: The channel's id of the cart that it was; what the cart holds becomes the order's. Empty when it is
            ``external_id``.

    Raises:
        UsageError: ``bad_grade``.
    """

    channel: str
    external_id: str
    placed_at: datetime
    currency: str
    destination: Destination
    buyer: str = ""
    kind: str = "sale"
    grade: int = 5
    urgent: bool = False
    paid_at: datetime | None = None
    cod: bool = False
    ship_by: datetime | None = None
    arrive_by: datetime | None = None
    ship_complete: bool = False
    warehouse: str = ""
    courier: str = ""
    memo: str = ""
    marks: tuple[str, ...] = ()
    merge_identity: str = ""
    origin: str = ""
    cart: str = ""

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.grade <= 9:
            raise UsageError("bad_grade", f"{self.grade} is no customer grade: 0 to 9", value=self.grade)


@frozen
class PriceGap:
    """A line that the channel sold at another price than ours.

    Args:
        line: Its number.
        theirs_minor: What the channel's buyer pays for it.
        ours_minor: What it would cost by our lists and promotions; None when no list has a price.
    """

    line: int
    theirs_minor: int
    ours_minor: int | None = None

    @property
    def gap_minor(self) -> int:
        """Theirs less ours; 0 where we have no price."""
        return 0 if self.ours_minor is None else self.theirs_minor - self.ours_minor


@quick
@frozen
class Order:
    """An order with all that is known of it.

    Args:
        key: Its 64-bit key.
        status: Where it stands in its process; only a machine knows what the name means.
        terms: What was agreed.
        lines: Its lines; the line with number n stands at position n - 1.
        charges: Amounts that stand for no goods.
        holds: What blocks it now.
        consignments: What warehouses hold for it now; their units add up to the reserved ones of each line.
        planned: How many consignments there have ever been.
        rank: Which order goes first: the instant, in milliseconds, by which it should be dealt with.
        retry_at: When it is worth another look; None for at once.
        barred: Warehouses that are not asked again for a while.
        cleared: Codes of the holds that were lifted; a review does not put them again.
        alerts: What its review wants people to know although it let the order go.
        merged: Number of the group that it leaves with, 0 when it leaves by itself.
        apart: Numbers of the lines that people have set apart from the rest; sorted.
        proposals: Change sets that wait to be confirmed or discarded.
        process: Id of the process, with its version, that it goes by; empty for the default.
        children: Keys of the orders that it was divided into, also of those that were joined again.
        conceded_minor: Money given back of its charges.
        sent: Its parcels so far, where its channel is told of them later.
        priced: Whether its price comes from our own lists and promotions.
        redeems: Whether that uses budgets or coupons.
        gaps: Where its channel's prices differ from ours, as last checked.
        gifted: Whether our promotions were asked for gifts, over its channel's prices.
        gifts_stale: Whether it has changed since they were.
        part_of: Key of the first order that was divided into it and others, which holds what its price uses of
            budgets; 0 for none.
    """

    key: int
    status: str
    terms: Terms
    lines: tuple[OrderLine, ...]
    charges: tuple[Charge, ...] = ()
    holds: tuple[Hold, ...] = ()
    consignments: tuple[Consignment, ...] = ()
    planned: int = 0
    rank: int = 0
    retry_at: datetime | None = None
    barred: tuple[Barred, ...] = ()
    cleared: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    merged: int = 0
    apart: tuple[int, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    process: str = ""
    children: tuple[int, ...] = ()
    conceded_minor: int = 0
    sent: tuple[Sent, ...] = ()
    priced: bool = False
    redeems: bool = False
    gaps: tuple[PriceGap, ...] = ()
    gifted: bool = False
    gifts_stale: bool = False
    part_of: int = 0

    def line(self, number: int) -> OrderLine:
        """Return a line by number.

        Raises:
            UsageError: ``unknown_line``.
        """
        if not 1 <= number <= len(self.lines):
            raise UsageError("unknown_line", f"no line {number}; there are 1 to {len(self.lines)}", line=number)
        return self.lines[number - 1]

    @property
    def channel_id(self) -> str:
        """The external id under which the channel knows it."""
        return self.terms.origin or self.terms.external_id

    @property
    def total_minor(self) -> int:
        """What the buyer pays: all lines and charges."""
        total = 0
        for line in self.lines:
            total += line.list_minor - line.discount_minor
        for charge in self.charges:
            total += charge.amount_minor
        return total

    @property
    def kept_minor(self) -> int:
        """What the order is worth after cancellations, returns and concessions: what lines and charges keep."""
        return sum(line.kept_minor for line in self.lines) + self.kept_charges_minor

    @property
    def kept_charges_minor(self) -> int:
        """What the charges are worth after what was given back of them."""
        return sum(charge.amount_minor for charge in self.charges) - self.conceded_minor

    @property
    def is_held(self) -> bool:
        """Whether a hold blocks the order as a whole."""
        return bool(self.holds) and any(hold.line == 0 for hold in self.holds)

    @property
    def held_lines(self) -> frozenset[int]:
        """Numbers of the lines that are blocked while the rest may go."""
        return frozenset([hold.line for hold in self.holds if hold.line])

    @property
    def due_at(self) -> datetime | None:
        """Return when the first unit that has not left has to; None when none has to."""
        own, first = self.terms.ship_by, None
        for line in self.lines:
            at = line.ship_by or own
            if at is not None and (line.open or line.reserved) and (first is None or at < first):
                first = at
        return first

    @property
    def has_open(self) -> bool:
        """Whether some units have no warehouse yet."""
        for line in self.lines:  # noqa: SIM110 - asked of every order in every batch
            if line.open:
                return True
        return False

    @property
    def has_reserved(self) -> bool:
        """Whether warehouses hold units for it."""
        return any(line.reserved for line in self.lines)

    @property
    def has_shipped(self) -> bool:
        """Whether some units have left."""
        return any(line.shipped for line in self.lines)

    def at_fulfillment(self, fulfillment: int) -> tuple[Consignment, ...]:
        """Return the consignments that one fulfillment order works on."""
        return tuple(c for c in self.consignments if c.fulfillment == fulfillment)
