"""One SKU that everybody wants: 2,000 attempts on 1,000 pieces over 8 connections, every mode in turn.

``python benchmarks/hot_sku.py [--rounds N] [--json FILE]``, on PostgreSQL. A safe mode has to promise exactly
1,000, and the two naive controls more: a control that does not oversell shows a benchmark that could not see it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

from attrs import frozen
from harness import Cost, Variant, as_json, rounds
from sqlalchemy import Engine, NullPool, create_engine, text

from omskit.core import Cell, Claim, Refused
from omskit.engine import KINDS
from omskit.inventory import RECEIVED, RESERVED_FOR, Move, movement
from omskit.storage.sql import SqlStorage, open_engine

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

import postgres_server

PIECES, ATTEMPTS, CONNECTIONS, BATCH = 1_000, 2_000, 8, 100
EACH = ATTEMPTS // CONNECTIONS
CELL = Cell("HOT", "BER")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: A server as it runs in earnest: every commit is flushed.
OPTIONS = "-c listen_addresses= -c shared_buffers=256MB -c max_connections=50"

_TABLES = (
    "DROP TABLE IF EXISTS bare, bare_log",
    "CREATE TABLE bare (sku text PRIMARY KEY, on_hand bigint NOT NULL, reserved bigint NOT NULL)",
    "CREATE TABLE bare_log (id bigserial PRIMARY KEY, claim bigint NOT NULL)",
    "INSERT INTO bare VALUES ('HOT', 1000, 0)",
)
_FREE = "SELECT on_hand - reserved FROM bare WHERE sku = 'HOT'"
_LOG = "INSERT INTO bare_log (claim) VALUES (:claim)"
_GUARDED = "UPDATE bare SET reserved = reserved + 1 WHERE sku = 'HOT' AND reserved + 1 <= on_hand"
_BLIND = "UPDATE bare SET reserved = reserved + 1 WHERE sku = 'HOT'"
_LOST = "UPDATE bare SET reserved = :reserved WHERE sku = 'HOT'"


def plain(engine: Engine, claim: int) -> None:
    """Promise one piece by a conditional update, the least that is safe."""
    with engine.begin() as connection:
        if connection.execute(text(_GUARDED)).rowcount:
            connection.execute(text(_LOG), {"claim": claim})


def check_then_add(engine: Engine, claim: int) -> None:
    """Look first, and add without a condition: a control that oversells at the end."""
    with engine.begin() as connection:
        if connection.execute(text(_FREE)).scalar_one() > 0:
            connection.execute(text(_BLIND))
            connection.execute(text(_LOG), {"claim": claim})


def read_then_write(engine: Engine, claim: int) -> None:
    """Read, add in the program and write: a control in which one write is lost under another."""
    with engine.begin() as connection:
        free = int(connection.execute(text(_FREE)).scalar_one())
        if free > 0:
            connection.execute(text(_LOST), {"reserved": PIECES - free + 1})
            connection.execute(text(_LOG), {"claim": claim})


@frozen
class Bare:
    """Attempts on the bare table, one a transaction."""

    url: str
    attempt: Callable[[Engine, int], None]

    def __call__(self, number: int, barrier: Barrier) -> Callable[[], Mapping[str, float]]:
        """Get ready, and return what is measured."""
        engine = create_engine(self.url)
        engine.connect().close()

        def go() -> Mapping[str, float]:
            barrier.wait()
            for n in range(EACH):
                self.attempt(engine, number * EACH + n + 1)
            engine.dispose()
            return {}

        return go


@frozen
class Ours:
    """Attempts on the stock book, ``batch`` of them in a unit; a unit that is short asks for what is left."""

    url: str
    batch: int

    def __call__(self, number: int, barrier: Barrier) -> Callable[[], Mapping[str, float]]:
        """Get ready, and return what is measured."""
        storage = SqlStorage(open_engine(self.url), KINDS)
        with storage.begin(read=True) as unit:
            unit.stock.levels([CELL.sku])

        def go() -> Mapping[str, float]:
            barrier.wait()
            for start in range(0, EACH, self.batch):
                first = number * EACH + start + 1
                _promise(storage, range(first, first + min(self.batch, EACH - start)))
            storage.close()
            return {}

        return go


def _promise(storage: SqlStorage, claims: range) -> None:
    left = len(claims)
    while left:
        moves = [Move(RESERVED_FOR, CELL, 1, Claim(order, 1)) for order in claims[:left]]
        try:
            with storage.begin() as unit:
                unit.stock.post([movement(one, at=AT, actor="benchmark") for one in moves])
        except Refused as refusal:
            cells = refusal.facts["cells"]
            if refusal.code != "out_of_stock" or not isinstance(cells, tuple):
                raise
            left = min(left - 1, max(0, cells[0][3]))
        else:
            return


@frozen
class Place:
    """The database that all modes work in, one after another."""

    url: str

    def run(self, *statements: str) -> None:
        """Run statements on a connection of their own."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def ask(self, statement: str) -> int:
        """Return the one number that a query gives."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            found = int(connection.execute(text(statement)).scalar_one())
        engine.dispose()
        return found

    def bare(self) -> None:
        """Make the bare table, full."""
        self.run(*_TABLES)

    def book(self) -> None:
        """Make the stock book, with the pieces received."""
        storage = SqlStorage(open_engine(self.url), KINDS)
        storage.create()
        self.run("TRUNCATE oms_levels, oms_reservations, oms_movements")
        with storage.begin() as unit:
            unit.stock.post([movement(Move(RECEIVED, CELL, PIECES), at=AT, actor="benchmark")])
        storage.close()


def variants(place: Place, oversold: dict[str, list[int]], server: int) -> list[Variant]:
    """Return every mode: how it is prepared, and what has to be true after it."""

    def bare(name: str, attempt: Callable[[Engine, int], None], *, safe: bool) -> Variant:
        def prepare() -> Bare:
            place.bare()
            return Bare(place.url, attempt)

        def check() -> None:
            _note(oversold, name, place.ask("SELECT count(*) FROM bare_log"), safe=safe)

        return Variant(name, prepare, CONNECTIONS, server, check)

    def ours(name: str, batch: int) -> Variant:
        def prepare() -> Ours:
            place.book()
            return Ours(place.url, batch)

        def check() -> None:
            promised = place.ask("SELECT sum(quantity) FROM oms_movements WHERE kind = 'reserved'")
            held = place.ask("SELECT sum(quantity) FROM oms_reservations")
            level = place.ask("SELECT reserved FROM oms_levels")
            if not promised == held == level:
                wrong = f"{name}: {promised} moved, {held} reserved, {level} in the level"
                raise AssertionError(wrong)
            _note(oversold, name, promised, safe=True)

        return Variant(name, prepare, CONNECTIONS, server, check)

    return [
        bare("plain conditional update", plain, safe=True),
        ours("ours, one a unit", 1),
        ours(f"ours, batches of {BATCH}", BATCH),
        bare("control: look, then add", check_then_add, safe=False),
        bare("control: read, then write", read_then_write, safe=False),
    ]


def _note(oversold: dict[str, list[int]], name: str, promised: int, *, safe: bool) -> None:
    oversold.setdefault(name, []).append(promised - PIECES)
    if safe and promised != PIECES:
        wrong = f"{name} promised {promised} of {PIECES}"
        raise AssertionError(wrong)


def table(costs: Mapping[str, list[Cost]], oversold: Mapping[str, list[int]]) -> str:
    """Return a Markdown table; speed is that of attempts, against the plain update of the same round."""
    base = [cost.wall for cost in next(iter(costs.values()))]
    lines = [
        "| mode | attempts/s | speed, plain = 1 | CPU us/attempt | of it server | oversold |",
        "|---|---|---|---|---|---|",
    ]
    for name, runs in costs.items():
        speeds = sorted(plain / run.wall for plain, run in zip(base, runs, strict=True))
        each = [
            statistics.median(value) / ATTEMPTS * 1e6
            for value in ([r.total for r in runs], [r.server for r in runs])
        ]
        speed = f"{speeds[0]:.2f} / **{statistics.median(speeds):.2f}** / {speeds[-1]:.2f}"
        rate = ATTEMPTS / statistics.median(run.wall for run in runs)
        lines.append(
            f"| {name} | {rate:,.0f} | {speed} | {each[0]:,.0f} | {each[1]:,.0f} | {_range(oversold[name])} |"
        )
    return "\n".join(lines)


def _range(values: list[int]) -> str:
    return str(values[0]) if min(values) == max(values) else f"{min(values)} to {max(values)}"


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="append one line of JSON")
    asked = parser.parse_args()
    room = postgres_server.make_room()
    try:
        with postgres_server.database(postgres_server.start_once(room, OPTIONS), "hot") as url:
            server = int((room / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
            oversold: dict[str, list[int]] = {}
            costs = rounds(variants(Place(url), oversold, server), asked.rounds)
    finally:
        postgres_server.stop(room)
    print(table(costs, oversold))
    if asked.json:
        with asked.json.open("a", encoding="utf-8") as file:
            file.write(as_json("hot SKU", ATTEMPTS, costs) + "\n")
    blind = [name for name, values in oversold.items() if name.startswith("control") and max(values) <= 0]
    if blind:
        sys.exit(f"never oversold, so that the benchmark cannot see it: {', '.join(blind)}")


if __name__ == "__main__":
    main()
