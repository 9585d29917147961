"""What can be asked of a soft reservation."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from omskit.inventory.soft.model import SoftReservation


@frozen
class Hold:
    """Hold exactly this, as somebody has found places for it; see :func:`omskit.inventory.soft.placed`."""

    soft: SoftReservation


@frozen
class Extend:
    """Its owner is active: hold it for longer. An end that is not later changes nothing."""

    expires: datetime


@frozen
class Keep:
    """Something, as a pending payment, keeps it beyond its time until :class:`StopKeeping`."""

    by: str


@frozen
class StopKeeping:
    """What kept it does so no longer; once its time is over it ends."""

    by: str


@frozen
class Bind:
    """The order has come; it owns what is held."""

    order: int


@frozen
class Use:
    """Warehouses were chosen for units of the order, or it needs less than before.

    Args:
        taken: (SKU, warehouse, pieces) that were reserved for the order's lines just now.
        needed: (SKU, pieces) of its units that have no warehouse yet; what is held beyond them is let go.
        reason: What happened to the order.
    """

    taken: tuple[tuple[str, str, int], ...] = ()
    needed: tuple[tuple[str, int], ...] = ()
    reason: str = ""


@frozen
class LetGo:
    """Nobody wants it any more."""

    reason: str = ""


@frozen
class Expire:
    """End it if its time is over; what something keeps is extended instead, and never let go silently.

    Args:
        kept_by: What keeps it, beside what it knows of: the order that owns it and waits.
        extend_by: How long a kept one is extended, from now.
    """

    kept_by: tuple[str, ...] = ()
    extend_by: timedelta = timedelta(hours=1)


Command = Hold | Extend | Keep | StopKeeping | Bind | Use | LetGo | Expire
