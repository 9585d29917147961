"""What handling a product asks for: measures, weight, danger, temperature, shelf life, customs.

Weights are grams, lengths millimetres, volumes cubic centimetres: ints throughout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from attrs import field, frozen

from omskit.core import Component, PayloadError, checked_minor, scale_of

_UN = re.compile(r"[0-9]{4}", re.ASCII)
_CLASSES = frozenset("1 1.1 1.2 1.3 1.4 1.5 1.6 2.1 2.2 2.3 3 4.1 4.2 4.3 5.1 5.2 6.1 6.2 7 8 9".split())
_GROUPS = ("", "I", "II", "III")
_LITHIUM = ("", "ion", "ion_packed", "ion_contained", "metal", "metal_packed", "metal_contained")
_HS = re.compile(r"[0-9]{6,12}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)

#: Trait of dangerous goods; services and warehouses name the traits that they can take.
HAZMAT = "hazmat"
#: Trait of dangerous goods with lithium cells.
LITHIUM = "lithium"
#: Trait of goods that stay cool.
COLD = "cold"
#: Trait of goods that stay frozen.
FROZEN = "frozen"


@frozen
class Dimensions:
    """Outer measures of a box, millimetres.

    Raises:
        PayloadError: ``bad_dimensions`` unless all three are above zero.
    """

    length_mm: int
    width_mm: int
    height_mm: int

    def __attrs_post_init__(self) -> None:
        if min(self.length_mm, self.width_mm, self.height_mm) < 1:
            raise PayloadError("bad_dimensions", f"{self}: three measures above 0 mm", value=str(self))

    def __str__(self) -> str:
        return f"{self.length_mm}x{self.width_mm}x{self.height_mm}"

    @property
    def volume_cm3(self) -> int:
        """Volume, rounded up to whole cubic centimetres."""
        return -(-self.length_mm * self.width_mm * self.height_mm // 1000)

    @property
    def girth_mm(self) -> int:
        """The longest side and the way around the two others, as couriers limit it."""
        short, middle, long = sorted((self.length_mm, self.width_mm, self.height_mm))
        return long + 2 * (short + middle)


@frozen
class Hazmat:
    """Dangerous goods, in the words of the UN Model Regulations.

    Args:
        un_number: Four digits, as in ``3481``.
        hazard_class: Class or division: ``3``, ``4.1``, ``9``.
        packing_group: ``I``, ``II``, ``III``, or empty for goods without one.
        limited_quantity: Whether it travels as a limited quantity.
        lithium: ``ion``, ``ion_packed``, ``ion_contained`` or the same of ``metal``; empty without cells.

    Raises:
        PayloadError: ``bad_hazmat`` with what is ``allowed``.
    """

    un_number: str
    hazard_class: str
    packing_group: str = ""
    limited_quantity: bool = False
    lithium: str = ""

    def __attrs_post_init__(self) -> None:
        for name, value, allowed in (
            ("hazard_class", self.hazard_class, tuple(sorted(_CLASSES))),
            ("packing_group", self.packing_group, _GROUPS),
            ("lithium", self.lithium, _LITHIUM),
        ):
            if value not in allowed:
                raise PayloadError("bad_hazmat", f"{name} {value!r}", value=value, allowed=allowed)
        if not _UN.fullmatch(self.un_number):
            raise PayloadError(
                "bad_hazmat", f"{self.un_number!r}: a UN number has four digits", value=self.un_number
            )


@frozen
class Temperature:
    """The range in which goods are kept, whole degrees Celsius.

    Raises:
        PayloadError: ``bad_temperature`` unless the range goes up.
    """

    low_c: int
    high_c: int

    def __attrs_post_init__(self) -> None:
        if not -273 <= self.low_c <= self.high_c:
            raise PayloadError("bad_temperature", f"{self.low_c} to {self.high_c} °C goes the wrong way")

    @property
    def trait(self) -> str:
        """``frozen`` when it is kept below zero, ``cold`` when it is kept below 15 °C, else nothing."""
        if self.high_c <= 0:
            return FROZEN
        return COLD if self.high_c < 15 else ""


@frozen
class ShelfLife:
    """How long goods last, and how much of it a buyer must still get.

    Args:
        days: From production to expiry, above zero.
        remaining_days: What must be left when it is handed over.
        by_channel: Channels that ask for another number of days: (channel, days) pairs.

    Raises:
        PayloadError: ``bad_shelf_life``.
    """

    days: int
    remaining_days: int = 0
    by_channel: tuple[tuple[str, int], ...] = ()

    def __attrs_post_init__(self) -> None:
        asked = (self.remaining_days, *(days for _, days in self.by_channel))
        if self.days < 1 or min(asked) < 0 or max(asked) > self.days:
            raise PayloadError("bad_shelf_life", f"{self.days} days of which {asked} must be left", days=self.days)

    def expires_on(self, produced_on: date) -> date:
        """Return the day of expiry of goods made on a day."""
        return produced_on + timedelta(days=self.days)

    def last_day(self, expires_on: date, channel: str = "") -> date:
        """Return the last day on which goods of an expiry may be handed over in a channel."""
        return expires_on - timedelta(days=dict(self.by_channel).get(channel, self.remaining_days))


@frozen
class Customs:
    """What a border asks.

    Args:
        hs_code: Harmonised System: six digits that all countries share, up to twelve with national ones.
        origin: Country of origin, ISO 3166-1 alpha-2.
        declared_minor: Value to declare for one stock unit; 0 when it is the price.
        currency: Of the value.
        description: What it is, in words that customs take.

    Raises:
        PayloadError: ``bad_customs``.
        UsageError: ``unknown_currency``, ``not_minor_units``, ``amount_out_of_range``.
    """

    hs_code: str = ""
    origin: str = ""
    declared_minor: int = field(default=0, converter=checked_minor)
    currency: str = ""
    description: str = ""

    def __attrs_post_init__(self) -> None:
        if self.hs_code and not _HS.fullmatch(self.hs_code):
            raise PayloadError(
                "bad_customs", f"{self.hs_code!r}: an HS code has 6 to 12 digits", value=self.hs_code
            )
        if self.origin and not _COUNTRY.fullmatch(self.origin):
            raise PayloadError(
                "bad_customs", f"{self.origin!r}: an origin is two capital letters", value=self.origin
            )
        if self.declared_minor < 0 or bool(self.declared_minor) > bool(self.currency):
            raise PayloadError(
                "bad_customs", "a declared value is above 0 and has a currency", currency=self.currency
            )
        if self.description != self.description.strip():
            raise PayloadError("bad_customs", "the description has outer blanks", value=self.description[:80])
        if self.currency:
            scale_of(self.currency)


def _unique(traits: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(traits)))


@frozen
class Handling:
    """How one stock unit is handled.

    Args:
        weight_g: Packed weight, grams; 0 when nobody weighed it.
        dimensions: Packed measures; None when nobody measured it.
        hazmat: None for goods that are not dangerous.
        temperature: None for goods that are kept at any.
        shelf_life: None for goods that last.
        traits: The host's own words beside the ones that follow from the rest, as in ``fragile``; sorted.

    Raises:
        PayloadError: ``bad_weight`` for less than zero.
    """

    weight_g: int = 0
    dimensions: Dimensions | None = None
    hazmat: Hazmat | None = None
    temperature: Temperature | None = None
    shelf_life: ShelfLife | None = None
    traits: tuple[str, ...] = field(default=(), converter=_unique)

    def __attrs_post_init__(self) -> None:
        if self.weight_g < 0:
            raise PayloadError("bad_weight", f"{self.weight_g} g; from 0", value=self.weight_g)

    @property
    def all_traits(self) -> tuple[str, ...]:
        """Every trait, sorted: the host's own, ``hazmat``, ``lithium``, ``cold``, ``frozen``."""
        found = set(self.traits)
        if self.hazmat:
            found |= {HAZMAT, LITHIUM} if self.hazmat.lithium else {HAZMAT}
        if self.temperature and self.temperature.trait:
            found.add(self.temperature.trait)
        return tuple(sorted(found))

    def component(self, sku: str, per: int = 1) -> Component:
        """Return what an order line keeps of a SKU: pieces, weight, volume, traits."""
        volume_cm3 = self.dimensions.volume_cm3 if self.dimensions else 0
        return Component(sku, per, self.weight_g, volume_cm3, self.all_traits)
