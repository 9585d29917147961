"""The catalog at work: what items stand for, orders that wait for a listing, and files that are loaded whole."""

from __future__ import annotations

import pytest
from attrs import evolve
from shop import SOURCE, WEB, Clock, back, order, payload, process, shop

from omskit import catalog as c
from omskit import channels
from omskit.catalog import Bundle, BundlePart, Group, Handling, Listing, Pick, Product, Take
from omskit.channels import Channel, Listings, Meaning
from omskit.core import Component, Refused, UsageError
from omskit.engine import Oms
from omskit.orders import Amend, Amended, SetMemo
from omskit.storage import MemoryStorage, Storage

CLOSED = Channel("web", WEB.read, Listings(), returns_to="BER")
SET = Bundle.of(BundlePart("POT", weight=3), BundlePart("MUG", 2, weight=1))
BOX = Bundle((Group("tea", (BundlePart("GREEN"), BundlePart("BLACK")), Take.CHOOSE),))


def opened(storage: Storage, channel: Channel = CLOSED) -> Oms:
    oms = Oms(storage, [channel], process(), clock=Clock(), schema=c.OPEN_SCHEMA)
    bundles = {"SET": SET, "BOX": BOX}
    for code in ("POT", "MUG", "GREEN", "BLACK", "SET", "BOX"):
        bundle = bundles.get(code)
        product = Product(0, code, handling=Handling(weight_g=100), bundle=bundle)
        oms.catalog.product(code, c.Create(product), actor="amy")
    return oms


def test_a_listing_explains_an_item_with_its_bundle_taken_apart_and_its_price_weights(storage: Storage) -> None:
    oms = opened(storage)
    oms.catalog.list_items([Listing(0, "web", "60001", "SET", per=2)], actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("60001", 1)))).placed
    (line,) = oms.order(number).lines
    assert (line.sku, line.item, line.quantity) == ("SET", "", 1)
    assert line.components == (
        Component("POT", per=2, weight_g=100, worth=6),
        Component("MUG", per=4, weight_g=100, worth=1),
    )


def test_a_bundle_that_changes_later_leaves_placed_orders_as_they_were(storage: Storage) -> None:
    oms = opened(storage)
    oms.catalog.list_items([Listing(0, "web", "60001", "SET")], actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("60001", 1)))).placed
    before = oms.order(number).lines
    known = oms.catalog.products(["SET"])["SET"]
    edit = c.edit_between(known, evolve(known, bundle=Bundle.of(BundlePart("POT"))))
    oms.catalog.product("SET", c.Revise(edit), actor="amy")
    assert oms.order(number).lines == before
    (later,) = oms.receive("web", payload(order("2", ("60001", 1)))).placed
    assert [part.sku for part in oms.order(later).lines[0].components] == ["POT"]


def test_a_line_of_a_bundle_refunds_one_component_by_its_weight_to_the_cent(storage: Storage) -> None:
    oms = opened(storage)
    oms.catalog.list_items([Listing(0, "web", "60001", "SET")], actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("60001", 1)))).placed
    (line,) = oms.order(number).lines
    assert line.paid_minor == 100
    assert [line.due_for({sku: 1}) for sku in ("POT", "MUG")] == [75, 13]
    assert [line.due_for({"MUG": pieces}) for pieces in (1, 2)] == [13, 25]
    with pytest.raises(UsageError) as error:
        line.due_for({"TEA": 1})
    assert error.value.code == "unknown_piece"


def test_an_order_waits_for_its_listing_and_goes_on_with_the_right_components(storage: Storage) -> None:
    oms = opened(storage)
    oms.stock.receive("BER", {"SET": 5, "POT": 5, "MUG": 5}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("60001", 1)))).placed
    assert [hold.code for hold in oms.order(number).holds] == ["unmapped_item"]
    assert oms.order(number).lines[0].item == "60001"
    assert oms.items.explain("web").waiting == 1
    oms.catalog.list_items([Listing(0, "web", "60001", "SET")], actor="amy")
    assert oms.items.explain("web").released == (number,)
    (line,) = oms.order(number).lines
    assert (line.sku, line.item, [part.sku for part in line.components]) == ("SET", "", ["POT", "MUG"])
    assert oms.run().moved["review"] == 1
    assert oms.items.explain("web") == oms.items.explain("web")
    assert oms.items.explain("web").released == ()
    assert oms.verify().is_sound


def test_an_item_that_turns_out_to_be_a_charge_lets_its_order_go_on(storage: Storage) -> None:
    oms = opened(storage)
    oms.catalog.list_items([Listing(0, "web", "60001", "POT")], actor="amy")
    said = payload(order("1", ("60001", 2), ("FEE", 3)), order("2", ("FEE", 1)))
    number, only = oms.receive("web", said).placed
    assert oms.items.explain("web").released == ()
    fee = Channel("web", WEB.read, Listings({"FEE": channels.Listing("packing", meaning=Meaning.CHARGE)}))
    later = Oms(storage, [fee], process(), clock=Clock(), schema=c.OPEN_SCHEMA)
    told = later.items.explain("web")
    assert (told.released, told.waiting) == ((number,), 1)
    found = later.order(number)
    assert [(one.code, one.amount_minor) for one in found.charges] == [("packing", 300)]
    assert [(line.open, line.cancelled, line.paid_minor) for line in found.lines] == [(2, 0, 200), (0, 3, 0)]
    assert (found.total_minor, found.is_held) == (500, False)
    assert later.order(only).is_held
    assert later.receive("web", payload(order("1", ("60001", 2), ("FEE", 3), changed=1))).placed == ()
    assert later.order(number).total_minor == 500
    assert later.verify().is_sound


def test_what_people_changed_while_an_order_waited_stays_changed(storage: Storage) -> None:
    oms = opened(storage)
    (number,) = oms.receive("web", payload(order("1", ("60001", 1)))).placed
    oms.do(number, Amend((SetMemo("ring twice"),)), actor="amy")
    oms.catalog.list_items([Listing(0, "web", "60001", "POT")], actor="amy")
    oms.items.explain("web")
    assert oms.order(number).terms.memo == "ring twice"
    assert [type(entry.event) for entry in oms.history(number)].count(Amended) == 2


def test_an_order_with_two_unknown_items_goes_on_with_the_second_listing(storage: Storage) -> None:
    oms = opened(storage)
    (number,) = oms.receive("web", payload(order("1", ("X", 1), ("Y", 1)))).placed
    oms.catalog.list_items([Listing(0, "web", "X", "POT")], actor="amy")
    assert (oms.items.explain("web").waiting, oms.order(number).is_held) == (1, True)
    oms.catalog.list_items([Listing(0, "web", "Y", "MUG")], actor="amy")
    assert (oms.items.explain("web").released, oms.order(number).is_held) == ((number,), False)


def test_a_channel_that_says_its_order_again_after_the_listing_explains_it_too(storage: Storage) -> None:
    oms = opened(storage)
    (number,) = oms.receive("web", payload(order("1", ("60001", 1)))).placed
    oms.catalog.list_items([Listing(0, "web", "60001", "POT")], actor="amy")
    said = order("1", ("60001", 1), terms={"memo": "now"})
    assert oms.receive("web", payload(said)).amended == (number,)
    (line,) = oms.order(number).lines
    assert (line.sku, line.item, oms.order(number).is_held) == ("POT", "", False)


def test_an_open_channel_knows_products_by_code_and_holds_what_has_to_be_chosen(storage: Storage) -> None:
    oms = opened(storage, WEB)
    said = [order("1", ("SET", 1)), order("2", ("BOX", 1)), order("3", ("ELSE", 1))]
    one, two, three = (oms.order(number) for number in oms.receive("web", payload(*said)).placed)
    assert [part.sku for part in one.lines[0].components] == ["POT", "MUG"]
    assert [hold.code for hold in two.holds] == ["unmapped_item"]
    assert (three.lines[0].sku, three.lines[0].components, three.is_held) == ("ELSE", (), False)


def test_what_was_chosen_for_an_order_is_said_by_hand(storage: Storage) -> None:
    oms = opened(storage, WEB)
    (number,) = oms.receive("web", payload(order("1", ("BOX", 2)))).placed
    with pytest.raises(Refused) as error:
        oms.items.explain_line(number, 1, "BOX", actor="amy")
    assert (error.value.code, oms.order(number).is_held) == ("bad_choice", True)
    oms.items.explain_line(number, 1, "BOX", actor="amy", picks=[Pick("BOX", "tea", "GREEN")])
    found = oms.order(number)
    assert ([part.sku for part in found.lines[0].components], found.is_held) == (["GREEN"], False)


def test_a_line_that_a_warehouse_works_on_is_not_explained_again(storage: Storage) -> None:
    oms = opened(storage, WEB)
    oms.stock.receive("BER", {"ELSE": 5}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("ELSE", 1)))).placed
    oms.run()
    with pytest.raises(Refused) as error:
        oms.items.explain_line(number, 1, "POT", actor="amy")
    assert error.value.code == "in_work"


def test_a_reversal_finds_its_sale_by_a_stored_listing(storage: Storage) -> None:
    oms = opened(storage)
    oms.catalog.list_items([Listing(0, "web", "60001", "POT")], actor="amy")
    oms.receive("web", payload(order("1", ("60001", 2))))
    found = oms.receive("web", payload(back("R1", ("60001", 1, 100), order="1")))
    assert [(one.line, one.quantity) for one in found.matched] == [(1, 1)]


COLUMNS = c.standard_columns(c.OPEN_SCHEMA)
GOOD = "code,name\nA,Alpha\nB,Beta\n"


def table(text: str) -> c.Table:
    return c.read_csv(text.encode())


def test_a_file_is_loaded_in_one_unit_and_a_second_time_changes_nothing(storage: Storage) -> None:
    oms = Oms(storage, [WEB], process(), clock=Clock(), schema=c.OPEN_SCHEMA)
    assert len(oms.catalog.load(table(GOOD), COLUMNS, actor="amy").planned) == 2
    assert oms.catalog.load(table(GOOD), COLUMNS, actor="amy").unchanged == ("A", "B")
    assert {code: one.name for code, one in oms.catalog.every().items()} == {"A": "Alpha", "B": "Beta"}
    assert [step.what for step in oms.catalog.history("A")] == ["created"]
    assert oms.verify().checked == {"product": 2}


def test_one_wrong_cell_keeps_a_file_from_being_written(storage: Storage) -> None:
    oms = Oms(storage, [WEB], process(), clock=Clock(), schema=c.OPEN_SCHEMA)
    bad = GOOD + "C,Gamma\nC,Twice\n"
    plan = oms.catalog.load(table(bad), COLUMNS, actor="amy")
    assert (bool(plan.errors), oms.catalog.every()) == (True, {})
    oms.catalog.load(table(bad), COLUMNS, actor="amy", whole=False)
    assert [one.name for one in oms.catalog.every().values()] == ["Alpha", "Beta", "Gamma"]


def test_what_is_exported_is_what_was_loaded(storage: Storage) -> None:
    oms = Oms(storage, [WEB], process(), clock=Clock(), schema=c.OPEN_SCHEMA)
    oms.catalog.load(table(GOOD), COLUMNS, actor="amy")
    exported = oms.catalog.export()
    assert [row.cells[0] for row in exported.rows] == ["A", "B"]


def test_products_are_reported_by_how_far_they_are_for_a_channel(storage: Storage) -> None:
    oms = opened(storage)
    assert {one.percent for one in oms.catalog.completeness("web")} == {100}
    assert [one.code for one in oms.catalog.completeness("web", codes=["MUG"])] == ["MUG"]


def test_a_listing_is_offered_only_for_a_product_on_sale(storage: Storage) -> None:
    oms = opened(storage)
    oms.catalog.list_items([Listing(0, "web", "60001", "POT")], actor="amy")
    with pytest.raises(Refused) as error:
        oms.catalog.listing("web", "60001", c.Turn("submit"), actor="amy")
    assert error.value.code == "not_sellable"
    oms.catalog.product("POT", c.Advance("activate"), actor="amy")
    assert oms.catalog.listing("web", "60001", c.Turn("submit"), actor="amy").status == "submitted"
    with pytest.raises(UsageError) as unknown:
        oms.catalog.listing("web", "70001", c.Turn("submit"), actor="amy")
    assert unknown.value.code == "unknown_listing"


def test_an_item_that_stands_for_something_else_is_not_listed_over(storage: Storage) -> None:
    oms = opened(storage)
    oms.catalog.list_items([Listing(0, "web", "60001", "POT")], actor="amy")
    oms.catalog.list_items([Listing(0, "web", "60001", "POT")], actor="amy")
    with pytest.raises(Refused) as error:
        oms.catalog.list_items([Listing(0, "web", "60001", "MUG")], actor="amy")
    assert error.value.code == "already_listed"
    oms.catalog.listing("web", "60001", c.Remap("MUG"), actor="amy")
    assert oms.catalog.listings("web", ["60001"])["60001"].code == "MUG"


def test_what_became_of_an_item_and_of_a_tree_is_told_step_by_step(storage: Storage) -> None:
    oms = opened(storage)
    oms.catalog.list_items([Listing(0, "web", "60001", "POT")], actor="amy")
    oms.catalog.listing("web", "60001", c.Remap("MUG"), actor="ben")
    told = oms.catalog.listing_history("web", "60001")
    assert [(one.actor, type(one.event).__name__) for one in told] == [("amy", "Listed"), ("ben", "Remapped")]
    oms.catalog.tree("shop", c.Plant(c.Tree(0, "shop", (c.Node("tea"),))), actor="amy")
    oms.catalog.tree("shop", c.AddNode(c.Node("pots")), actor="ben")
    assert [one.actor for one in oms.catalog.tree_history("shop")] == ["amy", "ben"]
    with pytest.raises(UsageError, match="web 9"):
        oms.catalog.listing_history("web", "9")
    with pytest.raises(UsageError, match="'9'"):
        oms.catalog.tree_history("9")


def test_categories_are_planted_and_products_checked_against_them(storage: Storage) -> None:
    oms = opened(storage)
    oms.catalog.tree("shop", c.Plant(c.Tree(0, "shop", (c.Node("tea"),))), actor="amy")
    product = Product(0, "CUP", categories=(c.Membership("shop", "coffee"),))
    with pytest.raises(Refused) as error:
        oms.catalog.product("CUP", c.Create(product), actor="amy")
    assert error.value.code == "invalid_product"


def test_a_shop_without_a_catalog_asks_nothing_of_it() -> None:
    oms = shop(MemoryStorage())
    assert oms.schema is None
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    assert oms.order(number).lines[0].components == ()
    assert SOURCE.name == "source"


@pytest.mark.long
def test_ten_thousand_products_are_loaded_in_seconds(storage: Storage) -> None:
    oms = Oms(storage, [WEB], process(), clock=Clock(), schema=c.OPEN_SCHEMA)
    rows = "".join(f"P{n},Product {n}\n" for n in range(10_000))
    assert len(oms.catalog.load(table("code,name\n" + rows), COLUMNS, actor="amy").planned) == 10_000
