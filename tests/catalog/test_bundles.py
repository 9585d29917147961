"""Bundles: fixed, assembled, chosen, drawn, nested; taken apart exactly, shared exactly."""

from collections import Counter
from collections.abc import Callable

import pytest

from omskit.catalog import (
    Article,
    Bundle,
    BundlePart,
    Explosion,
    Group,
    Handling,
    Pick,
    Take,
    explode,
    find_cycle,
    sets_available,
    short_of,
)
from omskit.core import Component, OmsError, PayloadError, Quantities, Refused, UsageError, share
from omskit.orders import OrderLine


def articles(**bundles: Bundle | None) -> dict[str, Article]:
    plain = {code: Article(Handling(100 * at)) for at, code in enumerate("ABCDE", 1)}
    return plain | {code: Article(bundle=bundle) for code, bundle in bundles.items()}


SET = Bundle.of(BundlePart("A", 2), BundlePart("B"))


def pieces(found: Explosion) -> dict[str, int]:
    return {one.sku: one.per for one in found.components}


def test_a_plain_product_is_its_own_only_component() -> None:
    assert explode("A", articles()).components == (Component("A", 1, 100),)


def test_a_fixed_set_is_taken_whole() -> None:
    found = explode("SET", articles(SET=SET))
    assert found.components == (Component("A", 2, 100), Component("B", 1, 200))


def test_the_weight_of_a_kit_is_the_sum_of_its_components_unless_it_is_stated() -> None:
    assert explode("SET", articles(SET=SET)).weight_g == 400
    assert explode("SET", articles(SET=Bundle(SET.groups, weight_g=450))).weight_g == 450


def test_what_is_assembled_beforehand_is_taken_as_itself_and_apart_in_production() -> None:
    book = articles(KIT=Bundle.of(BundlePart("A", 2), assembled=True))
    assert pieces(explode("KIT", book)) == {"KIT": 1}
    assert pieces(explode("KIT", book, apart=True)) == {"A": 2}


def test_nested_bundles_multiply() -> None:
    book = articles(SET=SET, BOX=Bundle.of(BundlePart("SET", 3), BundlePart("C")))
    assert pieces(explode("BOX", book)) == {"A": 6, "B": 3, "C": 1}


def test_the_same_component_twice_in_a_kit_counts_twice() -> None:
    """Edge case 15 (odoo/odoo#13309)."""
    book = articles(SET=SET, BOX=Bundle.of(BundlePart("SET"), BundlePart("A", 4)))
    assert pieces(explode("BOX", book)) == {"A": 6, "B": 1}


def test_a_kit_and_a_single_that_share_a_component_add_up_before_stock_is_asked() -> None:
    """Edge case 2 (medusajs/medusa#16502)."""
    book = articles(SET=SET)
    demand = explode("SET", book).pieces(1) + explode("A", book).pieces(1)
    assert demand == Quantities({"A": 3, "B": 1})


def test_editing_a_kit_after_placement_changes_nothing_for_the_order() -> None:
    """Edge case 15 (frappe/erpnext#44227): the line keeps values, not the definition."""
    book = articles(SET=SET)
    line = OrderLine(1, "SET", 2, 2, components=explode("SET", book).components)
    book["SET"] = Article(bundle=Bundle.of(BundlePart("C", 9)))
    assert {part.sku: part.per for part in line.parts} == {"A": 2, "B": 1}


def test_a_kit_cycle_is_refused_with_its_way() -> None:
    book = articles(X=Bundle.of(BundlePart("Y")), Y=Bundle.of(BundlePart("A"), BundlePart("X")))
    with pytest.raises(Refused) as error:
        explode("X", book)
    assert (error.value.code, error.value.facts["path"]) == ("bundle_cycle", ("X", "Y", "X"))
    assert find_cycle("X", {code: one.bundle for code, one in book.items()}) == ("X", "Y", "X")


def test_a_bundle_of_itself_is_a_cycle() -> None:
    assert find_cycle("X", {"X": Bundle.of(BundlePart("X"))}) == ("X", "X")


def test_a_part_that_two_bundles_share_is_no_cycle() -> None:
    bundles = {
        "X": Bundle.of(BundlePart("Y"), BundlePart("Z")),
        "Y": Bundle.of(BundlePart("Z")),
        "Z": Bundle.of(BundlePart("A")),
    }
    assert find_cycle("X", bundles) == ()


def test_a_circle_further_down_is_found_too() -> None:
    bundles = {"T": Bundle.of(BundlePart("X")), "X": Bundle.of(BundlePart("Y")), "Y": Bundle.of(BundlePart("X"))}
    assert find_cycle("T", bundles) == ("X", "Y", "X")


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(Refused) as error:
        explode("SET", {"SET": Article(bundle=SET)})
    assert (error.value.code, error.value.facts["part"]) == ("unknown_part", "A")


def test_a_bundle_that_grows_without_bound_is_refused() -> None:
    wide = {
        f"L{n}": Bundle(
            (
                Group("a", (BundlePart(f"L{n + 1}"),)),
                *(Group(str(k), (BundlePart(f"L{n + 1}"),)) for k in range(9)),
            )
        )
        for n in range(6)
    }
    with pytest.raises(Refused) as error:
        explode("L0", articles(L6=None, **wide))
    assert error.value.code == "bundle_too_large"


CHOICE = Bundle(
    (
        Group("shirt", (BundlePart("A"), BundlePart("B")), Take.CHOOSE),
        Group("extras", (BundlePart("C"), BundlePart("D", 2)), Take.CHOOSE, 0, 3, repeats=True),
    )
)


def test_a_choice_takes_what_was_picked() -> None:
    picks = [Pick("CH", "shirt", "B"), Pick("CH", "extras", "D", 2), Pick("CH", "extras", "C")]
    assert pieces(explode("CH", articles(CH=CHOICE), picks=picks)) == {"B": 1, "C": 1, "D": 4}


def test_a_group_with_a_minimum_of_none_may_be_left_out() -> None:
    assert pieces(explode("CH", articles(CH=CHOICE), picks=[Pick("CH", "shirt", "A")])) == {"A": 1}


@pytest.mark.parametrize(
    "picks",
    [
        [],
        [Pick("CH", "shirt", "A"), Pick("CH", "shirt", "B")],
        [Pick("CH", "shirt", "A", 2)],
        [Pick("CH", "shirt", "E")],
        [Pick("CH", "shirt", "A"), Pick("CH", "extras", "C", 4)],
        [Pick("CH", "shirt", "A"), Pick("CH", "extras", "C", 0)],
        [Pick("CH", "shirt", "A"), Pick("CH", "sauce", "C")],
        [Pick("CH", "shirt", "A"), Pick("OTHER", "shirt", "C")],
    ],
)
def test_a_choice_outside_its_bounds_is_refused(picks: list[Pick]) -> None:
    with pytest.raises(Refused) as error:
        explode("CH", articles(CH=CHOICE), picks=picks)
    assert error.value.code == "bad_choice"


def test_choosing_nothing_at_all_is_refused_because_an_empty_line_would_stand_for_the_bundle() -> None:
    book = articles(CH=Bundle((Group("g", (BundlePart("A"),), Take.CHOOSE, 0, 1),)))
    with pytest.raises(Refused, match="nothing of CH"):
        explode("CH", book)


BAG = Bundle(
    (Group("luck", (BundlePart("A", odds=6), BundlePart("B", odds=3), BundlePart("C", odds=1)), Take.DRAW),)
)


def test_a_lucky_bag_meets_its_odds_exactly() -> None:
    drawn = Counter(explode("BAG", articles(BAG=BAG), draw=number).components[0].sku for number in range(1000))
    assert drawn == {"A": 600, "B": 300, "C": 100}


def test_the_same_number_draws_the_same_bag_and_tells_what_it_drew() -> None:
    first, again = (explode("BAG", articles(BAG=BAG), draw=2**100 + 7) for _ in range(2))
    assert first == again
    assert first.drawn == (Pick("BAG", "luck", first.components[0].sku),)


def test_two_different_prizes_are_never_the_same() -> None:
    bag = Bundle((Group("luck", BAG.groups[0].parts, Take.DRAW, 2, 2),))
    for number in range(200):
        assert len(explode("BAG", articles(BAG=bag), draw=number).components) == 2


def test_prizes_that_repeat_meet_their_odds_in_every_place() -> None:
    bag = Bundle((Group("luck", BAG.groups[0].parts, Take.DRAW, 2, 2, repeats=True),))
    twice = sum(pieces(explode("BAG", articles(BAG=bag), draw=n)) == {"C": 2} for n in range(100))
    assert twice == 1


@pytest.mark.parametrize(
    ("draw", "code"), [(None, "no_draw"), (-1, "bad_draw"), (2**256, "bad_draw"), (True, "bad_draw")]
)
def test_a_bag_needs_a_number_in_range(draw: int | None, code: str) -> None:
    with pytest.raises(UsageError) as error:
        explode("BAG", articles(BAG=BAG), draw=draw)
    assert error.value.code == code


def test_p22_a_bundle_of_100_over_80_and_40_is_shared_66_67_and_33_33() -> None:
    book = articles(SET=Bundle.of(BundlePart("A"), BundlePart("B")))
    weights = explode("SET", book, prices={"A": 8000, "B": 4000}).weights
    assert share(10000, weights) == [6667, 3333]


def test_99_from_59_39_29_is_shared_45_99_30_40_22_61() -> None:
    """Case 18 of reliability and finance."""
    book = articles(SET=Bundle.of(BundlePart("A"), BundlePart("B"), BundlePart("C")))
    weights = explode("SET", book, prices={"A": 5900, "B": 3900, "C": 2900}).weights
    assert share(9900, weights) == [4599, 3040, 2261]


def test_stated_weights_go_before_prices_and_nested_ones_divide_their_part() -> None:
    book = articles(
        SET=Bundle.of(BundlePart("A", 2, 3), BundlePart("B", 1, 1)),
        BOX=Bundle.of(BundlePart("SET", 1, 60), BundlePart("C", 1, 40)),
    )
    found = explode("BOX", book, prices={"C": 1})
    assert [one.sku for one in found.components] == ["A", "B", "C"]
    assert share(100, found.weights) == [45, 15, 40]


def test_a_bundle_within_a_bundle_is_worth_its_parts_unless_it_has_a_price() -> None:
    book = articles(SET=SET, BOX=Bundle.of(BundlePart("SET"), BundlePart("C")))
    prices = {"A": 100, "B": 200, "C": 400}
    assert share(800, explode("BOX", book, prices=prices).weights) == [200, 200, 400]
    assert share(800, explode("BOX", book, prices=prices | {"SET": 1200}).weights) == [300, 300, 200]


def test_a_draw_with_more_outcomes_than_the_number_tells_apart_is_refused() -> None:
    """Else the number would run out, and every further prize would be the first one."""
    rich = Group("luck", (BundlePart("A", odds=10**6), BundlePart("B", odds=1)), Take.DRAW, 10, 10, repeats=True)
    with pytest.raises(Refused) as error:
        explode("BAG", articles(BAG=Bundle((rich,))), draw=5)
    assert error.value.code == "bundle_too_large"


def test_without_weights_and_prices_pieces_count_alike() -> None:
    assert explode("SET", articles(SET=SET)).weights == (2, 1)


def test_a_part_without_price_gets_nothing_of_the_bundles() -> None:
    book = articles(SET=Bundle.of(BundlePart("A"), BundlePart("B")))
    assert share(5000, explode("SET", book, prices={"A": 100}).weights) == [5000, 0]


def test_returning_one_component_refunds_its_share_and_the_last_return_takes_the_rest() -> None:
    """Chinese practice, cases 16 and 17: 100.00 over three equal components."""
    book = articles(SET=Bundle.of(BundlePart("A"), BundlePart("B"), BundlePart("C")))
    refunds = share(10000, explode("SET", book).weights)
    assert refunds == [3334, 3333, 3333]
    assert sum(refunds) == 10000


def test_three_of_one_part_and_four_of_the_other_are_three_delivered_kits() -> None:
    """Edge case 15 (odoo/odoo#32530): one loose part is no kit."""
    assert sets_available({"A": 1, "B": 1}, {"A": 3, "B": 4}) == 3


def test_sets_available_are_limited_by_the_scarcest_part() -> None:
    assert sets_available({"A": 2, "B": 1}, {"A": 9, "B": 7}) == 4
    assert sets_available({"A": 2, "B": 1}, {"A": 9}) == 0
    assert sets_available({"A": 2}, {"A": -3}) == 0
    assert sets_available({}, {"A": 3}) == 0


def test_bundles_that_share_a_part_oversell_it_when_each_is_offered_in_full() -> None:
    kits = {"X": {"A": 1, "B": 1}, "Y": {"A": 2}}
    assert short_of({"X": 5, "Y": 2}, kits, {"A": 5, "B": 5}) == {"A": 4}
    assert short_of({"X": 1, "Y": 2, "B": 4}, kits, {"A": 5, "B": 5}) == {}


@pytest.mark.parametrize(
    "make",
    [
        lambda: BundlePart("A", 0),
        lambda: BundlePart("", 1),
        lambda: BundlePart("A", weight=-1),
        lambda: BundlePart("A", odds=-1),
        lambda: Group("g", ()),
        lambda: Group("g", (BundlePart("A"), BundlePart("A"))),
        lambda: Group("g", (BundlePart("A"),), Take.CHOOSE, 2, 1),
        lambda: Group("g", (BundlePart("A"),), Take.CHOOSE, 1, 2),
        lambda: Group("g", (BundlePart("A"), BundlePart("B")), Take.DRAW, 1, 2),
        lambda: Group("g", (BundlePart("A", odds=0), BundlePart("B")), Take.DRAW, 2, 2),
        lambda: Group("g", (BundlePart("A", odds=0),), Take.DRAW, repeats=True),
        lambda: Group("g", (BundlePart("A"),), Take.CHOOSE, 1, 1001, repeats=True),
        lambda: Bundle(()),
        lambda: Bundle((Group("g", (BundlePart("A"),)), Group("g", (BundlePart("B"),)))),
        lambda: Bundle((Group("g", (BundlePart("A"),), Take.CHOOSE),), assembled=True),
        lambda: Bundle(SET.groups, weight_g=-1),
    ],
)
def test_a_bundle_that_cannot_be_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(OmsError) as error:
        make()
    assert (type(error.value), error.value.code) == (PayloadError, "bad_bundle")
