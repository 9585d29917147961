"""What commands do to stock: movements that fit the levels, or a refusal with every shortage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from omskit.core import Cell, Claim, Level, Movement, Refused, UsageError
from omskit.inventory.commands import Move
from omskit.inventory.machine import EFFECTS


def decide(
    levels: Mapping[Cell, Level], commands: Sequence[Move], *, at: datetime, actor: str
) -> tuple[Movement, ...]:
    """Return the movements of all commands together; quantities of one cell are summed before they are checked.

    Args:
        levels: The level of each cell the commands name; a missing one is empty.
        commands: What to move.
        at: Now.
        actor: Who asks.

    Raises:
        Refused: ``out_of_stock`` with ``cells``: (SKU, warehouse, needed, available) of each shortage.
        UsageError: ``unknown_movement``, ``bad_quantity``, ``no_claim``.
    """
    movements = tuple(movement(command, at=at, actor=actor) for command in commands)
    after: dict[Cell, Level] = {}
    for one in movements:
        now = after.get(one.cell) or levels.get(one.cell) or Level()
        after[one.cell] = Level(now.on_hand + one.on_hand, now.reserved + one.reserved)
    failing = ((cell, then) for cell, then in sorted(after.items()) if _fails(then))
    short = [_shortage(cell, levels.get(cell) or Level(), then) for cell, then in failing]
    if short:
        raise Refused("out_of_stock", "less is there than the movements need", cells=tuple(short))
    return movements


def movement(command: Move, *, at: datetime, actor: str) -> Movement:
    """Return the movement of one command, with the effect that the stock machine gives it.

    Raises:
        UsageError: ``unknown_movement``, ``bad_quantity``, ``no_claim``.
    """
    effect = EFFECTS.get(command.kind)
    if effect is None:
        kinds = ", ".join(sorted(EFFECTS))
        raise UsageError("unknown_movement", f"{command.kind!r}; there are: {kinds}", kind=command.kind)
    quantity = command.quantity
    if type(quantity) is not int or quantity < 1:
        raise UsageError("bad_quantity", f"{quantity!r} pieces of {command.cell.sku}: from 1", value=quantity)
    if effect[1] and not command.claim.order:
        raise UsageError("no_claim", f"{command.kind} pieces need the order line they are for", cell=command.cell)
    on_hand, reserved = effect
    return Movement(
        command.kind,
        command.cell,
        quantity,
        on_hand * quantity,
        reserved * quantity,
        at,
        actor,
        command.claim,
        command.document,
        command.reason,
    )


def for_claims(
    kind: str,
    wanted: Iterable[tuple[Cell, Claim, int]],
    *,
    at: datetime,
    actor: str,
    document: str = "",
    reason: str = "",
) -> list[Movement]:
    """Return movements of one kind for many (cell, claim, pieces) without a command for each."""
    on_hand, reserved = EFFECTS[kind]
    return [
        Movement(kind, cell, count, on_hand * count, reserved * count, at, actor, claim, document, reason)
        for cell, claim, count in wanted
    ]


def _fails(level: Level) -> bool:
    return level.reserved < 0 or level.available < 0


def _shortage(cell: Cell, before: Level, after: Level) -> tuple[str, str, int, int]:
    return (cell.sku, cell.warehouse, before.available - after.available, before.available)
