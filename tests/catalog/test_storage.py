"""Products, listings and trees in the storages: unique where they say so, found by their numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve as changed
from goods import ALL, RED

from omskit.catalog import (
    LISTINGS,
    PRODUCTS,
    TREES,
    Created,
    Edit,
    Identifier,
    Listed,
    Listing,
    Node,
    Planted,
    Product,
    Revised,
    Tree,
    evolve,
)
from omskit.core import Change, Duplicate, Entry
from omskit.storage import MemoryStorage, Op, Storage, Where
from omskit.storage.sql import SqlStorage, open_engine

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
KINDS = (PRODUCTS, LISTINGS, TREES)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "memory":
        yield MemoryStorage()
        return
    url = f"sqlite:///{tmp_path}/catalog.db"
    engine = open_engine(url if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    sql = SqlStorage(engine, KINDS)
    sql.create()
    yield sql
    engine.dispose()


def new(key: int, state: Any, event: Any) -> Change[Any]:
    return Change(key, 0, state, (Entry(key, 1, AT, "amy", "test", event),))


def save(storage: Storage, *products: Product) -> None:
    with storage.begin() as unit:
        unit.of(PRODUCTS).save([new(one.key, one, Created(one)) for one in products])


def test_a_product_comes_back_as_it_was_saved(storage: Storage) -> None:
    save(storage, *ALL)
    with storage.begin() as unit:
        found = unit.of(PRODUCTS).load([one.key for one in ALL])
    assert [found[one.key].state for one in ALL] == list(ALL)


def test_products_are_found_by_code_and_family(storage: Storage) -> None:
    save(storage, *ALL)
    with storage.begin() as unit:
        assert unit.of(PRODUCTS).find(Where("code", Op.EQ, "CAM"), limit=10) == [3]
        assert unit.of(PRODUCTS).find(Where("family", Op.EQ, "TEE"), limit=10) == [2]


@pytest.mark.parametrize(
    "twin",
    [
        changed(RED, key=9, options=(("color", "blue"), ("size", "M"))),
        changed(RED, key=9, code="OTHER"),
        changed(RED, key=9, code="OTHER", family="", options=(), claim="04006381333931"),
    ],
    ids=["code", "variant", "claimed gtin"],
)
def test_what_is_unique_is_kept_unique_by_the_storage(storage: Storage, twin: Product) -> None:
    save(storage, changed(RED, claim="04006381333931"))
    with pytest.raises(Duplicate):
        save(storage, twin)


def test_many_products_without_family_and_claim_stand_side_by_side(storage: Storage) -> None:
    save(storage, Product(11, "A"), Product(12, "B"), Product(13, "C"))
    with storage.begin() as unit:
        assert len(unit.of(PRODUCTS).load([11, 12, 13])) == 3


def test_a_number_that_is_retired_stays_with_its_product(storage: Storage) -> None:
    save(storage, RED)
    event = Revised(Edit(identifiers=(Identifier.read("gtin", "73513537"),)))
    after = evolve(RED, event)
    with storage.begin() as unit:
        unit.of(PRODUCTS).load([RED.key])
        unit.of(PRODUCTS).save([Change(RED.key, 1, after, (Entry(RED.key, 2, AT, "amy", "test", event),))])
    with storage.begin() as unit:
        assert unit.of(PRODUCTS).load([RED.key])[RED.key].state == after
        assert [entry.event for entry in unit.of(PRODUCTS).history([RED.key])[RED.key]] == [Created(RED), event]


def test_an_item_of_a_channel_is_listed_once(storage: Storage) -> None:
    listing = Listing(21, "tmall", "6001", "CAM")
    twin = changed(listing, key=22)
    with storage.begin() as unit:
        unit.of(LISTINGS).save([new(21, listing, Listed(listing))])
    with pytest.raises(Duplicate), storage.begin() as unit:
        unit.of(LISTINGS).save([new(22, twin, Listed(twin))])


def test_a_tree_comes_back_as_it_was_saved(storage: Storage) -> None:
    tree = Tree(31, "shop", (Node("a", "", (("en", "A"),)), Node("b", "a")))
    with storage.begin() as unit:
        unit.of(TREES).save([new(31, tree, Planted(tree))])
    with storage.begin() as unit:
        assert unit.of(TREES).load([31])[31].state == tree
