"""Budgets and coupons of a batch: what orders hold of them follows from what happens to the orders."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from attrs import frozen

from omskit.core import TERMINAL, ConcurrencyConflict, Duplicate
from omskit.pricing import ALLOWANCES, REDEMPTIONS, Allowance, Left, Redemption, Till, Use
from omskit.pricing.allowances import ALLOWANCE_MACHINE, GIVES
from omskit.pricing.redemptions import REDEMPTION_MACHINE, Confirm, Release, Reserve, Revise, Stand
from omskit.storage import Op, Unit, Where

#: Most values in one condition of a search.
CHUNK = 500
#: Hold of an order that was not paid in time, and so has lost what it used of budgets.
BUDGET_EXPIRED = "budget_expired"


@frozen
class Take:
    """An order was priced: it holds these uses and no others."""

    uses: tuple[Use, ...]
    buyer: str = ""
    until: datetime | None = None


class Redeeming(NamedTuple):
    """What an order's price, payment, shipment or cancellation means for what it holds."""

    order: int
    what: Take | Confirm | Release | Stand


V = TypeVar("V", int, str)


def _chunks(values: Collection[V]) -> Iterator[tuple[V, ...]]:
    ordered = sorted(values)
    return (tuple(ordered[start : start + CHUNK]) for start in range(0, len(ordered), CHUNK))


def load_allowances(unit: Unit, names: Collection[str], *, lock: bool) -> dict[str, Allowance]:
    """Load allowances by name; those that nobody has opened are left out."""
    found: dict[str, Allowance] = {}
    kept = unit.of(ALLOWANCES)
    for chunk in _chunks(names):
        keys = kept.find(Where("name", Op.IN, chunk), limit=len(chunk))
        found |= {one.state.name: one.state for one in kept.load(keys, lock=lock).values()}
    return found


def left_of(allowances: Mapping[str, Allowance], at: datetime) -> dict[str, Left]:
    """Return what allowances still give; nothing for one that is closed or over."""
    nothing = Left(0, 0)
    return {name: one.left if gives(one, at) else nothing for name, one in allowances.items()}


def gives(allowance: Allowance, at: datetime) -> bool:
    """Whether an allowance gives anything at an instant."""
    open_ = ALLOWANCE_MACHINE.has(allowance.status, GIVES)
    return open_ and (allowance.until is None or at < allowance.until)


def redeem(unit: Unit, till: Till, redeeming: Sequence[Redeeming]) -> None:
    """Book what orders take and give back, and save it; a fixed number of statements for the whole batch.

    What is taken is looked at under locks, so that no limit is exceeded; what is given back is given once, since
    an order's redemption knows whether it still holds anything.

    Raises:
        Refused: ``allowance_spent``, ``allowance_ended``, ``other_buyer``, ``unknown_coupon``.
        ConcurrencyConflict: ``allowance_opened`` when somebody else opened the same allowance just now.
    """
    held, kept = unit.of(REDEMPTIONS), unit.of(ALLOWANCES)
    orders = {one.order for one in redeeming}
    for chunk in _chunks(orders):
        keys = held.find(Where("order", Op.IN, chunk), limit=len(chunk))
        till.know_redemptions(held.load(keys, lock=True))
    uses = [use for one in redeeming if isinstance(one.what, Take) for use in one.what.uses]
    for names in _chunks(till.names(orders, uses)):
        keys = kept.find(Where("name", Op.IN, names), limit=len(names))
        till.know_allowances(kept.load(keys, lock=True))
    for one in redeeming:
        _book(till, one)
    try:
        if redemptions := till.changed_redemptions():
            held.save(redemptions)
        if allowances := till.changed_allowances():
            kept.save(allowances)
    except Duplicate as error:
        raise ConcurrencyConflict("allowance_opened", "somebody else opened the same allowance") from error


def _book(till: Till, one: Redeeming) -> None:
    known = till.redemption(one.order)
    ended = known is not None and REDEMPTION_MACHINE.has(known.status, TERMINAL)
    if isinstance(one.what, Take):
        if known is None and one.what.uses:
            take = one.what
            made = Redemption(till.new_key(), "", one.order, take.uses, take.buyer, take.until)
            till.do(one.order, Reserve(made))
        elif known is not None and not ended:
            till.do(one.order, Revise(one.what.uses))
    elif known is not None and not ended:
        till.do(one.order, one.what)
