"""The basket: what is to be paid for, and the facts about buyer, channel and moment that conditions ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from omskit.core import UsageError, aware, checked_minor, scale_of
from omskit.pricing.codes import codes
from omskit.pricing.window import zone_of


@frozen
class BasketLine:
    """Some units of one SKU at their list price.

    Args:
        number: Its number, from 1; the lower one gets the minor unit that sharing leaves over.
        sku: What is sold.
        quantity: Units, above zero.
        list_minor: Price of all units before promotions, zero or more.
        categories: Codes by which promotions may choose it.
        tax_class: By which its tax rate is found.
        floor_minor: Lowest price of one unit that promotions may lead to; above the list price it changes nothing.
        group: Lines of one group leave together.

    Raises:
        UsageError: ``bad_basket`` for a number or a quantity below 1, or a negative amount; ``not_minor_units``,
            ``amount_out_of_range``, ``not_a_set``.
    """

    number: int
    sku: str
    quantity: int
    list_minor: int = field(converter=checked_minor)
    categories: tuple[str, ...] = field(default=(), converter=codes)
    tax_class: str = ""
    floor_minor: int = field(default=0, converter=checked_minor)
    group: str = ""

    def __attrs_post_init__(self) -> None:
        if min(self.number, self.quantity) < 1 or min(self.list_minor, self.floor_minor) < 0:
            raise UsageError(
                "bad_basket",
                f"line {self.number}: a number and a quantity from 1, amounts from 0",
                line=self.number,
                quantity=self.quantity,
            )


@frozen
class Basket:
    """All lines that are priced together, in one currency.

    Args:
        currency: ISO 4217, of every amount.
        lines: With different numbers, in any order.
        freight_minor: Price of sending it, before promotions.

    Raises:
        UsageError: ``bad_basket`` for two lines of one number or negative freight; ``unknown_currency``.
    """

    currency: str
    lines: tuple[BasketLine, ...]
    freight_minor: int = field(default=0, converter=checked_minor)

    def __attrs_post_init__(self) -> None:
        scale_of(self.currency)
        if len({line.number for line in self.lines}) < len(self.lines):
            raise UsageError("bad_basket", "two lines have one number", lines=[line.number for line in self.lines])
        if self.freight_minor < 0:
            raise UsageError("bad_basket", f"freight of {self.freight_minor}; from 0", value=self.freight_minor)


@frozen
class Left:
    """What an allowance still gives; None is without limit."""

    uses: int | None = None
    minor: int | None = None


@frozen
class Context:
    """The facts about one pricing that are not in the basket.

    Args:
        at: Now; aware.
        channel: Code of the channel.
        zone: IANA name of the channel's time zone.
        region: Where it goes, as ``DE`` or ``CN-33``.
        buyer: Pseudonymous id of the buyer; empty when unknown: nothing that is limited per buyer applies.
        groups: Customer groups of the buyer.
        new_customer: Whether the buyer has not bought before.
        coupons: Code of each coupon that was handed in, to the code of the promotion that it is for; an empty
            promotion says that nobody knows the coupon.
        left: What is left of allowances by name, as in ``promotion:SUMMER``; one that is not named is untouched.
        gift_stock: Pieces of gift SKUs that there are; None when gifts are never short.

    Raises:
        UsageError: ``naive_datetime``, ``unknown_zone``, ``not_a_set``.
    """

    at: datetime = field(converter=aware)
    channel: str = ""
    zone: str = "UTC"
    region: str = ""
    buyer: str = ""
    groups: tuple[str, ...] = field(default=(), converter=codes)
    new_customer: bool = False
    coupons: Mapping[str, str] = field(factory=dict)
    left: Mapping[str, Left] = field(factory=dict)
    gift_stock: Mapping[str, int] | None = None

    def __attrs_post_init__(self) -> None:
        zone_of(self.zone)
