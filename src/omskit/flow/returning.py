"""What follows from what happens to a return case: for its order, stock, warehouses and its channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from attrs import evolve

from omskit import fulfillment as f
from omskit import inventory as stock
from omskit import orders as o
from omskit import returns as r
from omskit.core import Cell, Claim, Movement, Refused, key_of, marked, readable
from omskit.flow.notify import refund_answer
from omskit.flow.owners import BUCKETED, shelf, stoppable, with_buyer
from omskit.flow.workspace import News, Workspace
from omskit.fulfillment import FulfillmentOrder
from omskit.fulfillment.machine import RECALL
from omskit.inventory.lots import lot_cell
from omskit.orders import Order, OrderLine
from omskit.returns import ReturnCase

#: The hold of a line that is asked back before it has left; it awaits the number of the case.
UNDER_REFUND = "under_refund"


def missing_for_returns(work: Workspace) -> tuple[set[int], set[int], set[int]]:
    """Return keys of the orders, fulfillment orders and cases that reactions to and by cases need."""
    orders: set[int] = set()
    fulfillments: set[int] = set()
    returns: set[int] = set()
    for news in work.return_news:
        orders |= {news.after.order, *(key for key, _ in news.after.orders)} - {0}
        if isinstance(news.event, r.Requested) and (order := _known(work, news.after.order)):
            fulfillments |= {one.fulfillment for one in order.consignments if one.fulfillment}
    for track in work.returns.values():
        if track.state:
            orders |= {track.state.order, *(key for key, _ in track.state.orders)} - {0}
    for work_news in work.fulfillment_news:
        if isinstance(work_news.event, f.RecallConfirmed | f.ParcelsShipped):
            for key in work_news.after.orders:
                served = _known(work, key)
                returns |= {case for case, _ in _locked(served)} if served and served.holds else set()
    return orders, fulfillments, returns


def _known(work: Workspace, key: int) -> Order | None:
    return work.orders[key].state if key in work.orders else None


def _locked(order: Order) -> list[tuple[int, int]]:
    """Return the cases that lock lines of an order: (key of the case, line) pairs."""
    holds = (hold for hold in order.holds if hold.code == UNDER_REFUND and hold.awaits)
    return [(key_of(hold.awaits, r.RETURNS.number), hold.line) for hold in holds]


def finish_refunds(work: Workspace, key: int) -> None:
    """Grant what is asked back of an order where its warehouses have stopped in time."""
    order = _order(work, key)
    for case_key in dict.fromkeys(case for case, _ in _locked(order)):
        track = work.returns.get(case_key)
        case = track.state if track else None
        if case is None or case.kind is not r.CaseKind.REFUND:
            continue
        stopped = dict(stoppable(case, _order(work, key)))
        if stopped and all(stopped.get(line.number, 0) == line.left + line.stopped for line in case.lines):
            work.returned(case_key, r.StopGoods(tuple(stopped.items()), agree=True), "recalled")


def intercept_refunded(work: Workspace, news: News[FulfillmentOrder]) -> None:
    """Ask couriers to stop the parcels of which all is asked back as money, and which have left all the same."""
    if not any(_known_holds(work, key) for key in news.after.orders):
        return
    for parcel in news.event.parcels:
        lines = {(line.order, line.line) for line in (news.after.line(number) for number, _ in parcel.lines)}
        cases = {case for key, number in lines for case in _refunding(work, key, number)}
        covered = {(key, number) for key, number in lines if _refunding(work, key, number)}
        if covered == lines:
            reason = ", ".join(sorted(readable(r.RETURNS.number, case) for case in cases))
            work.fulfillment(news.key, f.Intercept(parcel.number, reason), "refund")


def _known_holds(work: Workspace, key: int) -> bool:
    order = _known(work, key)
    return order is not None and bool(order.holds)


def _refunding(work: Workspace, key: int, number: int) -> list[int]:
    """Return the cases that ask money back for a line of an order that had not left."""
    order = _known(work, key)
    locking = [case for case, line in _locked(order) if line == number] if order else []
    states = {case: work.returns[case].state for case in locking if case in work.returns}
    return [case for case, state in states.items() if state and state.kind is r.CaseKind.REFUND]


def _order(work: Workspace, key: int) -> Order:
    order = work.orders[key].state
    assert order is not None  # noqa: S101 - what is missing was loaded before
    return order


def _requested(work: Workspace, news: News[ReturnCase]) -> None:
    """Lock what has not left, take it out of what is planned, and ask warehouses to stop."""
    case = news.after
    if not case.order:
        return
    order = _order(work, case.order)
    numbers = {line.number: line.line for line in case.lines}
    locked = sorted({numbers[number] for number, _ in stoppable(case, order, free=False)})
    for number in locked:
        work.order(case.order, o.PutOnHold(UNDER_REFUND, case.reason, number, awaits=case.number), "refund")
    touched = [one for one in order.consignments if any(line in locked for line, _ in one.lines)]
    if any(not one.fulfillment for one in touched):
        work.order(case.order, o.Unassign(0, UNDER_REFUND), "refund")
    for key in dict.fromkeys(one.fulfillment for one in touched if one.fulfillment):
        fulfillment = work.fulfillments[key].state
        assert fulfillment is not None  # noqa: S101
        machine = work.ruling.rules_of(fulfillment.process).fulfillments
        if machine.allows(fulfillment.status, RECALL):
            work.fulfillment(key, f.Recall(case.number), "refund")


def _received(work: Workspace, news: News[ReturnCase]) -> None:
    scan: r.Scan = news.event.scan
    _take(work, news, scan.found, scan.warehouse)


def _judged(work: Workspace, news: News[ReturnCase]) -> None:
    _take(work, news, news.event.found, news.event.warehouse)


def _take(work: Workspace, news: News[ReturnCase], found: Iterable[r.Found], warehouse: str) -> None:
    """Book accepted pieces back: to their order lines with what they carry, and into stock by disposition."""
    case = news.after
    accepted = [one for one in found if one.verdict is r.Verdict.ACCEPTED]
    back: dict[int, dict[str, int]] = {}
    shelved: dict[str, list[tuple[int, str, int]]] = {}
    for one in accepted:
        at = shelf(one.disposition, warehouse)
        if warehouse and one.disposition in BUCKETED:
            cell, claim = Cell(one.sku, warehouse), Claim(case.order, one.line) if one.line else Claim()
            move = stock.Move(BUCKETED[one.disposition], cell, one.quantity, claim, case.number)
            work.movements += stock.movements(move, at=work.at, actor=work.actor)
        if one.lot and warehouse:
            _name_lot(work, one, case, at or warehouse)
        if one.line:
            pieces = back.setdefault(one.line, {})
            pieces[one.sku] = pieces.get(one.sku, 0) + one.quantity
            shelved.setdefault(at, []).append((one.line, one.sku, one.quantity))
        elif at:
            work.movements += stock.for_claims(
                stock.RETURNED,
                [(Cell(one.sku, at), Claim(), one.quantity)],
                at=work.at,
                actor=work.actor,
                document=case.number,
            )
    if back:
        commands = [o.TakeBack((), at, case.number, tuple(pieces)) for at, pieces in shelved.items()]
        gone = {number: _back(_order(work, case.order), number, pieces) for number, pieces in back.items()}
        _credit(work, case, gone, commands)
    _let_go(work, case)


def _name_lot(work: Workspace, one: r.Found, case: ReturnCase, warehouse: str) -> None:
    """Say of which lot pieces are that have come back, wherever they are put."""
    claim = Claim(case.order, one.line) if one.line else Claim()
    kind, place = BUCKETED.get(one.disposition, stock.RETURNED), Cell(one.sku, warehouse)
    ((mark, on_hand, _),) = stock.LEGS[kind]
    cell = lot_cell(marked(place, mark), one.lot)
    count = on_hand * one.quantity
    work.movements.append(
        Movement(kind, cell, one.quantity, count, 0, work.at, work.actor, claim, case.number)
    )


def _back(order: Order, number: int, pieces: Mapping[str, int]) -> OrderLine:
    """Return a line without concessions after pieces have come back; refuse what the buyer does not have."""
    line = evolve(order.line(number), conceded_minor=0)
    line.worth.of_pieces(pieces.items())
    for sku, count in pieces.items():
        there = with_buyer(line, sku)
        if count > there:
            raise Refused(
                "not_shipped",
                f"{count} pieces of {sku} for line {number}; the buyer has {there}",
                order=order.key,
                line=number,
                wanted=count,
                there=there,
            )
    return line.taken_back(0, pieces)


def _credit(
    work: Workspace, case: ReturnCase, gone: Mapping[int, OrderLine], commands: Sequence[o.Command]
) -> None:
    """Carry out what takes goods off an order, and credit the case with what they carry.

    Money that the case had granted ahead for these lines is backed by the goods first.

    Args:
        work: The batch.
        case: The case as it stands.
        gone: The order's lines as they will be, without any concession.
        commands: What takes the goods off.
    """
    order = _order(work, case.order)
    ahead = dict(case.conceded)
    returned: list[tuple[int, int]] = []
    for number, after in gone.items():
        line = order.line(number)
        carried = evolve(line, conceded_minor=0).kept_minor - after.kept_minor
        backed = min(ahead.get(number, 0), line.conceded_minor, carried)
        if backed:
            returned.append((number, backed))
    if returned:
        undone = tuple((number, -amount) for number, amount in returned)
        work.order(case.order, o.Concede(undone, case.number), "return")
    before = _order(work, case.order)
    for command in commands:
        work.order(case.order, command, "return")
    then = _order(work, case.order)
    pairs = [(before.line(number), then.line(number)) for number in gone]
    amount = sum(one.kept_minor - other.kept_minor for one, other in pairs)
    tax = sum(other.gone_of(other.tax_minor) - one.gone_of(one.tax_minor) for one, other in pairs)
    discount = sum(other.gone_of(other.discount_minor) - one.gone_of(one.discount_minor) for one, other in pairs)
    work.returned(case.key, r.Credit(amount, tax, discount, tuple(returned)), "return")


def _let_go(work: Workspace, case: ReturnCase) -> None:
    """Let orders go that wait for these goods, when all that was expected is here and accepted."""
    wanted = [line for line in case.lines if line.expected]
    if wanted and all(line.accepted + line.stopped >= line.expected for line in wanted):
        for key, _ in case.orders:
            work.order(key, o.Satisfy(case.number), "return")


def _stopped(work: Workspace, news: News[ReturnCase]) -> None:
    case = news.after
    order = _order(work, case.order)
    units: dict[int, int] = {}
    for number, count in news.event.lines:
        line = case.line(number)
        units[line.line] = count // order.line(line.line).worth.per[line.sku]
    gone = {number: _without(order.line(number), count) for number, count in units.items()}
    work.order(case.order, o.Satisfy(case.number), "refund")
    _credit(work, case, gone, [o.Cancel(tuple(sorted(units.items())), case.number)])
    _let_go(work, case)
    if news.event.agree and _case(work, news.key).open_minor:
        work.returned(news.key, r.AgreeMoney(), "refund")


def _without(line: OrderLine, units: int) -> OrderLine:
    """Return a line without concessions after units that had not left are cancelled."""
    here = line.open + line.reserved
    return evolve(line, conceded_minor=0, open=here - units, reserved=0, cancelled=line.cancelled + units)


def _case(work: Workspace, key: int) -> ReturnCase:
    case = work.returns[key].state
    assert case is not None  # noqa: S101
    return case


def _unlocked(work: Workspace, news: News[ReturnCase]) -> None:
    if news.after.order:
        work.order(news.after.order, o.Satisfy(news.after.number), "return")


def _ended(work: Workspace, news: News[ReturnCase]) -> None:
    """Unlock the order, give up what was to be sent in exchange and has not gone, and refuse the money."""
    case = news.after
    _unlocked(work, news)
    for key, _ in case.orders:
        if any(hold.awaits == case.number for hold in _order(work, key).holds):
            work.order(key, o.Cancel(reason=case.number), "return")
            work.returned(news.key, r.DropOrder(key), "return")
    machine = work.ruling.rules_of(case.process).refunds
    if case.money == machine.initial and not case.agreed_minor:
        reason = getattr(news.event, "reason", "") or case.custody
        heard = isinstance(news.event, r.Withdrawn)
        work.returned(news.key, r.DeclineMoney(reason, heard), "return")


def _agreed(work: Workspace, news: News[ReturnCase]) -> None:
    event: r.MoneyAgreed = news.event
    if event.conceded:
        work.order(news.after.order, o.Concede(event.conceded, news.after.number), "refund")
    _answer(work, news, agreed=True)


def _declined(work: Workspace, news: News[ReturnCase]) -> None:
    _unlocked(work, news)
    _answer(work, news, agreed=False, reason=news.event.reason)


def _answer(work: Workspace, news: News[ReturnCase], *, agreed: bool, reason: str = "") -> None:
    if news.after.external_id and not news.event.heard:
        work.messages.append(refund_answer(work.new_key(), news.after, work.at, agreed=agreed, reason=reason))


ON_RETURN = cast(
    "dict[type, Callable[[Workspace, News[Any]], None]]",  # each function takes the events of its own key
    {
        r.Requested: _requested,
        r.Received: _received,
        r.Judged: _judged,
        r.GoodsStopped: _stopped,
        r.Rejected: _ended,
        r.Withdrawn: _ended,
        r.Expired: _ended,
        r.GoodsWaived: _unlocked,
        r.Closed: _unlocked,
        r.MoneyAgreed: _agreed,
        r.MoneyDeclined: _declined,
    },
)
