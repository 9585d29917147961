"""Measures, danger, temperature, shelf life and customs."""

from collections.abc import Callable
from datetime import date

import pytest

from omskit.catalog import Customs, Dimensions, Handling, Hazmat, ShelfLife, Temperature
from omskit.core import Component, OmsError


def test_a_box_of_40_30_20_cm_has_the_volume_that_couriers_divide() -> None:
    """Divided by 5000 it is charged as 4.8 kg, by 6000 as 4.0 kg; the division is allocation's."""
    box = Dimensions(400, 300, 200)
    assert box.volume_cm3 == 24_000
    assert box.volume_cm3 * 1000 // 5000 == 4_800
    assert box.volume_cm3 * 1000 // 6000 == 4_000


def test_a_volume_is_rounded_up() -> None:
    assert Dimensions(11, 11, 11).volume_cm3 == 2


def test_girth_is_the_longest_side_and_the_way_around_the_others() -> None:
    assert Dimensions(200, 600, 300).girth_mm == 600 + 2 * 500


def test_an_order_line_gets_weight_volume_and_traits() -> None:
    handling = Handling(
        320,
        Dimensions(100, 50, 20),
        Hazmat("3481", "9", lithium="ion_contained"),
        Temperature(2, 8),
        traits=("fragile",),
    )
    assert handling.component("CAM-1", 2) == Component(
        "CAM-1", 2, 320, 100, ("cold", "fragile", "hazmat", "lithium")
    )


def test_a_product_that_nobody_measured_weighs_and_fills_nothing() -> None:
    assert Handling().component("X") == Component("X")


@pytest.mark.parametrize(
    ("low", "high", "trait"),
    [(-25, -18, "frozen"), (-2, 0, "frozen"), (2, 8, "cold"), (0, 14, "cold"), (15, 25, "")],
)
def test_a_temperature_gives_a_trait(low: int, high: int, trait: str) -> None:
    assert Temperature(low, high).trait == trait


def test_channels_ask_for_more_of_the_shelf_life() -> None:
    shelf = ShelfLife(365, 30, (("tmall", 120),))
    expires = shelf.expires_on(date(2026, 1, 1))
    assert expires == date(2027, 1, 1)
    assert shelf.last_day(expires) == date(2026, 12, 2)
    assert shelf.last_day(expires, "tmall") == date(2026, 9, 3)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Dimensions(0, 1, 1), "bad_dimensions"),
        (lambda: Handling(-1), "bad_weight"),
        (lambda: Hazmat("348", "9"), "bad_hazmat"),
        (lambda: Hazmat("3481", "10"), "bad_hazmat"),
        (lambda: Hazmat("3481", "9", "IV"), "bad_hazmat"),
        (lambda: Hazmat("3481", "9", lithium="some"), "bad_hazmat"),
        (lambda: Temperature(8, 2), "bad_temperature"),
        (lambda: ShelfLife(0), "bad_shelf_life"),
        (lambda: ShelfLife(10, 11), "bad_shelf_life"),
        (lambda: ShelfLife(10, by_channel=(("x", 11),)), "bad_shelf_life"),
        (lambda: Customs("85"), "bad_customs"),
        (lambda: Customs(origin="Germany"), "bad_customs"),
        (lambda: Customs(declared_minor=5), "bad_customs"),
        (lambda: Customs(declared_minor=-5, currency="EUR"), "bad_customs"),
        (lambda: Customs(currency="XXX"), "unknown_currency"),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], code: str) -> None:
    with pytest.raises(OmsError) as error:
        make()
    assert error.value.code == code


def test_customs_keep_code_origin_and_value() -> None:
    customs = Customs("85258900", "CN", 12_900, "USD", "Digital camera")
    assert (customs.hs_code, customs.origin, customs.declared_minor) == ("85258900", "CN", 12_900)
