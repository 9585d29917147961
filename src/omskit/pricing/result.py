"""What pricing comes to: frozen shares per line, gifts, what to reserve, and the trace of every step."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from omskit.core import Codec
from omskit.pricing.effects import GiftItem
from omskit.pricing.prices import TaxMode
from omskit.pricing.promotion import Scope


class Reason(Enum):
    """Why a promotion did nothing."""

    NOT_STARTED = "not_started"
    ENDED = "ended"
    OTHER_HOURS = "other_hours"
    OTHER_CHANNEL = "other_channel"
    OTHER_REGION = "other_region"
    OTHER_GROUP = "other_group"
    OTHER_CURRENCY = "other_currency"
    NOT_NEW_CUSTOMER = "not_new_customer"
    NO_COUPON = "no_coupon"
    UNKNOWN_COUPON = "unknown_coupon"
    STOPPED = "stopped"
    STACK_TAKEN = "stack_taken"
    BEATEN = "beaten"
    SKU_MISSING = "sku_missing"
    SKU_PRESENT = "sku_present"
    NO_LINES = "no_lines"
    LINES_TAKEN = "lines_taken"
    AMOUNT_SHORT = "amount_short"
    UNITS_SHORT = "units_short"
    AMOUNT_OVER = "amount_over"
    UNITS_OVER = "units_over"
    SET_INCOMPLETE = "set_incomplete"
    BUYER_UNKNOWN = "buyer_unknown"
    BUDGET_EMPTY = "budget_empty"
    BUDGET_SHORT = "budget_short"
    GIFT_OUT_OF_STOCK = "gift_out_of_stock"
    NOTHING_LEFT = "nothing_left"


@frozen
class Rejection:
    """A promotion (or a coupon that nobody knows) that did nothing, and why.

    Args:
        promotion: Its code; for ``UNKNOWN_COUPON`` the coupon's.
        reason: Why.
        minor: By how much an amount is short, the bound that it reaches, or what a budget has left.
        units: By how many units it is short, or the bound that they reach.
        other: The promotion that stands in its way, the SKU that is missing or present, the allowance that is
            used up.
    """

    promotion: str
    reason: Reason
    minor: int = 0
    units: int = 0
    other: str = ""


class StepKind(Enum):
    """What a step does: ``LIST`` and ``FREIGHT`` put amounts in, ``DISCOUNT`` takes off, ``TAX`` adds."""

    LIST = "list"
    FREIGHT = "freight"
    DISCOUNT = "discount"
    GIFT = "gift"
    TAX = "tax"


#: Stands for the freight where a line number is expected.
FREIGHT_LINE = 0


@frozen
class Step:
    """One step of the trace: ``base + delta = after``, and the shares add up to the delta.

    Args:
        kind: What it does.
        promotion: Code; empty for list prices, freight and tax.
        scope: Of the promotion; None for steps without one.
        base_minor: Total of what it looked at, before.
        delta_minor: Below zero for a discount.
        after_minor: The same total after it.
        times: How often the promotion counted: groups, sets, "each", or 1.
        shares: (line number, part of the delta); line 0 is the freight. Parts of zero are left out.
        funding: (who, part of the discount), by payer in the order that the promotion names them.
        capped: Whether a cap, a budget or minimum prices left less than the effect gives by itself.
    """

    kind: StepKind
    promotion: str = ""
    scope: Scope | None = None
    base_minor: int = 0
    delta_minor: int = 0
    after_minor: int = 0
    times: int = 1
    shares: tuple[tuple[int, int], ...] = ()
    funding: tuple[tuple[str, int], ...] = ()
    capped: bool = False


@frozen
class Discount:
    """What one promotion takes off one line (or the freight).

    Args:
        promotion: Code.
        minor: Above zero.
        funding: (who pays for it, part of it); empty when the seller alone does.
    """

    promotion: str
    minor: int
    funding: tuple[tuple[str, int], ...] = ()


@frozen
class PricedLine:
    """A line with its frozen shares; refunds read them and compute nothing again.

    Args:
        number: As in the basket.
        sku: As in the basket.
        quantity: As in the basket.
        list_minor: Before promotions, in the tax mode of the prices.
        discounts: Frozen shares of promotions, in the order in which they were applied.
        tax_minor: Frozen share of the tax: within the price, or on top of it.
        tax_class: As in the basket.
        group: Lines of one group leave together: a gift is put into the group of a line that earned it.
    """

    number: int
    sku: str
    quantity: int
    list_minor: int
    discounts: tuple[Discount, ...] = ()
    tax_minor: int = 0
    tax_class: str = ""
    group: str = ""

    @property
    def discount_minor(self) -> int:
        """All its discounts."""
        return sum(one.minor for one in self.discounts)

    @property
    def net_of_discount_minor(self) -> int:
        """List price less discounts, in the tax mode of the prices."""
        return self.list_minor - self.discount_minor


@frozen
class FreightPart:
    """The part of the freight that is taxed as one tax class."""

    tax_class: str
    minor: int
    tax_minor: int = 0


@frozen
class Freight:
    """What sending costs.

    Args:
        list_minor: Before promotions.
        discounts: Shares of promotions.
        parts: What is paid of it, by the tax classes of the goods; they add up to list less discounts.
    """

    list_minor: int = 0
    discounts: tuple[Discount, ...] = ()
    parts: tuple[FreightPart, ...] = ()

    @property
    def discount_minor(self) -> int:
        """All its discounts."""
        return sum(one.minor for one in self.discounts)

    @property
    def net_of_discount_minor(self) -> int:
        """List price less discounts, in the tax mode of the prices."""
        return self.list_minor - self.discount_minor

    @property
    def tax_minor(self) -> int:
        """The tax of all its parts."""
        return sum(part.tax_minor for part in self.parts)


@frozen
class Given:
    """A gift that was earned.

    Args:
        promotion: Code.
        item: What is given, with the quantity of one time.
        quantity: Pieces in all.
        follows: Numbers of the lines that earned it; it never leaves without one of them.
        group: Marker that it shares with the first of them.
    """

    promotion: str
    item: GiftItem
    quantity: int
    follows: tuple[int, ...]
    group: str


@frozen
class Use:
    """What has to be reserved for the order to have its price.

    Args:
        name: Of the allowance: ``promotion:SUMMER``, ``promotion:SUMMER/buyer:b7``, ``coupon:X7``.
        uses: Orders that count, 1.
        minor: Discount.
        limit_uses: Of an allowance that has to be opened for it; None is without limit.
        limit_minor: Likewise.
        currency: Of the amounts.
    """

    name: str
    uses: int = 1
    minor: int = 0
    limit_uses: int | None = None
    limit_minor: int | None = None
    currency: str = ""


@frozen
class PriceResult:
    """A basket's price with its reasons.

    Args:
        currency: Of every amount.
        tax_mode: Whether amounts hold their tax.
        lines: By number.
        freight: What sending costs.
        gifts: What is given.
        uses: What has to be reserved, by name.
        steps: The trace; :func:`omskit.pricing.replay` gives the total again from it alone.
        rejected: Promotions that did nothing, in the order of their turns, and coupons that nobody knows.
    """

    currency: str
    tax_mode: TaxMode
    lines: tuple[PricedLine, ...]
    freight: Freight
    gifts: tuple[Given, ...] = ()
    uses: tuple[Use, ...] = ()
    steps: tuple[Step, ...] = ()
    rejected: tuple[Rejection, ...] = ()

    def line(self, number: int) -> PricedLine | None:
        """Return a line by number; None when there is none."""
        return next((line for line in self.lines if line.number == number), None)

    def list_minor_of(self, line: PricedLine) -> int:
        """Return a line's list price with all its tax, as an order line keeps it: paid plus discount."""
        return line.list_minor + (line.tax_minor if self.tax_mode is TaxMode.EXCLUDED else 0)

    def paid_minor_of(self, line: PricedLine) -> int:
        """Return what the buyer pays for a line, tax included."""
        return self.list_minor_of(line) - line.discount_minor

    @property
    def paid_freight_minor(self) -> int:
        """What the buyer pays for sending, tax included."""
        tax = self.freight.tax_minor if self.tax_mode is TaxMode.EXCLUDED else 0
        return self.freight.net_of_discount_minor + tax

    @property
    def list_minor(self) -> int:
        """All lines before promotions, in the tax mode of the prices."""
        return sum(line.list_minor for line in self.lines)

    @property
    def discount_minor(self) -> int:
        """All discounts of lines and freight."""
        return sum(line.discount_minor for line in self.lines) + self.freight.discount_minor

    @property
    def tax_minor(self) -> int:
        """All tax of lines and freight."""
        return sum(line.tax_minor for line in self.lines) + self.freight.tax_minor

    @property
    def total_minor(self) -> int:
        """What the buyer pays: lines, freight and tax."""
        return sum(self.paid_minor_of(line) for line in self.lines) + self.paid_freight_minor

    def funded(self) -> dict[str, int]:
        """Return what each payer bears of all discounts; the seller stands under the empty name."""
        borne: dict[str, int] = {}
        every = [one for line in self.lines for one in line.discounts] + list(self.freight.discounts)
        for one in every:
            for who, minor in one.funding or (("", one.minor),):
                borne[who] = borne.get(who, 0) + minor
        return borne


#: Writes a result as bytes that are the same for the same input, and reads it back.
RESULTS: Codec[PriceResult] = Codec("price result", {"price": PriceResult})
