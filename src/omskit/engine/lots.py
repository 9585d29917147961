"""The lot desk: goods in by lot and by serial number, what is where and how long it lasts, lock-up, recalls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from attrs import frozen

from omskit.core import Cell, Movement, UsageError, key_of, mark_of
from omskit.engine.locking import LockingUp
from omskit.engine.lotbook import live_pages
from omskit.engine.lotstock import LotHolder, LotStock, holders_of, known_lot, picked_of, scanned, stock_of
from omskit.engine.once import once
from omskit.engine.recalling import Recall, Recalling
from omskit.engine.registering import LotIn, check_expiry, register, rule_of
from omskit.engine.settling import LotDifference, settle
from omskit.engine.units import Shop
from omskit.engine.withholding import Withheld
from omskit.fulfillment import FULFILLMENTS, FulfillmentOrder, LotPieces
from omskit.inventory import ARRIVED, INBOUND, RECEIVED, RECEIVED_DAMAGED, RECEIVED_TO_CHECK, Move, movements
from omskit.inventory.lots import LOTS, NAMED, UNKNOWN, LotRule, lot_cell, of_lot
from omskit.storage import Op, Unit, Where

#: Under which keys of calls are kept.
SOURCE = "lots"
#: Movements by which goods are taken in.
GOODS_IN = frozenset({RECEIVED, RECEIVED_TO_CHECK, RECEIVED_DAMAGED, ARRIVED})


@frozen
class LotDesk:
    """Lots by hand, of the SKUs that the system was told to keep by lot (``lot_rules``).

    Lots need no desk to stay right: whatever is booked elsewhere is completed by its lots. Here they are named.
    """

    shop: Shop

    def receive(
        self,
        warehouse: str,
        goods: Sequence[LotIn],
        *,
        actor: str,
        kind: str = RECEIVED,
        document: str = "",
        reason: str = "",
        key: str = "",
    ) -> None:
        """Take in goods by lot, all of them or none, and once for each key.

        Args:
            warehouse: Where.
            goods: What came; a lot may come in parts, always with the same expiry.
            actor: Who takes it in.
            kind: ``received``, ``received_to_check``, ``received_damaged``, or ``arrived`` for what was announced.
            document: What it is booked by.
            reason: Why.
            key: Of the call; the same key takes nothing in a second time.

        Raises:
            Refused: ``too_near_expiry`` with ``lots``, by the ``reject_days`` of the SKU; ``lot_differs``;
                ``serial_twice`` for a number that is in stock; ``out_of_stock`` when less was announced.
            UsageError: ``no_lot_rule``; ``bad_lot``; ``bad_quantity``; ``unknown_movement``; ``key_reused``.
        """
        if kind not in GOODS_IN:
            kinds = ", ".join(sorted(GOODS_IN))
            raise UsageError("unknown_movement", f"{kind!r}; goods come in by: {kinds}", kind=kind)
        at = self.shop.now()
        check_expiry(goods, self.shop.lot_rules, at.date())
        lots: dict[str, dict[str, int]] = {}
        for one in goods:
            codes = lots.setdefault(one.sku, {})
            codes[one.lot] = codes.get(one.lot, 0) + one.pieces
        booked = self._booked(kind, warehouse, lots, actor=actor, document=document, reason=reason)

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            register(unit, goods, self.shop.lot_rules, at, actor)
            if booked:
                unit.stock.post(booked)

        once(self.shop, SOURCE, key, [kind, warehouse, _told(goods), document], do)

    def move(
        self,
        kind: str,
        warehouse: str,
        sku: str,
        lots: Mapping[str, int],
        *,
        actor: str,
        document: str = "",
        reason: str = "",
        key: str = "",
    ) -> None:
        """Move pieces of named lots as the stock machine says, all of them or none, and once for each key.

        Args:
            kind: A move of the machine that is for no order, as ``spoiled``, ``lost``, ``found``, ``scrapped``.
            warehouse: Where.
            sku: Of what.
            lots: Pieces by lot, each above zero; the empty code stands for pieces whose lot nobody knows.
            actor: Who moves them.
            document: What it is booked by.
            reason: Why.
            key: Of the call.

        Raises:
            Refused: ``bad_lots``, ``bad_serials`` with ``problems`` when a lot has less, or it is picked;
                ``out_of_stock`` when pieces are promised; ``serial_twice``.
            UsageError: ``no_lot_rule``; ``unknown_lot``; ``unknown_movement``; ``bad_quantity``; ``no_claim``;
                ``key_reused``.
        """
        rule_of(self.shop.lot_rules, sku)
        if min(lots.values(), default=1) < 1:
            raise UsageError("bad_quantity", f"pieces of a lot are above zero: {dict(lots)}", sku=sku)
        asked_lots = {sku: lots} if lots else {}
        booked = self._booked(kind, warehouse, asked_lots, actor=actor, document=document, reason=reason)
        asked = [kind, warehouse, sku, dict(lots), document]
        once(self.shop, SOURCE, key, asked, lambda unit, _lock: unit.stock.post(booked))

    def name(
        self, warehouse: str, goods: Sequence[LotIn], *, actor: str, document: str = "", key: str = ""
    ) -> None:
        """Say of which lots pieces are whose lot nobody knew; how many there are stays the same.

        Raises:
            Refused: ``bad_lots`` when fewer pieces are of the unknown lot; ``lot_differs``; ``serial_twice``.
            UsageError: ``no_lot_rule``; ``bad_lot``; ``bad_quantity``; ``key_reused``.
        """
        at = self.shop.now()

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            register(unit, goods, self.shop.lot_rules, at, actor)
            booked = []
            for one in goods:
                place = Cell(one.sku, warehouse)
                for code, count in ((UNKNOWN, -one.pieces), (one.lot, one.pieces)):
                    cell = lot_cell(place, code)
                    booked.append(Movement(NAMED, cell, one.pieces, count, 0, at, actor, document=document))
            if booked:
                unit.stock.post(booked)

        once(self.shop, SOURCE, key, ["name", warehouse, _told(goods), document], do)

    def of(self, *skus: str) -> Sequence[LotStock]:
        """Return the lots of SKUs that have pieces, by warehouse, first to expire first."""
        rules = self.shop.lot_rules
        with self.shop.storage.begin(read=True) as unit:
            records = [one.state for page in live_pages(unit, skus) for one in page]
            return stock_of(unit, records, skus, rules)

    def expiring(self, *, on: date | None = None) -> Sequence[LotStock]:
        """Return the lots with pieces that expire within the ``warn_days`` of their SKU, or have expired."""
        today, rules = on or self.shop.now().date(), self.shop.lot_rules
        latest = max((today.toordinal() + rule.life.warn_days for rule in rules.values()), default=0)
        found: list[LotStock] = []
        with self.shop.storage.begin(read=True) as unit:
            for page in live_pages(unit, rules, until=latest):
                found += stock_of(unit, [one.state for one in page], (), rules)
        return [one for one in found if _warns(one, rules, today)]

    def lock_up(self, *, actor: str, on: date | None = None) -> Sequence[Withheld]:
        """Take what may not be sold any more out of what can be sold, and return it; again, it moves nothing.

        Pieces past the removal day of their lot go into the ``locked`` bucket, as far as they are neither promised
        nor picked; those are taken as soon as they are free. Call it once a day, and whenever promises are given
        back. Lots that have run empty are put away.

        Args:
            actor: Who does it.
            on: The day; today in UTC by default.
        """
        return LockingUp(self.shop, on or self.shop.now().date(), actor).all_lots()

    def recall(self, sku: str, lot: str, *, reason: str, actor: str, limit: int = 100_000) -> Recall:
        """Block a lot: give no more of it to orders, withhold what is free, and say who has got pieces.

        Done again it withholds what has become free since.

        Args:
            sku: Of what.
            lot: Its code, or a serial number.
            reason: Why.
            actor: Who says so.
            limit: Most movements read for each warehouse, the last ones.

        Raises:
            UsageError: ``unknown_lot``.
        """
        return Recalling(self.shop, actor).recall(sku, lot, reason, limit)

    def allow(self, sku: str, lot: str, *, actor: str) -> None:
        """Let a blocked lot be given to orders again; what was withheld is cleared by :meth:`move`.

        Raises:
            UsageError: ``unknown_lot``.
        """
        Recalling(self.shop, actor).allow(sku, lot)

    def holders(self, sku: str, lot: str, *, limit: int = 100_000) -> Sequence[LotHolder]:
        """Return the order lines that have got pieces of a lot, or for which some are picked.

        Raises:
            UsageError: ``unknown_lot``.
        """
        with self.shop.storage.begin(read=True) as unit:
            known_lot(unit, sku, lot)
            return holders_of(unit, sku, lot, limit)

    def from_maker(self, sku: str, maker_code: str, *, limit: int = 10_000) -> Sequence[str]:
        """Return the codes, or the serial numbers, of a SKU that its maker calls so."""
        where = (Where("sku", Op.EQ, sku), Where("maker_code", Op.EQ, maker_code))
        with self.shop.storage.begin(read=True) as unit:
            keys = unit.of(LOTS).find(*where, limit=limit)
            return [one.state.code for one in unit.of(LOTS).load(keys).values()]

    def picked(self, fulfillment: str) -> Sequence[LotPieces]:
        """Return the lots that are picked for a fulfillment order now; what has left is not among them.

        Raises:
            UsageError: ``unknown_number``.
            PayloadError: ``bad_number``.
        """
        with self.shop.storage.begin(read=True) as unit:
            work = _work(unit, fulfillment)
            picked = picked_of(unit, work.orders, work.warehouse)
        return [
            LotPieces(line.number, place.sku, code, count)
            for line in work.lines
            for (claim, place), codes in picked.items()
            if claim == (line.order, line.line)
            for code, count in codes.items()
        ]

    def check(self, fulfillment: str, sku: str, numbers: Sequence[str]) -> tuple[str, ...]:
        """Return scanned serial numbers, sorted, if they may leave for a fulfillment order; nothing is written.

        Raises:
            Refused: ``bad_serials`` with ``problems``: ``twice``, ``unknown``, ``reserved``, or the wrong count.
            UsageError: ``unknown_number``; ``no_lot_rule``.
            PayloadError: ``bad_number``.
        """
        rule_of(self.shop.lot_rules, sku)
        with self.shop.storage.begin(read=True) as unit:
            return scanned(unit, _work(unit, fulfillment), sku, numbers)

    def settle(self, *, actor: str) -> Sequence[LotDifference]:
        """Make lots agree with the book, and return where they did not; again, it changes nothing.

        Call it once when a SKU with stock begins to be kept by lot: its pieces are then of the unknown lot, until
        :meth:`name` says of which they are.
        """
        return settle(self.shop, actor)

    def _booked(
        self,
        kind: str,
        warehouse: str,
        lots: Mapping[str, Mapping[str, int]],
        *,
        actor: str,
        document: str,
        reason: str,
    ) -> list[Movement]:
        """Return the movements of pieces, and those that name their lots."""
        booked: list[Movement] = []
        for sku, codes in lots.items():
            move = Move(kind, Cell(sku, warehouse), sum(codes.values()), document=document, reason=reason)
            for leg in movements(move, at=self.shop.now(), actor=actor):
                named = () if mark_of(leg.cell) == INBOUND else codes.items()
                booked += [leg, *(of_lot(leg, code, count) for code, count in named)]
        return booked


def _warns(one: LotStock, rules: Mapping[str, LotRule], today: date) -> bool:
    return one.expires is not None and (one.expires - today).days <= rules[one.sku].life.warn_days


def _told(goods: Sequence[LotIn]) -> list[list[object]]:
    return [[one.sku, one.lot, one.pieces, str(one.expires), one.maker_code] for one in goods]


def _work(unit: Unit, number: str) -> FulfillmentOrder:
    key = key_of(number, FULFILLMENTS.number)
    found = unit.of(FULFILLMENTS).load([key])
    if key not in found:
        raise UsageError("unknown_number", f"there is no {number}", number=number)
    return found[key].state
