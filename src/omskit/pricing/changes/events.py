"""What happened to a price change; each event carries the status it led to."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from omskit.pricing.changes.model import PriceChange


@frozen
class Submitted:
    """It was asked for, as it stands here; ``override`` says why against a guard."""

    change: PriceChange
    override: str = ""


@frozen
class Approved:
    """Somebody agreed."""

    status: str
    actor: str


@frozen
class Declined:
    """Somebody did not agree."""

    status: str
    reason: str = ""


@frozen
class Withdrawn:
    """It is no longer wanted."""

    status: str
    reason: str = ""


@frozen
class Applied:
    """Its list has these prices now."""

    status: str
    at: datetime


Event = Submitted | Approved | Declined | Withdrawn | Applied
