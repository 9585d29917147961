"""Repairs: databases that were damaged by hand are planned for, mended by the plan, and sound afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shop import AT, Clock, order, payload, shop
from sqlalchemy import and_, delete, insert, select, update

from omskit.core import Cell, Claim, Refused, Repaired, Stored
from omskit.engine import KINDS, Oms, RepairPlan
from omskit.orders import ORDERS
from omskit.storage import MemoryStorage, Storage
from omskit.storage.sql import SqlStorage, open_engine


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    url = f"sqlite:///{tmp_path}/shop.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    storage = SqlStorage(engine, KINDS)
    storage.create()
    yield storage
    engine.dispose()


def opened(storage: Storage) -> Oms:
    """Return a shop with two orders at work, one of them of two pieces, and one return."""
    oms = shop(storage, Clock())
    oms.stock.receive("BER", {"A": 9, "B": 5}, actor="amy")
    oms.receive("web", payload(order("1", ("A", 2)), order("2", ("A", 1), ("B", 1), buyer="b2")))
    oms.run()
    assert oms.verify().is_sound
    return oms


def by_hand(storage: SqlStorage, *statements: Any) -> None:
    """Write past everything, as somebody with a console would."""
    with storage.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def of_cell(table: Any, sku: str) -> Any:
    return and_(table.c.sku == sku, table.c.warehouse == "BER")


def document(storage: SqlStorage, tag: str, old: str, new: str, number: int = 0) -> None:
    """Replace a part of the stored document of the n-th aggregate of a kind."""
    main = storage.tables.kinds[tag].main
    with storage.engine.begin() as connection:
        key, text = connection.execute(select(main.c.key, main.c.document).order_by(main.c.key)).all()[number]
        assert old in text
        connection.execute(update(main).where(main.c.key == key).values(document=text.replace(old, new)))


def repaired(oms: Oms) -> RepairPlan:
    """Repair, and hold that everything is sound and nothing is left to do."""
    plan = oms.plan_repairs()
    assert oms.repair(plan, actor="amy") == len(plan.balances) + len(plan.states) > 0
    assert oms.verify().drift == ()
    assert oms.plan_repairs().is_empty
    return plan


def test_nothing_is_planned_and_nothing_written_when_all_is_sound(storage: SqlStorage) -> None:
    oms = opened(storage)
    plan = oms.plan_repairs()
    assert (plan.is_empty, plan.left, list(plan.lines())) == (True, (), [])
    assert oms.repair(plan, actor="amy") == 0


def test_a_level_becomes_what_its_movements_come_to(storage: SqlStorage) -> None:
    oms = opened(storage)
    levels = storage.tables.levels
    by_hand(storage, update(levels).where(of_cell(levels, "A")).values(on_hand=11, reserved=1))
    plan = repaired(oms)
    assert list(plan.lines()) == [
        "on_hand A@BER: 11 -> 9, as its movements come to",
        "reserved A@BER: 1 -> 3, as its movements come to",
    ]


def test_a_level_that_was_deleted_is_there_again(storage: SqlStorage) -> None:
    oms = opened(storage)
    levels = storage.tables.levels
    by_hand(storage, delete(levels).where(of_cell(levels, "B")))
    repaired(oms)
    assert oms.stock.levels(["B"])[Cell("B", "BER")].on_hand == 5


def test_a_level_that_no_movement_made_becomes_empty(storage: SqlStorage) -> None:
    oms = opened(storage)
    by_hand(storage, insert(storage.tables.levels).values(sku="C", warehouse="BER", on_hand=3, reserved=1))
    repaired(oms)
    assert oms.stock.levels(["C"])[Cell("C", "BER")].available == 0


@pytest.mark.parametrize("quantity", [0, 1, 5])
def test_a_reservation_becomes_what_its_movements_come_to(storage: SqlStorage, quantity: int) -> None:
    oms = opened(storage)
    held = storage.tables.reservations
    by_hand(storage, update(held).where(held.c.order == 1, held.c.sku == "A").values(quantity=quantity))
    assert [one.balance.claim for one in repaired(oms).balances] == [Claim(1, 1)]


def test_reservations_that_were_deleted_or_made_up_are_mended(storage: SqlStorage) -> None:
    oms = opened(storage)
    held = storage.tables.reservations
    made_up = {"order": 99, "line": 1, "sku": "A", "warehouse": "BER", "quantity": 4}
    by_hand(storage, delete(held).where(held.c.order == 1), insert(held).values(made_up))
    assert len(repaired(oms).balances) == 2


def test_who_mended_a_balance_stands_in_the_ledger_and_moves_nothing(storage: SqlStorage) -> None:
    oms = opened(storage)
    levels = storage.tables.levels
    by_hand(storage, update(levels).where(of_cell(levels, "A")).values(on_hand=11))
    plan = repaired(oms)
    last = oms.stock.movements("A", "BER")[0]
    assert (last.kind, last.actor, last.document, last.reason) == ("repaired", "amy", plan.id, "on_hand 11 -> 9")
    assert (last.on_hand, last.reserved, last.quantity) == (0, 0, 2)


def test_a_state_becomes_what_its_history_says_and_its_history_says_so(storage: SqlStorage) -> None:
    oms = opened(storage)
    before = oms.order("SO-1-3")
    document(storage, "order", '"customer":"b1"' if '"customer"' in ORDERS.state.dump(before) else '"b1"', '"b9"')
    plan = oms.plan_repairs()
    (state,) = plan.states
    assert (state.kind, state.key, [(found, written) for _, found, written in state.changes]) == (
        "order",
        1,
        [('"b9"', '"b1"')],
    )
    repaired(oms)
    assert oms.order("SO-1-3") == before
    last = oms.history("SO-1-3")[-1]
    assert (last.actor, last.cause, last.event) == ("amy", "repair", Repaired(plan.id, state.changes))
    assert f"repaired by {plan.id}: " in oms.explain("SO-1-3")


def test_what_follows_from_a_wrong_state_is_not_left_to_people(storage: SqlStorage) -> None:
    """An order that counts one piece as open no longer adds up with the book, until its state is written anew."""
    oms = opened(storage)
    document(storage, "order", '"reserved":2', '"open":1,"reserved":1')
    found = {one.subject for one in oms.verify().drift}
    assert {"order SO-1-3 is not what its history says", "order SO-1-3 line 1 reserved"} <= found
    plan = repaired(oms)
    assert (len(plan.states), plan.left) == (1, ())


def test_a_document_that_cannot_be_read_is_found_and_written_anew(storage: SqlStorage) -> None:
    oms = opened(storage)
    before = oms.order("SO-1-3")
    document(storage, "order", '"lines":', '"limes":')
    assert [one.subject for one in oms.verify().drift] == ["order SO-1-3 cannot be read"]
    plan = repaired(oms)
    assert [(one.found, one.changes[0][:2]) for one in plan.states] == [("", ("document", '"cannot be read"'))]
    assert oms.order("SO-1-3") == before


def test_fulfillment_orders_are_repaired_as_orders_are(storage: SqlStorage) -> None:
    oms = opened(storage)
    document(storage, "fulfillment", '"BER"', '"PAR"')
    assert [one.kind for one in repaired(oms).states] == ["fulfillment"]


def test_a_history_that_is_not_whole_is_left_with_the_reason(storage: SqlStorage) -> None:
    oms = opened(storage)
    entries = storage.tables.entries
    second = and_(entries.c.kind == "order", entries.c.stream == 1, entries.c.sequence == 2)
    by_hand(storage, delete(entries).where(second))
    plan = oms.plan_repairs()
    assert (plan.is_empty, [(one.drift.subject, one.reason) for one in plan.left]) == (
        True,
        [
            (
                "order SO-1-3 entries",
                "its history does not have as many entries as it counts, so it cannot be told from it",
            )
        ],
    )


def test_a_history_that_cannot_be_read_is_left(storage: SqlStorage) -> None:
    oms = opened(storage)
    entries = storage.tables.entries
    spoiled = update(entries).where(entries.c.kind == "order", entries.c.stream == 1, entries.c.sequence == 2)
    by_hand(storage, spoiled.values(body="{"))
    (left,) = oms.plan_repairs().left
    assert left.drift.subject == "order SO-1-3 has a history that cannot be read"
    assert left.reason == "nothing whole is there to write it from"


def test_a_version_that_is_not_the_length_of_the_history_is_left(storage: SqlStorage) -> None:
    oms = opened(storage)
    main = storage.tables.kinds["order"].main
    by_hand(storage, update(main).where(main.c.key == 1).values(version=9))
    assert [one.drift.subject for one in oms.plan_repairs().left] == ["order SO-1-3 entries"]


def test_movements_that_come_to_less_than_nothing_are_left(storage: SqlStorage) -> None:
    oms = opened(storage)
    moved = storage.tables.movements
    by_hand(storage, delete(moved).where(moved.c.kind == "received", moved.c.sku == "B"))
    plan = oms.plan_repairs()
    assert (plan.is_empty, [(one.drift.subject, one.reason) for one in plan.left]) == (
        True,
        [("on_hand B@BER", "its movements come to what no balance can be")],
    )


def test_two_records_that_contradict_each_other_are_left(storage: SqlStorage) -> None:
    """Movements of a reservation were deleted: level and reservation follow them, the order says otherwise."""
    oms = opened(storage)
    moved = storage.tables.movements
    by_hand(storage, delete(moved).where(moved.c.kind == "reserved", moved.c.sku == "B"))
    plan = oms.plan_repairs()
    assert [str(one.balance) for one in plan.balances] == ["reserved B@BER", "reservation 2/2 B@BER"]
    assert [(one.drift.subject, one.drift.found, one.drift.expected) for one in plan.left] == [
        ("reservation SO-2-1/2 B@BER", 0, 1)
    ]
    oms.repair(plan, actor="amy")
    assert oms.verify().drift == tuple(one.drift for one in plan.left)


def test_much_at_once_is_repaired_in_one_unit(storage: SqlStorage) -> None:
    oms = opened(storage)
    levels, held = storage.tables.levels, storage.tables.reservations
    by_hand(storage, update(levels).values(on_hand=50), delete(held))
    document(storage, "order", '"b1"', '"b8"')
    document(storage, "order", '"b2"', '"b7"', 1)
    document(storage, "fulfillment", '"BER"', '"PAR"')
    plan = repaired(oms)
    assert (len(plan.balances), len(plan.states), plan.left) == (5, 3, ())


def test_the_same_plan_again_does_nothing_and_says_the_same(storage: SqlStorage) -> None:
    oms = opened(storage)
    levels = storage.tables.levels
    by_hand(storage, update(levels).where(of_cell(levels, "A")).values(on_hand=11))
    document(storage, "order", '"b1"', '"b9"')
    plan = oms.plan_repairs()
    assert [oms.repair(plan, actor="amy"), oms.repair(plan, actor="bob")] == [2, 2]
    assert len([one for one in oms.stock.movements("A", "BER") if one.kind == "repaired"]) == 1
    assert len([one for one in oms.history("SO-1-3") if isinstance(one.event, Repaired)]) == 1


def test_the_same_damage_later_is_another_plan(storage: SqlStorage) -> None:
    clock = Clock()
    opened(storage)
    oms, levels = shop(storage, clock), storage.tables.levels
    for _ in range(2):
        by_hand(storage, update(levels).where(of_cell(levels, "A")).values(on_hand=11))
        repaired(oms)
        clock.forward(days=1)
    assert len({one.document for one in oms.stock.movements("A", "BER") if one.kind == "repaired"}) == 2


def test_a_plan_is_refused_when_the_book_has_moved_since(storage: SqlStorage) -> None:
    oms = opened(storage)
    levels = storage.tables.levels
    by_hand(storage, update(levels).where(of_cell(levels, "A")).values(on_hand=11))
    document(storage, "order", '"b1"', '"b9"')
    plan = oms.plan_repairs()
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    with pytest.raises(Refused) as caught:
        oms.repair(plan, actor="amy")
    assert (caught.value.code, caught.value.facts["subjects"]) == ("drift_changed", ("on_hand A@BER",))
    assert len(oms.verify().drift) == 2
    repaired(oms)


def test_a_plan_is_refused_when_a_state_has_changed_since(storage: SqlStorage) -> None:
    oms = opened(storage)
    document(storage, "order", '"b1"', '"b9"')
    plan = oms.plan_repairs()
    document(storage, "order", '"b9"', '"b5"')
    with pytest.raises(Refused) as caught:
        oms.repair(plan, actor="amy")
    assert caught.value.facts["subjects"] == ("order SO-1-3",)
    repaired(oms)


def test_a_plan_is_kept_as_text_and_carried_out_as_it_was(storage: SqlStorage) -> None:
    oms = opened(storage)
    levels = storage.tables.levels
    by_hand(storage, update(levels).where(of_cell(levels, "A")).values(on_hand=11))
    document(storage, "order", '"b1"', '"b9"')
    plan = oms.plan_repairs()
    again = RepairPlan.load(plan.dump())
    assert (again, again.id) == (plan, plan.id)
    assert oms.repair(again, actor="amy") == 2
    assert oms.verify().is_sound


def test_a_plan_in_a_transaction_of_the_host_is_kept_with_it(storage: SqlStorage) -> None:
    oms = opened(storage)
    levels = storage.tables.levels
    by_hand(storage, update(levels).where(of_cell(levels, "A")).values(on_hand=11))
    plan = oms.plan_repairs()
    with storage.engine.connect() as connection:
        with oms.joined(connection) as joined:
            assert joined.repair(plan, actor="amy") == 1
        connection.rollback()
    assert not oms.verify().is_sound
    assert oms.repair(plan, actor="amy") == 1


def test_a_repaired_system_goes_on(storage: SqlStorage) -> None:
    oms = opened(storage)
    by_hand(storage, delete(storage.tables.reservations))
    document(storage, "order", '"b1"', '"b9"')
    repaired(oms)
    oms.cancel("SO-1-3", actor="amy")
    oms.receive("web", payload(order("3", ("A", 1), buyer="b3")))
    oms.run()
    assert oms.verify().is_sound


def test_the_storage_in_memory_is_repaired_too() -> None:
    storage = MemoryStorage()
    oms = opened(storage)
    storage._data.levels[Cell("A", "BER")] = type(oms.stock.levels(["A"])[Cell("A", "BER")])(20, 3)
    first = storage._data.states["order"][1]
    storage._data.states["order"][1] = Stored(storage._data.states["order"][2].state, first.version)
    plan = repaired(oms)
    assert (len(plan.balances), len(plan.states)) == (1, 1)
    assert oms.order("SO-1-3") == first.state


def test_the_time_of_a_plan_is_that_of_the_clock() -> None:
    assert opened(MemoryStorage()).plan_repairs().at == AT
