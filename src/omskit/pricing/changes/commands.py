"""What can be asked of a price change."""

from __future__ import annotations

from attrs import frozen

from omskit.pricing.changes.model import PriceChange
from omskit.pricing.guards import Violation


@frozen
class Submit:
    """Ask for a change; what a guard found wrong comes along, and needs a reason.

    Args:
        change: As it is to be; its status and people are left to the machine.
        violations: From :meth:`omskit.pricing.PriceGuard.violations`.
        override: Why it should go through all the same; empty accepts no violation.
    """

    change: PriceChange
    violations: tuple[Violation, ...] = ()
    override: str = ""


@frozen
class Approve:
    """Agree; somebody else than who asked."""


@frozen
class Decline:
    """Do not agree."""

    reason: str = ""


@frozen
class Withdraw:
    """No longer want it."""

    reason: str = ""


@frozen
class Apply:
    """Put it into its list, once its time has come."""


Command = Submit | Approve | Decline | Withdraw | Apply
