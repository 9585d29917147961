"""What a channel's status means for sending: each adapter has a table, and what is not in it holds the order."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen


class Standing(Enum):
    """What a status of a channel allows; the value is the code of the hold it puts."""

    READY = ""
    UNPAID = "awaiting_payment"
    FORBIDDEN = "must_not_ship"
    DISPUTED = "under_refund"
    REFUNDED = "refunded"
    SENT = "sent_elsewhere"
    FINISHED = "finished_elsewhere"
    CANCELLED = "cancelled_at_channel"
    UNKNOWN = "unknown_status"


@frozen
class ChannelHold:
    """A reason of the channel, or of its adapter, why an order or a line must not go on.

    Args:
        code: Stable, for programs: a value of :class:`Standing`, or an adapter's own.
        reason: One sentence for a person.
        line: Position of the line in the document, from 1; 0 for the whole order.
    """

    code: str
    reason: str = ""
    line: int = 0


def holds_of(status: str, table: Mapping[str, Standing], line: int = 0) -> tuple[ChannelHold, ...]:
    """Return the holds that a status puts: none when it is ready to be sent.

    A status that the table does not know puts ``unknown_status``: nothing is guessed.
    """
    standing = table.get(status, Standing.UNKNOWN)
    if standing is Standing.READY:
        return ()
    return (ChannelHold(standing.value, f"the channel says {status or 'no status'!r}", line),)
