"""The lot: pieces of one SKU that were made together, or one piece with a number of its own."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import field, frozen

from omskit.core import SEPARATOR, UsageError

#: The lot of pieces whose lot nobody knows.
UNKNOWN = ""
#: Most characters of a lot's code or a serial number.
MAX_CODE = 100
#: Where a lot without an expiry stands in the order of expiry.
_NEVER = date.max.toordinal()


@frozen
class ShelfLife:
    """What a SKU asks of its lots, in days before expiry, each zero or more."""

    lock_up_days: int = 0
    reject_days: int = 0
    warn_days: int = 0


@frozen
class LotRule:
    """How a SKU is kept by lot.

    Args:
        life: What it asks of its lots; those without an expiry are never locked up.
        serial: Whether each piece has a number of its own: a lot is then one piece, and its code that number.
    """

    life: ShelfLife = field(factory=ShelfLife)
    serial: bool = False


@frozen
class Lot:
    """Pieces of one SKU in one warehouse that were made together.

    Args:
        code: The lot's number.
        quantity: Pieces there.
        reserved: Pieces of it that are promised.
        received: The day it came in.
        expires: The first day on which it is expired; None for goods that do not.

    Raises:
        UsageError: ``bad_quantity`` unless ``0 <= reserved <= quantity``.
    """

    code: str
    quantity: int
    received: date
    reserved: int = 0
    expires: date | None = None

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.reserved <= self.quantity:
            raise UsageError(
                "bad_quantity", f"lot {self.code}: {self.reserved} of {self.quantity} reserved", lot=self.code
            )

    @property
    def free(self) -> int:
        """Pieces that are not promised."""
        return self.quantity - self.reserved


@frozen
class LotRecord:
    """What is known of a lot; how many pieces are where is in the stock book, in cells of its own.

    Args:
        key: Its 64-bit key.
        status: Where it stands in :data:`omskit.inventory.lots.LOT_MACHINE`.
        sku: Of what.
        code: The lot's code, or the serial number: unique within the SKU.
        received: The day it first came in.
        expires: The first day on which it is expired; None for goods that do not.
        maker_code: What its maker calls it, where that is not its code; of a serial number, the lot it is from.
        reason: Why it is blocked.

    Raises:
        UsageError: ``bad_lot`` for a code that is empty, has outer blanks or is too long.
    """

    key: int
    status: str
    sku: str
    code: str = field()
    received: date
    expires: date | None = None
    maker_code: str = ""
    reason: str = ""

    @code.validator
    def _is_a_code(self, _: object, value: str) -> None:
        if not value or value != value.strip() or len(value) > MAX_CODE or SEPARATOR in value:
            message = f"{value[:MAX_CODE]!r}: 1 to {MAX_CODE} characters, no outer blanks"
            raise UsageError("bad_lot", message, lot=value)

    @property
    def name(self) -> str:
        """What it is found by: SKU and code."""
        return name_of(self.sku, self.code)

    @property
    def turn(self) -> int:
        """Where it stands in the order of expiry: a day's ordinal; lots that never expire come last."""
        return self.expires.toordinal() if self.expires else _NEVER

    def removal_day(self, life: ShelfLife) -> date | None:
        """Return the first day on which it may not be sold any more; None for goods that do not expire."""
        return self.expires - timedelta(days=life.lock_up_days) if self.expires else None


def name_of(sku: str, code: str) -> str:
    """Return what a lot is found by."""
    return f"{sku}{SEPARATOR}{code}"
