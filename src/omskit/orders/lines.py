"""What an order consists of: lines of goods whose counters partition the quantity, and charges without goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import field, frozen

from omskit.core import Component, UsageError, checked_minor, quick, share_of_units
from omskit.orders.parts import Worth


@quick
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
        loose: (SKU, pieces) that came back out of units whose other pieces did not; sorted.
        conceded_minor: Money given back for units that the buyer keeps.
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
    loose: tuple[tuple[str, int], ...] = ()
    conceded_minor: int = 0
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
        """What of the paid amount goods carry that are neither cancelled nor returned, less what was conceded."""
        worth = self.worth
        return self._carried_by(worth, self._gone(worth)) - self.conceded_minor

    @property
    def worth(self) -> Worth:
        """What each piece of a unit counts for in the unit's price."""
        return Worth.of(self.parts)

    def _gone(self, worth: Worth) -> int:
        return (self.cancelled + self.returned) * worth.unit + worth.of_pieces(self.loose)

    def gone_of(self, amount_minor: int) -> int:
        """Return what of an amount of the line, as its tax, belongs to goods that were cancelled or returned."""
        worth = self.worth
        return share_of_units(amount_minor, self.quantity * worth.unit, before=0, count=self._gone(worth))

    def _carried_by(self, worth: Worth, gone: int) -> int:
        """Return what the goods carry that are left when some worth has gone."""
        return self.paid_minor - share_of_units(self.paid_minor, self.quantity * worth.unit, before=0, count=gone)

    def refund_minor(self, count: int) -> int:
        """Return what the next ``count`` units carry of the paid amount, after those cancelled and returned.

        Units refunded in any grouping add up to what was paid; see :func:`omskit.core.share_of_units`. Money that
        was conceded, and pieces that came back by themselves, are left out of account: what is to be refunded
        then is how much less the line is worth, by :attr:`kept_minor`, after the units have gone.

        Raises:
            UsageError: ``units_out_of_range``.
        """
        return share_of_units(self.paid_minor, self.quantity, before=self.cancelled + self.returned, count=count)

    def taken_back(self, units: int, pieces: Mapping[str, int]) -> OrderLine:
        """Return the line after whole units and single pieces have come back.

        Pieces that make up whole units become units; money that was conceded goes with the goods it was for.
        """
        loose = dict(self.loose)
        for sku, count in pieces.items():
            loose[sku] = loose.get(sku, 0) + count
        per = self.worth.per
        whole = min(loose.get(sku, 0) // count for sku, count in per.items()) if loose else 0
        left = ((sku, count - whole * per[sku]) for sku, count in sorted(loose.items()))
        return self.moved(returned=units + whole, loose=tuple((sku, count) for sku, count in left if count))

    def due_for(self, pieces: Mapping[str, int]) -> int:
        """Return what pieces would be refunded with if they came back next, as far as so many are left."""
        worth = self.worth
        before, total = self._gone(worth), self.quantity * worth.unit
        after = min(before + worth.of_pieces(pieces.items()), total)
        carried = self._carried_by(worth, before) - self._carried_by(worth, after)
        return carried - self._conceded_along(worth, before, after)

    def _conceded_along(self, worth: Worth, before: int, after: int) -> int:
        """Return what of the conceded money was for the goods that go next."""
        if before == after or not self.conceded_minor:
            return 0
        left = self.quantity * worth.unit - before
        along = share_of_units(self.conceded_minor, left, before=0, count=after - before)
        return min(along, self._carried_by(worth, before) - self._carried_by(worth, after))

    def _still_conceded(self, gone: int, loose: tuple[tuple[str, int], ...]) -> int:
        """Return what is still conceded after more units, and other loose pieces, have gone."""
        worth = self.worth
        after = (self.cancelled + self.returned + gone) * worth.unit + worth.of_pieces(loose)
        return self.conceded_minor - self._conceded_along(worth, self._gone(worth), after)

    def moved(
        self,
        *,
        open: int = 0,  # noqa: A002
        reserved: int = 0,
        shipped: int = 0,
        cancelled: int = 0,
        returned: int = 0,
        loose: tuple[tuple[str, int], ...] | None = None,
    ) -> OrderLine:
        """Return the line with its counters changed by the given differences, and with other loose pieces."""
        if loose is None:
            loose = self.loose
        conceded = self.conceded_minor
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
            loose,
            self._still_conceded(cancelled + returned, loose) if conceded else 0,
            self.item,
            self.gift,
        )


@frozen
class Charge:
    """Money of an order that stands for no goods: postage, a fee, a manual discount (negative)."""

    code: str
    amount_minor: int = field(converter=checked_minor)
    label: str = ""


def totals(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Sum (line number, units) pairs by line."""
    sums: dict[int, int] = {}
    for number, units in pairs:
        sums[number] = sums.get(number, 0) + units
    return sums
