"""What an order consists of: lines of goods whose counters partition the quantity, and charges without goods."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from omskit.core import Component, UsageError, checked_minor, share, share_of_units


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
        ship_by: Latest hand-over of its units to a courier; None where the order's own holds.
        item: The channel's code of what was sold, as long as no listing explains it: ``sku`` is the same then.
        gift: Code of the promotion that gave it; empty for what was bought.

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
    ship_by: datetime | None = None
    item: str = ""
    gift: str = ""

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

    def part_refund_minor(self, sku: str, pieces: int, *, before: int = 0) -> int:
        """Return what some pieces of one component carry of the paid amount of the whole line.

        The paid amount is shared over the components by their price weights, by pieces where none has one, and
        a component's part over its pieces; so pieces refunded in any grouping add up to what was paid.

        Args:
            sku: One of the components.
            pieces: Pieces of it that are refunded now.
            before: Pieces of it that were refunded before.

        Raises:
            UsageError: ``unknown_part``; ``units_out_of_range``.
        """
        parts = self.parts
        place = next((n for n, part in enumerate(parts) if part.sku == sku), None)
        if place is None:
            known = ", ".join(part.sku for part in parts)
            raise UsageError("unknown_part", f"line {self.number} has no {sku!r}; there are: {known}", part=sku)
        weights = [part.price_weight for part in parts]
        carried = share(self.paid_minor, weights if any(weights) else [part.per for part in parts])
        return share_of_units(carried[place], parts[place].per * self.quantity, before=before, count=pieces)

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
            self.ship_by,
            self.item,
            self.gift,
        )


@frozen
class Charge:
    """Money of an order that stands for no goods: postage, a fee, a manual discount (negative)."""

    code: str
    amount_minor: int = field(converter=checked_minor)
    label: str = ""
