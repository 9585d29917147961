"""What one unit of a bundle takes from the shelf: its parts, summed, with their shares of the price.

The result is made once, when an order is placed, and frozen on its line: later changes of the bundle do not reach
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import accumulate
from math import gcd, lcm

from attrs import define, evolve, field, frozen

from omskit.catalog.bundles import MAX_DEPTH, Bundle, BundlePart, Group, Take
from omskit.catalog.handling import Handling
from omskit.core import Component, Quantities, Refused, UsageError

#: Draw numbers lie below this, so that odds are met to within one in 2^64 by every bundle that may be drawn.
DRAWS = 2**256
#: Most parts that are looked at while one bundle is taken apart.
MAX_LEAVES = 10_000

_MAX_OUTCOMES = 2**192
_PLAIN = Handling()


@frozen
class Article:
    """What taking apart needs of a product: how one piece is handled, and its bundle if it is one."""

    handling: Handling = _PLAIN
    bundle: Bundle | None = None


@frozen
class Pick:
    """A part that was chosen or drawn in one group of a bundle, ``count`` times."""

    bundle: str
    group: str
    code: str
    count: int = 1


@frozen
class Explosion:
    """One unit of a product, taken apart.

    Args:
        components: SKUs with the pieces in one unit, each SKU once, as an order line keeps them.
        weights: For each component its share of the price, against the other weights: give them to
            :func:`omskit.core.share`.
        weight_g: Weight of one unit: what the bundle states of itself, else the sum of its parts.
        drawn: What chance decided, for the record.
    """

    components: tuple[Component, ...]
    weights: tuple[int, ...]
    weight_g: int
    drawn: tuple[Pick, ...] = ()

    @property
    def parts(self) -> tuple[Component, ...]:
        """The components as a line keeps them: the worth of a piece carries its component's share of the price."""
        if len(self.components) == 1:
            return self.components
        scale = lcm(*(one.per for one in self.components))
        worths = [
            weight * (scale // one.per) for one, weight in zip(self.components, self.weights, strict=True)
        ]
        common = gcd(*worths) or 1
        return tuple(
            evolve(one, worth=worth // common) for one, worth in zip(self.components, worths, strict=True)
        )

    def pieces(self, quantity: int = 1) -> Quantities:
        """Return the pieces that a quantity of units takes."""
        return Quantities((one.sku, one.per * quantity) for one in self.components)


@frozen
class _Leaf:
    code: str
    pieces: int
    share: Fraction


@define
class _Walk:
    """One taking apart: what is given, and what has been used up of it so far."""

    articles: Mapping[str, Article]
    prices: Mapping[str, int]
    picks: dict[tuple[str, str], dict[str, int]]
    number: int | None
    drawn: list[Pick] = field(factory=list)
    used: set[tuple[str, str]] = field(factory=set)
    outcomes: int = 1
    seen: int = 0

    def opened(self, code: str, path: tuple[str, ...] = (), *, apart: bool = False) -> tuple[list[_Leaf], int]:
        """Return the leaves of one unit, and what it is worth by the list prices."""
        bundle = self._bundle(code, path)
        if bundle is None or (bundle.assembled and not apart):
            return [_Leaf(code, 1, Fraction(1))], self.prices.get(code, 0)
        taken = [pair for group in bundle.groups for pair in self._taken(code, group)]
        within = [self.opened(part.code, (*path, code)) for part, _ in taken]
        counts = [part.per * times for part, times in taken]
        worth = [value * count for (_, value), count in zip(within, counts, strict=True)]
        stated = [part.weight * times for part, times in taken]
        weights = stated if any(stated) else worth if any(worth) else counts
        total = sum(weights)
        leaves = [
            _Leaf(leaf.code, leaf.pieces * count, leaf.share * Fraction(weight, total))
            for (inner, _), count, weight in zip(within, counts, weights, strict=True)
            for leaf in inner
        ]
        return leaves, self.prices.get(code, sum(worth))

    def _bundle(self, code: str, path: tuple[str, ...]) -> Bundle | None:
        article = self.articles.get(code)
        self.seen += 1
        way = " > ".join((*path, code))
        if article is None:
            raise Refused("unknown_part", f"{way}: {code!r} is not in the catalog", part=code)
        if code in path:
            raise Refused("bundle_cycle", way, path=(*path, code))
        if self.seen > MAX_LEAVES or len(path) > MAX_DEPTH:
            raise Refused("bundle_too_large", f"{way}: at most {MAX_DEPTH} deep, {MAX_LEAVES} parts", part=code)
        return article.bundle

    def _taken(self, code: str, group: Group) -> list[tuple[BundlePart, int]]:
        if group.take is Take.ALL:
            return [(part, 1) for part in group.parts]
        if group.take is Take.CHOOSE:
            counts = self._chosen(code, group)
        else:
            counts = self._drawn(code, group)
            self.drawn += [Pick(code, group.name, part, count) for part, count in counts.items()]
        return [(part, counts[part.code]) for part in group.parts if counts.get(part.code)]

    def _chosen(self, code: str, group: Group) -> Mapping[str, int]:
        self.used.add((code, group.name))
        counts = self.picks.get((code, group.name), {})
        known = {part.code for part in group.parts}
        wrong = sorted(set(counts) - known)
        total = sum(counts.values())
        twice = not group.repeats and any(count > 1 for count in counts.values())
        if wrong or twice or min(counts.values(), default=1) < 1 or not group.least <= total <= group.most:
            raise Refused(
                "bad_choice",
                f"{code} {group.name!r}: {total} picks {counts} where {group.least} to {group.most}"
                f" of {sorted(known)} are due{'' if group.repeats else ', each once'}",
                bundle=code,
                group=group.name,
                allowed=tuple(sorted(known)),
            )
        return counts

    def _drawn(self, code: str, group: Group) -> Mapping[str, int]:
        if self.number is None:
            raise UsageError(
                "no_draw", f"group {group.name!r} is drawn: give a number from 0 to 2^256", group=group.name
            )
        odds = {part.code: part.odds for part in group.parts if part.odds}
        counts: dict[str, int] = {}
        for _ in range(group.most):
            total = sum(odds.values())
            self.outcomes *= total
            if self.outcomes > _MAX_OUTCOMES:
                raise Refused("bundle_too_large", f"{code} has more than 2^192 outcomes to draw from", part=code)
            self.number, at = divmod(self.number, total)
            drawn = _hit(odds, at)
            counts[drawn] = counts.get(drawn, 0) + 1
            if not group.repeats:
                del odds[drawn]
        return counts


def _hit(odds: Mapping[str, int], at: int) -> str:
    ends = accumulate(odds.values())
    return next(code for code, end in zip(odds, ends, strict=True) if at < end)


def explode(
    code: str,
    articles: Mapping[str, Article],
    *,
    picks: Iterable[Pick] = (),
    draw: int | None = None,
    prices: Mapping[str, int] | None = None,
    apart: bool = False,
) -> Explosion:
    """Take one unit of a product apart; a product that is no bundle is its own only component.

    A nested bundle that is taken several times has the same picks each time. A draw is made once for the unit:
    order lucky bags that shall differ as lines of their own.

    Args:
        code: What was sold.
        articles: Every product that may be met, by code.
        picks: What the buyer chose.
        draw: A number below :data:`DRAWS`, drawn evenly by the caller; the same number gives the same parts.
        prices: List price of one piece, by code, for bundles without weights; one within another that has no price
            of its own is worth its parts. Without weights and prices, pieces count alike.
        apart: Whether the product itself is taken apart even if it is assembled, as production does.

    Raises:
        Refused: ``unknown_part``, ``bundle_cycle``, ``bundle_too_large``, ``bad_choice``.
        UsageError: ``no_draw``; ``bad_draw`` for a number out of range.
    """
    if draw is not None and not (type(draw) is int and 0 <= draw < DRAWS):
        raise UsageError("bad_draw", f"{draw!r}: an int from 0 to below 2^256", value=draw)
    chosen: dict[tuple[str, str], dict[str, int]] = {}
    for pick in picks:
        counts = chosen.setdefault((pick.bundle, pick.group), {})
        counts[pick.code] = counts.get(pick.code, 0) + pick.count
    walk = _Walk(articles, prices or {}, chosen, draw)
    leaves, _ = walk.opened(code, apart=apart)
    stray = sorted(set(chosen) - walk.used)
    if stray:
        raise Refused("bad_choice", f"{code} has nothing to choose in {stray}", bundle=code, group=stray[0][1])
    if not leaves:
        raise Refused("bad_choice", f"nothing of {code} was chosen", bundle=code, group="")
    return _summed(code, leaves, walk, articles, apart=apart)


def _summed(
    code: str, leaves: list[_Leaf], walk: _Walk, articles: Mapping[str, Article], *, apart: bool
) -> Explosion:
    pieces: dict[str, int] = {}
    shares: dict[str, Fraction] = {}
    for leaf in leaves:
        pieces[leaf.code] = pieces.get(leaf.code, 0) + leaf.pieces
        shares[leaf.code] = shares.get(leaf.code, Fraction(0)) + leaf.share
    unit = lcm(*(share.denominator for share in shares.values()))
    weights = tuple(int(share * unit) for share in shares.values())
    components = tuple(articles[sku].handling.component(sku, per) for sku, per in pieces.items())
    stated = articles[code].bundle
    weight_g = sum(one.weight_g * one.per for one in components)
    if stated and stated.weight_g and not apart:
        weight_g = stated.weight_g
    return Explosion(components, weights, weight_g, tuple(walk.drawn))
