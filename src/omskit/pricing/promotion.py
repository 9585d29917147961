"""Promotions as data: an effect with its conditions, how it goes with others, its budget, and who pays for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import field, frozen

from omskit.core import UsageError, checked_minor, scale_of
from omskit.pricing import effects as f
from omskit.pricing.codes import codes
from omskit.pricing.window import ALWAYS, Hours, Window


class Scope(Enum):
    """What a promotion lowers, which is also when its turn comes: lines, then the order, then shipping."""

    LINE = "line"
    ORDER = "order"
    SHIPPING = "shipping"


class Base(Enum):
    """What counts: the amounts as they are when the scope's turn begins, or after every promotion so far."""

    INITIAL = "initial"
    RUNNING = "running"


@frozen
class Conditions:
    """When a promotion applies; what is left empty holds always.

    Thresholds are reached at equality. They count what the qualifying lines cost or hold.

    Args:
        window: When it is valid.
        hours: Hours of the week.
        channels: Codes of channels.
        regions: Where the goods go, as ``DE`` or ``CN-33``.
        groups: The buyer is in one of these customer groups.
        new_customer: Only for somebody who has not bought before; one order of a buyer, whichever comes first, has
            all promotions of this kind.
        lines: The qualifying lines.
        all_of: The basket has every one of these SKUs.
        none_of: The basket has none of these SKUs.
        least_minor: Amount of the qualifying lines, from.
        least_units: Units of the qualifying lines, from.
        below_minor: Amount of the qualifying lines, up to but not including; None for any.
        below_units: Units of the qualifying lines, likewise; ``least_units=3, below_units=4`` is three exactly.
        base: Which amounts the threshold counts.

    Raises:
        UsageError: ``bad_promotion`` for a negative threshold, or bounds with nothing between; ``not_a_set``.
    """

    window: Window = ALWAYS
    hours: Hours | None = None
    channels: tuple[str, ...] = field(default=(), converter=codes)
    regions: tuple[str, ...] = field(default=(), converter=codes)
    groups: tuple[str, ...] = field(default=(), converter=codes)
    new_customer: bool = False
    lines: f.Selector = f.EVERYTHING
    all_of: tuple[str, ...] = field(default=(), converter=codes)
    none_of: tuple[str, ...] = field(default=(), converter=codes)
    least_minor: int = field(default=0, converter=checked_minor)
    least_units: int = 0
    base: Base = Base.INITIAL
    below_minor: int | None = None
    below_units: int | None = None

    def __attrs_post_init__(self) -> None:
        bounds = ((self.least_minor, self.below_minor), (self.least_units, self.below_units))
        if any(below is not None and below <= least for least, below in bounds):
            raise UsageError("bad_promotion", "a bound from above lies above the one from below", bounds=bounds)
        if min(self.least_minor, self.least_units) < 0:
            least = (self.least_minor, self.least_units)
            raise UsageError("bad_promotion", "thresholds count from 0", least=least)


@frozen
class Budget:
    """How much a promotion may be used, over all orders; None is without limit.

    Args:
        uses: Orders: the first N.
        minor: Discount in total.
        uses_per_buyer: Orders of one buyer.
        daily: Whether ``uses`` and ``minor`` are for each local day of the channel.
        partial: Whether the last order gets what is left of the amount; otherwise it gets nothing.

    Raises:
        UsageError: ``bad_promotion`` for a negative limit.
    """

    uses: int | None = None
    minor: int | None = None
    uses_per_buyer: int | None = None
    daily: bool = False
    partial: bool = False

    def __attrs_post_init__(self) -> None:
        limits = (self.uses, self.minor, self.uses_per_buyer)
        if any(limit is not None and limit < 0 for limit in limits):
            raise UsageError("bad_promotion", "limits of a budget count from 0", limits=limits)


@frozen
class Promotion:
    """One rule that lowers prices or gives something.

    Args:
        code: Short and unique; it stands in every share of a discount.
        effect: What it does.
        scope: What it lowers, and when its turn comes.
        conditions: When it applies.
        target: The lines it lowers; None for the qualifying ones.
        currency: ISO 4217 of its amounts; it applies to no basket in another one. Empty only when it has none.
        priority: Within a scope the lower number goes first; ties go by code.
        stack: Promotions of one stacking group exclude each other; see :class:`Rulebook`.
        exclusive: Lines that another one has lowered are not its own, and no other lowers its lines after it.
        stop: No other promotion is applied after it, but for shipping.
        base: Which amounts its effect is worked out on.
        most_minor: Most that it takes off one order; None for any amount.
        budget: How much it may be used.
        coupon: Whether it needs a coupon.
        funding: (who pays for it, weight), as in ``(("brand", 60), ("platform", 40))``; empty is the seller alone.
        title: What the buyer reads.

    Raises:
        UsageError: ``bad_promotion`` when it could not work: no code, an amount without a currency, an effect that
            its scope does not have, a weight that is not above zero; ``unknown_currency``.
    """

    code: str
    effect: f.Effect
    scope: Scope = Scope.LINE
    conditions: Conditions = Conditions()
    target: f.Selector | None = None
    currency: str = ""
    priority: int = 0
    stack: str = ""
    exclusive: bool = False
    stop: bool = False
    base: Base = Base.RUNNING
    most_minor: int | None = None
    budget: Budget = Budget()
    coupon: bool = False
    funding: tuple[tuple[str, int], ...] = ()
    title: str = ""

    def __attrs_post_init__(self) -> None:
        if self.currency:
            scale_of(self.currency)
        problem = self._problem()
        if problem:
            raise UsageError("bad_promotion", f"{self.code or 'a promotion'}: {problem}", promotion=self.code)

    def _problem(self) -> str:
        if not self.code:
            return "it has no code"
        if not self.currency and self._has_amounts():
            return "it has amounts, so it needs a currency"
        if any(type(weight) is not int or weight < 1 for _, weight in self.funding):
            return "weights of funding are ints above zero"
        if len({who for who, _ in self.funding}) < len(self.funding):
            return "funding names each payer once"
        if self.most_minor is not None and self.most_minor < 0:
            return "most_minor counts from 0"
        return _misplaced(self.effect, self.scope, self.conditions)

    def _has_amounts(self) -> bool:
        effect, conditions = self.effect, self.conditions
        inner = effect.reward if isinstance(effect, f.EveryNth | f.BuyGet) else effect
        has = isinstance(inner, f.Amount | f.FixedPrice | f.BundlePrice) or (
            isinstance(inner, f.Ladder) and (not inner.in_units or any(rung.off_minor for rung in inner.rungs))
        )
        bounds = conditions.least_minor or conditions.below_minor
        return has or bool(bounds or self.most_minor or self.budget.minor)

    @property
    def lowers(self) -> f.Selector:
        """The lines it lowers."""
        return self.conditions.lines if self.target is None else self.target


def _misplaced(effect: f.Effect, scope: Scope, conditions: Conditions) -> str:
    if scope is Scope.SHIPPING and not isinstance(effect, f.Percent | f.Amount | f.FixedPrice | f.Ladder):
        return "shipping knows a part off, an amount off, a fixed price and ladders"
    if isinstance(effect, f.Gift):
        if scope is not Scope.ORDER:
            return "gifts are given at order scope"
        if effect.each and not (conditions.least_minor or conditions.least_units):
            return "a gift for each needs a threshold to count by"
    if isinstance(effect, f.FixedPrice | f.BundlePrice | f.EveryNth | f.BuyGet) and scope is Scope.ORDER:
        return "prices of units and bundles are set at line scope"
    return ""


class Choice(Enum):
    """Who of a stacking group applies: the first in priority, or the one that takes off most."""

    FIRST = "first"
    BEST = "best"


def _ordered(promotions: Iterable[Promotion]) -> tuple[Promotion, ...]:
    scopes = list(Scope)
    return tuple(sorted(promotions, key=lambda one: (scopes.index(one.scope), one.priority, one.code)))


@frozen
class Rulebook:
    """The promotions that prices are worked out with, in their one order: scope, priority, code.

    Args:
        promotions: With different codes.
        choices: For a stacking group, who of it applies; the first unless said otherwise. The best is looked for
            among those of one scope; a group that has applied in one scope is closed in the next.

    Raises:
        UsageError: ``duplicate_promotion``.
    """

    promotions: tuple[Promotion, ...] = field(converter=_ordered)
    choices: Mapping[str, Choice] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        seen: set[str] = set()
        for one in self.promotions:
            if one.code in seen:
                said = f"two promotions are called {one.code!r}"
                raise UsageError("duplicate_promotion", said, promotion=one.code)
            seen.add(one.code)

    def at(self, scope: Scope) -> tuple[Promotion, ...]:
        """Return the promotions of one scope in order."""
        return tuple(one for one in self.promotions if one.scope is scope)
