"""Mutants of what keeps the catalog safe: each one is caught by a promise that the real code keeps."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve as changed
from goods import FAMILY, RED, SCHEMA, book

from omskit.catalog import (
    Advance,
    Bundle,
    BundlePart,
    Gtin,
    Product,
    columns_for,
    columns_of,
    decide,
    edit_between,
    explode,
    export,
    find_cycle,
    gs1_numbers,
    plan_import,
    read_csv,
    write_csv,
)
from omskit.catalog.explosion import Article
from omskit.core import PayloadError, Refused

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def catches_single_errors() -> bool:
    def known(digits: str) -> bool:
        try:
            return bool(Gtin.read(digits).key)
        except PayloadError:
            return False

    digits = "4006381333931"
    return not any(
        known(digits[:at] + wrong + digits[at + 1 :])
        for at in range(13)
        for wrong in "0123456789"
        if wrong != digits[at]
    )


def catches_swaps() -> bool:
    return gs1_numbers.gs1_check_digit("400638133393") != gs1_numbers.gs1_check_digit("040638133393")


def writes_no_formula() -> bool:
    evil = Product(1, "EVIL", "draft", name="=1+1", type="shirt")
    columns = columns_of(["name", "type", "unit"], SCHEMA)
    return b",=1" not in write_csv(export([evil], columns, SCHEMA))


def comes_back() -> bool:
    evil = Product(1, "EVIL", "draft", name="'=1+1", type="shirt")
    columns = columns_for([evil], SCHEMA)
    plan = plan_import(read_csv(write_csv(export([evil], columns, SCHEMA))), columns, schema=SCHEMA)
    return plan.planned[0].after.name == evil.name


def takes_no_row_that_depends_on_a_bad_one() -> bool:
    columns = columns_of(["type", "bundle", "attribute.color"], SCHEMA)
    table = read_csv(b"SKU,Type,Color,Bundle\nP,shirt,green,\nB,shirt,,P*2\n")
    return plan_import(table, columns, schema=SCHEMA).planned == ()


def plans_no_sale_of_what_is_incomplete() -> bool:
    columns = columns_of(["name", "type"], SCHEMA)
    return plan_import(read_csv(b"SKU,Type,Status\nP,shirt,active\n"), columns, schema=SCHEMA).planned == ()


def sells_no_gtin_twice() -> bool:
    twin = changed(RED, code="TWIN", status="draft", options=(("color", "blue"), ("size", "M")))
    try:
        decide(twin, Advance("activate"), at=AT, schema=SCHEMA, others=book(RED, FAMILY))
    except Refused:
        return True
    return False


def forgets_no_number() -> bool:
    after = edit_between(RED, changed(RED, identifiers=())).apply(RED)
    return len(after.identifiers) == len(RED.identifiers)


def refuses_cycles() -> bool:
    book = {"X": Article(bundle=Bundle.of(BundlePart("Y"))), "Y": Article(bundle=Bundle.of(BundlePart("X")))}
    try:
        explode("X", book)
    except Refused as error:
        return error.code == "bundle_cycle" and bool(
            find_cycle("X", {code: one.bundle for code, one in book.items()})
        )
    return False


@pytest.mark.parametrize(
    ("promise", "target", "mutant"),
    [
        (catches_single_errors, "gs1_numbers.gs1_check_digit", lambda body: str(-(2 * sum(map(int, body))) % 10)),
        (catches_swaps, "gs1_numbers.gs1_check_digit", lambda body: str(-sum(map(int, body)) % 10)),
        (writes_no_formula, "exchange.delimited.guarded", lambda text: text),
        (comes_back, "exchange.delimited.guarded", lambda text: f"'{text}" if text[:1] == "=" else text),
        (takes_no_row_that_depends_on_a_bad_one, "exchange.checking._names", lambda *_: None),
        (plans_no_sale_of_what_is_incomplete, "exchange.checking._for_sale", lambda *_: False),
        (sells_no_gtin_twice, "products.decide._no_clash", lambda *_: None),
        (forgets_no_number, "products.edits._replaced", lambda *given: given[1]),
        (refuses_cycles, "bundles._parts_of", lambda *_: []),
    ],
    ids=lambda one: one.__name__ if callable(one) else str(one),
)
def test_a_mutant_breaks_the_promise_that_the_real_code_keeps(
    promise: Callable[[], bool], target: str, mutant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert promise()
    monkeypatch.setattr(f"omskit.catalog.{target}", mutant)
    assert not promise()
