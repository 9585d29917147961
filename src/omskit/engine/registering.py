"""Making lots known: what comes in, whether it lasts long enough, and what is known of it already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from attrs import evolve, frozen

from omskit.core import Change, Refused, UsageError, plain_day
from omskit.engine.keeping import By, change_of
from omskit.engine.lotbook import load_named
from omskit.inventory.lots import LOT_MACHINE, LOTS, LotRecord, LotRule, Register, acceptable, decide
from omskit.storage import Unit


@frozen
class LotIn:
    """Pieces of a lot that are taken in, or the one piece with a serial number.

    Args:
        sku: Of what.
        lot: The lot's code, or the serial number.
        pieces: How many, above zero; one of a serial number.
        expires: The first day on which they are expired; None for goods that do not.
        maker_code: What the maker calls the lot, where that is not its code; for a serial number, its lot.

    Raises:
        UsageError: ``bad_quantity``, ``bad_day``.
    """

    sku: str
    lot: str
    pieces: int = 1
    expires: date | None = None
    maker_code: str = ""

    def __attrs_post_init__(self) -> None:
        if type(self.pieces) is not int or self.pieces < 1:
            raise UsageError("bad_quantity", f"{self.pieces!r} pieces of lot {self.lot}: from 1", lot=self.lot)
        if self.expires is not None:
            plain_day(self.expires)


def rule_of(rules: Mapping[str, LotRule], sku: str) -> LotRule:
    """Return how a SKU is kept by lot.

    Raises:
        UsageError: ``no_lot_rule``.
    """
    rule = rules.get(sku)
    if rule is None:
        raise UsageError("no_lot_rule", f"{sku!r} is not kept by lot; see lot_rules", sku=sku)
    return rule


def register(unit: Unit, goods: Sequence[LotIn], rules: Mapping[str, LotRule], at: datetime, actor: str) -> None:
    """Make lots known that are not; those that are known have to be told in the same way.

    Raises:
        Refused: ``lot_differs``; ``serial_twice`` for a number with more than one piece.
        UsageError: ``no_lot_rule``; ``bad_lot``.
    """
    twice = tuple(one.lot for one in goods if rule_of(rules, one.sku).serial and one.pieces > 1)
    if twice:
        raise Refused("serial_twice", f"{twice[0]}: one piece has one number", serials=twice)
    said: dict[str, LotRecord] = {}
    for one in goods:
        new = LotRecord(0, LOT_MACHINE.initial, one.sku, one.lot, at.date(), one.expires, one.maker_code)
        if new.name in said:
            decide(said[new.name], Register(new), at=at, actor=actor)
        said.setdefault(new.name, new)
    known = load_named(unit, said)
    fresh = [new for name, new in said.items() if name not in known]
    for name, stored in known.items():
        decide(stored.state, Register(said[name]), at=at, actor=actor)
    by = By(at, actor, "register")
    changes: list[Change[LotRecord]] = []
    for key, new in zip(unit.keys(len(fresh)), fresh, strict=True):
        record = evolve(new, key=key)
        changes.append(change_of(LOTS, key, None, decide(None, Register(record), at=at, actor=actor), by))
    if changes:
        unit.of(LOTS).save(changes)


def check_expiry(goods: Sequence[LotIn], rules: Mapping[str, LotRule], on: date) -> None:
    """Refuse goods that do not last long enough to be taken in.

    Raises:
        Refused: ``too_near_expiry`` with ``lots``: (SKU, lot, days left).
        UsageError: ``no_lot_rule``.
    """
    near = tuple(
        (one.sku, one.lot, (one.expires - on).days)
        for one in goods
        if one.expires and not acceptable(one.expires, rule_of(rules, one.sku).life, on=on)
    )
    if near:
        words = ", ".join(f"{lot} of {sku} has {days} days left" for sku, lot, days in near)
        raise Refused("too_near_expiry", words, lots=near)


