"""What can be asked of a transfer."""

from __future__ import annotations

from attrs import frozen

from omskit.inventory.transfers.model import Transfer


@frozen
class Request:
    """Ask one warehouse to send goods to another."""

    transfer: Transfer


@frozen
class Send:
    """Pieces have left, as (line, pieces); with ``final`` no more will, and what is open is dropped."""

    document: str
    lines: tuple[tuple[int, int], ...]
    final: bool = True


@frozen
class Receive:
    """Pieces have arrived, as (line, fit for sale, damaged); what is not named is still on its way."""

    document: str
    lines: tuple[tuple[int, int, int], ...]


@frozen
class CloseShort:
    """What is still on its way will not arrive."""

    reason: str


@frozen
class Cancel:
    """Nothing has left, and nothing will."""

    reason: str = ""


Command = Request | Send | Receive | CloseShort | Cancel
