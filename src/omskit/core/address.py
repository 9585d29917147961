"""Where goods go: the coarse destination that decisions read, and the contact that only labels need."""

from __future__ import annotations

import re

from attrs import field, frozen

from omskit.core.errors import PayloadError

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)


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

    country: str = field()
    region: str = ""
    postcode: str = ""

    @country.validator
    def _is_a_code(self, _: object, value: str) -> None:
        if not _COUNTRY.fullmatch(value):
            raise PayloadError(
                "bad_country", f"{value!r} is no ISO 3166-1 alpha-2 code: two capital letters", value=value
            )


@frozen
class Contact:
    """Whom a parcel is for. Personal: its repr shows nothing, and orders carry it apart from decisions."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)
    city: str = field(default="", repr=False)
