"""What happened to an allowance; each event carries the status it led to."""

from __future__ import annotations

from attrs import frozen

from omskit.pricing.allowances.model import Allowance


@frozen
class Opened:
    """It was made, as it stands here."""

    allowance: Allowance


@frozen
class Taken:
    """An order holds this much of it."""

    status: str
    order: int
    uses: int = 1
    minor: int = 0


@frozen
class Given:
    """An order no longer holds this much of it."""

    status: str
    order: int
    uses: int = 1
    minor: int = 0


@frozen
class Resized:
    """It has other limits."""

    status: str
    limit_uses: int | None = None
    limit_minor: int | None = None


@frozen
class Closed:
    """It gives nothing any more."""

    status: str
    reason: str = ""


@frozen
class Reopened:
    """It gives again."""

    status: str
    reason: str = ""


Event = Opened | Taken | Given | Resized | Closed | Reopened
