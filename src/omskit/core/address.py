"""Where goods go: the coarse destination that decisions read, and the contact that only labels need."""

from __future__ import annotations

from itertools import product
from string import ascii_uppercase

from attrs import field, frozen

from omskit.core.errors import PayloadError
from omskit.core.quick import quick

_COUNTRIES = frozenset(map("".join, product(ascii_uppercase, repeat=2)))


@quick
@frozen
class Destination:
    """As much of an address as sourcing and couriers read; nothing personal.

    Args:
        country: ISO 3166-1 alpha-2.
        region: State, province or county as the country counts them; ISO 3166-2 without the country where
            there is one.
        postcode: As given.

    Raises:
        PayloadError: ``bad_country``.
    """

    country: str
    region: str = ""
    postcode: str = ""

    def __attrs_post_init__(self) -> None:
        if self.country not in _COUNTRIES:
            raise PayloadError(
                "bad_country",
                f"{self.country!r} is no ISO 3166-1 alpha-2 code: two capital letters",
                value=self.country,
            )


@quick
@frozen
class Contact:
    """Whom a parcel is for. Personal: its repr shows nothing, and orders carry it apart from decisions."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)
    city: str = field(default="", repr=False)
