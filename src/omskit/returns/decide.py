"""What a command does to a return case: the events that happen, or a refusal.

A command that is already satisfied happens as no event. Goods that came are counted whatever was expected;
money is granted for what was accepted, or conceded by a person's word for what the buyer keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, cast

from omskit.core import Machine, Refused, UsageError
from omskit.returns import commands as c
from omskit.returns import events as e
from omskit.returns import machine as m
from omskit.returns.evolve import added, with_found
from omskit.returns.lines import Found, ReturnLine, Verdict
from omskit.returns.model import ReturnCase

Events = tuple[e.Event, ...]


class _Ask(NamedTuple):
    """When, and under which machines, a command is decided."""

    at: datetime
    custody: Machine
    money: Machine


def decide(
    case: ReturnCase | None,
    command: c.Command,
    *,
    at: datetime,
    actor: str = "",  # noqa: ARG001 - every aggregate is asked in the same way
    custody: Machine = m.CUSTODY_MACHINE,
    money: Machine = m.REFUND_MACHINE,
) -> Events:
    """Return the events of a command.

    Raises:
        Refused: ``not_allowed`` by a machine; ``already_requested``; ``receipt_final`` for a scan after the last;
            ``not_pending`` when fewer pieces wait for a verdict; ``not_expected`` when fewer are still to come;
            ``not_due_yet`` for an expiry before the deadline; ``not_accepted`` for money that no accepted goods
            carry; ``already_agreed`` for less money than was granted; ``nothing_due``; ``not_agreed`` for a
            payment above what was granted; ``not_owned`` when a claim leaves pieces out; ``not_claimed``.
        UsageError: ``unknown_case``; ``bad_case``; ``scan_reused``; ``bad_amount``;
            ``bad_quantity``; ``unknown_line``; ``no_waybill``.
    """
    if isinstance(command, c.Request):
        return _request(case, command, custody, money)
    if case is None:
        raise UsageError("unknown_case", f"{type(command).__name__} for a case that is not there")
    return _DECIDE[type(command)](case, command, _Ask(at, custody, money))


def _request(case: ReturnCase | None, command: c.Request, custody: Machine, money: Machine) -> Events:
    new = command.case
    if case is not None:
        raise Refused("already_requested", f"case {case.key} is there", case=case.key)
    status = custody.initial if new.order else custody.next(custody.initial, m.REGISTER)
    fresh = (new.custody, new.money, new.due_minor, new.agreed_minor, new.paid_minor)
    places = [(line.line, line.sku) for line in new.lines]
    numbered = all(line.number == position for position, line in enumerate(new.lines, 1))
    untouched = not any(line.arrived or line.stopped for line in new.lines)
    if fresh != (status, money.initial, 0, 0, 0) or new.scans or new.orders or not numbered or not untouched:
        raise UsageError("bad_case", f"a case opens as {status!r} and {money.initial!r}, with nothing done yet")
    if len(set(places)) != len(places):
        raise UsageError("bad_case", "each SKU of an order line stands in one line of the case", lines=places)
    return (e.Requested(new),)


def _made(case: ReturnCase, trigger: str, ask: _Ask) -> str:
    """Return where a trigger leads; empty when it has been made."""
    if not ask.custody.allows(case.custody, trigger) and case.custody in ask.custody.reached_by(trigger):
        return ""
    return ask.custody.next(case.custody, trigger)


def _revise(case: ReturnCase, command: c.Revise, _ask: _Ask) -> Events:
    said = (command.asked_minor, command.version, command.reason, command.answer_by)
    if said == (case.asked_minor, case.version, case.reason, case.answer_by):
        return ()
    return (e.Revised(*said),)


def _authorise(case: ReturnCase, command: c.Authorise, ask: _Ask) -> Events:
    status = _made(case, m.AUTHORISE, ask)
    return (e.Authorised(status, command.warehouse, command.deadline),) if status else ()


def _reject(case: ReturnCase, command: c.Reject, ask: _Ask) -> Events:
    status = _made(case, m.REJECT, ask)
    return (e.Rejected(status, command.reason),) if status else ()


def _withdraw(case: ReturnCase, command: c.Withdraw, ask: _Ask) -> Events:
    status = _made(case, m.WITHDRAW, ask)
    return (e.Withdrawn(status, command.reason),) if status else ()


def _expire(case: ReturnCase, _command: c.Expire, ask: _Ask) -> Events:
    status = _made(case, m.EXPIRE, ask)
    if not status:
        return ()
    if case.deadline is None or ask.at < case.deadline:
        raise Refused("not_due_yet", f"its deadline is {case.deadline}", case=case.key, deadline=case.deadline)
    return (e.Expired(status),)


def _announce(case: ReturnCase, command: c.AnnounceWaybill, ask: _Ask) -> Events:
    if not command.waybill:
        raise UsageError("no_waybill", "a parcel is announced by its waybill", case=case.key)
    if command.waybill in case.waybills:
        return ()
    return (e.WaybillAnnounced(ask.custody.next(case.custody, m.ANNOUNCE), command.waybill),)


def _receive(case: ReturnCase, command: c.Receive, ask: _Ask) -> Events:
    scan = command.scan
    known = [one for one in case.scans if one.id == scan.id]
    if known == [scan]:
        return ()
    if known:
        raise UsageError("scan_reused", f"scan {scan.id!r} came with other content before", scan=scan.id)
    if case.final:
        raise Refused("receipt_final", "the warehouse has said that no more would come", case=case.key)
    ownerless = ask.custody.has(case.custody, m.OWNERLESS)
    if ownerless and any(one.verdict is not Verdict.PENDING or one.line for one in scan.found):
        raise Refused("not_claimed", "nothing is decided about ownerless goods before a claim", case=case.key)
    lines = with_found(case.lines, scan.found)
    whole = scan.final or not any(line.left for line in lines)
    return (e.Received(ask.custody.next(case.custody, m.RECEIVE if whole else m.RECEIVE_PART), scan),)


def _judge(case: ReturnCase, command: c.Judge, ask: _Ask) -> Events:
    if ask.custody.has(case.custody, m.OWNERLESS):
        raise Refused("not_claimed", "nothing is decided about ownerless goods before a claim", case=case.key)
    found = tuple(one for one in command.found if one.verdict is not Verdict.PENDING)
    lines = {(line.line, line.sku): line for line in case.lines}
    for where, count in _counts(found).items():
        there = lines[where].pending if where in lines else 0
        if count > there:
            raise Refused(
                "not_pending",
                f"{there} of the {count} pieces of {where[1]} wait for a verdict",
                case=case.key,
                sku=where[1],
                wanted=count,
                there=there,
            )
    return (e.Judged(found, command.warehouse),) if found else ()


def _counts(found: Iterable[Found]) -> dict[tuple[int, str], int]:
    sums: dict[tuple[int, str], int] = {}
    for one in found:
        sums[one.line, one.sku] = sums.get((one.line, one.sku), 0) + one.quantity
    return sums


def _claim(case: ReturnCase, command: c.Claim, ask: _Ask) -> Events:
    if case.order and case.order == command.order:
        return ()
    status = ask.custody.next(case.custody, m.CLAIM)
    here = {line.sku: line.arrived for line in case.lines}
    owned: dict[str, int] = {}
    for sku, _, count in command.owned:
        owned[sku] = owned.get(sku, 0) + count
    if owned != here or not command.order:
        raise Refused("not_owned", f"the claim is for {owned}; here are {here}", case=case.key, here=here)
    places = sorted({(line, sku) for sku, line, _ in command.owned})
    pieces = _counts(Found(sku, count, line) for sku, line, count in command.owned)
    lines = tuple(
        ReturnLine(number, line, sku, expected=pieces[line, sku] if line else 0, pending=pieces[line, sku])
        for number, (line, sku) in enumerate(places, 1)
    )
    return (e.Claimed(status, command.order, command.channel, command.channel_id, command.currency, lines),)


def _stop(case: ReturnCase, command: c.StopGoods, ask: _Ask) -> Events:
    wanted = ((number, count - case.line(number).stopped) for number, count in command.lines)
    stopped = tuple((number, count) for number, count in wanted if count > 0)
    for number, count in stopped:
        left = case.line(number).left
        if count > left:
            raise Refused("not_expected", f"{count} of {left} pieces of line {number}", case=case.key, line=number)
    if not stopped:
        return ()
    status = ask.custody.next(case.custody, m.STOP)
    whole = all(line.left == dict(stopped).get(line.number, 0) for line in case.lines)
    return (e.GoodsStopped(status if whole else case.custody, stopped, command.agree),)


def _waive(case: ReturnCase, command: c.WaiveGoods, ask: _Ask) -> Events:
    status = _made(case, m.WAIVE, ask)
    return (e.GoodsWaived(status, command.reason),) if status else ()


def _close(case: ReturnCase, command: c.Close, ask: _Ask) -> Events:
    status = _made(case, m.CLOSE, ask)
    return (e.Closed(status, command.reason),) if status else ()


def _credit(_case: ReturnCase, command: c.Credit, _ask: _Ask) -> Events:
    if not (command.amount_minor or command.returned or command.tax_minor or command.discount_minor):
        return ()
    return (e.Credited(command.amount_minor, command.tax_minor, command.discount_minor, command.returned),)


def _agree(case: ReturnCase, command: c.AgreeMoney, ask: _Ask) -> Events:
    conceded = added((), command.conceded)
    beyond = sum(amount for _, amount in conceded)
    if any(amount < 0 for _, amount in conceded) or (command.total_minor is None and conceded):
        raise UsageError("bad_amount", f"{conceded} is conceded from zero, as a part of a total", case=case.key)
    total = case.agreed_minor + case.open_minor if command.total_minor is None else command.total_minor
    amount = total - case.agreed_minor
    if amount == 0 and case.agreed_minor:
        return ()
    if amount < 0:
        raise Refused("already_agreed", f"{case.agreed_minor} are granted already", case=case.key, total=total)
    if amount == 0:
        raise Refused("nothing_due", "no goods were accepted, and nothing is conceded", case=case.key)
    if not 0 <= amount - beyond <= case.open_minor:
        raise Refused(
            "not_accepted",
            f"{amount - beyond} beside what is conceded; accepted goods carry {case.open_minor} more",
            case=case.key,
            wanted=amount - beyond,
            open=case.open_minor,
        )
    return (e.MoneyAgreed(ask.money.next(case.money, m.AGREE), amount, conceded, command.heard),)


def _decline(case: ReturnCase, command: c.DeclineMoney, ask: _Ask) -> Events:
    if not ask.money.allows(case.money, m.DECLINE) and case.money in ask.money.reached_by(m.DECLINE):
        return ()
    return (e.MoneyDeclined(ask.money.next(case.money, m.DECLINE), command.reason, command.heard),)


def _pay(case: ReturnCase, command: c.Pay, ask: _Ask) -> Events:
    if not command.reference:
        raise UsageError("bad_amount", "a payment has a reference", case=case.key)
    if command.reference in case.payments:
        return ()
    left = case.agreed_minor - case.paid_minor
    amount = left if command.amount_minor is None else command.amount_minor
    status = ask.money.next(case.money, m.PAY if amount == left else m.PAY_PART)
    if not 0 < amount <= left:
        raise Refused("not_agreed", f"{amount} of {left} that are granted and not paid", case=case.key, left=left)
    return (e.Paid(status, command.reference, amount),)


def _reorder(case: ReturnCase, command: c.Reorder, _ask: _Ask) -> Events:
    if command.order in dict(case.orders):
        return ()
    if command.credited_minor < 0:
        raise UsageError("bad_amount", f"{command.credited_minor}: a credit is zero or more", case=case.key)
    return (e.Reordered(command.order, command.credited_minor),)


def _drop_order(case: ReturnCase, command: c.DropOrder, _ask: _Ask) -> Events:
    return (e.OrderDropped(command.order),) if command.order in dict(case.orders) else ()


_DECIDE = cast(
    "dict[type, Callable[[ReturnCase, Any, _Ask], Events]]",  # each function takes the command of its own key
    {
        c.Revise: _revise,
        c.Authorise: _authorise,
        c.Reject: _reject,
        c.Withdraw: _withdraw,
        c.Expire: _expire,
        c.AnnounceWaybill: _announce,
        c.Receive: _receive,
        c.Judge: _judge,
        c.Claim: _claim,
        c.StopGoods: _stop,
        c.WaiveGoods: _waive,
        c.Close: _close,
        c.Credit: _credit,
        c.AgreeMoney: _agree,
        c.DeclineMoney: _decline,
        c.Pay: _pay,
        c.Reorder: _reorder,
        c.DropOrder: _drop_order,
    },
)
