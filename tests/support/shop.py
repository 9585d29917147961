"""A small shop for the engine's tests: a channel of JSON, a planner that takes the first warehouse it may ask."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define

from omskit.channels import (
    Channel,
    ChannelLine,
    ChannelOrder,
    GoodsState,
    RefundKind,
    RefundRequest,
    RefundState,
    Reversal,
    ReversedLine,
    Standing,
    holds_of,
)
from omskit.core import Cell, Destination, Level, PayloadError, Refusal, readable
from omskit.engine import Oms
from omskit.flow import Facts, Need, Process, Rules, Step, release_step, review_step
from omskit.orders import Assign, Command, Consignment, Order
from omskit.storage import Storage, Unit

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@define
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = AT

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **parts: float) -> None:
        self.at += timedelta(**parts)


def _refund(said: dict[str, Any]) -> RefundRequest:
    lines = tuple(ReversedLine(item, count, external_id=id_) for item, count, id_ in said["lines"])
    more = {name: said[name] for name in ("waybill", "version", "reason") if name in said}
    return RefundRequest(
        said["refund"],
        AT,
        said["order"],
        "EUR",
        said["amount"],
        lines,
        RefundKind(said.get("kind", "other")),
        RefundState(said.get("state", "unknown")),
        GoodsState(said.get("goods", "unknown")),
        **more,
    )


def read(payload: bytes) -> Iterator[ChannelOrder | Reversal | RefundRequest | Refusal]:
    for said in json.loads(payload):
        if "refund" in said:
            yield _refund(said)
        elif "back" in said:
            back = tuple(ReversedLine(item, count, amount) for item, count, amount in said["back"])
            buyer, about = said.get("buyer", "b1"), said.get("order", "")
            yield Reversal(said["id"], AT + timedelta(hours=1), back, buyer, about)
        elif "lines" in said:
            lines = tuple(
                ChannelLine(item, count, 100 * count, external_id=f"L{n}")
                for n, (item, count) in enumerate(said["lines"], 1)
            )
            terms = dict(said.get("terms", {}))
            if "ship_in" in said:
                terms["ship_by"] = AT + timedelta(hours=said["ship_in"])
            if "changed" in said:
                terms["changed_at"] = AT + timedelta(hours=said["changed"])
            if "says" in said:
                terms["holds"] = holds_of(said["says"], {"ok": Standing.READY, "refund": Standing.DISPUTED})
            yield ChannelOrder(said["id"], AT, "EUR", Destination("DE"), lines, said.get("buyer", "b1"), **terms)
        else:
            yield Refusal.of(said["id"], PayloadError("no_lines", path="$[0].lines"))


WEB = Channel("web", read, returns_to="BER")


def payload(*documents: dict[str, Any]) -> bytes:
    return json.dumps(documents).encode()


def order(id_: str, *lines: tuple[str, int], **more: Any) -> dict[str, Any]:
    return {"id": id_, "lines": lines, **more}


def back(id_: str, *lines: tuple[str, int, int], **more: Any) -> dict[str, Any]:
    return {"id": id_, "back": lines, **more}


def refund(id_: str, order: str, amount: int, *lines: tuple[str, int, str], **more: Any) -> dict[str, Any]:
    return {"refund": id_, "order": order, "amount": amount, "lines": lines, **more}


def _levels(unit: Unit, orders: Sequence[Order], lock: bool) -> Mapping[Cell, Level]:  # noqa: FBT001
    skus: Collection[str] = {line.sku for one in orders for line in one.lines}
    return unit.stock.levels(skus, lock=lock)


LEVELS = Need("levels", _levels)


def _source(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:
    left = {cell: level.available for cell, level in facts.of(LEVELS).items()}
    commands: dict[int, Sequence[Command]] = {}
    for one in orders:
        found: dict[str, list[tuple[int, int]]] = {}
        barred = {(bar.warehouse, bar.line) for bar in one.barred if bar.until > facts.at}
        for line in one.lines:
            wanted = 0 if line.number in one.held_lines else line.open
            cells = [cell for cell in left if cell.sku == line.sku]
            for cell in [cell for cell in cells if (cell.warehouse, line.number) not in barred]:
                take = min(wanted, left[cell])
                if take:
                    left[cell] -= take
                    wanted -= take
                    found.setdefault(cell.warehouse, []).append((line.number, take))
        consignments = tuple(
            Consignment(one.planned + number, warehouse, tuple(found[warehouse]))
            for number, warehouse in enumerate(found, 1)
        )
        if one.has_open:
            commands[one.key] = [Assign(consignments, facts.at + timedelta(hours=4))]
    return commands


SOURCE = Step("source", "reserve", _source, (LEVELS,))


def process(rules: Rules | None = None) -> Process:
    return Process("test", (review_step(), SOURCE, release_step()), rules or Rules())


def shop(storage: Storage, clock: Clock | None = None, **options: Any) -> Oms:
    return Oms(storage, [WEB], options.pop("process", process()), clock=clock or Clock(), **options)


def fulfillments(oms: Oms, number: str) -> list[str]:
    """Return the numbers of an order's fulfillment orders that are at work."""
    return [readable("FO", one.fulfillment) for one in oms.order(number).consignments if one.fulfillment]
