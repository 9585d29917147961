"""How fulfillment orders are stored."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row, Rows, to_ms
from omskit.fulfillment import commands as c
from omskit.fulfillment import events as e
from omskit.fulfillment.evolve import evolve
from omskit.fulfillment.machine import EXCEPTION
from omskit.fulfillment.model import FulfillmentOrder
from omskit.fulfillment.parcels import Parcel

#: Milliseconds that stand for no parcel that waits for its first scan.
NEVER = 2**62


def is_unscanned(parcel: Parcel) -> bool:
    """Whether a parcel was told as handed over, and no courier has said that it has it."""
    return (
        parcel.left_at is not None
        and bool(parcel.waybill)
        and all(fact.kind == EXCEPTION for fact in parcel.facts)
    )


def unscanned(state: FulfillmentOrder) -> int:
    """Return when, in milliseconds, the first of the parcels left that wait for their first scan."""
    if not state.parcels:
        return NEVER
    left = (to_ms(one.left_at) for one in state.parcels if one.left_at is not None and is_unscanned(one))
    return min(left, default=NEVER)


def _parcel_rows(state: FulfillmentOrder) -> list[Row]:
    """Return a row for each parcel, and then one without a status for each waybill that was taken off one."""
    if not state.parcels:
        return []
    rows: list[Row] = [
        (parcel.waybill, parcel.courier or state.courier, parcel.status) for parcel in state.parcels
    ]
    return rows + [(label.waybill, label.courier, None) for parcel in state.parcels for label in parcel.former]


def _row(state: FulfillmentOrder) -> Row:
    return (
        state.status,
        state.warehouse,
        state.courier or None,
        state.service or None,
        state.ship_on.isoformat() if state.ship_on else None,
        state.freight_minor,
        unscanned(state),
        to_ms(state.pickup.until) if state.pickup and state.pickup.until else None,
        len(state.holds),
    )


#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "fulfillment command",
    {
        "open": c.Open,
        "accept": c.Accept,
        "reject": c.Reject,
        "ship": c.Ship,
        "hand_over": c.HandOver,
        "recall": c.Recall,
        "confirm_recall": c.ConfirmRecall,
        "deny_recall": c.DenyRecall,
        "reject_lines": c.RejectLines,
        "dispatch": c.Dispatch,
        "unship": c.Unship,
        "settle": c.Settle,
        "pack": c.Pack,
        "unpack": c.Unpack,
        "weigh": c.Weigh,
        "get_waybill": c.GetWaybill,
        "receive_waybill": c.ReceiveWaybill,
        "fail_waybill": c.FailWaybill,
        "void_waybill": c.VoidWaybill,
        "confirm_void": c.ConfirmVoid,
        "refuse_void": c.RefuseVoid,
        "track": c.Track,
        "intercept": c.Intercept,
        "accept_intercept": c.AcceptIntercept,
        "deny_intercept": c.DenyIntercept,
        "await_pickup": c.AwaitPickup,
        "collect": c.Collect,
        "expire_pickup": c.ExpirePickup,
        "lift_hold": c.LiftHold,
    },
)

#: The aggregate of this package.
FULFILLMENTS: Kind[FulfillmentOrder] = Kind(
    tag="fulfillment",
    number="FO",
    state=Codec("fulfillment order", {"fulfillment": FulfillmentOrder}),
    events=Codec(
        "fulfillment event",
        {
            "opened": e.Opened,
            "accepted": e.Accepted,
            "rejected": e.Rejected,
            "shipped": e.ParcelsShipped,
            "recalled": e.Recalled,
            "recall_confirmed": e.RecallConfirmed,
            "recall_denied": e.RecallDenied,
            "lines_rejected": e.LinesRejected,
            "shipped_anyway": e.ShippedAnyway,
            "unshipped": e.Unshipped,
            "settled": e.Settled,
            "packed": e.Packed,
            "unpacked": e.Unpacked,
            "weighed": e.Weighed,
            "waybill_requested": e.WaybillRequested,
            "waybill_received": e.WaybillReceived,
            "waybill_failed": e.WaybillFailed,
            "waybill_voiding": e.WaybillVoiding,
            "waybill_voided": e.WaybillVoided,
            "void_refused": e.VoidRefused,
            "tracked": e.Tracked,
            "return_expected": e.ReturnExpected,
            "return_called_off": e.ReturnCalledOff,
            "intercepted": e.Intercepted,
            "pickup_ready": e.PickupReady,
            "pickup_denied": e.PickupDenied,
            "pickup_expired": e.PickupExpired,
            "held": e.WorkHeld,
            "hold_lifted": e.WorkHoldLifted,
        },
    ),
    evolve=evolve,
    columns=(
        ("status", ColumnType.TEXT),
        ("warehouse", ColumnType.TEXT),
        ("courier", ColumnType.TEXT),
        ("service", ColumnType.TEXT),
        ("ship_on", ColumnType.TEXT),
        ("freight_minor", ColumnType.INT),
        ("unscanned", ColumnType.INT),
        ("pickup_until", ColumnType.INT),
        ("holds", ColumnType.INT),
    ),
    row=_row,
    rows=Rows(
        name="parcels",
        columns=(("waybill", ColumnType.TEXT), ("carrier", ColumnType.TEXT), ("state", ColumnType.TEXT)),
        of=_parcel_rows,
        indexes=("waybill",),
    ),
    queue=("warehouse", "status"),
    lookups=("unscanned", ("ship_on", "courier", "warehouse")),
)
