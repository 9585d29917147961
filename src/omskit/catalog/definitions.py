"""What an attribute may hold: its type, its options, its limits; checking tells every fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from attrs import field, frozen

from omskit.catalog.attributes import SEVERAL, Attribute, Type, Value, checked_code
from omskit.catalog.problems import Problem
from omskit.catalog.units import UNIT_FAMILIES, UnitFamily
from omskit.core import PayloadError, UsageError

_Exact = Decimal | Fraction


@frozen
class Option:
    """One allowed value of an option attribute.

    Args:
        code: As it is stored.
        labels: (language, text) pairs, for people and for import by label.
    """

    code: str
    labels: tuple[tuple[str, str], ...] = ()

    def label(self, locale: str) -> str:
        """Return the label in a language; the code when there is none."""
        return dict(self.labels).get(locale, self.code)


@frozen
class Limits:
    """Bounds of a value; those that do not fit its type say nothing.

    Args:
        minimum: Least number, in ``unit``; least minor units of money.
        maximum: Greatest number, in ``unit``; most minor units of money.
        unit: Of minimum and maximum; the base unit of the family when empty. Of money its only currency.
        decimals: Most digits after the point.
        min_length: Fewest characters of a text.
        max_length: Most characters of a text.
        pattern: Regular expression that a whole text matches.
        earliest: First day.
        latest: Last day.
        max_items: Most options, references or files.
        suffixes: Endings that a file's address may have, as in ``.jpg``.
    """

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""
    decimals: int | None = None
    min_length: int = 0
    max_length: int | None = None
    pattern: str = ""
    earliest: date | None = None
    latest: date | None = None
    max_items: int | None = None
    suffixes: tuple[str, ...] = ()


_NO_LIMITS = Limits()


def _bad_codes(codes: Iterable[str]) -> Iterator[str]:
    for code in codes:
        try:
            checked_code(code)
        except PayloadError as error:
            yield error.message


@frozen(slots=False)
class Definition:
    """An attribute: what it is called, what it holds, where it may differ.

    Args:
        code: Unique within a schema.
        type: What it holds.
        labels: (language, text) pairs.
        localized: Whether it is written once a language.
        scoped: Whether channels may have their own value.
        unique: Whether no two products may share a value.
        unit_family: Name of the unit family of a number; empty for a bare one.
        options: What an option attribute takes.
        refers_to: What a reference names, in the host's words: ``brand``, ``product``.
        limits: Bounds.

    Raises:
        UsageError: ``bad_definition``.
    """

    code: str
    type: Type = Type.TEXT
    labels: tuple[tuple[str, str], ...] = ()
    localized: bool = False
    scoped: bool = False
    unique: bool = False
    unit_family: str = ""
    options: tuple[Option, ...] = ()
    refers_to: str = ""
    limits: Limits = field(default=_NO_LIMITS)

    def __attrs_post_init__(self) -> None:
        faults = list(_bad_codes([self.code, *(option.code for option in self.options)]))
        if bool(self.options) != (self.type in (Type.OPTION, Type.OPTIONS)):
            faults.append("options go with the types option and options, and only with them")
        if len({option.code for option in self.options}) < len(self.options):
            faults.append("an option comes twice")
        if self.unit_family and self.type is not Type.NUMBER:
            faults.append("a unit family goes with numbers")
        try:
            re.compile(self.limits.pattern)
        except re.error as error:
            faults.append(f"the pattern does not compile: {error}")
        if faults:
            raise UsageError("bad_definition", f"{self.code}: {'; '.join(faults)}", attribute=self.code)

    @cached_property
    def codes(self) -> Mapping[str, Option]:
        """Option code to option."""
        return {option.code: option for option in self.options}

    @cached_property
    def _matches(self) -> re.Pattern[str]:
        return re.compile(self.limits.pattern)

    def label(self, locale: str) -> str:
        """Return the label in a language; the code when there is none."""
        return dict(self.labels).get(locale, self.code)

    def problems(
        self, attribute: Attribute, units: Mapping[str, UnitFamily] = UNIT_FAMILIES
    ) -> tuple[Problem, ...]:
        """Return everything that is wrong with a value of this attribute."""
        path, value = str(attribute.place), attribute.value
        found = []
        if attribute.place.locale and not self.localized:
            found.append(Problem(path, "not_localized", "is the same in every language", attribute.place.locale))
        if attribute.place.channel and not self.scoped:
            found.append(Problem(path, "not_scoped", "is the same in every channel", attribute.place.channel))
        if value.type is not self.type:
            message = f"holds {value.type.value} where {self.type.value} belongs"
            return (*found, Problem(path, "wrong_type", message, value.text[:80], (self.type.value,)))
        return (*found, *self._outside(path, value, units))

    def _outside(self, path: str, value: Value, units: Mapping[str, UnitFamily]) -> Iterator[Problem]:
        if self.type is Type.TEXT:
            yield from self._text(path, value.text)
        elif self.type in (Type.OPTION, Type.OPTIONS):
            yield from self._options(path, value.items)
        elif self.type is Type.NUMBER:
            yield from self._number(path, value, units)
        elif self.type is Type.MONEY:
            yield from self._money(path, value)
        elif self.type is Type.DATE:
            yield from self._date(path, value.day)
        elif self.type is Type.FILE and self.limits.suffixes:
            wrong = [one for one in value.items if not one.lower().endswith(self.limits.suffixes)]
            for address in wrong:
                yield Problem(path, "wrong_media", "has another ending", address[:80], self.limits.suffixes)
        most = self.limits.max_items
        if self.type in SEVERAL and most is not None and len(value.items) > most:
            yield Problem(path, "too_many_items", f"has {len(value.items)} items; at most {most}")

    def _text(self, path: str, text: str) -> Iterator[Problem]:
        limits = self.limits
        if len(text) < limits.min_length:
            yield Problem(path, "too_short", f"has {len(text)} characters; at least {limits.min_length}", text)
        if limits.max_length is not None and len(text) > limits.max_length:
            yield Problem(path, "too_long", f"has {len(text)} characters; at most {limits.max_length}", text[:80])
        if limits.pattern and not self._matches.fullmatch(text):
            yield Problem(path, "no_match", f"does not match {limits.pattern}", text[:80])

    def _options(self, path: str, items: Iterable[str]) -> Iterator[Problem]:
        for item in items:
            if item not in self.codes:
                yield Problem(path, "unknown_option", f"{item!r} is no option", item, tuple(self.codes))

    def _number(self, path: str, value: Value, units: Mapping[str, UnitFamily]) -> Iterator[Problem]:
        limits, number = self.limits, value.number
        places = len(value.text.partition(".")[2])
        if limits.decimals is not None and places > limits.decimals:
            yield Problem(path, "too_precise", f"has {places} decimals; at most {limits.decimals}", value.text)
        family = units.get(self.unit_family)
        if family is None:
            if value.unit:
                yield Problem(path, "unknown_unit", "is a bare number", value.unit)
            yield from self._range(path, value.text, number, limits.minimum, limits.maximum)
            return
        names = {name for unit in family.units for name in (unit.code, unit.symbol)}
        if value.unit not in names:
            allowed = tuple(unit.symbol for unit in family.units)
            yield Problem(path, "unknown_unit", f"{value.unit!r} is no unit of {family.name}", value.unit, allowed)
            return
        unit = limits.unit or family.units[0].code
        low = None if limits.minimum is None else family.to_base(limits.minimum, unit)
        high = None if limits.maximum is None else family.to_base(limits.maximum, unit)
        yield from self._range(path, f"{value.text} {value.unit}", family.to_base(number, value.unit), low, high)

    def _money(self, path: str, value: Value) -> Iterator[Problem]:
        if self.limits.unit and value.unit != self.limits.unit:
            yield Problem(path, "wrong_currency", f"is in {value.unit}", value.unit, (self.limits.unit,))
            return
        yield from self._range(path, str(value.money), value.number, self.limits.minimum, self.limits.maximum)

    def _range(
        self, path: str, text: str, value: _Exact, low: _Exact | None, high: _Exact | None
    ) -> Iterator[Problem]:
        bounds, unit = self.limits, f" {self.limits.unit}" if self.limits.unit else ""
        if low is not None and Fraction(value) < Fraction(low):
            yield Problem(path, "below_minimum", f"is below {bounds.minimum}{unit}", text)
        if high is not None and Fraction(value) > Fraction(high):
            yield Problem(path, "above_maximum", f"is above {bounds.maximum}{unit}", text)

    def _date(self, path: str, day: date) -> Iterator[Problem]:
        if self.limits.earliest is not None and day < self.limits.earliest:
            yield Problem(path, "below_minimum", f"is before {self.limits.earliest}", str(day))
        if self.limits.latest is not None and day > self.limits.latest:
            yield Problem(path, "above_maximum", f"is after {self.limits.latest}", str(day))
