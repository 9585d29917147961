"""Typed attribute values, and the values of one product with language and channel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Self

from attrs import frozen

from omskit.core import Money, PayloadError

#: Longest text of one value, in characters.
MAX_TEXT = 10_000
#: Most items of one value: options, references or files.
MAX_ITEMS = 1_000

_NUMBER = re.compile(r"-?[0-9]{1,24}(\.[0-9]{1,12})?", re.ASCII)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_CODE = re.compile(r"[^\s;\[\]@]([^;\[\]@\x00-\x1f]*[^\s;\[\]@])?")


class Type(Enum):
    """What an attribute holds."""

    TEXT = "text"
    NUMBER = "number"
    OPTION = "option"
    OPTIONS = "options"
    DATE = "date"
    MONEY = "money"
    BOOLEAN = "boolean"
    REFERENCE = "reference"
    FILE = "file"


#: How the one item of a type is written.
_FORMS = {
    Type.NUMBER: _NUMBER,
    Type.MONEY: re.compile(r"-?[0-9]{1,16}", re.ASCII),
    Type.DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII),
    Type.BOOLEAN: re.compile(r"true|false"),
}
#: Types whose values have several items.
SEVERAL = frozenset({Type.OPTIONS, Type.REFERENCE, Type.FILE})


@frozen
class Value:
    """One typed value, kept as exact text: what was written is what is read.

    Make it with the method of its type. Equal values are written in one way only: numbers without superfluous
    zeros, options sorted.

    Args:
        type: What it holds.
        items: Its text: one item, or several of an ``OPTIONS``, ``REFERENCE`` or ``FILE``.
        unit: Of a number its unit, of money its currency.

    Raises:
        PayloadError: ``bad_value`` when the items are not written as their type asks.
    """

    type: Type
    items: tuple[str, ...]
    unit: str = ""

    def __attrs_post_init__(self) -> None:
        form = _FORMS.get(self.type)
        several = len(self.items) > 1 and self.type not in SEVERAL
        if not self.items or several or (form and not form.fullmatch(self.items[0])):
            raise PayloadError("bad_value", f"{self.items} is no {self.type.value}", value=str(self.items)[:80])

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return text that is not blank; without control characters but tab and line feed.

        Raises:
            PayloadError: ``bad_text``.
        """
        if not text.strip() or not is_printable(text):
            raise PayloadError("bad_text", f"1 to {MAX_TEXT} characters that can be printed", value=text[:80])
        return cls(Type.TEXT, (text,))

    @classmethod
    def of_number(cls, number: Decimal | int, unit: str = "") -> Self:
        """Return a number with the unit it was measured in.

        Raises:
            PayloadError: ``bad_number`` for a float, or beyond 24 digits before or 12 after the point.
        """
        text = f"{number:f}" if isinstance(number, Decimal) else str(number) if type(number) is int else ""
        text = text.rstrip("0").rstrip(".") if "." in text else text
        if not _NUMBER.fullmatch(text):
            raise PayloadError("bad_number", f"{number!r} is no plain decimal number", value=str(number)[:80])
        return cls(Type.NUMBER, ("0" if text == "-0" else text,), unit)

    @classmethod
    def read_number(cls, text: str, unit: str = "") -> Self:
        """Return the number of decimal text.

        Raises:
            PayloadError: ``bad_number``.
        """
        if not _NUMBER.fullmatch(text):
            raise PayloadError("bad_number", f"{text!r} is no plain decimal number such as 12.5", value=text[:80])
        return cls.of_number(Decimal(text), unit)

    @classmethod
    def of_option(cls, code: str) -> Self:
        """Return one option by code.

        Raises:
            PayloadError: ``bad_code``.
        """
        return cls(Type.OPTION, (checked_code(code),))

    @classmethod
    def of_options(cls, codes: Iterable[str]) -> Self:
        """Return a set of options by code.

        Raises:
            PayloadError: ``bad_code``; ``bad_items`` for none or too many.
        """
        return cls(Type.OPTIONS, _items(sorted({checked_code(code) for code in codes})))

    @classmethod
    def of_day(cls, day: date) -> Self:
        """Return a day."""
        return cls(Type.DATE, (day.isoformat(),))

    @classmethod
    def of_money(cls, money: Money) -> Self:
        """Return an amount with its currency."""
        return cls(Type.MONEY, (str(money.amount_minor),), money.currency)

    @classmethod
    def of_flag(cls, flag: bool) -> Self:  # noqa: FBT001 - the one value it holds
        """Return yes or no."""
        return cls(Type.BOOLEAN, ("true" if flag else "false",))

    @classmethod
    def of_references(cls, codes: Sequence[str]) -> Self:
        """Return references to other things by code, in their order; the definition says to what.

        Raises:
            PayloadError: ``bad_code``; ``bad_items`` for none, too many or one twice.
        """
        return cls(Type.REFERENCE, _items([checked_code(code) for code in codes]))

    @classmethod
    def of_files(cls, addresses: Sequence[str]) -> Self:
        """Return files by address, in their order; where the bytes are is the host's business.

        Raises:
            PayloadError: ``bad_file`` for an address with blanks, semicolons or control characters; ``bad_items``.
        """
        for address in addresses:
            if not address or not is_printable(address) or any(one.isspace() or one == ";" for one in address):
                raise PayloadError("bad_file", f"{address!r} is no address", value=address[:80])
        return cls(Type.FILE, _items(addresses))

    @property
    def text(self) -> str:
        """The first item as it is written."""
        return self.items[0]

    @property
    def number(self) -> Decimal:
        """The number; of money its minor units."""
        return Decimal(self.items[0])

    @property
    def day(self) -> date:
        """The day of a ``DATE``."""
        return date.fromisoformat(self.items[0])

    @property
    def flag(self) -> bool:
        """Yes or no of a ``BOOLEAN``."""
        return self.items[0] == "true"

    @property
    def money(self) -> Money:
        """The amount of a ``MONEY``."""
        return Money(int(self.items[0]), self.unit)


def is_printable(text: str) -> bool:
    """Whether a text is within :data:`MAX_TEXT` and has no control characters but tab and line feed."""
    return len(text) <= MAX_TEXT and not _UNPRINTABLE.search(text)


def checked_code(code: str) -> str:
    """Return a code of an attribute, option, unit or product if it can stand in a path and in a list.

    Raises:
        PayloadError: ``bad_code`` for nothing, more than 100 characters, blanks around it, a control character,
            or one of ``; [ ] @``.
    """
    if len(code) > 100 or not _CODE.fullmatch(code):
        raise PayloadError(
            "bad_code", f"{code!r}: 1 to 100 characters without ; [ ] @ and outer blanks", value=code[:120]
        )
    return code


def _items(items: Sequence[str]) -> tuple[str, ...]:
    if not 1 <= len(items) <= MAX_ITEMS or len(set(items)) < len(items):
        raise PayloadError("bad_items", f"{len(items)} items; 1 to {MAX_ITEMS}, each once", count=len(items))
    return tuple(items)


@frozen(order=True)
class Place:
    """Which value of a product: an attribute, for a language, in a channel.

    Args:
        code: The attribute's.
        locale: BCP 47, as in ``de-AT``; empty for every language.
        channel: Empty for every channel.
    """

    code: str
    locale: str = ""
    channel: str = ""

    def __str__(self) -> str:
        locale = f"[{self.locale}]" if self.locale else ""
        return f"attribute.{self.code}{locale}{f'@{self.channel}' if self.channel else ''}"


@frozen
class Attribute:
    """The value of an attribute at one place."""

    place: Place
    value: Value


def fallbacks(locale: str, others: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the languages in which a value is looked for: ``de-AT``, ``de``, then the others, then none."""
    chain = []
    for one in (locale, *others):
        parts = one.split("-")
        chain += ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return tuple(dict.fromkeys([*chain, ""]))


def look_up(
    attributes: Iterable[Attribute], code: str, *, locale: str = "", channel: str = "", others: Sequence[str] = ()
) -> Attribute | None:
    """Return the value that a reader in a language and a channel sees; None when there is none for them.

    A nearer language goes before a nearer channel: someone who reads German gets German.
    """
    there = {one.place: one for one in attributes if one.place.code == code}
    for language in fallbacks(locale, others):
        for shop in (channel, ""):
            found = there.get(Place(code, language, shop))
            if found is not None:
                return found
    return None
