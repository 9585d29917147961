"""The inbound desk: what suppliers announced, what came of it, what is late, and who waits for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from attrs import evolve, frozen

from omskit.core import Entry, Stored, UsageError
from omskit.engine.keeping import By, change_of, history_of, pages
from omskit.engine.once import once
from omskit.engine.runner import Run, Runner
from omskit.engine.units import Shop, silent
from omskit.flow import Processes
from omskit.inventory import movements
from omskit.inventory.inbound import (
    ANNOUNCEMENT_MACHINE,
    ANNOUNCEMENTS,
    COMMANDS,
    EXPECTED,
    Announce,
    AnnouncedLine,
    Announcement,
    Cancel,
    Change,
    CloseShort,
    Command,
    Event,
    Receive,
    Received,
    Revise,
    decide,
    stock_moves,
)
from omskit.storage import Op, Unit, Where

#: Under which keys of calls are kept.
SOURCE = "inbound"


@frozen
class InboundDesk:
    """Goods that suppliers announced. They lie in the bucket of inbound goods, and are promised from their day on.

    Args:
        shop: The engine's parts.
        processes: How the orders go that wait for goods.
        batch: Most orders in one unit.
    """

    shop: Shop
    processes: Processes
    batch: int

    def announce(
        self,
        document: str,
        warehouse: str,
        goods: Sequence[tuple[str, int, date]],
        *,
        actor: str,
        supplier: str = "",
        tolerance_percent: int = 0,
    ) -> Announcement:
        """Keep that goods will come, as (SKU, pieces, day); the same document again changes nothing.

        Args:
            document: Its number, unique among all: that of a purchase order, or of a dispatch advice.
            warehouse: Where they will come.
            goods: What will come, from 1 piece; one SKU may come on several days.
            actor: Who says so.
            supplier: Who delivers.
            tolerance_percent: How much more of a SKU may come.

        Raises:
            Refused: ``already_announced`` when the document said something else: revise it.
            UsageError: ``no_number``, ``no_lines``, ``bad_quantity``, ``bad_day``, ``bad_tolerance``; ``bad_mark``
                for a SKU with a mark.
        """
        lines = tuple(AnnouncedLine(n, sku, count, day, count) for n, (sku, count, day) in enumerate(goods, 1))
        status = ANNOUNCEMENT_MACHINE.initial
        new = Announcement(0, status, document, warehouse, lines, supplier, tolerance_percent)

        def do(unit: Unit, _lock: bool) -> Announcement:  # noqa: FBT001
            stored = _load(unit, document)
            (key,) = (stored.state.key,) if stored else unit.keys(1)
            return self._carry_out(unit, stored, Announce(evolve(new, key=key)), actor)

        return self.shop.attempt(do)

    def revise(
        self, document: str, changes: Sequence[Change], *, actor: str, reason: str = "", key: str = ""
    ) -> Announcement:
        """Take other quantities or days, or more goods, as a change set: all of it or nothing.

        With a key it is taken once, and returns what came of it then.

        Raises:
            Refused: ``too_few_pieces`` when more has come; ``not_allowed`` when nothing is expected any more.
            UsageError: ``unknown_announcement``, ``unknown_line``, ``bad_quantity``; ``key_reused``.
        """
        command = Revise(tuple(changes), reason)

        def do(unit: Unit, _lock: bool) -> Announcement:  # noqa: FBT001
            return self._carry_out(unit, _load(unit, document), command, actor)

        asked, codec = [document, COMMANDS.dump(command)], ANNOUNCEMENTS.state
        load = partial(codec.load, ANNOUNCEMENTS.tag)
        return once(self.shop, SOURCE, key, asked, do, dump=codec.dump, load=load)

    def receive(
        self,
        document: str,
        goods: Mapping[str, int],
        *,
        receipt: str,
        actor: str,
        damaged: Mapping[str, int] | None = None,
    ) -> Announcement:
        """Book goods that came, pieces by SKU; what is not named is still to come. The same receipt books once.

        What comes beyond what was announced, as far as the tolerance allows, is booked too, and ``over`` of the
        result tells it. Orders that wait for the goods are looked at by :meth:`fill`.

        Args:
            document: Of the announcement.
            goods: Pieces that can be sold.
            receipt: The warehouse's number of the receipt.
            actor: Who counted them.
            damaged: Pieces that came and cannot be sold.

        Raises:
            Refused: ``too_many_pieces`` beyond the tolerance: revise, or count the rest as found. ``not_allowed``
                when nothing is expected any more. ``out_of_stock`` when somebody has taken the goods out of the
                bucket of inbound goods by hand.
            UsageError: ``unknown_announcement``; ``unknown_line`` for a SKU that was not announced; ``no_number``
                for an empty receipt.
        """
        spoiled = damaged or {}
        pieces = tuple((sku, goods.get(sku, 0), spoiled.get(sku, 0)) for sku in sorted({*goods, *spoiled}))
        return self._do(document, Receive(receipt, pieces), actor)

    def close(self, document: str, *, actor: str, reason: str) -> Announcement:
        """Expect nothing more: what has not come will not.

        Raises:
            Refused: ``not_allowed`` when all of it came, or it was cancelled.
            UsageError: ``unknown_announcement``.
        """
        return self._do(document, CloseShort(reason), actor)

    def cancel(self, document: str, *, actor: str, reason: str = "") -> Announcement:
        """Take an announcement back of which nothing came.

        Raises:
            Refused: ``not_allowed`` when something came: close it.
            UsageError: ``unknown_announcement``.
        """
        return self._do(document, Cancel(reason), actor)

    def get(self, document: str) -> Announcement:
        """Return an announcement.

        Raises:
            UsageError: ``unknown_announcement``.
        """
        with self.shop.storage.begin(read=True) as unit:
            stored = _load(unit, document, lock=False)
        if stored is None:
            raise UsageError("unknown_announcement", f"{document!r} was not announced", document=document)
        return stored.state

    def history(self, document: str) -> Sequence[Entry]:
        """Return all that happened to an announcement, first things first."""
        with self.shop.storage.begin(read=True) as unit:
            return history_of(unit, ANNOUNCEMENTS, _named(document))

    def expected(self) -> Iterator[Announcement]:
        """Yield what is still to come, a page at a time."""
        with self.shop.storage.begin(read=True) as unit:
            for page in pages(unit, ANNOUNCEMENTS, _EXPECTED):
                yield from (one.state for one in page.values())

    def late(self, on: date | None = None) -> tuple[Announcement, ...]:
        """Return the announcements of which something should have come before a day, today by default.

        What is late is promised to nobody until it has another day; see ``late`` of each for the lines.
        """
        today = on or self.shop.now().date()
        with self.shop.storage.begin(read=True) as unit:
            where = (_EXPECTED, Where("due", Op.LE, today.toordinal() - 1))
            return tuple(one.state for page in pages(unit, ANNOUNCEMENTS, *where) for one in page.values())

    def fill(
        self, skus: Collection[str], *, limit: int = 10_000, progress: Callable[[int], object] = silent
    ) -> Run:
        """Let the orders that wait for goods of these SKUs go on, the most urgent first, as ``Oms.run`` does.

        They are looked at whether or not their next look is due, so that none gets the goods only because it
        happened to look first. All orders that wait for a warehouse are read for it.

        Args:
            skus: What came.
            limit: Most orders to read.
            progress: Hears how many were read, after each unit.
        """
        return Runner(self.shop, self.processes, self.batch).run(limit, progress, frozenset(skus))

    def _do(self, document: str, command: Command, actor: str) -> Announcement:
        def do(unit: Unit, _lock: bool) -> Announcement:  # noqa: FBT001
            return self._carry_out(unit, _load(unit, document), command, actor)

        return self.shop.attempt(do)

    def _carry_out(
        self, unit: Unit, stored: Stored[Announcement] | None, command: Command, actor: str
    ) -> Announcement:
        at, there = self.shop.now(), unit.of(ANNOUNCEMENTS)
        state = stored.state if stored else None
        happened = [entry.event for entry in there.history([state.key])[state.key]] if state else []
        documents = frozenset(event.document for event in happened if isinstance(event, Received))
        events: tuple[Event, ...] = decide(state, command, at=at, actor=actor, documents=documents)
        if not events:
            assert state is not None, "nothing comes of nothing"  # noqa: S101
            return state
        key = command.announcement.key if isinstance(command, Announce) else _key(state)
        change = change_of(ANNOUNCEMENTS, key, stored, events, By(at, actor, COMMANDS.tag_of(command)))
        there.save([change])
        moves = stock_moves(state, change.state, events)
        if booked := [one for move in moves for one in movements(move, at=at, actor=actor)]:
            unit.stock.post(booked)
        return change.state


_EXPECTED = Where("status", Op.IN, ANNOUNCEMENT_MACHINE.with_trait(EXPECTED))


def _key(state: Announcement | None) -> int:
    assert state is not None, "a command on nothing is refused"  # noqa: S101
    return state.key


def _named(document: str) -> Where:
    return Where("reference", Op.EQ, document)


def _load(unit: Unit, document: str, *, lock: bool = True) -> Stored[Announcement] | None:
    keys = unit.of(ANNOUNCEMENTS).find(_named(document), limit=1)
    return unit.of(ANNOUNCEMENTS).load(keys, lock=lock).get(keys[0]) if keys else None
