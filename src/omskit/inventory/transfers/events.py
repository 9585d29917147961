"""What happened to a transfer; each event carries the status it led to."""

from __future__ import annotations

from attrs import frozen

from omskit.inventory.transfers.model import Transfer


@frozen
class Requested:
    """One warehouse was asked to send, as it stands here."""

    transfer: Transfer


@frozen
class Sent:
    """Pieces left, as (line, pieces); with ``final`` the rest is dropped."""

    status: str
    document: str
    lines: tuple[tuple[int, int], ...]
    final: bool = True


@frozen
class Received:
    """Pieces arrived, as (line, pieces fit for sale, damaged pieces)."""

    status: str
    document: str
    lines: tuple[tuple[int, int, int], ...]


@frozen
class ClosedShort:
    """What was on its way is lost, as (line, pieces); what had not left is dropped."""

    status: str
    lines: tuple[tuple[int, int], ...]
    reason: str = ""


@frozen
class Cancelled:
    """Nothing left."""

    status: str
    reason: str = ""


Event = Requested | Sent | Received | ClosedShort | Cancelled
