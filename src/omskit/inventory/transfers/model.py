"""The transfer: pieces that one warehouse sends to another, counted line by line."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from omskit.core import UsageError


@frozen
class TransferLine:
    """Pieces of one SKU; quantity = open + in transit + received + damaged + lost + dropped.

    Args:
        number: Position, from 1.
        sku: Of what.
        quantity: Pieces asked for, above zero.
        open: Pieces that have not left.
        in_transit: Pieces that have left and not arrived.
        received: Pieces that arrived and can be sold.
        damaged: Pieces that arrived and cannot.
        lost: Pieces that left and will not arrive.
        dropped: Pieces that will not leave.

    Raises:
        UsageError: ``bad_quantity`` for a quantity below one; ``bad_counters``.
    """

    number: int
    sku: str
    quantity: int
    open: int
    in_transit: int = 0
    received: int = 0
    damaged: int = 0
    lost: int = 0
    dropped: int = 0

    def __attrs_post_init__(self) -> None:
        if self.quantity < 1:
            raise UsageError("bad_quantity", f"line {self.number}: 1 piece or more", value=self.quantity)
        counters = (self.open, self.in_transit, self.received, self.damaged, self.lost, self.dropped)
        if min(counters) < 0 or sum(counters) != self.quantity:
            raise UsageError("bad_counters", f"line {self.number}: {self.quantity} is not the sum of {counters}")


@frozen
class Transfer:
    """Goods between two warehouses.

    Args:
        key: Its number in the storage.
        status: Of the transfer machine.
        source: The warehouse that sends.
        target: The warehouse that receives, and to which the goods belong once they have left.
        lines: What is sent, numbered from 1.
        expected: When it is due at the target.
        freight_minor: What carrying it costs, in minor units.
        reason: Why, for people: a proposal, an order.

    Raises:
        UsageError: ``same_warehouse``; ``no_lines``; ``bad_lines`` unless they are numbered 1, 2, 3 ...
    """

    key: int
    status: str
    source: str
    target: str
    lines: tuple[TransferLine, ...] = field()
    expected: date | None = None
    freight_minor: int = 0
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        if self.source == self.target:
            raise UsageError("same_warehouse", f"{self.source!r} sends to itself", warehouse=self.source)
        if not self.lines:
            raise UsageError("no_lines", f"transfer {self.key} sends nothing", transfer=self.key)
        if [line.number for line in self.lines] != list(range(1, len(self.lines) + 1)):
            raise UsageError("bad_lines", "lines are numbered 1, 2, 3 ...", transfer=self.key)

    @property
    def unsent(self) -> int:
        """Pieces that have not left."""
        return sum(line.open for line in self.lines)

    @property
    def in_transit(self) -> int:
        """Pieces that have left and not arrived."""
        return sum(line.in_transit for line in self.lines)
