"""Turns: units that look and then write, and would overtake each other, are done one after another."""

from __future__ import annotations

from datetime import datetime

from omskit.storage import Receipt, Unit

#: Source of the receipts whose rows are turns.
TURNS = "turn"


def take_turn(unit: Unit, of: str, at: datetime) -> None:
    """Be the only one, until the unit ends, who does what is done in turns; nobody else is held up.

    Args:
        unit: What is looked at within it is looked at afterwards.
        of: Whose turn, as ``channel:web`` or ``count:BER``.
        at: Now.
    """
    unit.inbox.replace(TURNS, [Receipt(of, "", "")], at=at)
