"""What a case consists of: lines of pieces whose counters add up, and the scans that filled them."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from omskit.core import UsageError


class Condition(Enum):
    """How a piece looks; the four of Qimen's ``inventoryType``: ZP, CC, JS, XS."""

    SOUND = "sound"
    DEFECTIVE = "defective"
    DAMAGED = "damaged"
    BOX_DAMAGED = "box_damaged"


class Verdict(Enum):
    """What was decided about a piece that came."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    PENDING = "pending"


class Disposition(Enum):
    """Where an accepted piece goes; only what is sellable enters the stock that can be promised.

    What is for quarantine lies on quality hold, what is for scrap or its maker among the damaged pieces.
    """

    SELLABLE = "sellable"
    QUARANTINE = "quarantine"
    SCRAP = "scrap"
    VENDOR = "vendor"


@frozen
class ReturnLine:
    """Pieces of one SKU, of one line of the order or of none.

    Every expected piece is stopped, arrived or left; every arrived one is pending, accepted or declined.

    Args:
        number: Position in the case, from 1.
        line: Number of the order's line; 0 for what belongs to none.
        sku: What lies in the parcel; for a bundle, one of its components.
        expected: Pieces that are to come back.
        stopped: Expected pieces that never left the warehouse.
        pending: Pieces that came and wait for a verdict.
        accepted: Pieces that count as returned.
        declined: Pieces that do not.

    Raises:
        UsageError: ``bad_counters`` for one below zero, or more stopped than expected.
    """

    number: int
    line: int
    sku: str
    expected: int = 0
    stopped: int = 0
    pending: int = 0
    accepted: int = 0
    declined: int = 0

    def __attrs_post_init__(self) -> None:
        counters = (self.expected, self.stopped, self.pending, self.accepted, self.declined)
        if min(counters) < 0 or self.stopped > self.expected:
            raise UsageError(
                "bad_counters",
                f"line {self.number}: expected, stopped, pending, accepted, declined = {counters}; all from zero,"
                " and no more stopped than expected",
                line=self.number,
                counters=counters,
            )

    @property
    def arrived(self) -> int:
        """Pieces that came."""
        return self.pending + self.accepted + self.declined

    @property
    def left(self) -> int:
        """Expected pieces that are still to come."""
        return max(self.expected - self.stopped - self.arrived, 0)

    @property
    def over(self) -> int:
        """Pieces that came although nobody expected them."""
        return max(self.arrived + self.stopped - self.expected, 0)


@frozen
class Found:
    """Pieces of one SKU in one scan, or in one verdict on what was left open.

    Args:
        sku: What it is.
        quantity: Pieces, from 1.
        line: Number of the order's line that they belong to; 0 for none.
        verdict: What was decided about them.
        condition: How they look.
        disposition: Where accepted ones go.
        lot: Of which lot they are, or the serial number of the piece; empty where nobody looked.

    Raises:
        UsageError: ``bad_quantity``.
    """

    sku: str
    quantity: int
    line: int = 0
    verdict: Verdict = Verdict.ACCEPTED
    condition: Condition = Condition.SOUND
    disposition: Disposition = Disposition.SELLABLE
    lot: str = ""

    def __attrs_post_init__(self) -> None:
        if type(self.quantity) is not int or self.quantity < 1:
            raise UsageError("bad_quantity", f"{self.quantity!r} pieces of {self.sku}: from 1", sku=self.sku)


@frozen
class Scan:
    """One receipt: what was found in a parcel.

    Args:
        id: The warehouse's id of the receipt, by which repeats are known.
        warehouse: Where it was scanned; not always where it was expected.
        found: What was in it.
        waybill: The parcel's.
        final: Whether the warehouse says that no more will come.

    Raises:
        UsageError: ``bad_scan`` without an id or a warehouse.
    """

    id: str
    warehouse: str
    found: tuple[Found, ...]
    waybill: str = ""
    final: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.id or not self.warehouse:
            raise UsageError("bad_scan", f"scan {self.id!r} at {self.warehouse!r}: with an id and a warehouse")
