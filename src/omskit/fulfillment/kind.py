"""How fulfillment orders are stored."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, Column, ColumnType, Kind
from omskit.fulfillment import commands as c
from omskit.fulfillment import events as e
from omskit.fulfillment.evolve import evolve
from omskit.fulfillment.model import FulfillmentOrder

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
        },
    ),
    evolve=evolve,
    columns=(
        Column("status", ColumnType.TEXT, lambda state: state.status),
        Column("warehouse", ColumnType.TEXT, lambda state: state.warehouse),
        Column("courier", ColumnType.TEXT, lambda state: state.courier or None),
        Column("freight_minor", ColumnType.INT, lambda state: state.freight_minor),
        Column("waybill", ColumnType.TEXT, lambda state: state.parcels[0].waybill if state.parcels else None),
    ),
    queue=("warehouse", "status"),
    lookups=("waybill",),
)
