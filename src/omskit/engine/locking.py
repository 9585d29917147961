"""Locking up: what is too near its expiry leaves what can be sold; lots that have run empty are put away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from attrs import frozen

from omskit.core import Cell, Level, Stored, mark_of
from omskit.engine.keeping import By, change_of
from omskit.engine.lotbook import levels_of, live_pages, load_named
from omskit.engine.turns import take_turn
from omskit.engine.units import Shop
from omskit.engine.withholding import Withheld, withhold
from omskit.inventory import LOCKED_UP
from omskit.inventory.lots import LOTS, OUT, Empty, LotRecord, decide, sku_of, split
from omskit.storage import Unit


@frozen
class LockingUp:
    """Locks up what is past its removal day."""

    shop: Shop
    on: date
    actor: str

    def all_lots(self) -> list[Withheld]:
        """Lock up what is due, a page of lots in a unit; see :meth:`LotDesk.lock_up`."""
        rules = self.shop.lot_rules
        latest = max((self.on.toordinal() + rule.life.lock_up_days for rule in rules.values()), default=0)
        with self.shop.storage.begin(read=True) as unit:
            pages = [[one.state.name for one in page] for page in live_pages(unit, rules, until=latest)]
        return [one for names in pages for one in self.shop.attempt(partial(self._page, names))]

    def _page(self, names: Sequence[str], unit: Unit, lock: bool) -> list[Withheld]:  # noqa: FBT001
        at = self.shop.now()
        take_turn(unit, "lock up", at)
        due = [one for one in load_named(unit, names, lock=lock).values() if self._is_due(one.state)]
        due.sort(key=lambda one: (one.state.turn, one.state.name))
        records = [one.state for one in due]
        levels = levels_of(unit, [(one.sku, one.code) for one in records], lock=lock, plain=True)
        found, booked = withhold(LOCKED_UP, records, levels, at, self.actor, reason="near its expiry")
        if booked:
            unit.stock.post(booked)
        _put_away(unit, due, levels, By(at, self.actor, "lock up"))
        return found

    def _is_due(self, record: LotRecord) -> bool:
        removal = record.removal_day(self.shop.lot_rules[record.sku].life)
        return removal is not None and removal <= self.on


def _put_away(unit: Unit, due: Sequence[Stored[LotRecord]], levels: Mapping[Cell, Level], by: By) -> None:
    """Mark lots as spent that have no piece anywhere; two people may each have taken the last but one."""
    there = {
        (sku_of(place), code)
        for place, code, level in ((*split(cell), level) for cell, level in levels.items())
        if code is not None and level.on_hand and mark_of(place) != OUT
    }
    changes = []
    for one in due:
        if (one.state.sku, one.state.code) not in there:
            events = decide(one.state, Empty(), at=by.at, actor=by.actor)
            changes += [change_of(LOTS, one.state.key, one, events, by)] if events else []
    if changes:
        unit.of(LOTS).save(changes)
