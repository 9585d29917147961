"""What can be asked of an announcement."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from omskit.core import UsageError
from omskit.inventory.inbound.model import Announcement


@frozen
class Announce:
    """Goods will come."""

    announcement: Announcement


@frozen
class SetExpected:
    """Another number of pieces will come on a line in all, those that came included."""

    line: int
    quantity: int


@frozen
class SetDay:
    """What has not come of a line is due on another day."""

    line: int
    day: date


@frozen
class AddExpected:
    """More will come, on a line of its own: another SKU, or another day for a part."""

    sku: str
    quantity: int
    day: date


Change = SetExpected | SetDay | AddExpected


@frozen
class Revise:
    """The supplier says otherwise; all changes, or none."""

    changes: tuple[Change, ...]
    reason: str = ""


@frozen
class Receive:
    """Goods came, as (SKU, pieces fit for sale, damaged pieces); the lines due first are served first.

    Raises:
        UsageError: ``no_number`` for an empty document.
    """

    document: str
    goods: tuple[tuple[str, int, int], ...]

    def __attrs_post_init__(self) -> None:
        if not self.document:
            raise UsageError("no_number", "a receipt is known by its number")


@frozen
class CloseShort:
    """What has not come will not."""

    reason: str


@frozen
class Cancel:
    """Nothing came, and nothing will."""

    reason: str = ""


Command = Announce | Revise | Receive | CloseShort | Cancel
