"""Transfers as people and warehouses book them: the transfer, its history and its stock change in one unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import evolve, frozen

from omskit.core import Cell, Change, Entry, UsageError, key_of, readable
from omskit.engine.once import once
from omskit.engine.units import Shop
from omskit.inventory import movements
from omskit.inventory.transfers import (
    COMMANDS,
    TRANSFER_MACHINE,
    TRANSFERS,
    Command,
    Event,
    Received,
    Request,
    Sent,
    Transfer,
    TransferLine,
    decide,
    stock_moves,
)
from omskit.storage import Unit

#: Under which keys of calls are kept.
SOURCE = "transfers"


@frozen
class TransferDesk:
    """Transfers between warehouses; pieces leave the source when sent and join the target when received."""

    shop: Shop

    def request(
        self,
        source: str,
        target: str,
        quantities: Sequence[tuple[str, int]],
        *,
        actor: str,
        expected: date | None = None,
        freight_minor: int = 0,
        reason: str = "",
        key: str = "",
    ) -> str:
        """Ask one warehouse to send pieces, as (SKU, pieces), to another; return the transfer's number.

        The same key again returns the first transfer's number.

        Raises:
            UsageError: ``same_warehouse``, ``no_lines``, ``bad_quantity``; ``key_reused``.
        """
        lines = tuple(TransferLine(n, sku, count, count) for n, (sku, count) in enumerate(quantities, 1))
        new = Transfer(0, TRANSFER_MACHINE.initial, source, target, lines, expected, freight_minor, reason)

        def do(unit: Unit, _lock: bool) -> str:  # noqa: FBT001
            (number,) = unit.keys(1)
            self._carry_out(unit, number, Request(evolve(new, key=number)), actor)
            return readable(TRANSFERS.number, number)

        asked = [source, target, [list(pair) for pair in quantities], str(expected), freight_minor]
        return once(self.shop, SOURCE, key, asked, do)

    def do(self, number: str, command: Command, *, actor: str) -> Transfer:
        """Carry out a command on a transfer; the same document again changes nothing.

        Raises:
            PayloadError: ``bad_number``.
            Refused: ``not_allowed``; ``too_many_pieces``; ``out_of_stock`` when the source has less that is free.
            UsageError: ``unknown_transfer``, ``unknown_line``, ``bad_quantity``.
        """
        key = key_of(number, TRANSFERS.number)
        return self.shop.attempt(lambda unit, _lock: self._carry_out(unit, key, command, actor))

    def get(self, number: str) -> Transfer:
        """Return a transfer.

        Raises:
            PayloadError: ``bad_number``.
            UsageError: ``unknown_transfer``.
        """
        key = key_of(number, TRANSFERS.number)
        with self.shop.storage.begin(read=True) as unit:
            found = unit.of(TRANSFERS).load([key])
        if key not in found:
            raise UsageError("unknown_transfer", f"{number} is not there", transfer=number)
        return found[key].state

    def _carry_out(self, unit: Unit, key: int, command: Command, actor: str) -> Transfer:
        at, there = self.shop.now(), unit.of(TRANSFERS)
        stored = there.load([key], lock=True).get(key)
        happened = [entry.event for entry in there.history([key])[key]] if stored else []
        documents = frozenset(event.document for event in happened if isinstance(event, Sent | Received))
        state, before = (stored.state, stored.version) if stored else (None, 0)
        events: tuple[Event, ...] = decide(state, command, at=at, actor=actor, documents=documents)
        entries: list[Entry] = []
        for event in events:
            state = TRANSFERS.evolve(state, event)
            entries.append(Entry(key, before + len(entries) + 1, at, actor, COMMANDS.tag_of(command), event))
        if state is None:
            raise UsageError("unknown_transfer", "nothing has happened to it", transfer=key)
        if entries:
            there.save([Change(key, before, state, tuple(entries))])
        if moves := stock_moves(state, events):
            unit.stock.post([one for move in moves for one in movements(move, at=at, actor=actor)])
        return state


def on_the_way(transfers: Sequence[Transfer]) -> dict[Cell, int]:
    """Sum the pieces that are on their way to each cell: part of the position that a purchase looks at."""
    sums: dict[Cell, int] = {}
    for one in transfers:
        for line in one.lines:
            if line.in_transit:
                cell = Cell(line.sku, one.target)
                sums[cell] = sums.get(cell, 0) + line.in_transit
    return sums
