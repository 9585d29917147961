"""The life of a soft reservation as data."""

from __future__ import annotations

from omskit.core import Machine

#: Pieces are reserved for it in the stock book.
HOLDS = "holds"
#: An order has come for it.
OWNED = "owned"

HOLD = "hold"
EXTEND = "extend"
BIND = "bind"
USE = "use"
#: The last piece went to the order.
TAKE = "take"
#: The order needs none of what is left.
GIVE_BACK = "give_back"
LET_GO = "let_go"
EXPIRE = "expire"

#: The life of a soft reservation that omskit ships. A cart that comes back holds again under the same key.
SOFT_MACHINE = Machine(
    name="soft reservation",
    initial="held",
    states={
        "held": {HOLDS},
        "ordered": {HOLDS, OWNED},
        "taken": set(),
        "let_go": set(),
        "expired": set(),
    },
    moves={
        ("held", HOLD): "held",
        ("held", EXTEND): "held",
        ("held", BIND): "ordered",
        ("held", LET_GO): "let_go",
        ("held", EXPIRE): "expired",
        ("ordered", BIND): "ordered",
        ("ordered", EXTEND): "ordered",
        ("ordered", USE): "ordered",
        ("ordered", TAKE): "taken",
        ("ordered", GIVE_BACK): "let_go",
        ("taken", HOLD): "held",
        ("let_go", HOLD): "held",
        ("expired", HOLD): "held",
    },
)
