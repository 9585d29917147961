"""The numbers by which a product, or one of its packs, is known to somebody."""

from __future__ import annotations

import re
from typing import Self

from attrs import frozen

from omskit.catalog.gs1_numbers import Gtin, Isbn
from omskit.core import PayloadError

_WORD = re.compile(r"[A-Za-z0-9_-]{1,30}", re.ASCII)
_VALUE = re.compile(r"[^;\x00-\x1f\s]([^;\x00-\x1f]{0,98}[^;\x00-\x1f\s])?")

#: Scheme of identifiers that are GTINs; ISBNs are kept under it too, as the GTIN-13 that they are.
GTIN = "gtin"


@frozen(order=True)
class Identifier:
    """A number under which a product, or one of its packs, is known to somebody.

    Args:
        scheme: ``gtin``, or a word of the host's: ``mpn``, ``supplier``, ``erp``, ``internal``.
        value: Of a GTIN its 14 digits; else the text as given.
        unit: Which pack it names; empty for the stock unit.
        retired: Whether it is no longer printed. It still finds its product: old stock carries it, and GS1 forbids
            giving a number to another item.

    Raises:
        PayloadError: ``bad_identifier`` unless scheme and unit are words of letters, digits, ``-`` and ``_``, and
            the value has 1 to 100 characters without semicolon; for a GTIN what :class:`Gtin` raises.
    """

    scheme: str
    value: str
    unit: str = ""
    retired: bool = False

    def __attrs_post_init__(self) -> None:
        words = _WORD.fullmatch(self.scheme) and (not self.unit or _WORD.fullmatch(self.unit))
        if not words or not _VALUE.fullmatch(self.value):
            raise PayloadError(
                "bad_identifier",
                f"{self.scheme!r} {self.value[:120]!r} of {self.unit!r}: words, and 1 to 100 characters without ;",
                value=self.value[:120],
            )
        if self.scheme == GTIN:
            Gtin(self.value)

    @classmethod
    def read(cls, scheme: str, text: str, unit: str = "") -> Self:
        """Read a number as people write it: GTINs in any padding, ISBNs as the GTIN that they are.

        Raises:
            PayloadError: ``bad_identifier``, ``bad_length``, ``not_a_digit``, ``wrong_check_digit``,
                ``bad_prefix``.
        """
        if scheme == "isbn":
            return cls(GTIN, Isbn.read(text).gtin.key, unit)
        return cls(scheme, Gtin.read(text).key if scheme == GTIN else text.strip(), unit)

    @property
    def text(self) -> str:
        """The value as people write it: a GTIN in its shortest form."""
        return Gtin(self.value).text if self.scheme == GTIN else self.value
