"""What happened to a redemption; each event carries the status it led to."""

from __future__ import annotations

from attrs import frozen

from omskit.pricing.redemptions.model import Redemption
from omskit.pricing.result import Use


@frozen
class Reserved:
    """An order holds this."""

    redemption: Redemption


@frozen
class Revised:
    """It holds this instead."""

    status: str
    uses: tuple[Use, ...]


@frozen
class Confirmed:
    """The order stands."""

    status: str


@frozen
class Released:
    """It holds nothing any more."""

    status: str
    reason: str = ""


@frozen
class Stood:
    """These orders stand for it; none while it stands for itself."""

    status: str
    holders: tuple[int, ...]


Event = Reserved | Revised | Confirmed | Released | Stood
