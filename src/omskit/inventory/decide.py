"""What commands do to stock: movements that fit the levels, or a refusal with every shortage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from omskit.core import Cell, Claim, Level, Movement, Refused, UsageError, mark_of, marked
from omskit.inventory.commands import Move
from omskit.inventory.machine import EFFECTS, LEGS


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
    made = tuple(one for command in commands for one in movements(command, at=at, actor=actor))
    after: dict[Cell, Level] = {}
    for one in made:
        now = after.get(one.cell) or levels.get(one.cell) or Level()
        after[one.cell] = Level(now.on_hand + one.on_hand, now.reserved + one.reserved)
    failing = ((cell, then) for cell, then in sorted(after.items()) if _fails(then))
    short = [_shortage(cell, levels.get(cell) or Level(), then) for cell, then in failing]
    if short:
        raise Refused("out_of_stock", "less is there than the movements need", cells=tuple(short))
    return made


def movement(command: Move, *, at: datetime, actor: str) -> Movement:
    """Return the movement of a command that touches one balance.

    Raises:
        UsageError: ``unknown_movement``, also for a move between two balances; ``bad_quantity``, ``no_claim``.
    """
    made = movements(command, at=at, actor=actor)
    if len(made) != 1:
        kind = command.kind
        raise UsageError("unknown_movement", f"{kind!r} is two movements, one for each balance", kind=kind)
    return made[0]


def movements(command: Move, *, at: datetime, actor: str) -> tuple[Movement, ...]:
    """Return the movements of one command, one for each balance, with the effects that the stock machine gives.

    Raises:
        UsageError: ``unknown_movement``, ``bad_quantity``, ``no_claim``; ``bad_mark`` for a cell with a mark.
    """
    legs = LEGS.get(command.kind)
    if legs is None:
        kinds = ", ".join(sorted(LEGS))
        raise UsageError("unknown_movement", f"{command.kind!r}; there are: {kinds}", kind=command.kind)
    quantity, cell = command.quantity, command.cell
    if type(quantity) is not int or quantity < 1:
        raise UsageError("bad_quantity", f"{quantity!r} pieces of {cell.sku}: from 1", value=quantity)
    if legs[0][2] and not command.claim.order:
        raise UsageError("no_claim", f"{command.kind} pieces need the order line they are for", cell=cell)
    if mark_of(cell):
        raise UsageError("bad_mark", f"{command.kind} goes by the plain SKU, not {cell.sku!r}", cell=cell)
    return tuple(
        Movement(
            command.kind,
            marked(cell, mark) if mark else cell,
            quantity,
            on_hand * quantity,
            reserved * quantity,
            at,
            actor,
            command.claim,
            command.document,
            command.reason,
        )
        for mark, on_hand, reserved in legs
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
