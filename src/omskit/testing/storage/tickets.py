"""What the kit stores: repair tickets and notes, two small aggregates that know nothing of orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from attrs import evolve, frozen

from omskit.core import (
    Cell,
    Change,
    Claim,
    Codec,
    ColumnType,
    Entry,
    Kind,
    Movement,
    Row,
    Rows,
    Stored,
)
from omskit.storage import Message, Receipt, Storage

#: When everything in the kit happens, unless a test says otherwise.
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@frozen
class Ticket:
    """Something to repair: at a bench, perhaps with a serial, urgent by rank, with parts."""

    bench: str
    serial: str | None
    rank: int
    status: str = "open"
    due: int | None = None
    parts: tuple[tuple[str, int], ...] = ()


@frozen
class Opened:
    """A ticket was opened as it is."""

    ticket: Ticket


@frozen
class Moved:
    """A ticket got another rank and status."""

    rank: int
    status: str


@frozen
class Fitted:
    """A part was fitted."""

    part: str
    count: int


@frozen
class Labelled:
    """A ticket got another serial."""

    serial: str | None


Event = Opened | Moved | Fitted | Labelled


def apply(state: Ticket | None, event: Event) -> Ticket:
    """Return the ticket after an event."""
    if isinstance(event, Opened):
        return event.ticket
    assert state is not None
    if isinstance(event, Moved):
        return evolve(state, rank=event.rank, status=event.status)
    if isinstance(event, Labelled):
        return evolve(state, serial=event.serial)
    return evolve(state, parts=(*state.parts, (event.part, event.count)))


def _row(ticket: Ticket) -> Row:
    return (
        ticket.bench,
        ticket.serial,
        ticket.rank,
        ticket.status,
        ticket.due,
    )


TICKETS: Kind[Ticket] = Kind(
    tag="kit_ticket",
    state=Codec("kit_ticket", {"kit_ticket": Ticket}),
    events=Codec("kit_event", {"opened": Opened, "moved": Moved, "fitted": Fitted, "labelled": Labelled}),
    evolve=apply,
    columns=(
        ("bench", ColumnType.TEXT),
        ("serial", ColumnType.TEXT),
        ("rank", ColumnType.INT),
        ("status", ColumnType.TEXT),
        ("due", ColumnType.INT),
    ),
    row=_row,
    unique=(("bench", "serial"),),
    rows=Rows(
        "kit_ticket_parts",
        (("part", ColumnType.TEXT), ("count", ColumnType.INT)),
        lambda ticket: ticket.parts,
        indexes=("part",),
    ),
    queue=("status", "rank"),
    lookups=("due",),
    number="KT",
)


@frozen
class Note:
    """A few words; the plainest aggregate that there can be."""

    words: str


@frozen
class Written:
    """A note was written, or written anew."""

    words: str


NOTES: Kind[Note] = Kind(
    tag="kit_note",
    state=Codec("kit_note", {"kit_note": Note}),
    events=Codec("kit_note_event", {"written": Written}),
    evolve=lambda _state, event: Note(event.words),
)

#: The aggregates that the kit stores; a storage that has to know its kinds beforehand is made for these.
KIT_KINDS: tuple[Kind[Ticket], Kind[Note]] = (TICKETS, NOTES)


def change(key: int, before: Stored[Ticket] | None, *events: Event) -> Change[Ticket]:
    """Return what saving a ticket after some events takes; ``before`` is None for a ticket that is not there."""
    state, version = (before.state, before.version) if before else (None, 0)
    entries = []
    for number, event in enumerate(events, version + 1):
        state = apply(state, event)
        entries.append(Entry(key, number, AT, "kit", "test", event))
    assert state is not None
    return Change(key, version, state, tuple(entries))


def opening(key: int, *, bench: str = "A", rank: int = 0, **more: object) -> Change[Ticket]:
    """Return the change that opens a ticket; its serial is its key unless ``serial`` says otherwise."""
    parts = {"serial": str(key), **more}
    return change(key, None, Opened(Ticket(bench, rank=rank, **parts)))  # type: ignore[arg-type]


def note(key: int, words: str) -> Change[Note]:
    """Return the change that writes a note."""
    return Change(key, 0, Note(words), (Entry(key, 1, AT, "kit", "test", Written(words)),))


def keep(storage: Storage, *changes: Change[Ticket]) -> None:
    """Save changes of tickets in a unit of their own."""
    with storage.begin() as unit:
        unit.of(TICKETS).save(changes)


def tickets(storage: Storage, *keys: int) -> Mapping[int, Stored[Ticket]]:
    """Return tickets as they are kept."""
    with storage.begin(read=True) as unit:
        return unit.of(TICKETS).load(keys)


A, B, C = Cell("A", "BER"), Cell("B", "BER"), Cell("A", "PAR")


def moving(cell: Cell, on_hand: int, reserved: int, claim: Claim | None = None, **more: str) -> Movement:
    """Return a movement with some effect."""
    quantity = max(abs(on_hand), abs(reserved), 1)
    return Movement("moved", cell, quantity, on_hand, reserved, AT, "kit", claim or Claim(), **more)


def coming(cell: Cell, count: int) -> Movement:
    """Return the movement of goods that came in."""
    return moving(cell, count, 0)


def reserving(cell: Cell, count: int, order: int = 1, line: int = 1) -> Movement:
    """Return the movement that promises pieces to an order line, or with a count below zero takes them back."""
    return moving(cell, 0, count, Claim(order, line))


def shipping(cell: Cell, count: int, order: int = 1, line: int = 1) -> Movement:
    """Return the movement of pieces that leave and were promised to an order line."""
    return moving(cell, -count, -count, Claim(order, line))


def post(storage: Storage, *movements: Movement) -> None:
    """Book movements in a unit of their own."""
    with storage.begin() as unit:
        unit.stock.post(movements)


def message(id_: int, key: str = "", *, topic: str = "warehouse:BER", due: datetime = AT) -> Message:
    """Return a message; it stands behind no other unless ``key`` says so."""
    return Message(id_, topic, key or f"alone-{id_}", "kit", f'{{"id":{id_}}}', due)


def put(storage: Storage, *messages: Message) -> None:
    """Store messages in a unit of their own."""
    with storage.begin() as unit:
        unit.outbox.put(messages)


def record(storage: Storage, source: str, *receipts: Receipt) -> None:
    """Keep receipts in a unit of their own."""
    with storage.begin() as unit:
        unit.inbox.record(source, receipts, at=AT)


def in_order(states: Mapping[int, Stored[Ticket]]) -> list[int]:
    """Return the keys in the order in which they came."""
    return list(states)
