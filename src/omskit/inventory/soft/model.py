"""The soft reservation: pieces that somebody who has not ordered yet holds for a time, and where they lie."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from omskit.core import Cell, Claim, Reservation, UsageError


@frozen
class SoftLine:
    """Pieces of one SKU.

    Args:
        number: Position, from 1; a line stays when nothing of it is wanted any more.
        sku: Of what.
        wanted: Pieces that the cart wants to hold.
        places: (warehouse, pieces) that are held, in order of warehouse; each above zero.
        taken: Pieces that became reservations of an order.

    Raises:
        UsageError: ``bad_quantity`` for pieces below zero, or more held than wanted.
    """

    number: int
    sku: str
    wanted: int
    places: tuple[tuple[str, int], ...] = ()
    taken: int = 0

    def __attrs_post_init__(self) -> None:
        counts = [count for _, count in self.places]
        if min((self.wanted, self.taken, *(count - 1 for count in counts))) < 0 or sum(counts) > self.wanted:
            raise UsageError("bad_quantity", f"{self.sku}: {counts} held of {self.wanted}", sku=self.sku)

    @property
    def held(self) -> int:
        """Pieces that are held now."""
        return sum(count for _, count in self.places)


@frozen
class SoftReservation:
    """What one cart, or one order that has not come yet, holds.

    Args:
        key: Its 64-bit key; its claims in the stock book carry it where those of an order carry the order's.
        status: Of the machine of soft reservations.
        channel: Code of the channel.
        cart: The channel's id of the cart, or of the order to come; unique within the channel.
        lines: What is held, numbered from 1; each SKU once.
        since: When it first held something; anew after it has ended.
        expires: The first instant at which it is over, unless something keeps it.
        order: Key of the order that owns it; of a divided one, the order that was divided. 0 for none.
        kept_by: What keeps it beyond its time, sorted: ``payment`` ...
        reason: Why it holds nothing any more, for people.

    Raises:
        UsageError: ``bad_lines`` unless lines are numbered 1, 2, 3 ... with a SKU each.
    """

    key: int
    status: str
    channel: str
    cart: str
    lines: tuple[SoftLine, ...] = field()
    since: datetime
    expires: datetime
    order: int = 0
    kept_by: tuple[str, ...] = ()
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        numbers, skus = [line.number for line in self.lines], {line.sku for line in self.lines}
        if numbers != list(range(1, len(numbers) + 1)) or len(skus) < len(numbers):
            raise UsageError("bad_lines", "lines are numbered 1, 2, 3 ..., each SKU once", cart=self.cart)

    @property
    def reservations(self) -> tuple[Reservation, ...]:
        """What the stock book has reserved for it."""
        return tuple(
            Reservation(Claim(self.key, line.number), Cell(line.sku, warehouse), count)
            for line in self.lines
            for warehouse, count in line.places
        )

    @property
    def held(self) -> dict[str, int]:
        """Pieces that are held now, by SKU; those of which none are held are left out."""
        return {line.sku: line.held for line in self.lines if line.places}

    @property
    def missing(self) -> dict[str, int]:
        """Pieces that are wanted, and neither held nor taken by an order, by SKU."""
        short = {line.sku: line.wanted - line.held - line.taken for line in self.lines}
        return {sku: count for sku, count in short.items() if count > 0}

    def is_live(self, at: datetime) -> bool:
        """Whether its time is not over: up to its end, exclusive, and as long as something keeps it."""
        return at < self.expires or bool(self.kept_by)
