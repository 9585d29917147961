"""Eight connections reach for one SKU on PostgreSQL: ``python benchmarks/hot_sku.py [--rounds N]``.

2,000 attempts on 1,000 pieces in every mode, through the storage port and through the entrances of the facade that
promise stock, with the SKU as it comes and hot. A mode that promises more or fewer than there are ends the run
with an error; the two naive controls must promise more, or the benchmark is blind and says so.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.synchronize import Barrier
from typing import Any

import databases
import harness
import shop
from attrs import frozen
from sqlalchemy import Connection, text

from omskit.core import Cell, Claim, Refused
from omskit.engine import KINDS, Act, Oms
from omskit.inventory import RESERVED_FOR, Move, movement
from omskit.orders import Approve, Assign, Consignment
from omskit.storage import Storage
from omskit.storage.sql import SqlStorage, open_engine

WORKERS, ATTEMPTS, PIECES, SHARDS = 8, 2_000, 1_000, 16
EACH = ATTEMPTS // WORKERS
HOT = Cell("HOT", "BER")
TAKE = Assign((Consignment(1, "BER", ((1, 1),)),), shop.AT)

#: Takes one piece in a transaction of its own, or does not.
Taking = Callable[[Connection], bool]


def conditional(connection: Connection) -> bool:
    """Take a piece if there is one: the check and the write are one statement."""
    return bool(connection.execute(text("UPDATE plain SET piece = piece - 1 WHERE piece >= 1")).rowcount)


def overwriting(connection: Connection) -> bool:
    """Read what is there and write what is left: naive."""
    seen = connection.execute(text("SELECT piece FROM plain")).scalar_one()
    if seen >= 1:
        connection.execute(text("UPDATE plain SET piece = :left"), {"left": seen - 1})
    return bool(seen >= 1)


def unguarded(connection: Connection) -> bool:
    """Read what is there and subtract without looking again: naive."""
    seen = connection.execute(text("SELECT piece FROM plain")).scalar_one()
    if seen >= 1:
        connection.execute(text("UPDATE plain SET piece = piece - 1"))
    return bool(seen >= 1)


@frozen
class Plain:
    """Takes with statements of its own; each piece taken leaves a row."""

    url: str
    taking: Taking

    def __call__(self, number: int, _barrier: Barrier) -> Callable[[], Mapping[str, float]]:
        """Open the connection."""
        engine = open_engine(self.url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

        def go() -> Mapping[str, float]:
            for turn in range(EACH):
                with engine.begin() as connection:
                    if self.taking(connection):
                        claim = {"claim": number * EACH + turn}
                        connection.execute(text("INSERT INTO plain_claims VALUES (:claim)"), claim)
            return {}

        return go


@frozen
class Posting:
    """Takes through the storage port, ``batch`` pieces a unit; a refused batch is tried in halves."""

    url: str
    batch: int

    def __call__(self, number: int, _barrier: Barrier) -> Callable[[], Mapping[str, float]]:
        """Open the storage."""
        storage = SqlStorage(open_engine(self.url), KINDS)
        claims = [Claim(number * EACH + turn + 1, 1) for turn in range(EACH)]
        with storage.begin(read=True) as unit:
            unit.stock.levels([HOT.sku])

        def go() -> Mapping[str, float]:
            for start in range(0, EACH, self.batch):
                _post(storage, claims[start : start + self.batch])
            return {}

        return go


def _post(storage: Storage, claims: Sequence[Claim]) -> None:
    moves = [Move(RESERVED_FOR, HOT, 1, claim) for claim in claims]
    try:
        with storage.begin() as unit:
            unit.stock.post([movement(move, at=shop.AT, actor="benchmark") for move in moves])
    except Refused:
        if len(claims) > 1:
            half = len(claims) // 2
            _post(storage, claims[:half])
            _post(storage, claims[half:])


@frozen
class Assigning:
    """Takes through the facade: orders that are approved are assigned by hand, ``batch`` a unit or one a call."""

    url: str
    batch: int = 1000

    def __call__(self, number: int, _barrier: Barrier) -> Callable[[], Mapping[str, float]]:
        """Place and approve this worker's orders."""
        oms = shop.shop(SqlStorage(open_engine(self.url), KINDS), batch=self.batch)
        orders = [shop.order(f"{number}-{turn}", ("HOT", 1)) for turn in range(EACH)]
        numbers = oms.receive("web", shop.payload(*orders)).placed
        oms.do_many([Act(one, Approve()) for one in numbers], actor="benchmark")

        return partial(self.take, oms, numbers)

    def take(self, oms: Oms, numbers: Sequence[str]) -> Mapping[str, float]:
        """Take for each order."""
        oms.do_many([Act(one, TAKE) for one in numbers], actor="benchmark")
        return {}


@frozen
class Single(Assigning):
    """Takes by one call for each order."""

    def take(self, oms: Oms, numbers: Sequence[str]) -> Mapping[str, float]:
        """Take for each order."""
        for one in numbers:
            with suppress(Refused):
                oms.do(one, TAKE, actor="benchmark")
        return {}


@frozen
class Running(Assigning):
    """Takes by the process of the shop, whose workers share the queue, ``batch`` orders a unit."""

    def take(self, oms: Oms, numbers: Sequence[str]) -> Mapping[str, float]:  # noqa: ARG002
        """Let the process look at orders until none is left for this worker."""
        oms.run(ATTEMPTS)
        return {}


def prepared(stores: databases.PostgresDatabases, make: Callable[[str], harness.Job], shards: int) -> harness.Job:
    """Return the job over a fresh database with the pieces in it."""
    url = stores.copy()
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE plain AS SELECT 1000 AS piece"))
        connection.execute(text("CREATE TABLE plain_claims (claim int PRIMARY KEY)"))
    storage = SqlStorage(engine, KINDS)
    storage.heat({"HOT": shards} if shards else {})
    shop.shop(storage).stock.receive("BER", {"HOT": PIECES}, actor="benchmark")
    engine.dispose()
    return make(url)


def promised(url: str) -> int:
    """Return the pieces promised in all, of rows that were written for them."""
    engine = open_engine(url)
    with engine.begin() as connection:
        own = connection.execute(text("SELECT count(*) FROM plain_claims")).scalar_one()
        ours = connection.execute(text("SELECT coalesce(sum(quantity), 0) FROM oms_reservations")).scalar_one()
    oms = shop.shop(SqlStorage(engine, KINDS))
    level = oms.stock.levels([HOT.sku])[HOT]
    with oms.storage.begin(read=True) as unit:
        drift = unit.stock.drift()
    engine.dispose()
    if drift or level.reserved != ours:
        problem = f"the book does not agree with itself: {level}, {ours} promised, {drift}"
        raise SystemExit(problem)
    return int(own) + int(ours)


@frozen
class Mode:
    """A way to take pieces, from how many shards, and whether it is naive and must fail."""

    name: str
    make: Callable[[str], Any]
    shards: int = 0
    naive: bool = False

    def variant(self, stores: databases.PostgresDatabases, found: dict[str, list[int]]) -> harness.Variant:
        """Return it as something to measure; what each run promised is added to ``found``."""

        def check() -> None:
            count = promised(stores.latest)
            found.setdefault(self.name, []).append(count)
            if not self.naive and count != PIECES:
                problem = f"{self.name}: {count} promised of {PIECES}"
                raise SystemExit(problem)

        job = partial(prepared, stores, self.make, self.shards)
        return harness.Variant(self.name, job, WORKERS, stores.server, check)


def both(name: str, make: Callable[[str], Any]) -> tuple[Mode, Mode]:
    """Return a way to take pieces of the SKU as it comes, and of the SKU when it is hot."""
    return Mode(name, make), Mode(f"{name}, hot", make, SHARDS)


MODES = (
    Mode("plain conditional update", partial(Plain, taking=conditional)),
    *both("storage port, one a unit", partial(Posting, batch=1)),
    *both("storage port, 100 a unit", partial(Posting, batch=100)),
    *both("`do`", Single),
    *both("`do_many`, one a unit", partial(Assigning, batch=1)),
    *both("`do_many`, 100 a unit", partial(Assigning, batch=100)),
    *both("`run`, 100 a unit", partial(Running, batch=100)),
    Mode("control: overwrite", partial(Plain, taking=overwriting), naive=True),
    Mode("control: subtract unguarded", partial(Plain, taking=unguarded), naive=True),
)


def main(rounds: int) -> None:
    """Measure all modes in interleaved rounds and print a table."""
    found: dict[str, list[int]] = {}
    with databases.PostgresDatabases.opened() as stores:
        costs = harness.rounds([mode.variant(stores, found) for mode in MODES], rounds)
    base = costs[MODES[0].name]
    print("| mode | attempts/wall s | speed / plain | promised of 1,000 | oversold |\n|---|---|---|---|---|")
    for mode in MODES:
        walls = [run.wall for run in costs[mode.name]]
        ratios = [plain.wall / wall for plain, wall in zip(base, walls, strict=True)]
        counts, speed = found[mode.name], ATTEMPTS / statistics.median(walls)
        over = max(max(counts) - PIECES, 0)
        spread = f"{min(ratios):.2f} / **{statistics.median(ratios):.2f}** / {max(ratios):.2f}"
        print(f"| {mode.name} | {speed:,.0f} | {spread} | {min(counts)} to {max(counts)} | {over} |")
    if blind := [mode.name for mode in MODES if mode.naive and max(found[mode.name]) <= PIECES]:
        problem = f"blind: {blind} did not oversell"
        raise SystemExit(problem)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    main(options.parse_args().rounds)
