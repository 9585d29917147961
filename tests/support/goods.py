"""A small catalog for the tests: shirts, cameras, sets and the schema that they follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from attrs import evolve

from omskit.catalog import (
    Attribute,
    Bundle,
    BundlePart,
    Customs,
    Definition,
    Dimensions,
    Group,
    Handling,
    Hazmat,
    Identifier,
    Limits,
    Membership,
    Option,
    Pack,
    Packs,
    Place,
    Product,
    ProductType,
    Relation,
    Requirement,
    Schema,
    ShelfLife,
    Take,
    Temperature,
    Type,
    Value,
)
from omskit.core import Money

COLORS = (Option("red", (("en", "Red"), ("zh", "红色"))), Option("blue", (("en", "Blue"), ("zh", "蓝色"))))

SCHEMA = Schema(
    definitions=(
        Definition(
            "title",
            labels=(("en", "Title"), ("zh", "标题")),
            localized=True,
            scoped=True,
            limits=Limits(max_length=60),
        ),
        Definition("color", Type.OPTION, (("en", "Color"), ("zh", "颜色")), options=COLORS),
        Definition("tags", Type.OPTIONS, (("en", "Tags"),), options=(Option("eco"), Option("sale"))),
        Definition(
            "net",
            Type.NUMBER,
            (("en", "Net weight"), ("zh", "净重")),
            unit_family="mass",
            limits=Limits(Decimal(1)),
        ),
        Definition("launch", Type.DATE),
        Definition("rrp", Type.MONEY, limits=Limits(unit="EUR")),
        Definition("organic", Type.BOOLEAN),
        Definition("brand", Type.REFERENCE, refers_to="brand"),
        Definition("photos", Type.FILE, limits=Limits(suffixes=(".jpg",))),
        Definition("article", unique=True),
    ),
    types=(
        ProductType("shirt", ("title", "color", "tags", "launch", "rrp", "brand", "photos", "article")),
        ProductType("camera", ("title", "net", "launch", "rrp", "brand", "photos", "organic", "article")),
    ),
    requirements=(
        Requirement("name"),
        Requirement("attribute.title", "tmall", locales=("zh",)),
        Requirement("identifier.gtin", "tmall"),
        Requirement("attribute.net", product_type="camera"),
    ),
    fallbacks=("en",),
)

FAMILY = Product(
    1,
    "TEE",
    "active",
    "Tee",
    "shirt",
    axes=("color", "size"),
    attributes=(Attribute(Place("title", "en"), Value.of_text("Tee")),),
)
RED = Product(
    2,
    "TEE-RED-M",
    "active",
    "Tee red M",
    "shirt",
    family="TEE",
    options=(("color", "red"), ("size", "M")),
    attributes=(
        Attribute(Place("title", "zh", "tmall"), Value.of_text("红色T恤")),
        Attribute(Place("color"), Value.of_option("red")),
        Attribute(Place("tags"), Value.of_options(["eco", "sale"])),
        Attribute(Place("launch"), Value.of_day(date(2026, 3, 1))),
        Attribute(Place("rrp"), Value.of_money(Money(1999, "EUR"))),
        Attribute(Place("brand"), Value.of_references(["acme"])),
        Attribute(Place("photos"), Value.of_files(["https://cdn.example/1.jpg", "https://cdn.example/2.jpg"])),
    ),
    identifiers=(
        Identifier.read("gtin", "4006381333931"),
        Identifier.read("gtin", "14006381333938", "CS"),
        Identifier("mpn", "T-100 R"),
    ),
    packs=Packs(
        "EA", (Pack("CS", 12, gross_g=2_600, dimensions=Dimensions(400, 300, 200)), Pack("PAL", 40, "CS"))
    ),
    handling=Handling(200, Dimensions(300, 200, 30), traits=("fragile",)),
    customs=Customs("610910", "PT", 950, "EUR", "T-shirt of cotton"),
    categories=(Membership("shop", "tees"), Membership("shop", "sale"), Membership("google", "212")),
)
CAMERA = Product(
    3,
    "CAM",
    "active",
    "Camera",
    "camera",
    attributes=(
        Attribute(Place("net"), Value.of_number(Decimal("0.45"), "KGM")),
        Attribute(Place("organic"), Value.of_flag(False)),
    ),
    handling=Handling(
        600,
        None,
        Hazmat("3481", "9", "II", limited_quantity=True, lithium="ion_contained"),
        Temperature(-10, 40),
        ShelfLife(720, 90, (("tmall", 180),)),
    ),
    relations=(Relation("substitute", "TEE-RED-M"),),
)
SET = Product(
    4, "SET", "active", "Set", "shirt", bundle=Bundle.of(BundlePart("TEE-RED-M", 2, 3), BundlePart("CAM", 1, 7))
)
BAG = Product(
    5,
    "BAG",
    "draft",
    "Lucky bag",
    "shirt",
    bundle=Bundle((Group("luck", (BundlePart("TEE-RED-M", odds=9), BundlePart("CAM")), Take.DRAW),)),
    relations=(Relation("successor", "SET", reason="the bag is over", valid_from=date(2027, 1, 1)),),
)
ALL = (FAMILY, RED, CAMERA, SET, BAG)


def book(*products: Product) -> Mapping[str, Product]:
    return {one.code: one for one in products or ALL}


def content(product: Product) -> Product:
    """Return a product without what files do not carry: key, claim, retired numbers."""
    live = tuple(sorted(product.live_identifiers))
    return evolve(product, key=0, claim="", identifiers=live)


def contents(products: Iterable[Product]) -> Mapping[str, Product]:
    return {one.code: content(one) for one in products}
