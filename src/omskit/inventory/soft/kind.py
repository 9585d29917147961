"""How soft reservations are stored: one a cart, found by the cart, by its order, or by when it is over."""

from __future__ import annotations

from typing import Any

from omskit.core import Codec, ColumnType, Kind, Row, to_ms
from omskit.inventory.soft import commands as c
from omskit.inventory.soft import events as e
from omskit.inventory.soft.evolve import evolve
from omskit.inventory.soft.model import SoftReservation


def _row(soft: SoftReservation) -> Row:
    return (
        soft.status,
        to_ms(soft.expires),
        soft.channel,
        soft.cart,
        soft.order or None,
    )


#: Commands by tag, for idempotency keys and audit.
COMMANDS: Codec[Any] = Codec(
    "soft reservation command",
    {
        "hold": c.Hold,
        "extend": c.Extend,
        "keep": c.Keep,
        "stop_keeping": c.StopKeeping,
        "bind": c.Bind,
        "use": c.Use,
        "let_go": c.LetGo,
        "expire": c.Expire,
    },
)

#: The aggregate of this package. ``expires`` is in milliseconds; ``order`` is that of the owner, if there is one.
SOFTS: Kind[SoftReservation] = Kind(
    tag="soft_reservation",
    number="RV",
    state=Codec("soft reservation", {"soft_reservation": SoftReservation}),
    events=Codec(
        "soft reservation event",
        {
            "held": e.Held,
            "extended": e.Extended,
            "kept_by": e.KeptBy,
            "bound": e.Bound,
            "used": e.Used,
            "ended": e.Ended,
        },
    ),
    evolve=evolve,
    columns=(
        ("status", ColumnType.TEXT),
        ("expires", ColumnType.INT),
        ("channel", ColumnType.TEXT),
        ("cart", ColumnType.TEXT),
        ("order", ColumnType.INT),
    ),
    row=_row,
    unique=(("channel", "cart"),),
    queue=("status", "expires"),
    lookups=("order",),
)
