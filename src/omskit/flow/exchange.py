"""Goods sent in exchange, as a replacement or after a repair: an order linked to the case, paid for once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from omskit import returns as r
from omskit.core import Refused, UsageError
from omskit.flow.workspace import Workspace
from omskit.orders import AddLine, Charge, Hold, Order, OrderLine, Place, PutOnHold, ReleaseHold
from omskit.returns import CaseKind, ReturnCase

#: The hold of goods that wait for others to come back.
AWAITS_RETURN = "awaits_return"
#: The hold of goods whose difference in price is to be collected first.
AWAITS_PAYMENT = "awaits_payment"
#: The hold by which the standard review asks about goods without a price.
UNPRICED = "unpriced"
#: The charge, below zero, of what returned goods pay of others.
EXCHANGE_CREDIT = "exchange_credit"

#: What the order is called that sends the goods; anything else is a replacement.
_CALLED: Mapping[CaseKind, str] = {CaseKind.EXCHANGE: "exchange", CaseKind.REPAIR: "repair"}


def reorder(work: Workspace, key: int, goods: Sequence[AddLine], *, early: bool = False) -> int:
    """Place the order that sends goods for a case, and return its key.

    What the returned goods carry pays for the goods of an exchange as far as it goes, by a charge below zero; it
    is then no longer to be granted. What is left to pay holds the order until it is paid. Unless ``early``, the
    order waits until all that is expected has come back and is accepted.

    Args:
        work: A batch with the case and its order.
        key: Of the case.
        goods: What to send, priced as it would be sold.
        early: Whether it may leave before the goods are back.

    Raises:
        Refused: ``no_order`` for goods that nobody owns.
        UsageError: ``bad_price`` for a price above zero of what is sent for nothing; ``bad_quantity``.
    """
    case = work.returns[key].state
    track = work.orders.get(case.order) if case else None
    if case is None or track is None or track.state is None:
        raise Refused("no_order", "nobody knows whose these goods are", case=key)
    order, made = track.state, work.new_key()
    lines = tuple(_line(number, one) for number, one in enumerate(goods, 1))
    total = sum(line.paid_minor for line in lines)
    if case.kind is not CaseKind.EXCHANGE and total:
        raise UsageError("bad_price", f"a {case.kind.value} costs nothing; the goods cost {total}", case=key)
    credit = min(total, max(_carried(case, order) - case.credited_minor - case.agreed_minor, 0))
    terms = evolve(
        order.terms,
        external_id=f"{case.number}~{made}",
        origin=order.channel_id,
        kind=_CALLED.get(case.kind, "replacement"),
        placed_at=work.at,
        paid_at=work.at if credit == total else None,
        cod=False,
        ship_by=None,
        arrive_by=None,
        warehouse="",
        memo="",
        marks=(),
    )
    charges = (Charge(EXCHANGE_CREDIT, -credit, case.number),) if credit else ()
    holds = _holds(work, case, unpaid=total > credit, early=early)
    work.order(made, Place(made, terms, lines, charges, holds), "return")
    if not all(line.paid_minor for line in lines):
        # Who sends goods for nothing has decided so: the review is not to ask a person once more.
        work.order(made, PutOnHold(UNPRICED, f"sent for {case.number}"), "return")
        work.order(made, ReleaseHold(UNPRICED), "return")
    work.returned(key, r.Reorder(made, credit), "return")
    return made


def _line(number: int, one: AddLine) -> OrderLine:
    return OrderLine(
        number,
        one.sku,
        one.quantity,
        one.quantity,
        list_minor=one.list_minor,
        discount_minor=one.discount_minor,
        tax_minor=one.tax_minor,
        components=one.components,
        external_id=one.external_id,
        title=one.title,
        group=one.group,
    )


def _carried(case: ReturnCase, order: Order) -> int:
    """Return what the goods of a case carry: those that are back, and those that are still expected."""
    left: dict[int, dict[str, int]] = {}
    for line in case.lines:
        if line.line and line.left + line.pending:
            left.setdefault(line.line, {})[line.sku] = line.left + line.pending
    return case.due_minor + sum(order.line(number).due_for(pieces) for number, pieces in left.items())


def _holds(work: Workspace, case: ReturnCase, *, unpaid: bool, early: bool) -> tuple[Hold, ...]:
    holds: list[Hold] = []
    wanted = [line for line in case.lines if line.expected]
    back = all(line.accepted + line.stopped >= line.expected for line in wanted)
    if not early and not back:
        reason = "the goods are not back"
        holds.append(Hold(AWAITS_RETURN, work.at, work.actor, reason, awaits=case.number))
    if unpaid:
        reason = "the difference in price is not paid"
        holds.append(Hold(AWAITS_PAYMENT, work.at, work.actor, reason, awaits="paid"))
    return tuple(holds)
