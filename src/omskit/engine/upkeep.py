"""What an operator does with a whole system: prove it, repair it, close it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from omskit.engine.desks import Desks
from omskit.engine.repair import Repairing, RepairPlan, plan_repairs
from omskit.engine.units import silent
from omskit.engine.verify import Verified, verify


@frozen
class Upkeep(Desks):
    """The desks of a system, and what keeps it sound."""

    def verify(self, *, progress: Callable[[int], object] = silent) -> Verified:
        """Prove that balances, reservations, counters and states are what their histories say."""
        with self.storage.begin(read=True) as unit:
            return verify(unit, progress, self.lot_rules)

    def plan_repairs(self) -> RepairPlan:
        """Verify, and say what :meth:`repair` would write and why, and what only a person can set right."""
        with self.storage.begin(read=True) as unit:
            return plan_repairs(unit, self._shop.now())

    def repair(self, plan: RepairPlan, *, actor: str) -> int:
        """Write what a plan says, all of it or nothing, and return how many balances and states that were.

        Who did it, and by which plan, stands in the ledger and in the histories. A plan is done once.

        Raises:
            Refused: ``drift_changed`` when something is no longer as the plan found it; make another plan.
        """
        return Repairing(self._shop, plan, actor).repair()

    def close(self) -> None:
        """Give the storage's connections back, where it has any; the next call opens others."""
        close: Callable[[], object] | None = getattr(self.storage, "close", None)
        if close is not None:
            close()
