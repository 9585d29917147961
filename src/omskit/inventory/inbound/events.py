"""What happened to an announcement; each event carries the status it led to."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from omskit.inventory.inbound.model import Announcement


@frozen
class Announced:
    """Goods will come, as it stands here."""

    announcement: Announcement


@frozen
class Revised:
    """The supplier says otherwise.

    Args:
        status: Where it stands now.
        lines: (line, pieces in all, day) of every line that is different, or was added with its SKU in ``added``.
        added: (line, SKU) of lines that were not there before.
        reason: Why.
    """

    status: str
    lines: tuple[tuple[int, int, date], ...]
    added: tuple[tuple[int, str], ...] = ()
    reason: str = ""


@frozen
class Received:
    """Goods came, as (line, pieces fit for sale, damaged pieces, pieces beyond what was announced)."""

    status: str
    document: str
    lines: tuple[tuple[int, int, int, int], ...]


@frozen
class ClosedShort:
    """What had not come will not, as (line, pieces)."""

    status: str
    lines: tuple[tuple[int, int], ...]
    reason: str = ""


@frozen
class Cancelled:
    """Nothing comes, as (line, pieces)."""

    status: str
    lines: tuple[tuple[int, int], ...]
    reason: str = ""


Event = Announced | Revised | Received | ClosedShort | Cancelled
