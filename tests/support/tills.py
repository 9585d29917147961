"""A shop with a till over a real storage: what an engine does with budgets and coupons, in a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from attrs import define, evolve

from omskit.core import Change, ConcurrencyConflict, Duplicate, Entry, Refused
from omskit.pricing import ALLOWANCES, REDEMPTIONS, Allowance, Redemption, Till, Use, allowances, redemptions
from omskit.storage import Op, Storage, Unit, Where

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
KINDS = (ALLOWANCES, REDEMPTIONS)


@define
class Shop:
    """Places, cancels and reads orders that use allowances."""

    storage: Storage

    def open(self, allowance: Allowance) -> None:
        with self.storage.begin() as unit:
            (key,) = unit.keys(1)
            (event,) = allowances.decide(None, allowances.Open(evolve(allowance, key=key)), at=AT)
            state = allowances.evolve(None, event)
            unit.of(ALLOWANCES).save([Change(key, 0, state, (Entry(key, 1, AT, "amy", "open", event),))])

    def do(self, order: int, command: redemptions.Command, uses: Sequence[Use] = ()) -> str:
        """Do one command in a unit of its own, again after a conflict; return ``done`` or why it was refused."""
        while True:
            try:
                with self.storage.begin() as unit:
                    till = self.till(unit, order, uses)
                    till.do(order, command)
                    unit.of(REDEMPTIONS).save(till.changed_redemptions())
                    unit.of(ALLOWANCES).save(till.changed_allowances())
            except (ConcurrencyConflict, Duplicate):
                continue
            except Refused as refusal:
                return refusal.code
            return "done"

    def till(self, unit: Unit, order: int, uses: Sequence[Use], *, lock: bool = True) -> Till:
        till = Till(AT, "amy", lambda: unit.keys(1)[0])
        held = unit.of(REDEMPTIONS)
        till.know_redemptions(held.load(held.find(Where("order", Op.EQ, order), limit=1), lock=lock))
        names = till.names([order], uses)
        counted = unit.of(ALLOWANCES)
        keys = counted.find(Where("name", Op.IN, names), limit=len(names)) if names else ()
        till.know_allowances(counted.load(keys, lock=lock))
        return till

    def place(self, order: int, *uses: Use, buyer: str = "b1") -> str:
        with self.storage.begin() as unit:
            (key,) = unit.keys(1)
        return self.do(order, redemptions.Reserve(Redemption(key, "", order, uses, buyer)), uses)

    def cancel(self, order: int) -> str:
        return self.do(order, redemptions.Release("cancelled"))

    def used(self, name: str) -> tuple[int, int]:
        """Return the uses and the amount that an allowance counts."""
        with self.storage.begin(read=True) as unit:
            counted = unit.of(ALLOWANCES)
            (stored,) = counted.load(counted.find(Where("name", Op.EQ, name), limit=1)).values()
            return stored.state.uses, stored.state.minor

    def held(self, name: str) -> int:
        """Return how many orders hold an allowance, by their own redemptions."""
        with self.storage.begin(read=True) as unit:
            kept = unit.of(REDEMPTIONS)
            states = kept.load(kept.find(limit=10_000)).values()
            return sum(use.name == name for one in states for use in one.state.uses)
