"""Money is an integer of minor units and an ISO 4217 currency; text enters by one strict parser.

Amounts are bounded to ±10^15 minor units, so that a sum over a million orders stays within 64 bits.
"""

from __future__ import annotations

import re
from typing import Self

from attrs import field, frozen

from omskit.core.errors import PayloadError, UsageError

#: Largest magnitude of one amount, in minor units.
MAX_AMOUNT_MINOR = 10**15

#: Digits after the point for each active ISO 4217 code; the standard's amendment 176 (2024).
SCALES: dict[str, int] = dict.fromkeys(
    (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
        "CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ "
        "GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD "
        "MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON "
        "RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS "
        "UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
    ).split(),
    2,
)
SCALES |= dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
SCALES |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
SCALES |= dict.fromkeys("CLF UYW".split(), 4)

_AMOUNT = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,4}))?", re.ASCII)


def scale_of(currency: str) -> int:
    """Return how many digits follow the point: 2 for EUR, 0 for JPY, 3 for KWD.

    Raises:
        UsageError: ``unknown_currency``.
    """
    try:
        return SCALES[currency]
    except KeyError:
        raise UsageError(
            "unknown_currency", f"{currency!r} is no active ISO 4217 code", currency=currency
        ) from None


def parse_amount(text: str, currency: str) -> int:
    """Read decimal text as minor units: ``parse_amount("12.5", "EUR") == 1250``.

    Only ASCII digits with an optional leading minus and one point are read; no exponent, separator, sign
    ``+``, NaN or blank, and no more digits after the point than the currency has. Nothing is rounded.

    Raises:
        PayloadError: ``bad_amount``; ``amount_out_of_range`` beyond ±:data:`MAX_AMOUNT_MINOR`.
        UsageError: ``unknown_currency``, or ``not_text`` for a float, an int or anything but text.
    """
    scale = scale_of(currency)
    if not isinstance(text, str):
        raise UsageError("not_text", f"amounts are read from text, not from {type(text).__name__}", value=text)
    match = _AMOUNT.fullmatch(text)
    sign, whole, part = match.groups("") if match else ("", "", "")
    if match is None or len(part) > scale:
        raise PayloadError(
            "bad_amount",
            f"{text!r} is not an amount in {currency}: ASCII digits with at most {scale} after the point",
            value=text,
            currency=currency,
        )
    minor = int(f"{whole}{part}{'0' * (scale - len(part))}")
    if minor > MAX_AMOUNT_MINOR:
        raise PayloadError("amount_out_of_range", f"{text} {currency} is beyond ±10^15 minor units", value=text)
    return -minor if sign else minor


def format_amount(amount_minor: int, currency: str) -> str:
    """Write minor units as decimal text with the currency's scale; the inverse of :func:`parse_amount`."""
    scale = scale_of(currency)
    whole, part = divmod(abs(amount_minor), 10**scale)
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{whole}.{part:0{scale}}" if scale else f"{sign}{whole}"


def checked_minor(amount_minor: int) -> int:
    """Return the amount if it is an int within ±:data:`MAX_AMOUNT_MINOR`.

    Raises:
        UsageError: ``not_minor_units`` for a float, a bool or another type; ``amount_out_of_range``.
    """
    if type(amount_minor) is not int:
        raise UsageError(
            "not_minor_units",
            f"money is an int of minor units, not {type(amount_minor).__name__}",
            value=amount_minor,
        )
    if not -MAX_AMOUNT_MINOR <= amount_minor <= MAX_AMOUNT_MINOR:
        raise UsageError("amount_out_of_range", f"{amount_minor} is beyond ±10^15 minor units", value=amount_minor)
    return amount_minor


@frozen(order=False)
class Money:
    """An amount at the edge of the library; inside, amounts are plain ints beside one currency.

    Adding or comparing two currencies is an error, never a conversion.

    Raises:
        UsageError: ``not_minor_units``, ``amount_out_of_range``, ``unknown_currency``; ``mixed_currencies`` and
            ``not_money`` when two values do not go together.
    """

    amount_minor: int = field(converter=checked_minor)
    currency: str = field()

    @currency.validator
    def _is_active(self, _: object, currency: str) -> None:
        scale_of(currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read decimal text; see :func:`parse_amount`."""
        return cls(parse_amount(text, currency), currency)

    def __str__(self) -> str:
        return f"{format_amount(self.amount_minor, self.currency)} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount_minor * checked_minor(times), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount_minor <= self._same(other)

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise UsageError("not_money", f"expected Money, not {type(other).__name__}", value=other)
        if other.currency != self.currency:
            raise UsageError(
                "mixed_currencies",
                f"{self.currency} and {other.currency} do not mix",
                left=self.currency,
                right=other.currency,
            )
        return other.amount_minor
