"""Files are loaded beside as much of the catalog as they are about, and come to what the whole catalog says."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop import WEB, Clock, process
from sqlalchemy import Connection, event

from omskit import catalog as c
from omskit.core import Refused
from omskit.engine import KINDS, Oms
from omskit.storage import MemoryStorage, Storage
from omskit.storage.sql import SqlStorage, open_engine

SIZE = c.Definition("size", c.Type.OPTION, options=(c.Option("s"), c.Option("l")))
SCHEMA = c.Schema((SIZE, c.Definition("article", unique=True)))
LOOSE = c.Schema((SIZE,))
PATHS = (
    "name",
    "status",
    "axes",
    "family",
    "option.size",
    "bundle",
    "relation.successor",
    "identifier.gtin",
    "pack.CS",
    "identifier.gtin.CS",
)
GTINS = [f"400638133{n:03}" + c.gs1_check_digit(f"400638133{n:03}") for n in range(4)]


def opened(storage: Storage, schema: c.Schema = LOOSE) -> Oms:
    return Oms(storage, [WEB], process(), clock=Clock(), schema=schema)


def rows(*rows: tuple[str, ...], header: tuple[str, ...] = ("code", *PATHS)) -> c.Table:
    return c.Table(header, tuple(c.Row(number, cells) for number, cells in enumerate(rows, 2)))


#: A family, a variant, a product with numbers, a chain of bundles and a chain of successors.
BASE = (
    ("P0", "Tee", "", "size"),
    ("P1", "", "", "", "P0", "s"),
    ("P2", "Tea", "active", "", "", "", "", "", GTINS[0], "12 EA", GTINS[1]),
    ("P3", "", "", "", "", "", "P2"),
    ("P4", "", "", "", "", "", "P3"),
    ("P5", "", "", "", "", "", "", "P2"),
    ("P6", "", "", "", "", "", "", "P5"),
)


@st.composite
def _row(draw: st.DrawFn) -> tuple[str, ...]:
    """Return a row that says one or two things of a product."""
    cells = dict.fromkeys(PATHS, "")
    cells["name"] = draw(st.sampled_from(["", "Tea", "Pot"]))
    code = st.sampled_from([f"P{n}" for n in range(9)])
    for what in draw(
        st.lists(st.sampled_from(["status", "variant", "bundle", "next", "gtin", "case"]), max_size=2)
    ):
        match what:
            case "status":
                cells["status"] = draw(st.sampled_from(["active", "archived", "discontinued"]))
            case "variant":
                cells["family"], cells["option.size"] = "P0", draw(st.sampled_from(["s", "l"]))
            case "bundle":
                cells["bundle"] = draw(code)
            case "next":
                cells["relation.successor"] = draw(code)
            case "gtin":
                cells["identifier.gtin"] = draw(st.sampled_from(GTINS))
            case "case":
                cells["pack.CS"], cells["identifier.gtin.CS"] = "12 EA", draw(st.sampled_from(GTINS))
    return (draw(code), *cells.values())


FILES = st.lists(_row(), max_size=4, unique_by=lambda row: row[0])


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FILES, min_size=1, max_size=3))
def test_a_plan_beside_a_part_of_the_catalog_is_the_plan_beside_all_of_it(
    files: list[list[tuple[str, ...]]],
) -> None:
    oms, columns = opened(MemoryStorage()), c.columns_of(PATHS, LOOSE)
    assert len(oms.catalog.load(rows(*BASE), columns, actor="amy").planned) == len(BASE)
    for file in files:
        planned = oms.catalog.plan(rows(*file), columns)
        assert planned == c.plan_import(rows(*file), columns, schema=LOOSE, products=oms.catalog.every())
        try:
            oms.catalog.load(rows(*file), columns, actor="amy", whole=False)
        except Refused:
            continue


def test_a_number_on_the_case_of_a_product_that_no_row_is_about_is_taken(storage: Storage) -> None:
    oms, columns = opened(storage), c.columns_of(PATHS, LOOSE)
    case = ("P1", "Tea", "", "", "", "", "", "", GTINS[0], "12 EA", GTINS[1])
    oms.catalog.load(rows(case), columns, actor="amy")
    plan = oms.catalog.plan(rows(("P2", "Pot", "", "", "", "", "", "", GTINS[1])), columns)
    assert [(error.code, error.column) for error in plan.errors] == [("gtin_taken", "identifier.gtin")]


def test_a_number_on_the_case_of_another_product_on_sale_is_refused_by_hand_too(storage: Storage) -> None:
    oms, columns = opened(storage), c.columns_of(PATHS, LOOSE)
    case = ("P1", "Tea", "active", "", "", "", "", "", GTINS[0], "12 EA", GTINS[1])
    oms.catalog.load(rows(case), columns, actor="amy")
    same = c.Product(0, "P2", identifiers=(c.Identifier.read("gtin", GTINS[1]),))
    oms.catalog.product("P2", c.Create(same), actor="amy")
    with pytest.raises(Refused) as error:
        oms.catalog.product("P2", c.Advance("activate"), actor="amy")
    assert error.value.code == "gtin_taken"


def test_options_of_a_variant_that_no_row_is_about_are_taken(storage: Storage) -> None:
    oms, columns = opened(storage), c.columns_of(PATHS, LOOSE)
    oms.catalog.load(rows(("P0", "Tee", "", "size"), ("P1", "", "", "", "P0", "s")), columns, actor="amy")
    plan = oms.catalog.plan(rows(("P2", "", "", "", "P0", "s")), columns)
    assert [error.code for error in plan.errors] == ["variant_taken"]


def test_options_of_a_variant_that_is_no_longer_sold_are_taken_still(storage: Storage) -> None:
    oms, columns = opened(storage), c.columns_of(PATHS, LOOSE)
    oms.catalog.load(rows(("P0", "Tee", "", "size"), ("P1", "", "archived", "", "P0", "s")), columns, actor="amy")
    plan = oms.catalog.load(rows(("P2", "", "", "", "P0", "s")), columns, actor="amy")
    assert [error.code for error in plan.errors] == ["variant_taken"]


def test_a_circle_through_products_that_no_row_is_about_is_found(storage: Storage) -> None:
    oms, columns = opened(storage), c.columns_of(PATHS, LOOSE)
    chain = [(f"P{n}", "", "", "", "", "", f"P{n + 1}" if n < 3 else "") for n in range(4)]
    oms.catalog.load(rows(*chain), columns, actor="amy")
    plan = oms.catalog.plan(rows(("P3", "", "", "", "", "", "P0")), columns)
    assert [error.code for error in plan.errors] == ["bundle_cycle"]


def test_a_circle_of_successors_that_no_row_is_about_is_found(storage: Storage) -> None:
    oms, columns = opened(storage), c.columns_of(PATHS, LOOSE)
    oms.catalog.load(rows(*BASE), columns, actor="amy")
    plan = oms.catalog.plan(rows(("P2", "", "", "", "", "", "", "P6")), columns)
    assert [error.code for error in plan.errors] == ["successor_cycle"]


def test_a_value_that_is_unique_is_looked_for_in_the_whole_catalog(storage: Storage) -> None:
    oms, columns = opened(storage, SCHEMA), c.columns_of(["attribute.article"], SCHEMA)
    header = ("code", "attribute.article")
    oms.catalog.load(rows(("P1", "A-7"), header=header), columns, actor="amy")
    plan = oms.catalog.plan(rows(("P2", "A-7"), header=header), columns)
    assert [error.code for error in plan.errors] == ["not_unique"]


def test_a_part_of_a_bundle_that_no_row_is_about_does_not_leave_the_sale(storage: Storage) -> None:
    oms, columns = opened(storage), c.columns_of(PATHS, LOOSE)
    set_ = ("P1", "", "active", "", "", "", "P2")
    oms.catalog.load(rows(("P2", "", "active"), set_), columns, actor="amy")
    plan = oms.catalog.plan(rows(("P2", "", "archived")), columns)
    assert [error.code for error in plan.errors] == ["part_in_use"]


def test_how_far_products_are_is_told_a_page_at_a_time_as_for_all_at_once(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omskit.engine.keeping.PAGE", 2)
    monkeypatch.setattr("omskit.engine.surroundings.CHUNK", 2)
    schema = evolve(LOOSE, requirements=(c.Requirement("name", "web"),))
    oms, columns = opened(storage, schema), c.columns_of(PATHS, schema)
    family, variants = ("P0", "Tee", "", "size"), [("P1", "", "", "", "P0", "s"), ("P2", "L", "", "", "P0", "l")]
    oms.catalog.load(
        rows(family, *variants, ("P3", "Pot"), ("P4", "", "", "", "", "", "P3")), columns, actor="amy"
    )
    assert [(one.code, one.percent) for one in oms.catalog.completeness("web")] == [
        ("P1", 0),
        ("P4", 0),
        ("P2", 100),
        ("P3", 100),
    ]
    assert [one.code for one in oms.catalog.completeness("web", codes=["P4", "P2", "P0", "P9"])] == ["P4", "P2"]


def test_a_file_costs_as_many_statements_in_a_large_catalog_as_in_a_small_one(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/catalog.db")
    storage = SqlStorage(engine, KINDS)
    storage.create()
    oms, columns = opened(storage), c.columns_of(PATHS, LOOSE)
    sent: list[str] = []

    def count(_connection: Connection, _cursor: object, statement: str, *_what: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    told = []
    for n, more in enumerate((10, 2_000)):
        oms.catalog.load(rows(*((f"L{n}-{one}", "Tea") for one in range(more))), columns, actor="amy")
        sent.clear()
        oms.catalog.load(rows(*((f"F{n}-{one}", "Pot") for one in range(20))), columns, actor="amy")
        told.append(len(sent))
    assert told[0] == told[1]
    engine.dispose()
