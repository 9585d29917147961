"""Effects: what a promotion does, as data. Amounts are minor units of the promotion's currency.

A rate takes its part off: the resulting price is rounded, and the discount is what is missing to the price before.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

from attrs import field, frozen

from omskit.core import UsageError, checked_minor
from omskit.pricing.codes import codes
from omskit.pricing.rounding import fraction


@frozen
class Selector:
    """Which lines are meant; empty conditions hold for all.

    Args:
        skus: One of these, or
        categories: of one of these categories; both empty means every line.
        without_skus: None of these.
        without_categories: Of none of these categories.
    """

    skus: tuple[str, ...] = field(default=(), converter=codes)
    categories: tuple[str, ...] = field(default=(), converter=codes)
    without_skus: tuple[str, ...] = field(default=(), converter=codes)
    without_categories: tuple[str, ...] = field(default=(), converter=codes)

    def has(self, sku: str, categories: tuple[str, ...]) -> bool:
        """Whether a line of a SKU in some categories is meant."""
        if sku in self.without_skus or any(one in self.without_categories for one in categories):
            return False
        if not self.skus and not self.categories:
            return True
        return sku in self.skus or any(one in self.categories for one in categories)


#: Every line.
EVERYTHING = Selector()


@frozen
class Percent:
    """A part off, as a fraction: ``Percent(Decimal("0.15"))`` is 15 % off, ``Percent(Decimal(1))`` is free.

    Raises:
        UsageError: ``bad_fraction``.
    """

    rate: Decimal = field(converter=fraction)


@frozen
class Amount:
    """An amount off, once over all that is meant, or off each unit.

    Raises:
        UsageError: ``bad_effect`` below zero; ``not_minor_units``, ``amount_out_of_range``.
    """

    minor: int = field(converter=checked_minor)
    each_unit: bool = False

    def __attrs_post_init__(self) -> None:
        _at_least(0, self.minor)


@frozen
class FixedPrice:
    """Each unit (or the freight) costs this much, unless it costs less already.

    Raises:
        UsageError: ``bad_effect`` below zero; ``not_minor_units``, ``amount_out_of_range``.
    """

    minor: int = field(converter=checked_minor)

    def __attrs_post_init__(self) -> None:
        _at_least(0, self.minor)


#: What a rewarded unit gets.
Reward = Percent | Amount | FixedPrice

#: The unit is free.
FREE = Percent(Decimal(1))


class Pick(Enum):
    """Which units are rewarded: the cheapest of each group of descending price, or the cheapest of all."""

    GROUPS = "groups"
    CHEAPEST = "cheapest"


@frozen
class EveryNth:
    """Of every ``every`` units, ``rewarded`` units get the reward: three for two, the second at half price.

    Args:
        every: Units of one group.
        rewarded: Units of a group that get the reward, fewer than ``every``.
        reward: What they get; an amount is off each of them.
        pick: Which units they are.
        most: Groups that count at most; None for any number.

    Raises:
        UsageError: ``bad_effect``.
    """

    every: int
    rewarded: int = 1
    reward: Reward = FREE
    pick: Pick = Pick.GROUPS
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        _at_least(1, self.rewarded, self.every - self.rewarded, self.most)


def for_price_of(units: int, paid: int, *, pick: Pick = Pick.GROUPS, most: int | None = None) -> EveryNth:
    """Return the effect "``units`` for the price of ``paid``", as three for two.

    Raises:
        UsageError: ``bad_effect``.
    """
    return EveryNth(units, units - paid, FREE, pick, most)


@frozen
class BuyGet:
    """For every ``buy`` units of some lines, ``get`` units of the promotion's target get the reward.

    A unit counts once: as bought or as rewarded. Groups count only when complete; the cheapest units that leave
    enough bought ones are rewarded.

    Args:
        buy: Units to buy.
        of: The lines that they are of.
        get: Units that get the reward.
        reward: What they get; an amount is off each of them.
        most: Groups that count at most; None for any number.

    Raises:
        UsageError: ``bad_effect``.
    """

    buy: int
    of: Selector
    get: int = 1
    reward: Reward = FREE
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        _at_least(1, self.buy, self.get, self.most)


@frozen
class Rung:
    """One step of a ladder: from a threshold on, an amount or a part off.

    Raises:
        UsageError: ``bad_effect`` unless the threshold is above zero and exactly one of the others is.
    """

    threshold: int
    off_minor: int = field(default=0, converter=checked_minor)
    rate: Decimal = field(default=Decimal(0), converter=fraction)

    def __attrs_post_init__(self) -> None:
        _at_least(1, self.threshold)
        _at_least(0, self.off_minor)
        if (self.off_minor > 0) == (self.rate > 0):
            raise UsageError("bad_effect", "a rung takes off either an amount or a part", threshold=self.threshold)


def _rungs(rungs: Iterable[Rung]) -> tuple[Rung, ...]:
    return tuple(sorted(rungs, key=lambda rung: rung.threshold))


@frozen
class Ladder:
    """Thresholds with what they take off; the highest that is reached counts.

    Args:
        rungs: With different thresholds.
        in_units: Whether thresholds count units, not minor units.
        each: Whether the only rung counts as often as its threshold fits in: "each 300 minus 50".
        most: How often it counts at most; None for any number.

    Raises:
        UsageError: ``bad_effect`` without a rung, for two of one threshold, and with ``each`` for several rungs or
            for one with a rate.
    """

    rungs: tuple[Rung, ...] = field(converter=_rungs)
    in_units: bool = False
    each: bool = False
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        _at_least(1, len(self.rungs), self.most)
        if len({rung.threshold for rung in self.rungs}) < len(self.rungs):
            raise UsageError("bad_effect", "two rungs have one threshold", rungs=self.rungs)
        if self.each and (len(self.rungs) > 1 or self.rungs[0].rate):
            raise UsageError("bad_effect", "each: one rung with an amount", rungs=self.rungs)


@frozen
class BundlePrice:
    """Complete sets of some SKUs cost a price together, unless they cost less already.

    Args:
        parts: (SKU, units in one set).
        minor: Price of one set.
        most: Sets that count at most; None for any number.

    Raises:
        UsageError: ``bad_effect``; ``not_minor_units``, ``amount_out_of_range``.
    """

    parts: tuple[tuple[str, int], ...]
    minor: int = field(converter=checked_minor)
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        _at_least(0, self.minor)
        _at_least(1, len(self.parts), *(units for _, units in self.parts), self.most)
        if len({sku for sku, _ in self.parts}) < len(self.parts):
            raise UsageError("bad_effect", "a bundle names each SKU once", parts=self.parts)


@frozen
class GiftItem:
    """Pieces of one SKU that are given.

    Args:
        sku: What is given.
        quantity: Pieces each time.
        value_minor: What one piece is charged when it should come back and does not.
    """

    sku: str
    quantity: int = 1
    value_minor: int = field(default=0, converter=checked_minor)

    def __attrs_post_init__(self) -> None:
        _at_least(1, self.quantity)
        _at_least(0, self.value_minor)


@frozen
class Gift:
    """Something is given along with the lines that earned it.

    Args:
        choices: Alternatives in order: the first whose items are all there is given; its items go together.
        each: Whether it is given as often as the conditions' threshold fits in: "each 3 give 1".
        most: How often at most; None for any number.

    Raises:
        UsageError: ``bad_effect``.
    """

    choices: tuple[tuple[GiftItem, ...], ...]
    each: bool = False
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        _at_least(1, len(self.choices), *(len(items) for items in self.choices), self.most)
        for items in self.choices:
            if len({item.sku for item in items}) < len(items):
                raise UsageError("bad_effect", "items that go together are of different SKUs", items=items)


Effect = Percent | Amount | FixedPrice | EveryNth | BuyGet | Ladder | BundlePrice | Gift


def _at_least(least: int, *values: int | None) -> None:
    for value in values:
        if value is not None and (type(value) is not int or value < least):
            raise UsageError("bad_effect", f"{value!r}: this is an int from {least}", value=value)
