"""Units of measure in families, converted exactly; codes of UN/ECE Recommendation 20.

Amounts are ints, Decimals or Fractions, results are Fractions: 1 lb is 45359237/100000000 kg and stays that.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from attrs import frozen

from omskit.core import PayloadError, UsageError


@frozen
class Unit:
    """One unit of a family.

    Args:
        code: UN/ECE Recommendation 20, as in ``KGM``.
        symbol: As people write it, as in ``kg``; unique within its family.
        factor: How many base units it is.
        offset: Base units that its zero stands for; only temperatures have one.
    """

    code: str
    symbol: str
    factor: Fraction
    offset: Fraction = Fraction(0)


@frozen(slots=False)
class UnitFamily:
    """Units of one dimension; the first one is the base.

    Raises:
        UsageError: ``bad_units`` unless codes and symbols are unique, factors are above zero, and the base is
            1 of itself.
    """

    name: str
    units: tuple[Unit, ...]

    def __attrs_post_init__(self) -> None:
        sound = bool(self.units) and self.units[0].factor == 1 and all(unit.factor > 0 for unit in self.units)
        named = len({unit.code for unit in self.units} | {unit.symbol for unit in self.units})
        if not sound or named < sum(1 + (unit.code != unit.symbol) for unit in self.units):
            raise UsageError(
                "bad_units", f"{self.name}: unique names, factors above 0, the base first", family=self.name
            )

    @cached_property
    def _named(self) -> Mapping[str, Unit]:
        return {name: unit for unit in self.units for name in (unit.code, unit.symbol)}

    def unit(self, name: str) -> Unit:
        """Return a unit by code or symbol.

        Raises:
            PayloadError: ``unknown_unit`` with the symbols that are ``allowed``.
        """
        found = self._named.get(name)
        if found is None:
            allowed = tuple(unit.symbol for unit in self.units)
            raise PayloadError(
                "unknown_unit",
                f"{name!r} is no unit of {self.name}: {', '.join(allowed)}",
                value=name,
                allowed=allowed,
            )
        return found

    def to_base(self, amount: int | Decimal | Fraction, unit: str) -> Fraction:
        """Return an amount in base units, exactly.

        Raises:
            PayloadError: ``unknown_unit``.
            UsageError: ``not_exact`` for a float.
        """
        found = self.unit(unit)
        return _exact(amount) * found.factor + found.offset

    def convert(self, amount: int | Decimal | Fraction, unit: str, to: str) -> Fraction:
        """Return an amount in another unit of the family, exactly; there and back is the same amount.

        Raises:
            PayloadError: ``unknown_unit``.
            UsageError: ``not_exact`` for a float.
        """
        target = self.unit(to)
        return (self.to_base(amount, unit) - target.offset) / target.factor


def _exact(amount: int | Decimal | Fraction) -> Fraction:
    if isinstance(amount, float | bool):
        raise UsageError("not_exact", f"{amount!r} is no exact amount: int, Decimal or Fraction", value=amount)
    return Fraction(amount)


def _family(name: str, table: str) -> UnitFamily:
    units = []
    for line in table.strip().splitlines():
        code, symbol, factor, *offset = line.split()
        units.append(Unit(code, symbol, Fraction(factor), Fraction(offset[0]) if offset else Fraction(0)))
    return UnitFamily(name, tuple(units))


_MASS = """
GRM g 1
MGM mg 1/1000
KGM kg 1000
TNE t 1000000
ONZ oz 28.349523125
LBR lb 453.59237
"""
_LENGTH = """
MMT mm 1
CMT cm 10
MTR m 1000
KMT km 1000000
INH in 25.4
FOT ft 304.8
YRD yd 914.4
"""
_AREA = """
CMK cm² 1
MMK mm² 1/100
MTK m² 10000
INK in² 6.4516
FTK ft² 929.0304
"""
_VOLUME = """
MLT ml 1
CMQ cm³ 1
CLT cl 10
LTR l 1000
MTQ m³ 1000000
OZA fl.oz(US) 29.5735295625
OZI fl.oz(UK) 28.4130625
PTI pt(UK) 568.26125
GLL gal(US) 3785.411784
GLI gal(UK) 4546.09
"""
_TIME = """
SEC s 1
MIN min 60
HUR h 3600
DAY d 86400
"""
_TEMPERATURE = """
KEL K 1
CEL °C 1 273.15
FAH °F 5/9 45967/180
"""
_POWER = """
WTT W 1
KWT kW 1000
"""
_ENERGY = """
JOU J 1
KJO kJ 1000
WHR Wh 3600
KWH kWh 3600000
E14 kcal 4186.8
"""
_ELECTRIC = {
    "voltage": "VLT V 1\n2Z mV 1/1000\nKVT kV 1000",
    "current": "AMP A 1\n4K mA 1/1000",
    "charge": "AMH Ah 1\nE09 mAh 1/1000",
    "frequency": "HTZ Hz 1\nKHZ kHz 1000\nMHZ MHz 1000000\nA86 GHz 1000000000",
    "pressure": "PAL Pa 1\nKPA kPa 1000\nBAR bar 100000",
    "data": "AD B 1\n2P kB 1000\n4L MB 1000000\nE34 GB 1000000000\nE35 TB 1000000000000",
    "count": "C62 pc 1\nPR pair 2\nDZN dozen 12",
    "ratio": "P1 % 1",
}

#: The families that every schema knows: mass in grams, length in millimetres, temperature in kelvin ...
UNIT_FAMILIES: Mapping[str, UnitFamily] = MappingProxyType(
    {
        name: _family(name, table)
        for name, table in {
            "mass": _MASS,
            "length": _LENGTH,
            "area": _AREA,
            "volume": _VOLUME,
            "time": _TIME,
            "temperature": _TEMPERATURE,
            "power": _POWER,
            "energy": _ENERGY,
            **_ELECTRIC,
        }.items()
    }
)
