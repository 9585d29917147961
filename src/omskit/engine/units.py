"""Units of work: open one, do something within it, and do it again when someone else was faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from attrs import field, frozen

from omskit.channels import Reporting
from omskit.core import Change, ConcurrencyConflict, Duplicate, Refused, aware
from omskit.engine.allotting import allotter
from omskit.engine.keys import Keys
from omskit.engine.lotbook import TracedUnit, is_about_lots
from omskit.flow import Following, Ruling, Workspace, missing, redeem
from omskit.fulfillment import FULFILLMENTS
from omskit.inventory.lots import LotRule
from omskit.inventory.soft import SOFTS, SoftReservation
from omskit.orders import ORDERS
from omskit.pricing import Till
from omskit.returns import RETURNS
from omskit.storage import Storage, Unit

T = TypeVar("T")

#: How often a unit is done again after a conflict before the conflict is passed on.
MAX_TRIES = 8
#: Refusals that mean that what a plan had counted on went to somebody else meanwhile.
CONTESTED = frozenset({"out_of_stock", "allowance_spent"})


@frozen
class Shop:
    """What every part of the engine works with.

    Args:
        storage: Where everything is kept.
        ruling: Says by which process what goes.
        clock: Says what time it is; aware.
        joined: Whether units run inside a transaction of the host, and cannot be done again.
        reporting: How channels are told of parcels, by code.
        lot_rules: How SKUs are kept by lot, of those that are.
    """

    storage: Storage
    ruling: Ruling
    clock: Callable[[], datetime]
    joined: bool = False
    reporting: Mapping[str, Reporting] = field(factory=dict)
    lot_rules: Mapping[str, LotRule] = field(factory=dict)

    def now(self) -> datetime:
        """Return the instant, in UTC.

        Raises:
            UsageError: ``naive_datetime`` when the host's clock has no time zone.
        """
        return aware(self.clock())

    def workspace(self, unit: Unit, actor: str, *, keys: int = 64) -> Workspace:
        """Return an empty workspace that takes its keys from the unit, in blocks from ``keys`` on."""
        work = Workspace(self.now(), actor, self.ruling, Keys(unit, keys), self.reporting)
        work.allot = allotter(unit)
        return work

    def attempt(self, do: Callable[[Unit, bool], T], *, plans: bool = True) -> T:
        """Do something within a unit, again after a conflict.

        ``do`` is called with the unit and with whether to lock what it reads: not at first, so that planning
        holds nobody up; then, when stock it had counted on went to someone else, with locks. What someone else
        wrote first at the same moment is there when it is done again, so that ``do`` finds it as a repeat does.
        What ``plans`` nothing by the stock it reads would want the same again: its refusal is passed on at once,
        unless it is about lots, which are chosen by what is read of them whoever books.

        Raises:
            ConcurrencyConflict: ``stale_version`` and the like when :data:`MAX_TRIES` were in vain.
            Duplicate: When ``do`` does not look for what is there already.
            Refused: ``out_of_stock``, ``allowance_spent`` when even under locks there is not enough.
        """
        lock, tries = self.joined, 0
        while True:
            try:
                with self.storage.begin() as unit:
                    return do(TracedUnit(unit, self.lot_rules, lock) if self.lot_rules else unit, lock)
            except (ConcurrencyConflict, Duplicate):
                tries += 1
                if self.joined or tries == MAX_TRIES:
                    raise
            except Refused as refusal:
                if lock or refusal.code not in CONTESTED or not (plans or is_about_lots(refusal)):
                    raise
                lock = True


def silent(_count: int) -> None:
    """Hear progress and say nothing."""


def complete(unit: Unit, work: Workspace) -> None:
    """Load, and lock, what reactions need and the workspace does not have; nothing is asked when nothing is."""
    while need := missing(work):
        before = (len(work.orders), len(work.fulfillments), len(work.returns))
        if need.orders:
            work.know_orders(unit.of(ORDERS).load(sorted(need.orders), lock=True))
        if need.fulfillments:
            work.know_fulfillments(unit.of(FULFILLMENTS).load(sorted(need.fulfillments), lock=True))
        if need.returns:
            work.know_returns(unit.of(RETURNS).load(sorted(need.returns), lock=True))
        if before == (len(work.orders), len(work.fulfillments), len(work.returns)):
            return


def save(unit: Unit, work: Workspace, *, joined: bool = False) -> None:
    """Write all that a workspace came to; stock goes last, so that its rows are locked for the shortest time.

    In a transaction of the host (``joined``) stock goes first: a refusal then comes before anything is written,
    and a host that catches it and commits has nothing half done.

    Raises:
        Refused: ``out_of_stock``, ``allowance_spent`` when what a plan counted on has gone.
        ConcurrencyConflict: ``stale_version``.
        Duplicate: ``duplicate_key``.
    """
    softs = _claim(unit, work)
    if joined:
        _redeem(unit, work)
        if work.movements:
            unit.stock.post(work.movements)
    if orders := work.changed_orders():
        unit.of(ORDERS).save(orders)
    if fulfillments := work.changed_fulfillments():
        unit.of(FULFILLMENTS).save(fulfillments)
    if returns := work.changed_returns():
        unit.of(RETURNS).save(returns)
    if softs:
        unit.of(SOFTS).save(softs)
    if work.messages:
        unit.outbox.put(work.messages)
    if not joined:
        _redeem(unit, work)
        if work.movements:
            unit.stock.post(work.movements)


def _claim(unit: Unit, work: Workspace) -> list[Change[SoftReservation]]:
    """Let what carts hold follow their orders; return what is to be saved, and book what it does to stock."""
    if not work.claiming:
        return []
    orders = {key: track.state for key, track in work.orders.items() if track.state is not None}
    following = Following(unit, work.ruling, orders, work.at, work.actor)
    changes, movements = following.follow(work.claiming, work.movements)
    work.movements += movements
    return changes


def _redeem(unit: Unit, work: Workspace) -> None:
    if work.redeeming:
        redeem(unit, Till(work.at, work.actor, work.new_key), work.redeeming)
