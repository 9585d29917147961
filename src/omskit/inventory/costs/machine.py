"""The life of a cost card as data."""

from __future__ import annotations

from omskit.core import TERMINAL, Machine

#: Steps can be written on it.
WRITABLE = "writable"

#: No step fits on it any more.
FILL = "fill"

#: The life of a card.
CARD_MACHINE = Machine(
    name="cost card",
    initial="open",
    states={"open": {WRITABLE}, "full": {TERMINAL}},
    moves={("open", FILL): "full"},
)
