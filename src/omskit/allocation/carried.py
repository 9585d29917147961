"""What contracts with couriers count: parcels by courier, service, warehouse and days of hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Self

from attrs import evolve, frozen

from omskit.core import UsageError


@frozen
class Carried:
    """Some of the parcels that are handed over; what is left empty does not matter.

    A parcel counts in all that it belongs to: one of ``Carried("post", warehouse="BER")`` is one of
    ``Carried("post")`` too, so the narrow and the wide limit both hold.

    Args:
        courier: Who carries them.
        service: By which of his services.
        warehouse: From where.
        first: The first day of hand-over that counts, in the warehouse's calendar.
        last: The last one.
    """

    courier: str = ""
    service: str = ""
    warehouse: str = ""
    first: date | None = None
    last: date | None = None

    def has(self, courier: str, service: str, warehouse: str, day: date) -> bool:
        """Whether a parcel is one of them."""
        return (
            self.courier in {"", courier}
            and self.service in {"", service}
            and self.warehouse in {"", warehouse}
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
        )

    def on(self, day: date) -> Self:
        """Return the same parcels of one day."""
        return evolve(self, first=day, last=day)

    @property
    def dated(self) -> bool:
        """Whether only some days count."""
        return self.first is not None or self.last is not None

    @property
    def rung(self) -> tuple[str, ...]:
        """What they are ordered by: the widest first."""
        days = dict.fromkeys(day.isoformat() if day else "" for day in (self.first, self.last))
        return self.courier, self.service, self.warehouse, *days


@frozen
class Commitment:
    """A promise to give a courier at least so many parcels.

    It is a wish with a price, not a rule: a parcel goes another way where that is cheaper by more than the price.
    A small price prefers the courier among ways that cost nearly the same; what a contract asks for each parcel
    that is missing fulfills it where that is cheaper than paying.

    Args:
        carried: Which parcels count.
        at_least: How many there should still be.
        short_minor: What each that is missing costs, above zero, in the network's currency.

    Raises:
        UsageError: ``bad_quantity`` for a negative number of parcels; ``bad_policy`` for a price below 1.
    """

    carried: Carried
    at_least: int
    short_minor: int

    def __attrs_post_init__(self) -> None:
        if type(self.at_least) is not int or self.at_least < 0:
            raise UsageError("bad_quantity", f"at least {self.at_least!r} parcels: an int from 0")
        if type(self.short_minor) is not int or self.short_minor < 1:
            raise UsageError("bad_policy", f"a missing parcel costs {self.short_minor!r}; an int from 1")


#: Numbers by the code of a courier, or by the parcels that they are about.
ByCarried = Mapping[str, int] | Mapping[Carried, int] | Mapping[str | Carried, int]


def by_carried(numbers: ByCarried) -> Mapping[Carried, int]:
    """Return numbers with couriers' codes as what they stand for, in order; of two about the same the lesser.

    Raises:
        UsageError: ``bad_quantity`` unless all are ints from 0.
    """
    found: dict[Carried, int] = {}
    for one, count in numbers.items():
        if type(count) is not int or count < 0:
            raise UsageError("bad_quantity", f"{count!r} for {one}: an int from 0", value=count)
        carried = Carried(one) if isinstance(one, str) else one
        found[carried] = min(count, found.get(carried, count))
    return dict(sorted(found.items(), key=lambda pair: pair[0].rung))
