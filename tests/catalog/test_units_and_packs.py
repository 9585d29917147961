"""Units of measure and packs convert exactly, and whole quantities stay whole."""

from decimal import Decimal
from fractions import Fraction

import pytest

from omskit.catalog import UNIT_FAMILIES, Dimensions, Pack, Packs, Unit, UnitFamily
from omskit.core import OmsError, PayloadError, Refused, UsageError

CASES = Packs("EA", (Pack("CS", 12), Pack("IN", 6), Pack("PAL", 40, "CS")))


@pytest.mark.parametrize(
    ("family", "amount", "unit", "to", "expected"),
    [
        ("mass", 1, "lb", "kg", Fraction(45359237, 100000000)),
        ("mass", Decimal("2.5"), "kg", "g", Fraction(2500)),
        ("length", 1, "in", "mm", Fraction(254, 10)),
        ("length", 3, "ft", "yd", Fraction(1)),
        ("volume", 1, "gal(US)", "l", Fraction(3785411784, 1000000000)),
        ("temperature", 0, "°C", "K", Fraction(27315, 100)),
        ("temperature", 212, "°F", "°C", Fraction(100)),
        ("temperature", -40, "°F", "°C", Fraction(-40)),
        ("energy", 1, "kWh", "kJ", Fraction(3600)),
        ("count", 2, "dozen", "pc", Fraction(24)),
    ],
)
def test_units_convert_exactly(family: str, amount: int | Decimal, unit: str, to: str, expected: Fraction) -> None:
    assert UNIT_FAMILIES[family].convert(amount, unit, to) == expected


def test_units_are_found_by_code_and_by_symbol() -> None:
    assert UNIT_FAMILIES["mass"].unit("KGM") is UNIT_FAMILIES["mass"].unit("kg")


def test_an_unknown_unit_names_those_that_are_allowed() -> None:
    with pytest.raises(PayloadError) as error:
        UNIT_FAMILIES["mass"].unit("pound")
    assert error.value.facts["allowed"] == ("g", "mg", "kg", "t", "oz", "lb")


def test_a_float_is_no_exact_amount() -> None:
    with pytest.raises(UsageError) as error:
        UNIT_FAMILIES["mass"].to_base(0.1, "kg")  # type: ignore[arg-type]
    assert error.value.code == "not_exact"


@pytest.mark.parametrize(
    "units", [(), (Unit("A", "a", Fraction(2)),), (Unit("A", "a", Fraction(1)), Unit("B", "a", Fraction(2)))]
)
def test_a_family_without_a_base_or_with_one_name_twice_is_refused(units: tuple[Unit, ...]) -> None:
    with pytest.raises(UsageError) as error:
        UnitFamily("odd", units)
    assert error.value.code == "bad_units"


def test_25_pieces_with_cases_of_12_are_2_cases_and_1_piece() -> None:
    assert Packs("EA", (Pack("CS", 12),)).broken_down(25) == ((2, "CS"), (1, "EA"))


def test_pieces_to_cases_and_back_are_exact() -> None:
    there = CASES.convert(25, "EA", "CS")
    assert there == Fraction(25, 12)
    assert CASES.convert(there, "CS", "EA") == 25


def test_a_pallet_of_cases_counts_in_pieces() -> None:
    assert CASES.factor("PAL") == 480
    assert CASES.whole(3, "PAL", "CS") == 120
    assert CASES.units == ("EA", "IN", "CS", "PAL")


def test_a_quantity_that_is_not_whole_is_refused_where_whole_is_needed() -> None:
    with pytest.raises(Refused) as error:
        CASES.whole(25, "EA", "CS")
    assert (error.value.code, error.value.facts["result"]) == ("not_whole", "25/12")


def test_a_stock_unit_may_be_larger_than_what_is_sold() -> None:
    roll = Packs("ROLL", (Pack("M", 2, per=51),))
    assert roll.convert(1, "ROLL", "M") == Fraction(51, 2)
    assert roll.whole(51, "M", "ROLL") == 2


def test_an_unknown_pack_names_those_that_are_there() -> None:
    with pytest.raises(PayloadError) as error:
        CASES.factor("BOX")
    assert error.value.facts["allowed"] == ("EA", "CS", "IN", "PAL")


@pytest.mark.parametrize(
    "packs",
    [
        lambda: Packs("EA", (Pack("EA", 12),)),
        lambda: Packs("EA", (Pack("CS", 12), Pack("CS", 6))),
        lambda: Packs("EA", (Pack("A", 2, "B"), Pack("B", 2, "A"))),
        lambda: Packs("EA", (Pack("A", 2, "A"),)),
        lambda: Packs("EA", (Pack("A", 2, "GONE"),)),
        lambda: Packs("", ()),
        lambda: Pack("CS", 0),
        lambda: Pack("", 1),
        lambda: Pack("CS", 12, gross_g=-1),
    ],
)
def test_packs_that_do_not_hold_together_are_refused(packs: object) -> None:
    with pytest.raises(OmsError) as error:
        packs()  # type: ignore[operator]
    assert error.value.code in ("bad_pack", "unknown_pack")


def test_a_pack_has_measures_of_its_own() -> None:
    case = Pack("CS", 12, gross_g=8_400, dimensions=Dimensions(400, 300, 200))
    assert case.dimensions is not None
    assert case.dimensions.volume_cm3 == 24_000
