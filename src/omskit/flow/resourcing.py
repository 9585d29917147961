"""Units that a warehouse does not send: looked for elsewhere, cancelled, or held for a person."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from omskit.core import UsageError
from omskit.orders import Order

#: Hold of a line that warehouses have declined too often.
TOO_MANY_ATTEMPTS = "too_many_attempts"


@frozen
class Resourcing:
    """What becomes of units that a warehouse rejected or did not find.

    Args:
        attempts: How often warehouses may decline a line before a hold (``too_many_attempts``) keeps it from being
            asked for again; 0 for no limit.
        window: How long a warehouse is not asked again for the line, where its answer does not say; zero for not
            at all.
        cancel: Reasons for which units are cancelled and not looked for elsewhere.

    Raises:
        UsageError: ``bad_limit`` for a limit or window below zero.
    """

    attempts: int = 5
    window: timedelta = timedelta(0)
    cancel: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        if self.attempts < 0 or self.window < timedelta(0):
            raise UsageError("bad_limit", f"{self.attempts} attempts, {self.window}: both are from 0")

    def exhausted(self, order: Order) -> list[int]:
        """Return the lines with open units that have been declined as often as they may be."""
        if not self.attempts:
            return []
        tries: dict[int, int] = {}
        for bar in order.barred:
            tries[bar.line] = tries.get(bar.line, 0) + 1
        return [line.number for line in order.lines if line.open and tries.get(line.number, 0) >= self.attempts]
