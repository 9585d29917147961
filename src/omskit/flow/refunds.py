"""Refund requests of channels: the cases they open, and what their later words ask of those cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve

from omskit import returns as r
from omskit.channels import Channel, RefundKind, RefundRequest, RefundState
from omskit.core import Refused
from omskit.flow.granting import asked, grant, open_case, with_gifts
from omskit.flow.react import react
from omskit.flow.rules import Rules
from omskit.flow.workspace import Workspace
from omskit.orders import Order
from omskit.returns import CaseKind, ReturnCase
from omskit.returns.machine import DECLINE, REJECT, WITHDRAW

#: What a case is about, by what the buyer wants; what a channel cannot name locks the goods like money does.
KINDS: Mapping[RefundKind, CaseKind] = {
    RefundKind.MONEY: CaseKind.REFUND,
    RefundKind.RETURN: CaseKind.RETURN,
    RefundKind.EXCHANGE: CaseKind.EXCHANGE,
    RefundKind.REPAIR: CaseKind.REPAIR,
    RefundKind.RESEND: CaseKind.REPLACEMENT,
    RefundKind.PRICE: CaseKind.PRICE,
    RefundKind.OTHER: CaseKind.REFUND,
}

#: Kinds whose goods come back before the money goes.
_GOODS_FIRST = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.REPAIR})


def case_of(document: RefundRequest, order: Order, channel: Channel, key: int, rules: Rules) -> ReturnCase:
    """Return the case that a refund request opens.

    Lines are matched by the channel's id of the line, then by SKU; without lines it is about all that the order
    still stands for.

    Raises:
        Refused: ``bad_line`` for less than one unit; ``no_sale`` for a line that the order does not have;
            ``not_enough_sold``; ``other_currency``.
    """
    if document.currency != order.terms.currency:
        raise Refused(
            "other_currency",
            f"asked in {document.currency}; the order is in {order.terms.currency}",
            currency=document.currency,
        )
    kind = KINDS[document.kind]
    units = with_gifts(order, kind, dict(_units(document, order, channel)))
    lines = asked(order, kind, units)
    return evolve(
        open_case(order, key, kind, lines, rules),
        asked_minor=document.amount_minor,
        external_id=document.external_id,
        version=document.version,
        reason=document.reason,
        warehouse=channel.returns_to,
        answer_by=document.answer_by,
    )


def _units(document: RefundRequest, order: Order, channel: Channel) -> Iterator[tuple[int, int]]:
    if not document.lines:
        for line in order.lines:
            if count := line.quantity - line.cancelled - line.returned:
                yield line.number, count
        return
    units: dict[int, int] = {}
    for said in document.lines:
        listing = channel.listings.get(said.item)
        sku = listing.code if listing else said.item
        by_id = (line for line in order.lines if said.external_id and line.external_id == said.external_id)
        by_sku = (line for line in order.lines if line.sku == sku)
        found = next(by_id, None) or next(by_sku, None)
        if found is None:
            raise Refused("no_sale", f"the order has no {said.item!r}", item=said.item)
        if said.quantity < 1:
            raise Refused("bad_line", f"{said.quantity} units of {said.item}; from 1 unit", item=said.item)
        units[found.number] = units.get(found.number, 0) + said.quantity
    yield from units.items()


def follow(work: Workspace, key: int, document: RefundRequest) -> None:
    """Let a case follow what its channel says of it now; what it has said before changes nothing.

    The channel's own decisions are taken over and not answered. Money that it has paid out before the goods
    were back is conceded until they come.

    Raises:
        Refused: As the case, or its order, says; the caller undoes what came before.
    """
    case = _case(work, key)
    revised = r.Revise(document.amount_minor, document.version, document.reason, document.answer_by)
    work.returned(key, revised, "refund")
    if document.state in {RefundState.AGREED, RefundState.RETURNING, RefundState.DONE}:
        _agree(work, key, document)
    elif document.state in {RefundState.REFUSED, RefundState.CLOSED}:
        _give_up(work, case, document)
    custody = work.ruling.rules_of(case.process).custody
    if document.waybill and custody.has(_case(work, key).custody, r.AWAITS_GOODS):
        work.returned(key, r.AnnounceWaybill(document.waybill), "refund")
    react(work)


def _give_up(work: Workspace, case: ReturnCase, document: RefundRequest) -> None:
    rules = work.ruling.rules_of(case.process)
    refused = document.state is RefundState.REFUSED
    if rules.custody.allows(case.custody, REJECT if refused else WITHDRAW):
        end = r.Reject(document.reason) if refused else r.Withdraw(document.reason)
        work.returned(case.key, end, "refund")
    if rules.refunds.allows(case.money, DECLINE):
        work.returned(case.key, r.DeclineMoney(document.reason, heard=True), "refund")


def _agree(work: Workspace, key: int, document: RefundRequest) -> None:
    case = _case(work, key)
    decidable = work.ruling.rules_of(case.process).custody.has(case.custody, r.DECIDABLE)
    if case.kind in _GOODS_FIRST and decidable:
        work.returned(key, r.Authorise(), "refund")
    settled = case.kind not in _GOODS_FIRST or document.state is RefundState.DONE
    if settled and document.amount_minor > case.agreed_minor:
        grant(work, key, document.amount_minor, ahead=True, heard=True)
    case = _case(work, key)
    if document.state is RefundState.DONE and case.agreed_minor > case.paid_minor:
        work.returned(key, r.Pay(document.external_id), "refund")


def _case(work: Workspace, key: int) -> ReturnCase:
    case = work.returns[key].state
    assert case is not None  # noqa: S101 - it was loaded, or opened just before
    return case
