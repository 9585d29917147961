"""Numbers that name goods: GTIN, ISBN, SSCC and GLN, with check digits and equality over padding.

A GTIN is compared as 14 digits: 012345678905 and 00012345678905 are one item. Padding is not repacking: a case of
the item has an indicator of 1 to 8 in front *and* another check digit. Source: GS1 General Specifications, 1.4
(prefixes), 2.1 (trade items), 7.9 (check digits); ISO 2108 for ISBN.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Self

from attrs import frozen

from omskit.core import PayloadError

_SEPARATORS = re.compile(r"[\s-]")
_GTIN_LENGTHS = (8, 12, 13, 14)


class Use(Enum):
    """What the prefix of a GTIN says about where it may be used."""

    TRADE = "trade"
    BOOK = "book"
    MUSIC = "music"
    SERIAL = "serial"
    REGION = "region"
    COMPANY = "company"
    COUPON = "coupon"
    REFUND = "refund"


#: Prefixes of the 13-digit form that are no company's: (first, last, use).
_PREFIXES = (
    (20, 29, Use.REGION),
    (40, 49, Use.COMPANY),
    (50, 59, Use.COUPON),
    (200, 299, Use.REGION),
    (977, 977, Use.SERIAL),
    (978, 978, Use.BOOK),
    (979, 979, Use.BOOK),
    (980, 980, Use.REFUND),
    (981, 984, Use.COUPON),
    (990, 999, Use.COUPON),
)


def gs1_check_digit(body: str) -> str:
    """Return the check digit of a GS1 number: weights 3, 1, 3 ... from the right, modulo 10.

    It finds every single wrong digit, and every swap of neighbours that do not differ by 5.
    """
    return str(-(3 * sum(map(int, body[-1::-2])) + sum(map(int, body[-2::-2]))) % 10)


def isbn10_check_digit(body: str) -> str:
    """Return the check digit of nine digits of an ISBN-10: weights 10 to 2, modulo 11, ten written as X."""
    rest = -sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def _digits(text: str, what: str) -> str:
    """Take separators out of a number; anything else that is no digit is told with its position."""
    if text.isascii() and text.isdigit():
        return text
    for position, character in enumerate(text):
        if not (character.isascii() and character.isdigit()) and not _SEPARATORS.fullmatch(character):
            raise PayloadError(
                "not_a_digit",
                f"{character!r} at {position} of {text!r}: {what} has digits only",
                value=text,
                position=position,
            )
    return _SEPARATORS.sub("", text)


def _sized(text: str, what: str, lengths: tuple[int, ...]) -> str:
    digits = _digits(text, what)
    if len(digits) not in lengths:
        allowed = ", ".join(map(str, lengths))
        raise PayloadError(
            "bad_length",
            f"{text!r} has {len(digits)} digits; {what} has {allowed}",
            value=text,
            position=len(digits),
            allowed=lengths,
        )
    return digits


def _checked(text: str, what: str, lengths: tuple[int, ...]) -> str:
    digits = _sized(text, what, lengths)
    expected = gs1_check_digit(digits[:-1])
    if digits[-1] != expected:
        raise _wrong(text, what, digits, expected)
    return digits


def _wrong(text: str, what: str, digits: str, expected: str) -> PayloadError:
    return PayloadError(
        "wrong_check_digit",
        f"{text!r} ends with {digits[-1]}; as {what} it would end with {expected}",
        value=text,
        position=len(_SEPARATORS.sub(" ", text).rstrip()) - 1,
        expected=expected,
    )


@frozen(order=True)
class Gtin:
    """A Global Trade Item Number, kept as 14 digits, so that equal items are equal values.

    Args:
        key: 14 digits with leading zeros; use :meth:`read` for anything that people or scanners give.

    Raises:
        PayloadError: ``bad_length`` unless the key has 14 digits; ``not_a_digit``; ``wrong_check_digit``.
    """

    key: str

    def __attrs_post_init__(self) -> None:
        _checked(self.key, "a GTIN key", (14,))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read 8, 12, 13 or 14 digits; blanks and hyphens between them are passed over.

        Raises:
            PayloadError: ``bad_length``, ``not_a_digit``, ``wrong_check_digit``, each with its ``position``.
        """
        return cls(_checked(text, "a GTIN", _GTIN_LENGTHS).zfill(14))

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The shortest form that GS1 knows: 8, 12, 13 or 14 digits."""
        return self.key[14 - self.length :]

    @property
    def length(self) -> int:
        """Digits of the shortest form."""
        if self.key.startswith("000000"):
            return 8
        return 12 if self.key.startswith("00") else 13 if self.key[0] == "0" else 14

    @property
    def indicator(self) -> int:
        """0 for an item, 1 to 8 for a packaging level the brand chose, 9 for goods of variable measure."""
        return int(self.key[0])

    def packed(self, indicator: int) -> Gtin:
        """Return the GTIN-14 of a pack of this item: another indicator, and the check digit that goes with it.

        Raises:
            PayloadError: ``bad_indicator`` unless it is 1 to 9.
        """
        if not 1 <= indicator <= 9:
            raise PayloadError(
                "bad_indicator", f"a pack has an indicator of 1 to 9, not {indicator}", value=indicator
            )
        body = f"{indicator}{self.key[1:13]}"
        return Gtin(body + gs1_check_digit(body))

    @property
    def item(self) -> Gtin:
        """The item with indicator 0 whose number this one was made from; itself when it has none."""
        body = f"0{self.key[1:13]}"
        return Gtin(body + gs1_check_digit(body))

    @property
    def use(self) -> Use:
        """What the prefix says: only ``TRADE``, ``BOOK``, ``MUSIC`` and ``SERIAL`` go to other companies."""
        if self.length == 8:
            first = int(self.text[:3])
            return Use.COMPANY if first < 100 or 200 <= first <= 299 else Use.TRADE
        prefix = self.key[1:4]
        if self.key[1:5] == "9790":
            return Use.MUSIC
        return next((use for first, last, use in _PREFIXES if first <= int(prefix) <= last), Use.TRADE)

    @property
    def is_internal(self) -> bool:
        """Whether it means something within one company or region only, as numbers of fresh goods do."""
        return self.use in (Use.REGION, Use.COMPANY)


@frozen(order=True)
class Isbn:
    """A book's number, kept as 13 digits; ISBN-10 and ISBN-13 of one edition are equal.

    Raises:
        PayloadError: ``bad_length``, ``not_a_digit``, ``wrong_check_digit``; ``bad_prefix`` unless it begins with
            978 or 979, and for 979-0, which is music.
    """

    digits: str

    def __attrs_post_init__(self) -> None:
        _checked(self.digits, "an ISBN-13", (13,))
        if not self.digits.startswith(("978", "979")) or self.digits.startswith("9790"):
            raise PayloadError(
                "bad_prefix", f"{self.digits} is no ISBN: those begin with 978 or 979-1 on", value=self.digits
            )

    @classmethod
    def read(cls, text: str) -> Self:
        """Read an ISBN-10 or an ISBN-13, with or without hyphens.

        Raises:
            PayloadError: ``bad_length``, ``not_a_digit``, ``wrong_check_digit``, ``bad_prefix``.
        """
        body = text[:-1] if text[-1:] in ("X", "x") else text
        digits = _digits(body, "an ISBN") + ("X" if body != text else "")
        if len(digits) != 10:
            return cls(_checked(text, "an ISBN", (10, 13)))
        expected = isbn10_check_digit(digits[:9])
        if digits[-1] != expected:
            raise _wrong(text, "an ISBN-10", digits, expected)
        return cls("978" + digits[:9] + gs1_check_digit("978" + digits[:9]))

    @property
    def isbn10(self) -> str:
        """The ten-digit form.

        Raises:
            PayloadError: ``no_isbn10`` for a number of 979, which never had one.
        """
        if not self.digits.startswith("978"):
            raise PayloadError(
                "no_isbn10", f"{self.digits} begins with 979 and has no ten digits", value=self.digits
            )
        body = self.digits[3:12]
        return body + isbn10_check_digit(body)

    @property
    def gtin(self) -> Gtin:
        """The same number as a GTIN-13, as shops scan it."""
        return Gtin("0" + self.digits)


@frozen(order=True)
class Sscc:
    """A Serial Shipping Container Code: one pallet or parcel, 18 digits.

    Raises:
        PayloadError: ``bad_length``, ``not_a_digit``, ``wrong_check_digit``.
    """

    digits: str

    def __attrs_post_init__(self) -> None:
        _checked(self.digits, "an SSCC", (18,))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read 18 digits; blanks and hyphens are passed over.

        Raises:
            PayloadError: ``bad_length``, ``not_a_digit``, ``wrong_check_digit``.
        """
        return cls(_sized(text, "an SSCC", (18,)))

    @classmethod
    def of(cls, body: str) -> Self:
        """Complete 17 digits (extension digit, company prefix, serial reference) with their check digit.

        Raises:
            PayloadError: ``bad_length``, ``not_a_digit``.
        """
        digits = _sized(body, "the body of an SSCC", (17,))
        return cls(digits + gs1_check_digit(digits))


@frozen(order=True)
class Gln:
    """A Global Location Number: a party or a place, 13 digits.

    Raises:
        PayloadError: ``bad_length``, ``not_a_digit``, ``wrong_check_digit``.
    """

    digits: str

    def __attrs_post_init__(self) -> None:
        _checked(self.digits, "a GLN", (13,))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read 13 digits; blanks and hyphens are passed over.

        Raises:
            PayloadError: ``bad_length``, ``not_a_digit``, ``wrong_check_digit``.
        """
        return cls(_sized(text, "a GLN", (13,)))
