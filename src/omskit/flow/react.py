"""What follows from what happened: an event of one room becomes a command, a movement or a message of another.

This is the only place where that is said. Reactions never choose anything: a choice is a step's or a person's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from attrs import frozen

from omskit import fulfillment as f
from omskit import inventory as stock
from omskit import orders as o
from omskit.core import Cell, Claim
from omskit.flow import from_price
from omskit.flow.from_work import ON_FULFILLMENT
from omskit.flow.holding import Claiming, root_of
from omskit.flow.lotted import name_lots
from omskit.flow.notify import AFTER_SALE, report, withdrawal
from omskit.flow.reporting import reports, withdrawn
from omskit.flow.returning import ON_RETURN, missing_for_returns
from omskit.flow.workspace import News, Workspace
from omskit.fulfillment import FulfillmentOrder
from omskit.orders import Order

#: Kind of an order whose buyer collects it.
PICKUP = "pickup"


@frozen
class Missing:
    """Keys of what reactions need and the workspace does not have."""

    orders: frozenset[int] = frozenset()
    fulfillments: frozenset[int] = frozenset()
    returns: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.orders or self.fulfillments or self.returns)


def missing(work: Workspace) -> Missing:
    """Return what the news of the workspace is about and is not there; ask again when it has been loaded."""
    orders = {line.order for news in work.fulfillment_news for line in news.after.lines}
    more, fulfillments, returns = missing_for_returns(work)
    return Missing(
        frozenset((orders | more) - work.orders.keys()),
        frozenset(fulfillments - work.fulfillments.keys()),
        frozenset(returns - work.returns.keys()),
    )


def react(work: Workspace) -> None:
    """Let everything follow from the news of the workspace, until there is none.

    What :func:`missing` names has to be there.
    """
    while work.order_news or work.fulfillment_news or work.return_news:
        opened: dict[int, list[tuple[Order, o.Consignment]]] = {}
        order_news, fulfillment_news = list(work.order_news), list(work.fulfillment_news)
        work.order_news.clear()
        work.fulfillment_news.clear()
        return_news = list(work.return_news)
        work.return_news.clear()
        for item in order_news:
            follow = _ON_ORDER.get(type(item.event))
            if follow:
                follow(work, item)
            elif type(item.event) is o.Released:
                _collect(opened, item)
        _open(work, opened)
        for news in fulfillment_news:
            follow_work = ON_FULFILLMENT.get(type(news.event))
            if follow_work:
                follow_work(work, news)
        for case in return_news:
            follow_case = ON_RETURN.get(type(case.event))
            if follow_case:
                follow_case(work, case)


def _book(
    work: Workspace,
    kind: str,
    order: Order,
    moved: Iterable[tuple[int, int]],
    *,
    at: str,
    document: str = "",
    reason: str = "",
) -> None:
    """Book movements of (line number, units) pairs of an order at a warehouse."""
    wanted: list[tuple[Cell, Claim, int]] = []
    for number, units in moved:
        line, claim = order.lines[number - 1], Claim(order.key, number)
        if line.components:
            parts = stock.pieces(line.components, units)
            wanted += [(Cell(sku, at), claim, count) for sku, count in parts.items()]
        else:
            wanted.append((Cell(line.sku, at), claim, units))
    work.movements += stock.for_claims(
        kind, wanted, at=work.at, actor=work.actor, document=document, reason=reason
    )


def _placed(work: Workspace, news: News[Order]) -> None:
    terms = news.after.terms
    if not news.after.part_of and terms.kind not in AFTER_SALE:
        work.claiming.append(Claiming(news.key, terms.channel, terms.cart or terms.external_id))


def _needs_less(work: Workspace, news: News[Order]) -> None:
    work.claiming.append(Claiming(root_of(news.after)))


def _divided(work: Workspace, news: News[Order]) -> None:
    from_price.divided(work, news)
    _needs_less(work, news)


def _assigned(work: Workspace, news: News[Order]) -> None:
    event: o.Assigned = news.event
    for one in event.consignments:
        _book(work, stock.RESERVED_FOR, news.after, one.lines, at=one.warehouse)
    _needs_less(work, news)


def _unassigned(work: Workspace, news: News[Order]) -> None:
    assert news.before is not None  # noqa: S101 - only a placement comes before nothing
    for one in news.before.consignments:
        if one.number in news.event.consignments:
            _book(work, stock.RELEASED, news.after, one.lines, at=one.warehouse, reason=news.event.reason)
    if isinstance(news.event, o.Unassigned):
        _release(work, news, news.event.units)


def _release(work: Workspace, news: News[Order], units: Iterable[tuple[int, int, int]]) -> None:
    """Release (consignment, line, units) at the warehouses of the consignments."""
    assert news.before is not None  # noqa: S101
    warehouses = {one.number: one.warehouse for one in news.before.consignments}
    for consignment, number, count in units:
        at, reason = warehouses[consignment], news.event.reason
        _book(work, stock.RELEASED, news.after, [(number, count)], at=at, reason=reason)


def _cancelled(work: Workspace, news: News[Order]) -> None:
    _release(work, news, news.event.reserved)
    _report(work, news)
    from_price.cancelled(work, news)
    _needs_less(work, news)


def _amended(work: Workspace, news: News[Order]) -> None:
    _report(work, news)
    from_price.amended(work, news)
    _needs_less(work, news)


def _order_shipped(work: Workspace, news: News[Order]) -> None:
    assert news.before is not None  # noqa: S101
    event: o.Shipped = news.event
    from_price.confirmed(work, news)
    warehouse = work.fulfillments[event.fulfillment].state.warehouse  # type: ignore[union-attr]
    document = str(event.fulfillment)
    if event.unplanned:
        _book(work, stock.RESERVED_FOR, news.after, event.lines, at=warehouse, document=document)
        _needs_less(work, news)
    _book(work, stock.SHIPPED, news.after, event.lines, at=warehouse, document=document)
    if work.reporting:
        _report(work, news)


def _taken_back(work: Workspace, news: News[Order]) -> None:
    event: o.TakenBack = news.event
    if event.warehouse:
        _book(work, stock.RETURNED, news.after, event.lines, at=event.warehouse, reason=event.reason)
        pieces = [(Cell(sku, event.warehouse), Claim(news.key, number), n) for number, sku, n in event.pieces]
        work.movements += stock.for_claims(
            stock.RETURNED, pieces, at=work.at, actor=work.actor, document=event.reason, reason=event.reason
        )


def _collect(opened: dict[int, list[tuple[Order, o.Consignment]]], news: News[Order]) -> None:
    numbers = {number for number, _ in news.event.fulfillments}
    for one in news.after.consignments:
        if one.number in numbers:
            opened.setdefault(one.fulfillment, []).append((news.after, one))


def _open(work: Workspace, opened: dict[int, list[tuple[Order, o.Consignment]]]) -> None:
    """Open the fulfillment orders of consignments, and pick the lots that their warehouses are to take."""
    made = [_made(work, key, inside) for key, inside in opened.items()]
    if work.allot is not None:
        made = work.allot(made, work.movements, work.at)
    for one in made:
        work.fulfillment(one.key, f.Open(one), "release")
        if one.lots:
            name_lots(work, stock.RESERVED_FOR, one, one.lots)


def _made(work: Workspace, key: int, inside: list[tuple[Order, o.Consignment]]) -> FulfillmentOrder:
    order, first = inside[0]
    lines: list[f.WorkLine] = []
    weight_g = freight_minor = 0
    for served, one in inside:
        weight_g += one.weight_g
        freight_minor += one.freight_minor
        for number, units in one.lines:
            line = served.lines[number - 1]
            at = len(lines) + 1
            lines.append(f.WorkLine(at, served.key, number, line.sku, units, units, parts=line.components))
    return FulfillmentOrder(
        key,
        work.ruling.rules_of(order.process).fulfillments.initial,
        first.warehouse,
        order.terms.destination,
        tuple(lines),
        first.courier,
        first.service,
        weight_g,
        freight_minor,
        order.terms.currency,
        first.ship_on,
        first.arrive_on,
        process=order.process,
        pickup=f.Pickup() if order.terms.kind == PICKUP else None,
    )


def _unshipped(work: Workspace, news: News[Order]) -> None:
    event: o.Unshipped = news.event
    if event.consignment is not None:
        at, lines = event.consignment.warehouse, event.lines
        _book(work, stock.UNSHIPPED, news.after, lines, at=at, reason=event.reason)
    if news.before is None or not event.waybill or news.after.terms.kind in AFTER_SALE:
        return
    said = withdrawn(work.reporting.get(news.after.terms.channel), news.before, event)
    if said is not None:
        work.messages.append(withdrawal(work.new_key(), said, work.at))


def _report(work: Workspace, news: News[Order]) -> None:
    """Tell a channel that hears of each line once."""
    policy = work.reporting.get(news.after.terms.channel)
    if policy is None or news.before is None or news.after.terms.kind in AFTER_SALE:
        return
    fresh = news.event.sent if isinstance(news.event, o.Shipped) else ()
    for notice in reports(policy, news.before, news.after, fresh):
        work.messages.append(report(work.new_key(), notice, work.at))


_ON_ORDER = cast(
    "dict[type, Callable[[Workspace, News[Order]], None]]",
    {
        o.OrderPlaced: _placed,
        o.Assigned: _assigned,
        o.Unassigned: _unassigned,
        o.Unmerged: _unassigned,
        o.Cancelled: _cancelled,
        o.Priced: from_price.priced,
        o.Divided: _divided,
        o.Rejoined: _divided,
        o.Amended: _amended,
        o.Shipped: _order_shipped,
        o.TakenBack: _taken_back,
        o.Unshipped: _unshipped,
    },
)
