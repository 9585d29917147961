"""Import and export: nothing lost, nothing half taken, an error for each cell, no live formula."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from attrs import evolve as changed
from goods import ALL, CAMERA, FAMILY, RED, SCHEMA, SET, book, contents

from omskit.catalog import (
    FIND,
    OPEN_SCHEMA,
    Advance,
    Blank,
    Bundle,
    BundlePart,
    Column,
    Columns,
    Create,
    Edit,
    Identifier,
    ImportPlan,
    Node,
    Product,
    Relation,
    Requirement,
    Revise,
    Row,
    Table,
    Tree,
    assemble,
    column,
    columns_for,
    columns_of,
    decide,
    edit_between,
    evolve,
    export,
    flatten,
    guarded,
    guide,
    plan_import,
    read_csv,
    read_json,
    read_xlsx,
    standard_columns,
    template,
    unguarded,
    write_csv,
    write_json,
    write_template,
    write_xlsx,
)
from omskit.core import OmsError, PayloadError, UsageError

AT = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - decisions about products do not look at it
COLUMNS = columns_of(
    [
        "name",
        "type",
        "family",
        "option.color",
        "option.size",
        "attribute.color",
        "attribute.net",
        "attribute.article",
        "identifier.gtin",
        "handling.weight_g",
        "bundle",
        "relation.substitute",
    ],
    SCHEMA,
)


def csv(*lines: str) -> Table:
    return read_csv("\n".join(lines).encode())


def plan(table: Table, columns: Columns = COLUMNS, **given: Any) -> ImportPlan:
    return plan_import(table, columns, schema=given.pop("schema", SCHEMA), **given)


def told(plan: ImportPlan) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for one in plan.errors]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "through",
    [
        lambda table: read_csv(write_csv(table)),
        lambda table: read_csv(write_csv(table, encoding="gb18030"), encoding="gb18030"),
        lambda table: read_csv(write_csv(table, delimiter=";"), delimiter=";"),
        lambda table: read_csv(write_csv(table, delimiter="\t"), delimiter=FIND),
        lambda table: read_xlsx(write_xlsx(("Products", table))),
        lambda table: read_json(write_json(table)),
    ],
    ids=["utf-8", "gb18030", "semicolon", "found tab", "xlsx", "json"],
)
def test_what_goes_out_comes_in_again(through: Callable[[Table], Table], language: str) -> None:
    columns = columns_for(ALL, SCHEMA, language=language)
    found = plan(through(export(ALL, columns, SCHEMA)), columns)
    assert found.errors == ()
    assert contents(one.after for one in found.planned) == contents(changed(one, status="") for one in ALL)
    assert {one.after.code: one.triggers for one in found.planned} == {
        "TEE": ("activate",),
        "TEE-RED-M": ("activate",),
        "CAM": ("activate",),
        "SET": ("activate",),
        "BAG": (),
    }


def test_what_is_known_already_changes_nothing() -> None:
    columns = columns_for(ALL, SCHEMA)
    found = plan(export(ALL, columns, SCHEMA), columns, products=book())
    assert (found.planned, found.errors) == ((), ())
    assert sorted(found.unchanged) == sorted(book())


def test_products_come_after_those_that_they_name() -> None:
    columns = columns_for(ALL, SCHEMA)
    order = [one.after.code for one in plan(export(tuple(reversed(ALL)), columns, SCHEMA), columns).planned]
    assert (
        order.index("TEE")
        < order.index("TEE-RED-M")
        < order.index("CAM")
        < order.index("SET")
        < order.index("BAG")
    )


def test_what_is_planned_is_taken_by_the_products_themselves() -> None:
    columns = columns_for(ALL, SCHEMA)
    found = plan(export(ALL, columns, SCHEMA), columns)
    taken: dict[str, Product] = {}
    for key, row in enumerate(found.planned, 1):
        product: Product | None = None
        for command in row.commands(key):
            around = {**found.products, **taken}
            for event in decide(product, command, at=AT, schema=SCHEMA, others=around):
                product = evolve(product, event)
        assert product is not None
        taken[product.code] = product
    assert contents(taken.values()) == contents(ALL)


def test_a_row_changes_only_what_its_cells_say() -> None:
    found = plan(csv("SKU,Name,handling.weight_g", "CAM,Camera II,", "SET,Set,"), products=book())
    (row,) = found.planned
    assert (row.edit, row.triggers, found.unchanged) == (Edit(name="Camera II"), (), ("SET",))
    assert row.commands() == (Revise(Edit(name="Camera II")),)


def test_an_empty_cell_keeps_or_clears_as_it_is_declared() -> None:
    table = csv("SKU,Weight (g)", "CAM,")
    assert plan(table, products=book()).unchanged == ("CAM",)
    (row,) = plan(table, products=book(), blank=Blank.CLEAR).planned
    assert row.after.handling.weight_g == 0
    assert row.after.handling.hazmat == CAMERA.handling.hazmat


def test_headers_are_read_in_english_in_chinese_and_as_paths() -> None:
    for header in ("SKU,Name,Color", "商品编码,商品名称,颜色", "code,name,attribute.color", " sku ,NAME,color"):
        found = plan(csv(header, "X,Shirt,红色"), schema=changed(SCHEMA, types=()))
        assert [one.after.attributes[0].value.text for one in found.planned] == ["red"]


def test_a_column_that_nobody_declared_stops_the_import() -> None:
    found = plan(csv("SKU,Name,Surprise", "X,Shirt,42"))
    assert (found.planned, told(found)) == ((), [(1, "Surprise", "unknown_column")])


def test_a_column_that_is_declared_to_be_ignored_is_passed_over() -> None:
    columns = Columns(COLUMNS.columns, ("Surprise",))
    found = plan(csv("SKU,Type,Surprise", "X,shirt,42"), columns)
    assert (len(found.planned), found.errors) == (1, ())


def test_a_file_without_the_sku_or_with_a_column_twice_is_not_taken() -> None:
    assert told(plan(csv("Name", "Shirt"))) == [(1, "", "no_code_column")]
    assert told(plan(csv("SKU,Name,name", "X,a,b"))) == [(1, "name", "column_twice")]


def test_every_cell_that_is_wrong_is_told_and_the_good_rows_are_planned() -> None:
    found = plan(
        csv(
            "SKU,Name,Type,Color,Net weight,GTIN,Weight (g),Status",
            "A,Shirt,shirt,green,,4006381333932,heavy,",
            "B,Shirt,shirt,red,,,200,",
            "C,Camera,camera,,5 miles,6.93E+12,,gone",
            ",No code,shirt,,,,,",
            "D,Boat,boat,,,,,",
            "B,Again,shirt,,,,,",
            "E,Shirt,shirt,red,,,1,,extra",
            "F,Camera,camera,,,,,active",
        )
    )
    assert told(found) == [
        (2, "Color", "unknown_option"),
        (2, "GTIN", "wrong_check_digit"),
        (2, "Weight (g)", "bad_whole"),
        (4, "Net weight", "unknown_unit"),
        (4, "GTIN", "not_a_digit"),
        (4, "Status", "unknown_status"),
        (5, "SKU", "bad_code"),
        (6, "Type", "unknown_type"),
        (7, "SKU", "row_twice"),
        (8, "", "extra_cell"),
        (9, "Net weight", "missing_field"),
    ]
    assert [one.after.code for one in found.planned] == ["B"]


def test_an_error_names_the_value_and_what_is_allowed() -> None:
    (error,) = plan(csv("SKU,Type,Color", "A,shirt,green")).errors
    assert (error.path, error.value, error.allowed) == ("attribute.color", "green", ("red", "blue"))
    assert str(error) == "row 2, Color: 'green' is no option; allowed: red, blue"


def test_a_row_that_depends_on_a_bad_one_is_not_taken() -> None:
    found = plan(
        csv(
            "SKU,Type,Family,option.color,option.size,axes,Bundle,Color",
            "F,shirt,,,,color; size,,green",
            "V,shirt,F,red,M,,,",
            "S,shirt,,,,,V*2,",
            "OK,shirt,,,,,,red",
        ),
        columns_of(["type", "family", "option.color", "option.size", "axes", "bundle", "attribute.color"], SCHEMA),
    )
    assert told(found) == [
        (2, "Color", "unknown_option"),
        (3, "Family", "unknown_family"),
        (4, "Bundle", "unknown_product"),
    ]
    assert [one.after.code for one in found.planned] == ["OK"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["SKU,Type,GTIN", "A,shirt,4006381333931"], "gtin_taken"),
        (["SKU,Type,GTIN", "A,shirt,73513537", "B,shirt,00000073513537"], "gtin_taken"),
        (["SKU,Type,attribute.article", "A,shirt,X-1", "B,shirt,X-1"], "not_unique"),
        (["SKU,Type,Family,option.color,option.size", "A,shirt,TEE,red,M"], "variant_taken"),
    ],
)
def test_what_may_be_there_once_is_not_taken_twice(lines: list[str], code: str) -> None:
    columns = columns_of(
        ["type", "family", "option.color", "option.size", "identifier.gtin", "attribute.article"], SCHEMA
    )
    found = plan(csv(*lines), columns, products=book())
    assert [one.code for one in found.errors] == [code]


def test_an_archived_product_is_told_not_to_change() -> None:
    gone = changed(CAMERA, status="archived")
    assert told(plan(csv("SKU,Name", "CAM,New"), products=book(FAMILY, RED, gone))) == [(2, "", "not_editable")]


def test_a_status_is_reached_by_moves() -> None:
    found = plan(
        csv("SKU,Name,Type,Status", "N,New,shirt,discontinued", "CAM,Camera,camera,archived"),
        products=book(FAMILY, RED, CAMERA),
    )
    assert {one.after.code: one.triggers for one in found.planned} == {
        "N": ("activate", "discontinue"),
        "CAM": ("discontinue", "archive"),
    }
    create, activate, _ = found.planned[0].commands(7)
    assert isinstance(create, Create)
    assert (create.product.key, activate) == (7, Advance("activate", "import"))


def test_a_product_is_not_sold_without_its_parts_and_no_part_leaves_alone() -> None:
    found = plan(csv("SKU,Name,Type,Status", "CAM,Camera,camera,archived"), products=book())
    assert told(found) == [(2, "Status", "part_in_use")]
    columns = columns_of(["name", "type", "bundle"], SCHEMA)
    found = plan(csv("SKU,Name,Type,Bundle,Status", "P,Part,shirt,,", "B,Both,shirt,P*2,active"), columns)
    assert told(found) == [(3, "Status", "not_sellable")]


def test_what_a_product_on_sale_lacked_before_does_not_stop_its_row() -> None:
    stricter = changed(SCHEMA, requirements=(*SCHEMA.requirements, Requirement("customs.origin")))
    assert plan(csv("SKU,Name", "CAM,New"), products=book(), schema=stricter).errors == ()
    found = plan(csv("SKU,Net weight,Name", "CAM,,New"), products=book(), schema=stricter, blank=Blank.CLEAR)
    assert told(found) == [(2, "Net weight", "missing_field")]


def test_a_row_that_needs_one_that_cannot_be_sold_is_not_taken_either() -> None:
    columns = columns_of(["name", "type", "bundle"], SCHEMA)
    found = plan(csv("SKU,Name,Type,Bundle,Status", "P,,shirt,,active", "B,Both,shirt,P*2,"), columns)
    assert told(found) == [(2, "Name", "missing_field"), (3, "Bundle", "unknown_product")]


def test_a_number_that_another_row_gives_up_is_still_taken() -> None:
    found = plan(
        csv("SKU,Name,Type,GTIN", "TEE-RED-M,Tee,shirt,73513537", "N,New,shirt,4006381333931"), products=book()
    )
    assert told(found) == [(3, "GTIN", "gtin_taken")]


def test_what_leaves_the_sale_leaves_before_its_parts() -> None:
    table = csv("SKU,Status", "CAM,archived", "SET,archived", "BAG,archived")
    order = [one.after.code for one in plan(table, products=book()).planned]
    assert order.index("SET") < order.index("CAM")


def test_a_stock_unit_is_not_changed_by_a_file() -> None:
    found = plan(csv("SKU,Unit", "CAM,BOX"), columns_of(["unit"], SCHEMA), products=book())
    assert told(found) == [(2, "Unit", "unit_in_use")]


def test_categories_are_held_against_their_trees() -> None:
    columns = columns_of(["type", "category.shop", "category.gone"], SCHEMA)
    trees = {"shop": Tree(1, "shop", (Node("tees"),))}
    table = csv("SKU,Type,category.shop,category.gone", "A,shirt,tees,", "B,shirt,tees; hats,", "C,shirt,,x")
    assert told(plan(table, columns, trees=trees)) == [
        (3, "category.shop", "unknown_category"),
        (4, "category.gone", "unknown_tree"),
    ]
    assert plan(table, columns).errors == ()


def test_a_number_that_two_products_had_before_does_not_stop_an_edit() -> None:
    twin = changed(CAMERA, code="TWIN", identifiers=RED.identifiers[:1], relations=())
    assert plan(csv("SKU,Name", "TWIN,New"), products=book(*ALL, twin)).errors == ()


def test_codes_that_look_like_documents_come_back() -> None:
    odd = Product(1, "{A}", "draft", name="x")
    bundle = Product(
        2, "B*2", "draft", bundle=Bundle.of(BundlePart("{A}", 2)), relations=(Relation("goes with", "{A}"),)
    )
    columns = columns_for([odd, bundle], OPEN_SCHEMA)
    found = plan(read_csv(write_csv(export([odd, bundle], columns, OPEN_SCHEMA))), columns, schema=OPEN_SCHEMA)
    assert found.errors == ()
    assert contents(changed(one.after, status="draft") for one in found.planned) == contents([odd, bundle])


def test_a_dry_run_tells_what_would_change() -> None:
    found = plan(csv("SKU,Name,Type,Status", "CAM,Camera II,camera,", "N,New,shirt,active"), products=book())
    assert found.describe(SCHEMA).splitlines() == [
        "change CAM: name: 'Camera' -> 'Camera II'",
        "create N: name = 'New'; type = 'shirt'; unit = 'EA'; activate",
        "2 to write, 0 unchanged, 0 errors",
    ]
    assert [one.path for one in found.differences(SCHEMA)["CAM"]] == ["name"]


def test_an_import_retires_numbers_and_never_forgets_them() -> None:
    (row,) = plan(csv("SKU,GTIN", "TEE-RED-M,73513537"), products=book()).planned
    assert (row.after.identifiers[0].text, row.after.identifiers[0].retired) == ("4006381333931", True)
    assert [one.text for one in row.after.live_identifiers] == ["14006381333938", "T-100 R", "73513537"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-5", "@SUM(A1)", "\tx", "\rx", "\nx", "\uff1d1", "'=x", "''", "'-", "-"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_guarded_and_comes_back(text: str) -> None:
    assert guarded(text)[0] == "'"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "x", "'tis", "a=b", "5-3", "'"])
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text == unguarded(text)


def test_no_file_that_is_written_holds_a_formula() -> None:
    evil = Product(1, "EVIL", name='=cmd|"/c calc"!A1')
    columns = columns_for([evil], OPEN_SCHEMA)
    table = export([evil], columns, OPEN_SCHEMA)
    assert b"\n'=cmd" in write_csv(table).replace(b",\"'", b"\n'")
    sheet = openpyxl.load_workbook(BytesIO(write_xlsx(("P", table)))).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert plan(read_csv(write_csv(table)), columns, schema=OPEN_SCHEMA).planned[0].after.name == evil.name


def test_an_export_that_would_lose_something_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        export([RED], columns_of(["name"], SCHEMA), SCHEMA)
    assert error.value.code == "uncovered_paths"
    assert "attribute.color" in error.value.facts["paths"]  # type: ignore[operator]


def test_a_byte_order_mark_is_written_and_passed_over() -> None:
    data = write_csv(Table(("商品编码",)))
    assert data.startswith(b"\xef\xbb\xbf")
    assert read_csv(data).header == ("商品编码",)
    assert read_csv("商品编码\r\n".encode("gb18030"), encoding="gb18030").header == ("商品编码",)


def test_the_delimiter_is_found_only_when_that_is_asked_for() -> None:
    data = b"SKU;Name\nA;x\n"
    assert read_csv(data).header == ("SKU;Name",)
    assert read_csv(data, delimiter=FIND).header == ("SKU", "Name")


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (lambda: read_csv("商品".encode("gb18030")), "bad_encoding"),
        (lambda: read_csv(b'SKU\n"open'), "bad_csv"),
        (lambda: read_csv(b'SKU\n"a"b'), "bad_csv"),
        (lambda: read_csv(b""), "no_header"),
        (lambda: read_csv(b",,\n"), "no_header"),
        (lambda: read_csv(b",".join(b"c%d" % n for n in range(2001))), "too_many_columns"),
        (lambda: read_json(b"{}"), "not_an_array"),
        (lambda: read_json(b"[1]"), "not_an_object"),
        (lambda: read_json(b"[]"), "no_header"),
        (lambda: read_json(b"["), "bad_json"),
        (lambda: read_json(b"[" * 100_000), "bad_json"),
        (lambda: read_json(b"\xff"), "bad_json"),
        (lambda: read_xlsx(b"no workbook"), "bad_xlsx"),
        (lambda: read_xlsx(write_xlsx(("A", Table(("SKU",)))), sheet="B"), "unknown_sheet"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(read: Callable[[], Table], code: str) -> None:
    with pytest.raises(PayloadError) as error:
        read()
    assert error.value.code == code


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: read_csv(b"", encoding="latin-1"), "unknown_encoding"),
        (lambda: write_csv(Table(("A",)), encoding="latin-1"), "unknown_encoding"),
        (lambda: read_csv(b"", delimiter="x"), "unknown_delimiter"),
        (lambda: write_csv(Table(("A" * 32_768,))), "cell_too_long"),
        (write_xlsx, "no_sheet"),
        (lambda: Column("nonsense", ("x",)), "bad_column"),
        (lambda: Column("name", ()), "bad_column"),
        (lambda: Columns((Column("name", ("a",)), Column("type", ("A",)))), "bad_column"),
        (lambda: Columns((Column("name", ("a",)), Column("name", ("b",)))), "bad_column"),
        (lambda: column("name", SCHEMA, "fr"), "unknown_language"),
    ],
)
def test_a_wrong_call_is_refused(call: Callable[[], object], code: str) -> None:
    with pytest.raises(UsageError) as error:
        call()
    assert error.value.code == code


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omskit.catalog.exchange.tables.MAX_BYTES", 10)
    monkeypatch.setattr("omskit.catalog.exchange.tables.MAX_ROWS", 1)
    with pytest.raises(PayloadError) as error:
        read_csv(b"SKU,NAME,TYPE")
    assert error.value.code == "file_too_large"
    with pytest.raises(PayloadError) as error:
        read_csv(b"A\n1\n2\n")
    assert error.value.code == "too_many_rows"


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omskit.catalog.exchange.sheets.MAX_UNPACKED", 100)
    with pytest.raises(PayloadError) as error:
        read_xlsx(write_xlsx(("A", Table(("SKU",)))))
    assert error.value.code == "file_too_large"


def test_a_workbook_with_a_broken_sheet_is_refused_as_a_whole() -> None:
    whole = write_xlsx(("A", Table(("SKU",), (Row(2, ("A",)),))))
    with ZipFile(BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    broken = BytesIO()
    with ZipFile(broken, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    with pytest.raises(PayloadError) as error:
        read_xlsx(broken.getvalue())
    assert error.value.code == "bad_xlsx"


def test_cells_of_a_workbook_are_taken_as_people_see_them() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["SKU", "n", "f", "d", "t", "b", "e"])
    sheet.append(["A", 6.937526503957e12, 0.45, date(2026, 3, 1), datetime(2026, 3, 1, 9, 30), True, None])  # noqa: DTZ001
    written = BytesIO()
    workbook.save(written)
    (row,) = read_xlsx(written.getvalue()).rows
    assert row.cells[:6] == ("A", "6937526503957", "0.45", "2026-03-01", "2026-03-01T09:30:00", "true")


def test_a_formula_in_a_workbook_is_an_error_of_its_cell() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["SKU", "Name", "Type"])
    sheet.append(["A", "=HYPERLINK(1)", "shirt"])
    sheet.append(["B", "fine", "shirt"])
    written = BytesIO()
    workbook.save(written)
    found = plan(read_xlsx(written.getvalue()))
    assert told(found) == [(2, "Name", "formula_cell")]
    assert [one.after.code for one in found.planned] == ["B"]


def test_json_numbers_are_taken_as_they_are_written() -> None:
    table = read_json(b'[{"SKU": "A", "n": 12.50, "i": 6937526503957, "b": false, "l": ["x", "y"], "z": null}]')
    assert table.rows[0].cells == ("A", "12.50", "6937526503957", "false", "x; y", "")


@pytest.mark.parametrize(
    "said",
    [
        '[{"SKU": "A", "Name": {"en": "x"}}]',
        '[{"SKU": "A", "Name": "x", "Name": "y"}]',
        '[{"SKU": "A", "Name": [1]}]',
    ],
)
def test_what_is_no_cell_of_json_is_an_error_of_its_cell(said: str) -> None:
    assert told(plan(read_json(said.encode()))) == [(2, "Name", "not_a_cell"), (2, "", "unknown_type")]


def test_a_template_has_the_header_and_a_guide_says_what_each_column_takes() -> None:
    columns = standard_columns(SCHEMA, locales=("en", "zh"), language="zh")
    assert template(columns).header[:3] == ("商品编码", "状态", "商品名称")
    assert template(columns).rows == ()
    rows = {row.cells[1]: row.cells for row in guide(columns, SCHEMA).rows}
    assert rows["attribute.color"] == ("颜色", "attribute.color", "option", "red, blue", "")
    assert rows["attribute.net"] == ("净重", "attribute.net", "number", "g, mg, kg, t, oz, lb; 1..", "camera@all")
    assert rows["attribute.title[zh]"][4] == "all@tmall"
    assert (
        read_xlsx(write_xlsx(("Products", template(columns)), ("Guide", guide(columns, SCHEMA)))).header[0]
        == "商品编码"
    )


def test_a_workbook_to_fill_offers_what_may_be_chosen() -> None:
    data = write_template(columns_of(["attribute.color", "attribute.organic"], SCHEMA), SCHEMA, rows=50)
    workbook = openpyxl.load_workbook(BytesIO(data))
    offered = {str(one.sqref): one.formula1 for one in workbook["Products"].data_validations.dataValidation}
    assert offered == {
        "B2:B51": "Lists!$B$2:$B$5",
        "C2:C51": "Lists!$C$2:$C$3",
        "D2:D51": "Lists!$D$2:$D$3",
    }
    assert [cell.value for cell in workbook["Lists"]["C"]][:3] == ["Color", "red", "blue"]
    assert read_xlsx(data).header == ("SKU", "Status", "Color", "attribute.organic")
    assert read_xlsx(data, sheet="Guide").rows[2].cells[:4] == ("Color", "attribute.color", "option", "red, blue")


def test_a_bare_number_is_taken_in_the_unit_of_its_column() -> None:
    columns = Columns(
        (
            Column("code", ("SKU",)),
            Column("type", ("Type",)),
            Column("attribute.net", ("Net (g)",), unit="g"),
            Column("attribute.rrp", ("RRP (EUR)",), unit="EUR"),
        )
    )
    (row,) = plan(csv("SKU,Type,Net (g),RRP (EUR)", "A,camera,450,19.90"), columns).planned
    values = {one.place.code: one.value for one in row.after.attributes}
    assert (values["net"].text, values["net"].unit) == ("450", "GRM")
    assert values["rrp"].money.amount_minor == 1990
    (row,) = plan(csv("SKU,Type,Net (g)", "A,camera,0.45 kg"), columns).planned
    assert row.after.attributes[0].value.unit == "KGM"


def test_two_attributes_with_one_label_keep_their_columns_apart() -> None:
    schema = changed(
        SCHEMA,
        definitions=(*SCHEMA.definitions[:2], changed(SCHEMA.definitions[1], code="shade")),
        types=(),
        requirements=(),
    )
    columns = columns_of(["attribute.color", "attribute.shade"], schema)
    assert [one.names[0] for one in columns.columns[2:]] == ["Color", "attribute.shade"]


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("handling.length_mm", "5", "bad_dimensions"),
        ("handling.un_number", "12", "bad_hazmat"),
        ("handling.temperature", "cold", "bad_temperature"),
        ("handling.limited_quantity", "maybe", "bad_flag"),
        ("handling.shelf_life_days", "long", "bad_whole"),
        ("customs.hs_code", "12", "bad_customs"),
        ("customs.origin", "Germany", "bad_customs"),
        ("customs.declared", "12", "bad_currency"),
        ("customs.declared", "12.345 EUR", "bad_amount"),
        ("customs.declared", "12.34 XXX", "unknown_currency"),
        ("pack.CS", "many", "bad_pack"),
        ("pack.CS", "12 BOX", "unknown_pack"),
        ("pack.CS.size_mm", "big", "bad_pack"),
        ("bundle", "A*0", "bad_bundle"),
        ("bundle", "A@x", "bad_bundle"),
        ("bundle", "{", "bad_document"),
        ("bundle", '{"groups": 5}', "bad_document"),
        ("bundle", '{"groups": [{"name": "", "parts": []}]}', "bad_document"),
        ("relation.substitute", '{"items": [{"kind": "successor", "code": "B"}]}', "bad_relation"),
        ("attribute.launch", "01.03.2026", "bad_day"),
        ("attribute.organic", "perhaps", "bad_flag"),
        ("attribute.rrp", "19,99 EUR", "bad_amount"),
        ("attribute.net", "5", "unknown_unit"),
        ("attribute.tags", "eco; odd", "unknown_option"),
        ("attribute.photos", "a b.jpg", "bad_file"),
    ],
)
def test_a_text_that_does_not_fit_its_field_is_told(path: str, text: str, code: str) -> None:
    _, problems = assemble("X", {path: text}, SCHEMA)
    assert [one.code for one in problems][:1] == [code]
    assert problems[0].path.startswith(path.rsplit("_", 1)[0].rsplit(".size", 1)[0])


@pytest.mark.parametrize("product", ALL, ids=lambda one: one.code)
def test_a_product_is_what_its_paths_and_texts_say(product: Product) -> None:
    found, problems = assemble(product.code, flatten(product, SCHEMA), SCHEMA)
    assert problems == ()
    assert edit_between(found, product).is_empty


def test_days_to_remain_without_a_shelf_life_are_told() -> None:
    _, (problem,) = assemble("X", {"handling.remaining_days": "5"}, SCHEMA)
    assert (problem.path, problem.code) == ("handling.shelf_life_days", "bad_shelf_life")


def test_a_cell_of_blanks_is_an_empty_cell() -> None:
    table = Table(("SKU", "Name"), (Row(2, ("CAM", "  ")),))
    assert plan(table, products=book()).unchanged == ("CAM",)


def test_numbers_and_prices_keep_their_digits() -> None:
    found, _ = assemble("X", {"attribute.net": "0.450 kg", "attribute.rrp": "19.90 EUR"}, SCHEMA)
    values = {one.place.code: one.value for one in found.attributes}
    assert values["net"].number == Decimal("0.45")
    assert values["rrp"].money.amount_minor == 1990


def test_json_that_is_written_is_an_array_of_objects() -> None:
    columns = columns_of(["name"], OPEN_SCHEMA)
    said = json.loads(
        write_json(export([Product(1, "X", name="A")], Columns(columns.columns, ("unit",)), OPEN_SCHEMA))
    )
    assert said == [{"SKU": "X", "Name": "A"}]


def test_the_extra_is_loaded_only_when_a_workbook_is_read_or_written() -> None:
    code = "import sys, omskit.catalog; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match="omskit\\[xlsx\\]"):
        read_xlsx(b"")
    with pytest.raises(OmsError):
        write_xlsx(("A", Table(("SKU",))))
    assert Identifier.read("mpn", " A ").value == "A"
    assert SET.bundle is not None
