"""The announcement: goods that a supplier will deliver to a warehouse, line by line, each line with its day."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from omskit.core import UsageError, plain_day


@frozen
class AnnouncedLine:
    """Pieces of one SKU on one day; quantity = open + received + damaged + dropped.

    Args:
        number: Position, from 1.
        sku: Of what.
        quantity: Pieces announced, from 0: a line that was called off stays.
        day: When they are due, in the warehouse's calendar.
        open: Pieces that have not come.
        received: Pieces that came and can be sold.
        damaged: Pieces that came and cannot.
        dropped: Pieces that will not come.
        over: Pieces that came beyond the quantity.

    Raises:
        UsageError: ``bad_quantity`` for a quantity below zero; ``bad_counters``; ``bad_day``.
    """

    number: int
    sku: str
    quantity: int
    day: date
    open: int
    received: int = 0
    damaged: int = 0
    dropped: int = 0
    over: int = 0

    def __attrs_post_init__(self) -> None:
        if type(self.quantity) is not int or self.quantity < 0:
            raise UsageError("bad_quantity", f"line {self.number}: {self.quantity!r} pieces; from 0", sku=self.sku)
        plain_day(self.day)
        counters = (self.open, self.received, self.damaged, self.dropped)
        if min(*counters, self.over) < 0 or sum(counters) != self.quantity:
            raise UsageError("bad_counters", f"line {self.number}: {self.quantity} is not the sum of {counters}")


@frozen
class Announcement:
    """What one document of a supplier says will come: a purchase order that was confirmed, or a dispatch advice.

    Args:
        key: Its 64-bit key.
        status: Of the machine of announcements.
        document: Its number at the supplier or the buyer; unique.
        warehouse: Where the goods will come.
        lines: What will come, numbered from 1; one SKU may come on several days.
        supplier: Who delivers, for people.
        tolerance_percent: How much more than announced may come, of a SKU.

    Raises:
        UsageError: ``no_number`` for an empty document; ``no_lines``; ``bad_lines`` unless they are numbered 1, 2,
            3 ...; ``bad_tolerance`` below zero.
    """

    key: int
    status: str
    document: str
    warehouse: str
    lines: tuple[AnnouncedLine, ...] = field()
    supplier: str = ""
    tolerance_percent: int = 0

    def __attrs_post_init__(self) -> None:
        if not self.document:
            raise UsageError("no_number", "an announcement is known by its document")
        if not self.lines:
            raise UsageError("no_lines", f"{self.document} announces nothing", document=self.document)
        if [line.number for line in self.lines] != list(range(1, len(self.lines) + 1)):
            raise UsageError("bad_lines", "lines are numbered 1, 2, 3 ...", document=self.document)
        if self.tolerance_percent < 0:
            raise UsageError("bad_tolerance", f"{self.tolerance_percent} %: from 0", value=self.tolerance_percent)

    @property
    def outstanding(self) -> int:
        """Pieces that have not come."""
        return sum(line.open for line in self.lines)

    @property
    def over(self) -> dict[str, int]:
        """Pieces that came beyond what was announced, by SKU."""
        found: dict[str, int] = {}
        for line in self.lines:
            if line.over:
                found[line.sku] = found.get(line.sku, 0) + line.over
        return found

    @property
    def due(self) -> date | None:
        """The first day on which something is due that has not come; None when all has."""
        return min((line.day for line in self.lines if line.open), default=None)

    def late(self, on: date) -> tuple[AnnouncedLine, ...]:
        """Return the lines with pieces that should have come before a day."""
        return tuple(line for line in self.lines if line.open and line.day < on)
