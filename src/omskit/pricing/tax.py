"""Tax on what is paid: within prices or on top of them, settled per line or per document.

Where prices hold their tax, ``net = round(gross / (1 + rate))`` and the tax is the difference; where they do not,
``tax = round(net * rate)``. Exactly one of the two is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum

from attrs import field, frozen

from omskit.core import UsageError, share
from omskit.pricing.codes import codes
from omskit.pricing.prices import TaxMode
from omskit.pricing.rounding import Rounding, fraction, rounded


class TaxRounding(Enum):
    """Whether the tax of each line is rounded, or that of all lines of one class together, shared exactly."""

    LINE = "line"
    DOCUMENT = "document"


def _rates(rates: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {name: fraction(rate, name=f"tax rate {name!r} of", most=10) for name, rate in sorted(rates.items())}


@frozen
class TaxRules:
    """How goods and freight are taxed.

    Args:
        rates: Rate by tax class, as a fraction: ``{"": Decimal("0.13"), "food": Decimal("0.09")}``.
        mode: Whether prices hold their tax.
        per: What is rounded.
        exempt: Classes without tax.
        freight: The class of the freight; None taxes it as the goods, in proportion to what is paid for them.
        rounding: Of amounts between two minor units.

    Raises:
        UsageError: ``bad_fraction``; ``not_a_set``.
    """

    rates: Mapping[str, Decimal] = field(default={"": Decimal(0)}, converter=_rates)
    mode: TaxMode = TaxMode.INCLUDED
    per: TaxRounding = TaxRounding.LINE
    exempt: tuple[str, ...] = field(default=(), converter=codes)
    freight: str | None = None
    rounding: Rounding = Rounding.HALF_UP

    def rate_of(self, tax_class: str) -> Decimal:
        """Return the rate of a class; 0 for an exempt one.

        Raises:
            UsageError: ``unknown_tax_class``.
        """
        if tax_class in self.exempt:
            return Decimal(0)
        try:
            return self.rates[tax_class]
        except KeyError:
            raise UsageError(
                "unknown_tax_class",
                f"no rate for {tax_class!r}; there are: {', '.join(map(repr, (*self.rates, *self.exempt)))}",
                tax_class=tax_class,
            ) from None

    def tax_minor(self, amount_minor: int, tax_class: str) -> int:
        """Return the tax of an amount: within it, or on top of it.

        Raises:
            UsageError: ``unknown_tax_class``.
        """
        return self._of(amount_minor, *self.rate_of(tax_class).as_integer_ratio())

    def _of(self, amount_minor: int, part: int, whole: int) -> int:
        if self.mode is TaxMode.EXCLUDED:
            return rounded(amount_minor * part, whole, self.rounding)
        return amount_minor - rounded(amount_minor * whole, whole + part, self.rounding)

    def taxes(self, amounts: Sequence[tuple[str, int]]) -> list[int]:
        """Return the tax of each (class, amount), rounded per line or per document.

        Raises:
            UsageError: ``unknown_tax_class``.
        """
        if self.per is TaxRounding.LINE:
            ratios = {
                name: self.rate_of(name).as_integer_ratio() for name in dict.fromkeys(it for it, _ in amounts)
            }
            return [self._of(minor, *ratios[tax_class]) for tax_class, minor in amounts]
        found = [0] * len(amounts)
        places: dict[str, list[int]] = {}
        for place, (tax_class, _) in enumerate(amounts):
            places.setdefault(tax_class, []).append(place)
        for tax_class, some in places.items():
            weights = [amounts[place][1] for place in some]
            total = self.tax_minor(sum(weights), tax_class)
            for place, part in zip(some, share(total, weights), strict=True):
                found[place] = part
        return found

    def freight_parts(self, freight_minor: int, goods: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        """Return the freight by the classes that it is taxed as.

        Args:
            freight_minor: What is paid for it.
            goods: (class, what is paid for it) of each line; without any money among them the first line decides.
        """
        if not freight_minor:
            return []
        if self.freight is not None or not goods:
            return [(self.freight or "", freight_minor)]
        paid: dict[str, int] = {}
        for tax_class, minor in goods:
            paid[tax_class] = paid.get(tax_class, 0) + minor
        if not any(paid.values()):
            return [(goods[0][0], freight_minor)]
        parts = zip(paid, share(freight_minor, list(paid.values())), strict=True)
        return [(tax_class, part) for tax_class, part in parts if part]
