"""The order: the commercial promise to one buyer, with what became of every unit of it."""

from __future__ import annotations

from datetime import date, datetime

from attrs import field, frozen

from omskit.core import Component, Destination, UsageError, checked_minor, share_of_units
from omskit.orders.changes import Proposal

#: Milliseconds that stand for "not before someone acts".
NEVER = 2**62


@frozen
class OrderLine:
    """Some units of one SKU or bundle; its counters partition the quantity.

    Args:
        number: Position in the order, from 1.
        sku: What was sold.
        quantity: Units ordered, above zero.
        open: Units that no warehouse has been chosen for.
        reserved: Units that a warehouse holds for this line.
        shipped: Units handed to a courier.
        cancelled: Units that will not be sent.
        returned: Units that came back; part of ``shipped``.
        list_minor: Price of all units before discounts.
        discount_minor: This line's frozen share of all discounts, zero or more.
        tax_minor: This line's frozen share of the tax that is within the paid amount.
        components: What one unit is made of, frozen at placement; empty stands for the SKU itself.
        external_id: The channel's id of the line.
        title: What the buyer read.
        group: Lines of one group leave together.

    Raises:
        UsageError: ``bad_counters`` unless quantity = open + reserved + shipped + cancelled, all of them
            zero or more, and returned <= shipped; ``bad_quantity`` for a quantity below one.
    """

    number: int
    sku: str
    quantity: int
    open: int
    reserved: int = 0
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0
    list_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    components: tuple[Component, ...] = ()
    external_id: str = ""
    title: str = ""
    group: str = ""

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise UsageError(
                "bad_quantity", f"line {self.number} orders {self.quantity}; at least 1", line=self.number
            )
        open_, reserved, shipped, cancelled = self.open, self.reserved, self.shipped, self.cancelled
        if (
            open_ + reserved + shipped + cancelled != self.quantity
            or open_ < 0
            or reserved < 0
            or cancelled < 0
            or not 0 <= self.returned <= shipped
        ):
            counters = (open_, reserved, shipped, cancelled)
            raise UsageError(
                "bad_counters",
                f"line {self.number}: {self.quantity} is not open + reserved + shipped + cancelled = {counters},"
                f" or {self.returned} returned exceed the shipped",
                line=self.number,
                counters=counters,
                returned=self.returned,
            )

    @property
    def paid_minor(self) -> int:
        """What the buyer pays for all units: list price less discount."""
        return self.list_minor - self.discount_minor

    @property
    def parts(self) -> tuple[Component, ...]:
        """The components of one unit; the SKU itself when none are given."""
        return self.components or (Component(self.sku),)

    @property
    def kept_minor(self) -> int:
        """What of the paid amount the units carry that are neither cancelled nor returned."""
        gone = self.cancelled + self.returned
        return self.paid_minor - share_of_units(self.paid_minor, self.quantity, before=0, count=gone)

    def refund_minor(self, count: int) -> int:
        """Return what the next ``count`` units carry of the paid amount, after those cancelled and returned.

        Units refunded in any grouping add up to what was paid; see :func:`omskit.core.share_of_units`.

        Raises:
            UsageError: ``units_out_of_range``.
        """
        return share_of_units(self.paid_minor, self.quantity, before=self.cancelled + self.returned, count=count)

    def moved(
        self, *, open: int = 0, reserved: int = 0, shipped: int = 0, cancelled: int = 0, returned: int = 0  # noqa: A002
    ) -> OrderLine:
        """Return the line with its counters changed by the given differences."""
        return OrderLine(
            self.number,
            self.sku,
            self.quantity,
            self.open + open,
            self.reserved + reserved,
            self.shipped + shipped,
            self.cancelled + cancelled,
            self.returned + returned,
            self.list_minor,
            self.discount_minor,
            self.tax_minor,
            self.components,
            self.external_id,
            self.title,
            self.group,
        )


@frozen
class Charge:
    """Money of an order that stands for no goods: postage, a fee, a manual discount (negative)."""

    code: str
    amount_minor: int = field(converter=checked_minor)
    label: str = ""


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
class Barred:
    """A warehouse that is not asked again for a line (0: any line) before an instant."""

    warehouse: str
    line: int
    until: datetime


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

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.grade <= 9:
            raise UsageError("bad_grade", f"{self.grade} is no customer grade: 0 to 9", value=self.grade)


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

    def line(self, number: int) -> OrderLine:
        """Return a line by number.

        Raises:
            UsageError: ``unknown_line``.
        """
        if not 1 <= number <= len(self.lines):
            raise UsageError("unknown_line", f"no line {number}; there are 1 to {len(self.lines)}", line=number)
        return self.lines[number - 1]

    @property
    def total_minor(self) -> int:
        """What the buyer pays: all lines and charges."""
        return sum(line.paid_minor for line in self.lines) + sum(charge.amount_minor for charge in self.charges)

    @property
    def kept_minor(self) -> int:
        """What the order is worth after cancellations and returns: what the lines keep, and all charges."""
        return sum(line.kept_minor for line in self.lines) + sum(charge.amount_minor for charge in self.charges)

    @property
    def is_held(self) -> bool:
        """Whether a hold blocks the order as a whole."""
        return bool(self.holds) and any(hold.line == 0 for hold in self.holds)

    @property
    def held_lines(self) -> frozenset[int]:
        """Numbers of the lines that are blocked while the rest may go."""
        return frozenset([hold.line for hold in self.holds if hold.line])

    @property
    def has_open(self) -> bool:
        """Whether some units have no warehouse yet."""
        return any(line.open for line in self.lines)

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
