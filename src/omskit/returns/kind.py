"""How return cases are stored: their documents, what can be searched, and their lines as rows."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row, Rows, to_ms
from omskit.returns import commands as c
from omskit.returns import events as e
from omskit.returns.evolve import evolve
from omskit.returns.model import NUMBER, ReturnCase

_INT, _TEXT = ColumnType.INT, ColumnType.TEXT

#: Milliseconds that stand for "no deadline", so that what is due is found by "not after".
_NEVER = 2**62


def _line_rows(case: ReturnCase) -> list[Row]:
    """Return a row for each line, and one for each waybill, that has nothing else."""
    rows: list[Row] = [
        (line.line, line.sku, line.expected, line.stopped, line.pending, line.accepted, line.declined, None)
        for line in case.lines
    ]
    return rows + [(None, None, 0, 0, 0, 0, 0, waybill) for waybill in case.waybills]


def _row(case: ReturnCase) -> Row:
    return (
        case.custody,
        case.money,
        case.kind.value,
        case.order,
        case.channel or None,
        case.channel_id or None,
        case.external_id or None,
        case.warehouse,
        case.waybills[-1] if case.waybills else None,
        to_ms(case.deadline) if case.deadline else _NEVER,
        to_ms(case.answer_by) if case.answer_by else _NEVER,
        case.due_minor,
        case.agreed_minor,
        case.paid_minor,
    )


#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "return command",
    {
        "request": c.Request,
        "revise": c.Revise,
        "authorise": c.Authorise,
        "reject": c.Reject,
        "withdraw": c.Withdraw,
        "expire": c.Expire,
        "announce": c.AnnounceWaybill,
        "receive": c.Receive,
        "judge": c.Judge,
        "claim": c.Claim,
        "stop": c.StopGoods,
        "waive": c.WaiveGoods,
        "close": c.Close,
        "credit": c.Credit,
        "agree": c.AgreeMoney,
        "decline": c.DeclineMoney,
        "pay": c.Pay,
        "reorder": c.Reorder,
        "drop_order": c.DropOrder,
    },
)

#: The aggregate of this package.
RETURNS: Kind[ReturnCase] = Kind(
    tag="return",
    number=NUMBER,
    state=Codec("return case", {"return": ReturnCase}),
    events=Codec(
        "return event",
        {
            "requested": e.Requested,
            "revised": e.Revised,
            "authorised": e.Authorised,
            "rejected": e.Rejected,
            "withdrawn": e.Withdrawn,
            "expired": e.Expired,
            "announced": e.WaybillAnnounced,
            "received": e.Received,
            "judged": e.Judged,
            "claimed": e.Claimed,
            "stopped": e.GoodsStopped,
            "waived": e.GoodsWaived,
            "closed": e.Closed,
            "credited": e.Credited,
            "agreed": e.MoneyAgreed,
            "declined": e.MoneyDeclined,
            "paid": e.Paid,
            "reordered": e.Reordered,
            "order_dropped": e.OrderDropped,
        },
    ),
    evolve=evolve,
    columns=(
        ("custody", _TEXT),
        ("money", _TEXT),
        ("kind", _TEXT),
        ("sale", _INT),
        ("channel", _TEXT),
        ("channel_id", _TEXT),
        ("external_id", _TEXT),
        ("warehouse", _TEXT),
        ("waybill", _TEXT),
        ("deadline", _INT),
        ("answer_by", _INT),
        ("due_minor", _INT),
        ("agreed_minor", _INT),
        ("paid_minor", _INT),
    ),
    row=_row,
    rows=Rows(
        name="return_lines",
        columns=(
            ("line", _INT),
            ("sku", _TEXT),
            ("expected", _INT),
            ("stopped", _INT),
            ("pending", _INT),
            ("accepted", _INT),
            ("declined", _INT),
            ("parcel", _TEXT),
        ),
        of=_line_rows,
        checks=("stopped BETWEEN 0 AND expected", "pending >= 0 AND accepted >= 0 AND declined >= 0"),
        indexes=("sku", "parcel"),
    ),
    queue=("warehouse", "custody"),
    lookups=("sale", "waybill", "channel_id", "external_id"),
)
