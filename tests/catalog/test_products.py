"""The product: created sound, revised by facets, sold only when complete, and its life is the machine's."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve as changed
from attrs import fields
from goods import ALL, BAG, CAMERA, FAMILY, RED, SCHEMA, SET, book

from omskit.catalog import (
    BUYABLE,
    EDITABLE,
    OPEN_SCHEMA,
    PRODUCT_MACHINE,
    PRODUCTS,
    SELLABLE,
    Advance,
    Advanced,
    Attribute,
    Bundle,
    BundlePart,
    Carrier,
    Command,
    Create,
    Created,
    Edit,
    Handling,
    Identifier,
    Membership,
    Node,
    Packs,
    Place,
    Product,
    Relation,
    Requirement,
    Revise,
    Revised,
    Schema,
    Tree,
    Value,
    articles,
    by_number,
    completeness,
    decide,
    edit_between,
    evolve,
    explode,
    problems,
    read_scan,
    scanned,
    with_inherited,
)
from omskit.core import PayloadError, Refused, StorageError, UsageError

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def ask(
    product: Product | None, command: Command, *others: Product, schema: Schema = SCHEMA
) -> tuple[object, ...]:
    return decide(product, command, at=AT, schema=schema, others=book(*others) if others else {})


def refused(product: Product | None, command: Command, *others: Product, schema: Schema = SCHEMA) -> Refused:
    with pytest.raises(Refused) as error:
        ask(product, command, *others, schema=schema)
    return error.value


def draft(product: Product) -> Product:
    return changed(product, status="draft")


def test_a_product_is_created_in_the_first_status_whatever_it_says() -> None:
    (event,) = ask(None, Create(FAMILY))
    assert event == Created(draft(FAMILY))


def test_a_product_is_created_once() -> None:
    assert refused(FAMILY, Create(FAMILY)).code == "already_created"


def test_a_draft_may_lack_anything_but_not_be_wrong() -> None:
    assert ask(None, Create(Product(1, "X", type="shirt")))
    wrong = Product(
        1, "X;Y", type="shirt", name=" x", attributes=(Attribute(Place("color"), Value.of_option("green")),)
    )
    error = refused(None, Create(wrong))
    assert error.code == "invalid_product"
    assert [(one.path, one.code) for one in error.facts["problems"]] == [  # type: ignore[attr-defined]
        ("code", "bad_code"),
        ("name", "bad_text"),
        ("attribute.color", "unknown_option"),
    ]


@pytest.mark.parametrize(
    ("product", "others", "code"),
    [
        (changed(RED, options=(("color", "red"),)), (FAMILY,), "missing_option"),
        (changed(RED, options=(("color", "red"), ("size", "M"), ("fit", "slim"))), (FAMILY,), "unknown_axis"),
        (changed(RED, options=(("color", "pink"), ("size", "M"))), (FAMILY,), "unknown_option"),
        (RED, (), "unknown_family"),
        (RED, (changed(FAMILY, axes=()),), "unknown_family"),
        (changed(RED, family="", options=(("color", "red"),)), (), "no_family"),
        (changed(FAMILY, bundle=SET.bundle), (RED, CAMERA, FAMILY), "family_is_more"),
        (changed(FAMILY, axes=("color", "color")), (), "twice"),
        (changed(RED, attributes=(*RED.attributes, RED.attributes[0])), (FAMILY,), "twice"),
        (changed(RED, packs=Packs()), (FAMILY,), "unknown_pack"),
        (
            changed(RED, identifiers=(RED.identifiers[0], changed(RED.identifiers[0], unit="CS"))),
            (FAMILY,),
            "twice",
        ),
        (changed(SET, bundle=Bundle.of(BundlePart("GONE"))), (), "unknown_product"),
        (changed(SET, bundle=Bundle.of(BundlePart("TEE"))), (FAMILY,), "is_family"),
        (changed(CAMERA, relations=(Relation("substitute", "CAM"),)), (), "names_itself"),
        (changed(CAMERA, relations=(Relation("accessory", "GONE"),)), (), "unknown_product"),
    ],
)
def test_a_fault_among_products_is_found(product: Product, others: tuple[Product, ...], code: str) -> None:
    assert [one.code for one in problems(product, SCHEMA, book(*others) if others else {})] == [code]


def test_a_bundle_cycle_is_refused_when_it_is_made() -> None:
    """The domain's case: A contains B, B contains A."""
    a = Product(1, "A", bundle=Bundle.of(BundlePart("B")))
    b = Product(2, "B", "draft")
    error = refused(b, Revise(Edit(bundle=Bundle.of(BundlePart("A")))), a, b, schema=OPEN_SCHEMA)
    assert "A > B > A" in error.message or "B > A > B" in error.message


def test_a_circle_of_successors_is_refused_when_it_is_made() -> None:
    a = Product(1, "A", relations=(Relation("successor", "B"),))
    b = Product(2, "B", relations=(Relation("successor", "C"),))
    c = Product(3, "C", status="draft")
    error = refused(c, Revise(Edit(relations=(Relation("successor", "A"),))), a, b, c, schema=OPEN_SCHEMA)
    assert "C > A > B > C" in error.message


def test_a_revision_holds_only_what_becomes_another() -> None:
    (event,) = ask(CAMERA, Revise(Edit(name="Camera II", type="camera")), RED)
    assert event == Revised(Edit(name="Camera II"))


def test_a_revision_that_changes_nothing_happens_as_no_event() -> None:
    assert ask(CAMERA, Revise(Edit(name="Camera")), RED) == ()


def test_an_archived_product_is_not_changed() -> None:
    error = refused(changed(CAMERA, status="archived"), Revise(Edit(name="x")), RED)
    assert (error.code, error.facts["allowed"]) == ("not_allowed", ("active", "discontinued", "draft"))


def test_changing_the_stock_unit_of_a_product_with_stock_is_refused() -> None:
    error = refused(CAMERA, Revise(Edit(packs=Packs("BOX")), in_ledger=3), RED)
    assert (error.code, error.facts["in_ledger"]) == ("unit_in_use", 3)


def test_the_stock_unit_is_not_changed_unless_the_ledger_was_asked() -> None:
    assert refused(CAMERA, Revise(Edit(packs=Packs("BOX"))), RED).code == "unit_in_use"
    assert ask(CAMERA, Revise(Edit(packs=Packs("BOX")), in_ledger=0), RED)


def test_a_number_that_is_no_longer_printed_is_retired_and_still_finds_its_product() -> None:
    after = evolve(RED, Revised(Edit(identifiers=(Identifier.read("gtin", "73513537"),))))
    assert [(one.text, one.retired) for one in after.identifiers] == [
        ("4006381333931", True),
        ("14006381333938", True),
        ("T-100 R", True),
        ("73513537", False),
    ]
    assert PRODUCTS.rows is not None
    assert PRODUCTS.rows.of(after)[0] == ("gtin", "04006381333931", "", 1)


def test_a_product_that_lacks_something_is_not_sold() -> None:
    bare = Product(1, "X", "draft", type="camera")
    error = refused(bare, Advance("activate"))
    assert (error.code, error.facts["missing"]) == ("incomplete_product", ("name", "attribute.net"))


def test_a_product_on_sale_may_not_lose_what_it_needs() -> None:
    assert refused(CAMERA, Revise(Edit(name="")), RED).code == "incomplete_product"


def test_faults_of_an_older_schema_do_not_stop_an_edit_that_brings_no_other() -> None:
    stricter = changed(SCHEMA, requirements=(*SCHEMA.requirements, Requirement("customs.origin")))
    old = changed(CAMERA, attributes=(*CAMERA.attributes, Attribute(Place("gone"), Value.of_text("x"))))
    assert ask(old, Revise(Edit(name="New")), RED, schema=stricter)
    error = refused(old, Revise(Edit(attributes=(Attribute(Place("lost"), Value.of_text("x")),))), RED)
    assert [one.path for one in error.facts["problems"]] == ["attribute.lost"]  # type: ignore[attr-defined]
    assert refused(draft(old), Advance("activate"), RED).code == "invalid_product"


def test_what_a_variant_lacks_its_family_may_give() -> None:
    family = changed(FAMILY, attributes=(Attribute(Place("title", "zh"), Value.of_text("T恤")),))
    bare = changed(RED, attributes=())
    assert with_inherited(bare, family) == family.attributes
    assert completeness(bare, SCHEMA, channel="tmall", others=book(family)).is_complete


def test_a_bundle_is_sold_only_with_its_parts() -> None:
    error = refused(draft(SET), Advance("activate"), RED, draft(CAMERA), FAMILY)
    assert (error.code, error.facts["codes"]) == ("not_sellable", ["CAM"])


def test_a_part_of_a_bundle_on_sale_is_not_archived() -> None:
    leaving = changed(CAMERA, status="discontinued")
    assert refused(leaving, Advance("archive"), SET).facts["users"] == ("SET",)
    assert ask(leaving, Advance("archive"), draft(SET))


def test_the_same_gtin_on_two_products_on_sale_is_refused() -> None:
    twin = changed(draft(RED), code="TWIN", options=(("color", "blue"), ("size", "M")))
    error = refused(twin, Advance("activate"), RED, FAMILY)
    assert (error.code, error.facts["other"]) == ("gtin_taken", "TEE-RED-M")


def test_the_same_gtin_is_taken_where_the_schema_allows_it_or_the_other_is_not_sold() -> None:
    twin = changed(draft(RED), code="TWIN", options=(("color", "blue"), ("size", "M")))
    shared = changed(SCHEMA, shared_gtins=True)
    assert ask(twin, Advance("activate"), RED, FAMILY, schema=shared) == (Advanced("active", "activate"),)
    assert ask(twin, Advance("activate"), changed(RED, status="archived"), FAMILY)


def test_a_product_claims_its_gtin_while_it_is_sold() -> None:
    (event,) = ask(draft(RED), Advance("activate"), FAMILY)
    sold = evolve(draft(RED), event)  # type: ignore[arg-type]
    assert sold.claim == "04006381333931"
    assert PRODUCTS.column("claim")(sold) == "04006381333931"
    (event,) = ask(changed(sold, status="discontinued"), Advance("archive"))
    assert evolve(sold, event).claim == ""  # type: ignore[arg-type]


def test_a_move_that_has_been_made_happens_as_no_event() -> None:
    assert ask(RED, Advance("activate"), FAMILY) == ()


def test_a_move_that_is_not_allowed_names_those_that_are() -> None:
    assert refused(RED, Advance("archive")).facts["allowed"] == ("discontinue",)


def test_discontinued_goods_are_sold_off_and_not_bought_again() -> None:
    assert PRODUCT_MACHINE.with_trait(SELLABLE) == ("active", "discontinued")
    assert PRODUCT_MACHINE.with_trait(BUYABLE) == ("active",)
    assert not PRODUCT_MACHINE.has("archived", EDITABLE)


def test_a_host_may_rename_every_status() -> None:
    machine = PRODUCT_MACHINE.renamed({"draft": "entwurf", "active": "aktiv"})
    (event,) = decide(None, Create(Product(1, "X", name="X")), at=AT, machine=machine)
    product = evolve(None, event)
    (event,) = decide(product, Advance("activate"), at=AT, machine=machine)
    assert evolve(product, event).status == "aktiv"


def test_a_command_for_a_product_that_is_not_there_is_the_hosts_mistake() -> None:
    with pytest.raises(UsageError) as error:
        ask(None, Advance("activate"))
    assert error.value.code == "unknown_product"


def test_a_history_begins_with_a_creation() -> None:
    with pytest.raises(StorageError) as error:
        evolve(None, Revised(Edit(name="x")))
    assert error.value.code == "bad_history"


@pytest.mark.parametrize("product", ALL, ids=lambda one: one.code)
def test_an_edit_leads_from_any_product_to_any_other(product: Product) -> None:
    for other in ALL:
        edit = edit_between(product, other)
        there = edit.apply(product)
        assert edit_between(there, other).is_empty
        assert edit.is_empty is (product is other)


@pytest.mark.parametrize("product", ALL, ids=lambda one: one.code)
def test_a_product_and_its_events_survive_storing(product: Product) -> None:
    assert PRODUCTS.state.load("product", PRODUCTS.state.dump(product)) == product
    for event in (
        Created(product),
        Revised(edit_between(FAMILY, product), "1"),
        Advanced("active", "activate", "why", "2"),
    ):
        assert PRODUCTS.events.load(PRODUCTS.events.tag_of(event), PRODUCTS.events.dump(event)) == event


def test_a_product_names_what_a_decision_about_it_needs() -> None:
    assert SET.names == {"TEE-RED-M", "CAM"}
    assert RED.names == {"TEE"}
    assert BAG.names == {"TEE-RED-M", "CAM", "SET"}


def test_two_variants_of_one_family_with_the_same_options_share_the_unique_column() -> None:
    variant = PRODUCTS.column("variant")
    assert variant(RED) == variant(changed(RED, code="OTHER"))
    assert variant(CAMERA) is None
    assert ("family", "variant") in PRODUCTS.unique


def test_products_give_the_components_of_order_lines() -> None:
    found = explode("SET", articles(book()))
    assert [(one.sku, one.per, one.weight_g, one.traits) for one in found.components] == [
        ("TEE-RED-M", 2, 200, ("fragile",)),
        ("CAM", 1, 600, ("hazmat", "lithium")),
    ]


def test_completeness_for_a_channel_tells_what_is_missing_and_how_far_it_is() -> None:
    found = completeness(CAMERA, SCHEMA, channel="tmall", others=book())
    assert (found.missing, found.required, found.percent) == (("attribute.title[zh]", "identifier.gtin"), 4, 50)
    assert not found.is_complete


def test_a_number_of_the_house_is_no_number_for_a_channel() -> None:
    internal = changed(RED, identifiers=(Identifier.read("gtin", "2000010000012"),))
    found = completeness(internal, SCHEMA, channel="tmall", others=book())
    assert [one.code for one in found.problems] == ["internal_gtin"]
    assert completeness(internal, SCHEMA, others=book()).is_complete


def test_nothing_is_required_of_an_open_schema() -> None:
    assert completeness(Product(1, "X"), OPEN_SCHEMA).percent == 100


def test_the_code_of_a_product_never_changes() -> None:
    """A SKU that was renamed broke the sums of reservations elsewhere (magento/inventory#2773)."""
    assert not {"code", "key", "status", "claim"} & {one.name for one in fields(Edit)}
    assert edit_between(RED, changed(RED, code="OTHER")).is_empty


def test_an_edit_can_empty_a_bundle_and_single_attributes() -> None:
    after = Edit(no_bundle=True).apply(SET)
    assert after.bundle is None
    emptied = Edit(without=(Place("color"),)).apply(RED)
    assert Place("color") not in {one.place for one in emptied.attributes}
    assert Edit().apply(RED) is RED
    assert Edit(handling=Handling(5)).apply(RED).handling.weight_g == 5


def test_a_category_is_checked_where_trees_are_given() -> None:
    trees = {"shop": Tree(1, "shop", (Node("tees"), Node("sale"))), "google": Tree(2, "google")}
    assert [str(one) for one in problems(RED, SCHEMA, book(FAMILY), trees)] == [
        "category.google: '212' is not in it"
    ]
    with pytest.raises(Refused):
        decide(None, Create(RED), at=AT, schema=SCHEMA, others=book(FAMILY), trees=trees)


def test_without_a_definition_an_attribute_is_text() -> None:
    odd = Product(1, "X", attributes=(Attribute(Place("n"), Value.of_number(1)),))
    assert [one.code for one in problems(odd, OPEN_SCHEMA, {})] == ["wrong_type"]


@pytest.mark.parametrize(
    "given",
    [{"categories": (Membership("shop", "a;b"),)}, {"handling": Handling(traits=("a;b",))}, {"type": " x"}],
)
def test_a_code_that_cannot_stand_in_a_list_is_told(given: dict[str, Any]) -> None:
    assert [one.code for one in problems(Product(1, "X", **given), OPEN_SCHEMA, {})] == ["bad_code"]


def test_a_scanned_case_stands_for_its_pieces() -> None:
    numbers = by_number(ALL)
    carrier, pieces = scanned(read_scan("(02)14006381333938(37)3", year=2026), numbers)
    assert (carrier, pieces) == (Carrier("TEE-RED-M", "CS", Fraction(12)), Fraction(36))
    assert scanned(read_scan("0104006381333931", year=2026), numbers)[1] == 1


def test_old_stock_is_found_by_a_retired_number_until_another_product_has_it() -> None:
    old = evolve(RED, Revised(Edit(identifiers=())))
    scan = read_scan("0104006381333931", year=2026)
    assert scanned(scan, by_number([old]))[0].retired
    twin = changed(CAMERA, identifiers=RED.identifiers[:1])
    assert scanned(scan, by_number([old, twin]))[0].code == "CAM"


@pytest.mark.parametrize(
    ("products", "code"), [((), "unknown_number"), ((RED, changed(RED, code="TWIN")), "ambiguous_number")]
)
def test_a_number_that_names_none_or_several_is_told(products: tuple[Product, ...], code: str) -> None:
    with pytest.raises(PayloadError) as error:
        scanned(read_scan("0104006381333931", year=2026), by_number(products))
    assert error.value.code == code
