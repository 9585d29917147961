"""What happened to a soft reservation; each event carries the status it led to."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.inventory.soft.model import SoftReservation

#: (line, warehouse, pieces).
Pieces = tuple[tuple[int, str, int], ...]


@frozen
class Held:
    """It holds this, as it stands here."""

    soft: SoftReservation


@frozen
class Extended:
    """It holds for longer, because its owner is active or because something keeps it: the reason."""

    status: str
    expires: datetime
    reason: str = ""


@frozen
class KeptBy:
    """These things, and no others, keep it beyond its time."""

    status: str
    kept_by: tuple[str, ...]


@frozen
class Bound:
    """An order owns what is held."""

    status: str
    order: int


@frozen
class Used:
    """Pieces became reservations of the order, and pieces that it does not need were let go."""

    status: str
    taken: Pieces = ()
    freed: Pieces = ()
    reason: str = ""


@frozen
class Ended:
    """It holds nothing any more."""

    status: str
    reason: str = ""


Event = Held | Extended | KeptBy | Bound | Used | Ended
