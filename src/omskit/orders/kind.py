"""How orders are stored: their documents, what can be searched, and their lines as rows."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row, Rows, to_ms
from omskit.orders import commands as c
from omskit.orders import events as e
from omskit.orders.evolve import evolve
from omskit.orders.model import NEVER, Order

_INT, _TEXT = ColumnType.INT, ColumnType.TEXT


def wake(order: Order) -> int:
    """Return when the order is worth looking at, in ms: 0 for now, :data:`NEVER` when it waits for a person.

    While holds block the whole order, that is when the last of them ends by itself.
    """
    if order.holds:
        until = [to_ms(hold.until) if hold.until else NEVER for hold in order.holds if not hold.line]
        if until:
            return max(until)
    return to_ms(order.retry_at) if order.retry_at else 0


def due(order: Order) -> int:
    """Return when the first unit that has not left has to, in ms; :data:`NEVER` when none has to."""
    at = order.due_at
    return to_ms(at) if at else NEVER


def _line_rows(order: Order) -> list[Row]:
    return [
        (
            line.sku,
            line.quantity,
            line.open,
            line.reserved,
            line.shipped,
            line.cancelled,
            line.returned,
            line.list_minor - line.discount_minor,
        )
        for line in order.lines
    ]


def _row(order: Order) -> Row:
    terms = order.terms
    return (
        order.status,
        order.rank,
        wake(order),
        terms.channel,
        terms.external_id,
        terms.buyer or None,
        to_ms(terms.placed_at),
        order.total_minor,
        terms.currency,
        terms.destination.country,
        len(order.holds),
        order.process,
        due(order),
    )


#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "order command",
    {
        "place": c.Place,
        "approve": c.Approve,
        "advance": c.Advance,
        "hold": c.PutOnHold,
        "release_hold": c.ReleaseHold,
        "satisfy": c.Satisfy,
        "merge": c.Merge,
        "unmerge": c.Unmerge,
        "set_apart": c.SetApart,
        "amend": c.Amend,
        "propose": c.Propose,
        "confirm": c.Confirm,
        "discard": c.Discard,
        "keep_price": c.KeepPrice,
        "note_gaps": c.NoteGaps,
        "note_refund": c.NoteRefund,
        "divide": c.Divide,
        "rejoin": c.Rejoin,
        "dissolve": c.Dissolve,
        "assign": c.Assign,
        "release": c.Release,
        "ship": c.Ship,
        "unassign": c.Unassign,
        "unship": c.Unship,
        "cancel": c.Cancel,
        "take_back": c.TakeBack,
        "concede": c.Concede,
    },
)

#: The aggregate of this package.
ORDERS: Kind[Order] = Kind(
    tag="order",
    number="SO",
    state=Codec("order", {"order": Order}),
    events=Codec(
        "order event",
        {
            "placed": e.OrderPlaced,
            "approved": e.Approved,
            "advanced": e.Advanced,
            "held": e.HoldPlaced,
            "hold_released": e.HoldReleased,
            "merged": e.Merged,
            "unmerged": e.Unmerged,
            "set_apart": e.LinesSetApart,
            "proposed": e.Proposed,
            "discarded": e.Discarded,
            "amended": e.Amended,
            "priced": e.Priced,
            "gaps_noted": e.GapsNoted,
            "refunded": e.Refunded,
            "divided": e.Divided,
            "rejoined": e.Rejoined,
            "dissolved": e.Dissolved,
            "assigned": e.Assigned,
            "released": e.Released,
            "shipped": e.Shipped,
            "unassigned": e.Unassigned,
            "unshipped": e.Unshipped,
            "cancelled": e.Cancelled,
            "taken_back": e.TakenBack,
            "conceded": e.Conceded,
        },
    ),
    evolve=evolve,
    columns=(
        ("status", _TEXT),
        ("rank", _INT),
        ("wake", _INT),
        ("channel", _TEXT),
        ("external_id", _TEXT),
        ("buyer", _TEXT),
        ("placed_at", _INT),
        ("total_minor", _INT),
        ("currency", _TEXT),
        ("country", _TEXT),
        ("holds", _INT),
        ("process", _TEXT),
        ("due", _INT),
    ),
    row=_row,
    fixed=("channel", "external_id", "buyer", "placed_at", "currency"),
    unique=(("channel", "external_id"),),
    rows=Rows(
        name="order_lines",
        columns=(
            ("sku", _TEXT),
            ("ordered", _INT),
            ("open", _INT),
            ("reserved", _INT),
            ("shipped", _INT),
            ("cancelled", _INT),
            ("returned", _INT),
            ("paid_minor", _INT),
        ),
        of=_line_rows,
        checks=(
            "ordered = open + reserved + shipped + cancelled",
            "open >= 0 AND reserved >= 0 AND shipped >= 0 AND cancelled >= 0",
            "returned BETWEEN 0 AND shipped",
        ),
        indexes=("sku",),
    ),
    queue=("status", "rank"),
    lookups=("buyer",),
)
