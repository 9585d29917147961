"""Recalls: a lot is given to no order any more, what is free is withheld, and those who got some are named."""

from __future__ import annotations

from attrs import frozen

from omskit.engine.keeping import By, keep
from omskit.engine.lotbook import levels_of, load_named
from omskit.engine.lotstock import LotHolder, holders_of, known_lot
from omskit.engine.units import Shop
from omskit.engine.withholding import Withheld, withhold
from omskit.inventory import WITHHELD
from omskit.inventory.lots import LOTS, Block, Clear, decide, name_of
from omskit.storage import Unit


@frozen
class Recall:
    """What a recall came to.

    Args:
        withheld: Pieces that were free, now on hold (``quality``).
        holders: Who has got pieces, or for whom some are picked and still have to be stopped.
    """

    withheld: tuple[Withheld, ...]
    holders: tuple[LotHolder, ...]


@frozen
class Recalling:
    """Blocks lots and allows them again."""

    shop: Shop
    actor: str

    def recall(self, sku: str, code: str, reason: str, limit: int) -> Recall:
        """Block a lot and withhold it; see :meth:`LotDesk.recall`."""

        def do(unit: Unit, lock: bool) -> Recall:  # noqa: FBT001
            at = self.shop.now()
            _change(unit, sku, code, Block(reason), By(at, self.actor, "recall"))
            levels = levels_of(unit, [(sku, code)], lock=lock, plain=True)
            record = known_lot(unit, sku, code)
            withheld, booked = withhold(WITHHELD, [record], levels, at, self.actor, reason=reason)
            if booked:
                unit.stock.post(booked)
            return Recall(tuple(withheld), tuple(holders_of(unit, sku, code, limit)))

        return self.shop.attempt(do)

    def allow(self, sku: str, code: str) -> None:
        """Let a lot be given to orders again; see :meth:`LotDesk.allow`."""

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            _change(unit, sku, code, Clear(), By(self.shop.now(), self.actor, "allow"))

        self.shop.attempt(do)


def _change(unit: Unit, sku: str, code: str, command: Block | Clear, by: By) -> None:
    known_lot(unit, sku, code)
    (stored,) = load_named(unit, [name_of(sku, code)], lock=True).values()
    events = decide(stored.state, command, at=by.at, actor=by.actor)
    keep(unit, LOTS, stored.state.key, stored, events, by)
