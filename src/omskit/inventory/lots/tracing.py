"""Tracing: movements of pieces completed by movements of their lots, so that lots and balances always agree.

The laws, for every SKU that is kept by lot:

1. In each place the pieces of all lots are the pieces of the place.
2. An order line has picked no more of lots in a warehouse than it has reserved there.
3. A lot of a SKU with serial numbers is one piece, wherever it is; but for one that left, and may come back.

Whoever books pieces need not know of lots: what a movement does not name is completed here. Pieces that leave an
order line are first those that it has picked, then the first to expire; pieces that come back of an order line go
back into the lot that it got; other pieces that come without a name are of the unknown lot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import define, evolve, field

from omskit.core import Cell, Claim, Level, Movement, Refused, UsageError, mark_of
from omskit.inventory.lots.booking import CameIn, LotBook, Traced, of_lot
from omskit.inventory.lots.cells import OUT, lot_cell, out_of, sku_of, split
from omskit.inventory.lots.model import UNKNOWN, LotRule
from omskit.inventory.lots.naming import check_named
from omskit.inventory.machine import (
    ARRIVED,
    DISPATCHED,
    INBOUND,
    LEGS,
    RECEIVED,
    RELEASED,
    RESERVED_FOR,
    SENT_OVER,
    SHIPPED,
)

#: Pieces of the unknown lot turned out to be of another one; the pieces of the place stay what they are.
NAMED = "lot_named"
#: Kinds whose pieces have no lot yet and need one.
NEEDS_LOT = frozenset({RECEIVED, ARRIVED})
#: Kinds that move the same pieces from one place to another.
_CARRYING = {kind: kind for kind, legs in LEGS.items() if len(legs) > 1 and legs[0][0] != INBOUND}
_CARRYING |= {SENT_OVER: "transfer", DISPATCHED: "transfer"}


def trace(movements: Sequence[Movement], rules: Mapping[str, LotRule], book: LotBook) -> Traced:
    """Complete movements by those of lots.

    Args:
        movements: What is to be booked, of any SKUs; those of cells of lots name lots.
        rules: Of the SKUs that are kept by lot; others are left alone.
        book: What is known of the lots that may be needed.

    Raises:
        Refused: ``lot_needed`` for goods in without a lot; ``bad_lots`` and ``bad_serials`` with ``problems`` for
            named lots that cannot leave; ``serial_twice`` for a number that is in stock; ``out_of_stock`` when a
            place has fewer pieces than leave it.
        UsageError: ``bad_lots`` when more pieces are named than move.
    """
    mine = [one for one in movements if sku_of(one.cell) in rules]
    tracer = _Tracer(rules, book)
    tracer.know(one for one in mine if split(one.cell).code is None)
    named = [one for one in mine if split(one.cell).code is not None]
    rest = list(_unnamed(mine, named))
    check_named(named, rest, rules, tracer.levels, tracer.held)
    for one in sorted(named, key=lambda movement: movement.on_hand < 0):
        tracer.follow(one)
    for one, count in rest:
        if one.on_hand > 0 and one.kind not in _CARRYING:
            tracer.enter(one, count)
    for one, count in rest:
        if one.on_hand < 0:
            tracer.leave(one, count)
    for one, count in rest:
        if one.on_hand > 0 and one.kind in _CARRYING:
            tracer.put(one, count)
    tracer.give_back()
    return tracer.done()


def _unnamed(mine: Iterable[Movement], named: Iterable[Movement]) -> Iterator[tuple[Movement, int]]:
    """Yield the movements of places with the pieces whose lots nobody has named."""
    said: dict[tuple[Cell, str, Claim], int] = {}
    for one in named:
        if one.on_hand and one.kind != NAMED:
            where = (split(one.cell).place, one.kind, one.claim)
            said[where] = said.get(where, 0) + abs(one.on_hand)
    for one in mine:
        place, code = split(one.cell)
        if code is not None or not one.on_hand or mark_of(place) == INBOUND:
            continue
        where = (place, one.kind, one.claim)
        known = min(said.get(where, 0), one.quantity)
        said[where] = said.get(where, 0) - known
        yield one, one.quantity - known
    over = {where: count for where, count in said.items() if count}
    if over:
        raise UsageError("bad_lots", f"more pieces are named than move: {over}", over=tuple(over))


@define
class _Tracer:
    """The book while movements are followed one by one."""

    rules: Mapping[str, LotRule]
    book: LotBook
    levels: dict[Cell, Level] = field(init=False)
    held: dict[tuple[Claim, Cell], int] = field(init=False)
    added: list[Movement] = field(factory=list, init=False)
    _turns: dict[str, dict[str, int]] = field(factory=dict, init=False)
    _kept: dict[tuple[Claim, Cell], dict[str, None]] = field(factory=dict, init=False)
    _outs: dict[tuple[Claim, str], dict[Cell, str]] = field(factory=dict, init=False)
    _hands: dict[tuple[str, str], list[tuple[str, int]]] = field(factory=dict, init=False)
    _touched: dict[tuple[Claim, Cell], Movement] = field(factory=dict, init=False)
    _kinds: dict[tuple[Claim, Cell], dict[str, int]] = field(factory=dict, init=False)
    _used: dict[tuple[Claim, Cell], int] = field(factory=dict, init=False)
    _entered: list[CameIn] = field(factory=list, init=False)
    _left: dict[tuple[str, str], None] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.levels, self.held = dict(self.book.levels), dict(self.book.held)
        for claim, cell in self.held:
            self._index(claim, cell)

    def _index(self, claim: Claim, cell: Cell) -> None:
        place, code = split(cell)
        if code is not None and mark_of(place) == OUT:
            self._outs.setdefault((claim, sku_of(place)), {})[cell] = code
        elif code is not None:
            self._kept.setdefault((claim, place), {})[code] = None

    def know(self, movements: Iterable[Movement]) -> None:
        """Take in what claims will hold of places."""
        for one in movements:
            if one.reserved:
                self._hold(one)
                where = (one.claim, one.cell)
                self._touched[where] = one
                kinds = self._kinds.setdefault(where, {})
                kinds[one.kind] = kinds.get(one.kind, 0) + one.quantity

    def _hold(self, one: Movement) -> None:
        if one.claim.order and one.reserved:
            where = (one.claim, one.cell)
            self.held[where] = self.held.get(where, 0) + one.reserved
            self._index(*where)

    def _apply(self, one: Movement) -> None:
        before = self.levels.get(one.cell) or Level()
        self.levels[one.cell] = Level(before.on_hand + one.on_hand, before.reserved + one.reserved)
        self._hold(one)

    def _add(self, like: Movement, cell: Cell, on_hand: int, reserved: int, kind: str = "") -> Movement:
        count = abs(on_hand or reserved)
        made = evolve(like, kind=kind or like.kind, cell=cell, quantity=count, on_hand=on_hand, reserved=reserved)
        self.added.append(made)
        return made

    def follow(self, one: Movement) -> None:
        """Take in a movement of a lot, and what follows from it for picks and for what is out."""
        place, code = split(one.cell)
        assert code is not None  # noqa: S101 - it names a lot
        self._apply(one)
        if one.on_hand < 0:
            self._left[sku_of(place), code] = None
            self._use_pick(one)
            if one.kind == SHIPPED and one.claim.order:
                count = -one.on_hand
                self._apply(self._add(one, lot_cell(out_of(place), code), count, count))
        elif one.on_hand > 0:
            if one.claim.order:
                self._take_out(one, code)
            if one.kind not in _CARRYING:
                entry = CameIn(sku_of(place), code, place.warehouse, one.on_hand, one.document)
                self._entered.append(entry)

    def _use_pick(self, one: Movement) -> None:
        used = min(self.held.get((one.claim, one.cell), 0), -one.on_hand) if one.claim.order else 0
        if used:
            where = (one.claim, split(one.cell).place)
            self._used[where] = self._used.get(where, 0) + used
            self._apply(self._add(one, one.cell, 0, -used, RELEASED))

    def _take_out(self, one: Movement, code: str) -> None:
        """Take pieces that are back off what is out with their order line, at whatever warehouse they left.

        Where the book had them as of another lot, it was wrong about which left: they are back all the same.
        """
        wanted, sku = one.on_hand, sku_of(one.cell)
        out = self._out(one.claim, sku)
        theirs = {split(cell).code for cell, _ in out}
        if self.rules[sku].serial and code != UNKNOWN and out and code not in theirs:
            problems = ((code, "not_theirs"),)
            raise Refused("bad_serials", f"{code} of {sku} did not leave for this line", problems=problems)
        for cell, count in sorted(out, key=lambda pair: split(pair[0]).code != code):
            back = min(count, wanted)
            if back:
                wanted -= back
                self._apply(self._add(one, cell, -back, -back))

    def _out(self, claim: Claim, sku: str) -> list[tuple[Cell, int]]:
        """Return the lots that are out with an order line, first to expire first."""
        turns, cells = self._in_turn(sku), self._outs.get((claim, sku), {})
        ordered = sorted(cells, key=lambda cell: (turns.get(cells[cell], len(turns)), cell))
        return [(cell, self.held[claim, cell]) for cell in ordered if self.held[claim, cell]]

    def _in_turn(self, sku: str) -> dict[str, int]:
        """Return the places of lots in the order of expiry, in that order."""
        if sku not in self._turns:
            records = self.book.records.get(sku, ())
            self._turns[sku] = {record.code: number for number, record in enumerate(records)}
        return self._turns[sku]

    def _picked(self, claim: Claim, place: Cell) -> list[str]:
        """Return the lots of a place of which an order line has picked some, first to expire first."""
        turns = self._in_turn(sku_of(place))
        return sorted(self._kept.get((claim, place), ()), key=lambda code: turns.get(code, len(turns)))

    def enter(self, one: Movement, wanted: int) -> None:
        """Say of which lots pieces are that came from outside."""
        if not wanted:
            return
        if one.claim.order:
            for cell, count in self._out(one.claim, sku_of(one.cell)):
                back = min(count, wanted)
                if back:
                    wanted -= back
                    self._book(one, split(cell).code or UNKNOWN, back)
        elif one.kind in NEEDS_LOT:
            sku = sku_of(one.cell)
            raise Refused("lot_needed", f"{wanted} pieces of {sku} came in without a lot", sku=sku, pieces=wanted)
        if wanted:
            self._book(one, UNKNOWN, wanted)

    def _book(self, one: Movement, code: str, pieces: int) -> None:
        made = of_lot(one, code, pieces)
        self.added.append(made)
        self.follow(made)

    def leave(self, one: Movement, wanted: int) -> None:
        """Say of which lots pieces are that leave a place."""
        hand = self._hands.setdefault((sku_of(one.cell), _CARRYING.get(one.kind, "")), [])
        for code in self._order(one):
            if not wanted:
                break
            level = self.levels.get(lot_cell(one.cell, code)) or Level()
            own = self.held.get((one.claim, lot_cell(one.cell, code)), 0) if one.claim.order else 0
            count = min(wanted, level.available + own)
            if count > 0:
                wanted -= count
                self._book(one, code, count)
                hand.append((code, count))
        if wanted:
            sku, there = sku_of(one.cell), one.quantity - wanted
            cells = ((one.cell.sku, one.cell.warehouse, one.quantity, there),)
            raise Refused("out_of_stock", f"lots of {sku} have {there} of {one.quantity} pieces", cells=cells)

    def _order(self, one: Movement) -> Iterator[str]:
        """Yield lots in the order in which pieces leave: own picks, then by expiry.

        What nobody sent off himself is rather of a lot that nobody knows.
        """
        picked = self._picked(one.claim, one.cell) if one.claim.order else []
        yield from picked
        if one.kind != SHIPPED:
            yield UNKNOWN
        yield from (code for code in self._in_turn(sku_of(one.cell)) if code not in picked)
        if one.kind == SHIPPED:
            yield UNKNOWN

    def put(self, one: Movement, wanted: int) -> None:
        """Put pieces that have left one place into another one; others are of the unknown lot."""
        hand = self._hands.get((sku_of(one.cell), _CARRYING[one.kind]), [])
        while wanted and hand:
            code, count = hand.pop(0)
            here = min(count, wanted)
            wanted -= here
            self._book(one, code, here)
            if here < count:
                hand.insert(0, (code, count - here))
        if wanted:
            self._book(one, UNKNOWN, wanted)

    def give_back(self) -> None:
        """Release picks of what order lines do not hold any more, the last to expire first.

        Whatever leaves, or is given up, takes as many picks along, also where it was of another lot: a line may
        hold more than is picked, for work that will be opened later and gets picks of its own.
        """
        for (claim, place), like in self._touched.items():
            cells = [lot_cell(place, code) for code in reversed(self._picked(claim, place))]
            picks = {cell: self.held[claim, cell] for cell in cells if self.held.get((claim, cell))}
            over = max(
                self._freed(claim, place) - self._used.get((claim, place), 0),
                sum(picks.values()) - self.held.get((claim, place), 0),
            )
            older = {cell: min(count, self.book.held.get((claim, cell), 0)) for cell, count in picks.items()}
            for some in (older, picks):
                for cell, most in some.items():
                    back = min(over, most, self.held[claim, cell])
                    if back > 0:
                        over -= back
                        self._apply(self._add(like, cell, 0, -back, RELEASED))

    def _freed(self, claim: Claim, place: Cell) -> int:
        """Return how many pieces a line has given up, or sent off of those that it held before."""
        kinds = self._kinds[claim, place]
        return kinds.get(RELEASED, 0) + max(0, kinds.get(SHIPPED, 0) - kinds.get(RESERVED_FOR, 0))

    def done(self) -> Traced:
        """Return what is added, after a last look at every lot that was touched."""
        totals: dict[tuple[str, str], int] = {}
        for cell, level in self.levels.items():
            place, code = split(cell)
            if code and mark_of(place) != OUT:
                where = (sku_of(place), code)
                totals[where] = totals.get(where, 0) + level.on_hand
        twice = tuple(
            one.code
            for one in self._entered
            if one.code != UNKNOWN and self.rules[one.sku].serial and totals[one.sku, one.code] > 1
        )
        if twice:
            raise Refused("serial_twice", f"{', '.join(twice)}: in stock already", serials=twice)
        emptied = tuple(where for where in self._left if where[1] != UNKNOWN and not totals.get(where))
        return Traced(tuple(self.added), tuple(self._entered), emptied)
