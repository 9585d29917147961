"""Attribute values as the text of one cell, in both directions: what is written is read back as the same value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from omskit.catalog.attributes import Type, Value
from omskit.catalog.definitions import Definition
from omskit.catalog.units import UnitFamily
from omskit.core import Money, PayloadError, format_amount

#: What stands between the items of a cell that has several.
BETWEEN = "; "

_YES = frozenset({"true", "yes", "y", "1", "是"})
_NO = frozenset({"false", "no", "n", "0", "否"})


def split(text: str) -> list[str]:
    """Return the items of a cell, without blanks around them."""
    return [item for one in text.split(BETWEEN[0]) if (item := one.strip())]


def read_flag(text: str) -> bool:
    """Read yes or no, in English or Chinese.

    Raises:
        PayloadError: ``bad_flag``.
    """
    word = text.strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise PayloadError(
        "bad_flag", f"{text[:80]!r} is neither yes nor no", value=text[:80], allowed=("true", "false")
    )


def read_day(text: str) -> date:
    """Read a day of ISO 8601.

    Raises:
        PayloadError: ``bad_day``.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise PayloadError("bad_day", f"{text[:80]!r} is no day such as 2026-03-31", value=text[:80]) from None


def read_money(text: str) -> Money:
    """Read an amount and its currency: ``12.50 EUR``.

    Raises:
        PayloadError: ``bad_amount``, ``amount_out_of_range``; ``bad_currency``.
    """
    amount, _, currency = text.strip().partition(" ")
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise PayloadError(
            "bad_currency", f"{text[:80]!r}: an amount and a currency, as in 12.50 EUR", value=text[:80]
        )
    return Money.parse(amount, currency)


def write_money(money: Money) -> str:
    """Write an amount and its currency."""
    return f"{format_amount(money.amount_minor, money.currency)} {money.currency}"


def read_value(definition: Definition, text: str, units: Mapping[str, UnitFamily]) -> Value:
    """Read a cell as a value of an attribute; options may be given by code or by label.

    Raises:
        PayloadError: ``bad_text``, ``bad_number``, ``unknown_unit``, ``unknown_option``, ``bad_day``,
            ``bad_amount``, ``bad_currency``, ``bad_flag``, ``bad_code``, ``bad_items``, ``bad_file``.
        UsageError: ``unknown_currency``.
    """
    if definition.type is Type.NUMBER:
        return _number(definition, text, units)
    if definition.type is Type.OPTION:
        return Value.of_option(_option(definition, text.strip()))
    if definition.type is Type.OPTIONS:
        return Value.of_options(_option(definition, item) for item in split(text))
    return _READ[definition.type](text)


_READ: Mapping[Type, Callable[[str], Value]] = {
    Type.TEXT: Value.of_text,
    Type.DATE: lambda text: Value.of_day(read_day(text)),
    Type.MONEY: lambda text: Value.of_money(read_money(text)),
    Type.BOOLEAN: lambda text: Value.of_flag(read_flag(text)),
    Type.REFERENCE: lambda text: Value.of_references(split(text)),
    Type.FILE: lambda text: Value.of_files(split(text)),
}


def _number(definition: Definition, text: str, units: Mapping[str, UnitFamily]) -> Value:
    family = units.get(definition.unit_family)
    if family is None:
        return Value.read_number(text.strip())
    amount, _, unit = text.strip().partition(" ")
    return Value.read_number(amount, family.unit(unit.strip() or definition.limits.unit).code)


def _option(definition: Definition, text: str) -> str:
    if text in definition.codes:
        return text
    labelled = [option.code for option in definition.options if text in (label for _, label in option.labels)]
    if len(labelled) == 1:
        return labelled[0]
    raise PayloadError(
        "unknown_option",
        f"{text[:80]!r} is {'the label of several options' if labelled else 'no option'}",
        value=text[:80],
        allowed=tuple(definition.codes),
    )


def write_value(value: Value, definition: Definition | None, units: Mapping[str, UnitFamily]) -> str:
    """Write a value as a cell: units by symbol, options by code."""
    if value.type is Type.MONEY:
        return write_money(value.money)
    if value.type is Type.NUMBER and value.unit:
        family = units.get(definition.unit_family) if definition else None
        symbols = {unit.code: unit.symbol for unit in family.units} if family else {}
        return f"{value.text} {symbols.get(value.unit, value.unit)}"
    return BETWEEN.join(value.items)
