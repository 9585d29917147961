"""What a movement makes of a level."""

from __future__ import annotations

from omskit.core import Level, Movement


def evolve(level: Level | None, movement: Movement) -> Level:
    """Return the level after a movement; nothing is there before the first."""
    before = level or Level()
    return Level(before.on_hand + movement.on_hand, before.reserved + movement.reserved)
