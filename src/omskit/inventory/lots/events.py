"""What happened to a lot; each event carries the status it led to."""

from __future__ import annotations

from attrs import frozen

from omskit.inventory.lots.model import LotRecord


@frozen
class Registered:
    """A lot was made known, as it stands here."""

    record: LotRecord


@frozen
class Entered:
    """Pieces came in."""

    status: str
    warehouse: str
    pieces: int
    document: str = ""


@frozen
class Emptied:
    """The last piece left."""

    status: str


@frozen
class Blocked:
    """It is given to no order."""

    status: str
    reason: str


@frozen
class Cleared:
    """It is given to orders again."""

    status: str


Event = Registered | Entered | Emptied | Blocked | Cleared
