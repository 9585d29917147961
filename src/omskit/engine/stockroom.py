"""The stockroom desk: pieces that are there and cannot be sold: damaged, on hold, in transit, announced."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from omskit.core import Cell, Level, UsageError, marked
from omskit.engine.once import once
from omskit.engine.units import Shop
from omskit.inventory import BUCKETS, Move, movements
from omskit.storage import Unit

#: Under which keys of calls are kept.
SOURCE = "stockroom"


@frozen
class Stockroom:
    """Buckets beside what can be sold; every change is a movement with an actor, and each bucket has a balance."""

    shop: Shop

    def move(
        self,
        kind: str,
        warehouse: str,
        quantities: Mapping[str, int],
        *,
        actor: str,
        document: str = "",
        reason: str = "",
        key: str = "",
    ) -> None:
        """Move pieces as the stock machine says, all of them or none, and once for each key.

        Args:
            kind: A move of the machine, as ``spoiled``, ``withheld``, ``cleared``, ``announced``, ``arrived``.
            warehouse: Where.
            quantities: Pieces by SKU, each above zero.
            actor: Who moves them.
            document: What it is booked by.
            reason: Why.
            key: Of the call; the same key moves nothing a second time. Empty moves every time.

        Raises:
            Refused: ``out_of_stock`` when a bucket, or what is free to be sold, has less; nothing is booked.
            UsageError: ``unknown_movement``; ``bad_quantity``; ``bad_mark``; ``no_claim`` for a kind that moves
                promised pieces, which orders do by themselves; ``key_reused``.
        """
        at = self.shop.now()
        moves = [
            Move(kind, Cell(sku, warehouse), count, document=document, reason=reason)
            for sku, count in quantities.items()
        ]
        booked = [one for move in moves for one in movements(move, at=at, actor=actor)]

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            if booked:
                unit.stock.post(booked)

        once(self.shop, SOURCE, key, [kind, warehouse, dict(quantities), document], do)

    def buckets(self, sku: str, warehouse: str) -> Mapping[str, int]:
        """Return the pieces in every bucket that has any, by name.

        Raises:
            UsageError: ``bad_mark`` for a SKU with a mark.
        """
        plain = Cell(sku, warehouse)
        cells = {marked(plain, bucket): bucket for bucket in BUCKETS}
        if marked(plain, "") != plain:
            raise UsageError("bad_mark", f"a plain SKU is needed, not {sku!r}", sku=sku)
        with self.shop.storage.begin(read=True) as unit:
            levels = unit.stock.levels([cell.sku for cell in cells])
        counts = {bucket: levels.get(cell, Level()).on_hand for cell, bucket in cells.items()}
        return {bucket: count for bucket, count in counts.items() if count}
