"""Exchange: an amount in another currency at a rate that someone states; nothing is converted unasked."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from attrs import field, frozen

from omskit.core import Money, UsageError, scale_of
from omskit.pricing.rounding import Rounding, rounded


@frozen
class Exchange:
    """A stated rate: one unit of ``source`` is ``rate`` units of ``target``.

    Args:
        source: ISO 4217.
        target: ISO 4217, another one.
        rate: Decimal above zero, in major units, as banks state it: 7.1234 for USD to CNY.
        stated_at: When; None when it is not known.
        stated_by: Who.

    Raises:
        UsageError: ``bad_exchange`` for a rate that is no Decimal above zero, or for one currency;
            ``unknown_currency``.
    """

    source: str
    target: str
    rate: Decimal = field()
    stated_at: datetime | None = None
    stated_by: str = ""

    def __attrs_post_init__(self) -> None:
        scale_of(self.source)
        scale_of(self.target)
        rate = self.rate
        stated = type(rate) is Decimal and rate.is_finite() and rate > 0
        if self.source == self.target or not stated:
            raise UsageError(
                "bad_exchange",
                f"{self.source} to {self.target} at {rate!r}: two currencies and a Decimal above zero",
                source=self.source,
                target=self.target,
                rate=rate,
            )

    def convert(self, money: Money, rounding: Rounding = Rounding.HALF_UP) -> Money:
        """Return an amount in the target currency: 100.00 USD at 7.1234 is 712.34 CNY.

        Raises:
            UsageError: ``mixed_currencies`` for an amount in another currency than ``source``; ``not_money``.
        """
        Money(0, self.source) + money
        return Money(self.minor(money.amount_minor, rounding), self.target)

    def minor(self, amount_minor: int, rounding: Rounding = Rounding.HALF_UP) -> int:
        """Return minor units of ``source`` in minor units of ``target``."""
        numerator, denominator = self.rate.as_integer_ratio()
        return rounded(
            amount_minor * numerator * 10 ** scale_of(self.target),
            denominator * 10 ** scale_of(self.source),
            rounding,
        )
