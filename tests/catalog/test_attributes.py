"""Typed attributes: exact values, limits, every fault at once, languages, channels, requirements."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from omskit.catalog import (
    Attribute,
    Definition,
    Limits,
    Option,
    Place,
    ProductType,
    Requirement,
    Schema,
    Type,
    Value,
    fallbacks,
    look_up,
)
from omskit.core import Money, PayloadError, UsageError

COLOR = Definition(
    "color",
    Type.OPTION,
    (("en", "Color"), ("zh", "颜色")),
    options=(Option("red", (("en", "Red"), ("zh", "红色"))), Option("blue")),
)
TAGS = Definition(
    "tags", Type.OPTIONS, options=(Option("eco"), Option("vegan"), Option("sale")), limits=Limits(max_items=2)
)
TITLE = Definition(
    "title", localized=True, scoped=True, limits=Limits(min_length=3, max_length=10, pattern="[A-Z].*")
)
MASS = Definition(
    "mass", Type.NUMBER, unit_family="mass", limits=Limits(Decimal(100), Decimal(2000), "g", decimals=1)
)
SIZE = Definition("size", Type.NUMBER, limits=Limits(Decimal(1), Decimal(5)))
BORN = Definition("born", Type.DATE, limits=Limits(earliest=date(2020, 1, 1), latest=date(2026, 12, 31)))
PRICE = Definition("rrp", Type.MONEY, limits=Limits(Decimal(100), Decimal(99900), "EUR"))
PHOTO = Definition("photo", Type.FILE, limits=Limits(suffixes=(".jpg", ".png")))
BRAND = Definition("brand", Type.REFERENCE, refers_to="brand", limits=Limits(max_items=1))
FLAG = Definition("organic", Type.BOOLEAN)
SCHEMA = Schema((COLOR, TAGS, TITLE, MASS, SIZE, BORN, PRICE, PHOTO, BRAND, FLAG), fallbacks=("en",))


def codes(definition: Definition, value: Value, locale: str = "", channel: str = "") -> list[str]:
    return [one.code for one in definition.problems(Attribute(Place(definition.code, locale, channel), value))]


@pytest.mark.parametrize(
    ("definition", "value", "expected"),
    [
        (COLOR, Value.of_option("red"), []),
        (COLOR, Value.of_option("green"), ["unknown_option"]),
        (COLOR, Value.of_text("red"), ["wrong_type"]),
        (TAGS, Value.of_options(["eco", "sale"]), []),
        (TAGS, Value.of_options(["eco", "sale", "vegan"]), ["too_many_items"]),
        (TAGS, Value.of_options(["eco", "odd", "bad"]), ["unknown_option", "unknown_option", "too_many_items"]),
        (TITLE, Value.of_text("Shirt"), []),
        (TITLE, Value.of_text("ab"), ["too_short", "no_match"]),
        (TITLE, Value.of_text("a title that is too long"), ["too_long", "no_match"]),
        (MASS, Value.of_number(Decimal("1.5"), "KGM"), []),
        (MASS, Value.of_number(Decimal("99.9"), "GRM"), ["below_minimum"]),
        (MASS, Value.of_number(Decimal("2000.1"), "GRM"), ["above_maximum"]),
        (MASS, Value.of_number(5, "LBR"), ["above_maximum"]),
        (MASS, Value.of_number(Decimal("1.25"), "KGM"), ["too_precise"]),
        (MASS, Value.of_number(5, "MTR"), ["unknown_unit"]),
        (MASS, Value.of_number(5), ["unknown_unit"]),
        (SIZE, Value.of_number(3), []),
        (SIZE, Value.of_number(3, "KGM"), ["unknown_unit"]),
        (SIZE, Value.of_number(6), ["above_maximum"]),
        (BORN, Value.of_day(date(2020, 1, 1)), []),
        (BORN, Value.of_day(date(2019, 12, 31)), ["below_minimum"]),
        (BORN, Value.of_day(date(2027, 1, 1)), ["above_maximum"]),
        (PRICE, Value.of_money(Money(1999, "EUR")), []),
        (PRICE, Value.of_money(Money(99, "EUR")), ["below_minimum"]),
        (PRICE, Value.of_money(Money(1999, "USD")), ["wrong_currency"]),
        (PHOTO, Value.of_files(["https://cdn.example/a.JPG"]), []),
        (PHOTO, Value.of_files(["a.gif", "b.png", "c.exe"]), ["wrong_media", "wrong_media"]),
        (BRAND, Value.of_references(["acme"]), []),
        (BRAND, Value.of_references(["acme", "bolt"]), ["too_many_items"]),
        (FLAG, Value.of_flag(True), []),
    ],
)
def test_every_fault_of_a_value_is_told(definition: Definition, value: Value, expected: list[str]) -> None:
    assert codes(definition, value) == expected


def test_a_value_at_a_place_that_its_attribute_has_not_is_told_beside_the_rest() -> None:
    assert codes(COLOR, Value.of_option("green"), "de", "tmall") == [
        "not_localized",
        "not_scoped",
        "unknown_option",
    ]


def test_a_problem_names_path_value_and_what_is_allowed() -> None:
    (problem,) = COLOR.problems(Attribute(Place("color"), Value.of_option("green")))
    assert (problem.path, problem.value, problem.allowed) == ("attribute.color", "green", ("red", "blue"))
    assert str(problem) == "attribute.color: 'green' is no option; allowed: red, blue"


def test_a_path_names_language_and_channel() -> None:
    assert str(Place("title", "de-AT", "tmall")) == "attribute.title[de-AT]@tmall"


def test_all_attributes_of_a_product_are_checked_not_only_the_first_bad_one() -> None:
    found = SCHEMA.problems(
        "",
        [
            Attribute(Place("color"), Value.of_option("green")),
            Attribute(Place("nonsense"), Value.of_text("x")),
            Attribute(Place("title", "de"), Value.of_text("x")),
        ],
    )
    assert [(one.path, one.code) for one in found] == [
        ("attribute.color", "unknown_option"),
        ("attribute.nonsense", "unknown_attribute"),
        ("attribute.title[de]", "too_short"),
        ("attribute.title[de]", "no_match"),
    ]


def test_a_type_says_which_attributes_its_products_carry() -> None:
    schema = Schema((COLOR, SIZE), types=(ProductType("shirt", ("color",)),))
    found = schema.problems("shirt", [Attribute(Place("size"), Value.of_number(3))])
    assert [one.code for one in found] == ["not_carried"]
    assert [one.code for one in schema.problems("boat", [])] == ["unknown_type"]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Value(Type.NUMBER, ("1e5",)), "bad_value"),
        (lambda: Value(Type.MONEY, ("1.50",), "EUR"), "bad_value"),
        (lambda: Value(Type.DATE, ("today",)), "bad_value"),
        (lambda: Value(Type.BOOLEAN, ("yes",)), "bad_value"),
        (lambda: Value(Type.TEXT, ("a", "b")), "bad_value"),
        (lambda: Value(Type.OPTIONS, ()), "bad_value"),
        (lambda: Value.of_text(""), "bad_text"),
        (lambda: Value.of_text(" \n"), "bad_text"),
        (lambda: Value.of_text("a\x00b"), "bad_text"),
        (lambda: Value.of_text("\ud800"), "bad_text"),
        (lambda: Value.of_text("x" * 10_001), "bad_text"),
        (lambda: Value.of_number(0.1), "bad_number"),  # type: ignore[arg-type]
        (lambda: Value.of_number(Decimal("NaN")), "bad_number"),
        (lambda: Value.of_number(Decimal("1E+30")), "bad_number"),
        (lambda: Value.read_number("6.9E+12"), "bad_number"),
        (lambda: Value.read_number("1,5"), "bad_number"),
        (lambda: Value.of_option("a;b"), "bad_code"),
        (lambda: Value.of_option(" a"), "bad_code"),
        (lambda: Value.of_options([]), "bad_items"),
        (lambda: Value.of_references(["a", "a"]), "bad_items"),
        (lambda: Value.of_files(["has blank"]), "bad_file"),
    ],
)
def test_what_is_no_value_is_refused(make: Callable[[], Value], code: str) -> None:
    with pytest.raises(PayloadError) as error:
        make()
    assert error.value.code == code


def test_equal_numbers_are_equal_values() -> None:
    assert Value.of_number(Decimal("1.50"), "KGM") == Value.read_number("1.5", "KGM")
    assert Value.of_number(Decimal("-0")) == Value.of_number(0)
    assert Value.of_number(Decimal("1E+3")).text == "1000"
    assert Value.of_options(["b", "a", "b"]) == Value.of_options(["a", "b"])


def test_a_value_gives_what_it_holds() -> None:
    assert Value.of_number(Decimal("12.5"), "KGM").number == Decimal("12.5")
    assert Value.of_day(date(2026, 3, 2)).day == date(2026, 3, 2)
    assert Value.of_money(Money(1999, "EUR")).money == Money(1999, "EUR")
    assert Value.of_flag(True).flag
    assert not Value.of_flag(False).flag


def test_languages_fall_back_from_the_region_to_the_language_to_the_others() -> None:
    assert fallbacks("de-AT", ("en",)) == ("de-AT", "de", "en", "")


@pytest.mark.parametrize(
    ("locale", "channel", "expected"),
    [
        ("de-AT", "", "Hemd"),
        ("de", "tmall", "Hemd"),
        ("zh", "tmall", "T恤 tmall"),
        ("zh", "jd", "T恤"),
        ("fr", "tmall", "Shirt"),
        ("", "", None),
    ],
)
def test_a_reader_sees_the_nearest_value(locale: str, channel: str, expected: str | None) -> None:
    attributes = [
        Attribute(Place("title", "de"), Value.of_text("Hemd")),
        Attribute(Place("title", "en"), Value.of_text("Shirt")),
        Attribute(Place("title", "zh"), Value.of_text("T恤")),
        Attribute(Place("title", "zh", "tmall"), Value.of_text("T恤 tmall")),
    ]
    found = look_up(attributes, "title", locale=locale, channel=channel, others=("en",) if locale else ())
    assert (found.value.text if found else None) == expected


def test_channels_and_types_require_their_own_attributes() -> None:
    schema = Schema(
        (COLOR, TITLE, MASS),
        requirements=(
            Requirement("attribute.color"),
            Requirement("attribute.title", "tmall", locales=("zh", "en")),
            Requirement("attribute.mass", product_type="parcel"),
            Requirement("identifier.gtin", "tmall"),
        ),
    )
    title = [Attribute(Place("title", "en"), Value.of_text("Shirt"))]
    assert schema.gaps("", title, ()) == (("attribute.color",), 1)
    assert schema.gaps("parcel", title, ()) == (("attribute.color", "attribute.mass"), 2)
    missing, required = schema.gaps("", title, (), "tmall")
    assert (missing, required) == (("attribute.color", "attribute.title[zh]", "identifier.gtin"), 4)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Schema((COLOR, COLOR)), "bad_schema"),
        (lambda: Schema((COLOR,), (ProductType("t", ("gone",)),)), "bad_schema"),
        (lambda: Schema((COLOR,), requirements=(Requirement("attribute.gone"),)), "bad_schema"),
        (lambda: Schema((Definition("m", Type.NUMBER, unit_family="odd"),)), "bad_schema"),
        (lambda: Schema((COLOR,), requirements=(Requirement("weight"),)), "bad_schema"),
        (lambda: Definition("c;d"), "bad_definition"),
        (lambda: Definition("c", Type.OPTION, options=(Option("a;b"),)), "bad_definition"),
        (lambda: Definition("c", Type.OPTION), "bad_definition"),
        (lambda: Definition("c", Type.TEXT, options=(Option("a"),)), "bad_definition"),
        (lambda: Definition("c", Type.OPTION, options=(Option("a"), Option("a"))), "bad_definition"),
        (lambda: Definition("c", Type.TEXT, unit_family="mass"), "bad_definition"),
        (lambda: Definition("c", limits=Limits(pattern="(")), "bad_definition"),
        (lambda: SCHEMA.definition("gone"), "unknown_attribute"),
    ],
)
def test_a_schema_that_does_not_hold_together_is_refused(make: Callable[[], object], code: str) -> None:
    with pytest.raises(UsageError) as error:
        make()
    assert error.value.code == code


def test_all_faults_of_a_schema_are_told() -> None:
    with pytest.raises(UsageError) as error:
        Schema((COLOR, COLOR), (ProductType("t", ("gone",)), ProductType("t", ())))
    assert len(error.value.facts["faults"]) == 3  # type: ignore[arg-type]


def test_labels_are_given_in_a_language_or_as_the_code() -> None:
    assert (COLOR.label("zh"), COLOR.label("fr")) == ("颜色", "color")
    assert COLOR.codes["red"].label("zh") == "红色"
    assert SCHEMA.value(
        [Attribute(Place("title", "en"), Value.of_text("Shirt"))], "title", locale="fr"
    ) == Value.of_text("Shirt")
