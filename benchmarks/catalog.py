"""How fast products come in from a file: rows a second, with one row in a hundred faulty, and every fault found.

Run ``python benchmarks/catalog.py [rows]``: as CSV and as a workbook to a plan, then into a database on SQLite,
and then a file of a thousand rows, half of them known, into the catalog of that size.
"""

from __future__ import annotations

import random
import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from omskit.catalog import (
    Columns,
    Definition,
    Limits,
    Option,
    Requirement,
    Row,
    Schema,
    Table,
    Type,
    columns_of,
    gs1_check_digit,
    plan_import,
    read_csv,
    read_xlsx,
    write_csv,
    write_xlsx,
)
from omskit.engine import Oms
from omskit.flow import Process, review_step

SCHEMA = Schema(
    (
        Definition("title", localized=True, limits=Limits(max_length=120)),
        Definition("color", Type.OPTION, options=tuple(Option(f"c{n}") for n in range(30))),
        Definition("net", Type.NUMBER, unit_family="mass"),
        Definition("rrp", Type.MONEY),
        Definition("launch", Type.DATE),
    ),
    requirements=(Requirement("name"),),
)
PROCESS = Process("none", (review_step(),))
PATHS = (
    "name",
    "attribute.title[en]",
    "attribute.title[zh]",
    "attribute.color",
    "attribute.net",
    "attribute.rrp",
    "attribute.launch",
    "identifier.gtin",
    "pack.CS",
    "handling.weight_g",
    "handling.length_mm",
    "handling.width_mm",
    "handling.height_mm",
    "customs.hs_code",
    "customs.origin",
    "category.shop",
)


def gtin(number: int) -> str:
    """Return a GTIN-13 that no other number has."""
    body = f"400{number:09}"
    return body + gs1_check_digit(body)


def rows(count: int, seed: int, *, first: int = 0) -> tuple[Table, set[int]]:
    """Return a table of products from a number on, and the numbers of its faulty rows."""
    draw = random.Random(seed)
    header = ("code", *PATHS)
    made, faulty = [], set()
    for row, n in enumerate(range(first, first + count), 2):
        cells = [
            f"SKU-{n:07}",
            f"Article {n}",
            f"Article {n} in its usual colour",
            f"商品 {n}",
            f"c{n % 30}",
            f"{draw.randint(1, 5000) / 1000} kg",
            f"{draw.randint(100, 99999) / 100:.2f} EUR",
            f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}",
            gtin(n),
            "12 EA",
            str(draw.randint(1, 9000)),
            "300",
            "200",
            "100",
            "610910",
            "CN",
            "tees",
        ]
        if draw.random() < 0.01:
            place, wrong = draw.choice([(4, "mauve"), (5, "5 miles"), (8, gtin(n)[:-1] + "x"), (10, "heavy")])
            cells[place] = wrong
            faulty.add(row)
        made.append(Row(row, tuple(cells)))
    return Table(header, tuple(made)), faulty


def plan_of(name: str, read: Table, columns: Columns, faulty: set[int], reading: float) -> None:
    """Plan a table that was read, and print the rows that a second of CPU takes."""
    start = process_time()
    plan = plan_import(read, columns, schema=SCHEMA)
    planning = process_time() - start
    assert {error.row for error in plan.errors} == faulty, "every fault is found, and no other"
    assert len(plan.planned) == len(read.rows) - len(faulty)
    speed = len(read.rows) / (reading + planning)
    print(f"{name:<22} read {reading:6.2f} s, plan {planning:6.2f} s: {speed:8,.0f} rows a CPU second")


def load(oms: Oms, name: str, table: Table, columns: Columns, faulty: set[int]) -> None:
    """Load the sound rows of a table, and print the rows that a second of CPU takes."""
    start = process_time()
    plan = oms.catalog.load(table, columns, actor="benchmark", whole=False)
    taken = process_time() - start
    assert {error.row for error in plan.errors} == faulty
    print(f"{name:<22} {taken:6.2f} s: {len(table.rows) / taken:8,.0f} rows a CPU second")


def main(count: int) -> None:
    """Read, plan, write and load; print the rows that a second of CPU takes."""
    columns = columns_of(PATHS, SCHEMA)
    table, faulty = rows(count, 7)
    print(f"{count} rows of {len(PATHS) + 1} columns, {len(faulty)} faulty, all found")
    for name, data, reads in (
        ("CSV", write_csv(table), read_csv),
        ("workbook", write_xlsx(("products", table)), read_xlsx),
    ):
        start = process_time()
        read = reads(data)
        plan_of(f"{name}, {len(data) / 1e6:.1f} MB", read, columns, faulty, process_time() - start)
    with TemporaryDirectory() as folder:
        oms = Oms.open(f"sqlite:///{Path(folder) / 'catalog.db'}", process=PROCESS, schema=SCHEMA)
        load(oms, "into SQLite", table, columns, faulty)
        more, wrong = rows(1_000, 8, first=count - 500)
        load(oms, "1,000 rows more", more, columns, wrong)
        start = process_time()
        assert len(oms.catalog.completeness(codes=[f"SKU-{n:07}" for n in range(100)])) > 90
        print(f"{'completeness of 100':<22} {process_time() - start:6.2f} s")
        start = process_time()
        write_csv(oms.catalog.export(columns_of((*PATHS, "unit"), SCHEMA)))
        print(f"{'export as CSV':<22} {process_time() - start:6.2f} s")
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
