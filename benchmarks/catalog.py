"""How fast products come in from a file: rows a second, with one row in a hundred faulty, and every fault found.

Run ``python benchmarks/catalog.py [rows]``.
"""

from __future__ import annotations

import random
import sys
from time import process_time

from omskit.catalog import (
    Definition,
    Limits,
    Option,
    Requirement,
    Row,
    Schema,
    Table,
    Type,
    columns_of,
    export,
    gs1_check_digit,
    plan_import,
    read_csv,
    write_csv,
)

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


def rows(count: int, seed: int) -> tuple[Table, set[int]]:
    """Return a table of products and the numbers of its faulty rows."""
    draw = random.Random(seed)
    header = ("code", *PATHS)
    made, faulty = [], set()
    for n in range(count):
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
            faulty.add(n + 2)
        made.append(Row(n + 2, tuple(cells)))
    return Table(header, tuple(made)), faulty


def main(count: int) -> None:
    """Read, plan and write back; print the rows that a second of CPU takes."""
    columns = columns_of(PATHS, SCHEMA)
    table, faulty = rows(count, 7)
    data = write_csv(table)
    start = process_time()
    read = read_csv(data)
    middle = process_time()
    plan = plan_import(read, columns, schema=SCHEMA)
    end = process_time()
    assert {error.row for error in plan.errors} == faulty, "every fault is found, and no other"
    assert len(plan.planned) == count - len(faulty)
    print(f"{count} rows, {len(data) / 1e6:.1f} MB, {len(faulty)} faulty, all found")
    speed = count / (end - start)
    print(f"read {middle - start:.2f} s, plan {end - middle:.2f} s: {speed:,.0f} rows a CPU second")
    start = process_time()
    write_csv(export([one.after for one in plan.planned], columns_of((*PATHS, "unit"), SCHEMA), SCHEMA))
    print(f"export {process_time() - start:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
