"""Bundles: several products sold as one, as groups that are taken whole, chosen from or drawn from.

A fixed set is one group taken whole; "pick two of five" is a group to choose from; a lucky bag is a group that is
drawn. Groups stand side by side in one bundle, and a part may be a bundle itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

from omskit.core import PayloadError

#: Deepest nesting of bundles within bundles.
MAX_DEPTH = 8
#: Most parts of one bundle.
MAX_PARTS = 500
#: Most picks of one group.
MAX_PICKS = 1_000


class Take(Enum):
    """How a group gives its parts."""

    ALL = "all"
    CHOOSE = "choose"
    DRAW = "draw"


@frozen
class BundlePart:
    """One product within a bundle.

    Args:
        code: A product or another bundle.
        per: Pieces each time it is taken, above zero.
        weight: Its share of the bundle's price, for all its pieces together, against the other weights; 0 leaves
            the sharing to list prices.
        odds: Its chance in a draw, against the other odds.

    Raises:
        PayloadError: ``bad_bundle``.
    """

    code: str
    per: int = 1
    weight: int = 0
    odds: int = 1

    def __attrs_post_init__(self) -> None:
        if not self.code or self.per < 1 or self.weight < 0 or self.odds < 0:
            raise PayloadError(
                "bad_bundle", f"{self.per} of {self.code!r}: pieces from 1, weight and odds from 0", part=self.code
            )


@frozen
class Group:
    """Parts that are taken together, chosen from, or drawn from.

    Args:
        name: Unique within the bundle; choices name it.
        parts: Each product once.
        take: All of them, what the buyer chooses, or what is drawn.
        least: Fewest picks of a choice; how many are drawn.
        most: Most picks of a choice; equal to ``least`` for a draw.
        repeats: Whether one part may be picked or drawn more than once.

    Raises:
        PayloadError: ``bad_bundle``.
    """

    name: str
    parts: tuple[BundlePart, ...]
    take: Take = Take.ALL
    least: int = 1
    most: int = 1
    repeats: bool = False

    def __attrs_post_init__(self) -> None:
        fault = self._fault()
        if fault:
            raise PayloadError("bad_bundle", f"group {self.name!r} {fault}", group=self.name)

    def _fault(self) -> str:
        codes = {part.code for part in self.parts}
        if not 1 <= len(self.parts) <= MAX_PARTS or len(codes) < len(self.parts):
            return f"has {len(self.parts)} parts: 1 to {MAX_PARTS}, each once"
        if self.take is Take.ALL:
            return ""
        if not 0 <= self.least <= self.most <= MAX_PICKS or self.most < 1:
            return f"takes {self.least} to {self.most} picks: up to {MAX_PICKS}"
        if not self.repeats and self.most > len(self.parts):
            return f"takes {self.most} different of {len(self.parts)} parts"
        if self.take is Take.DRAW:
            winning = sum(part.odds > 0 for part in self.parts)
            if self.least != self.most or winning < (1 if self.repeats else self.most):
                return "draws a fixed number, from that many parts with odds above 0"
        return ""


@frozen
class Bundle:
    """What one unit of a bundle is made of.

    Args:
        groups: At least one; names are unique.
        assembled: Whether it is put together beforehand and lies on the shelf as itself; its parts are then the
            bill of material, not what an order takes.
        weight_g: Weight of one unit; 0 takes the sum of its parts.

    Raises:
        PayloadError: ``bad_bundle``.
    """

    groups: tuple[Group, ...] = field()
    assembled: bool = False
    weight_g: int = 0

    def __attrs_post_init__(self) -> None:
        names = {group.name for group in self.groups}
        if not self.groups or len(names) < len(self.groups) or self.weight_g < 0:
            raise PayloadError(
                "bad_bundle", "a bundle has groups, each with a name of its own, and weighs 0 or more"
            )
        if self.assembled and any(group.take is not Take.ALL for group in self.groups):
            raise PayloadError("bad_bundle", "what is assembled beforehand leaves nothing to choose or draw")

    @classmethod
    def of(cls, *parts: BundlePart, assembled: bool = False, weight_g: int = 0) -> Bundle:
        """Return a fixed bundle of parts."""
        return cls((Group("", parts),), assembled, weight_g)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every product it may contain, sorted."""
        return tuple(sorted({part.code for group in self.groups for part in group.parts}))

    @property
    def is_drawn(self) -> bool:
        """Whether chance has a part in it, as in a lucky bag."""
        return any(group.take is Take.DRAW for group in self.groups)

    @property
    def is_chosen(self) -> bool:
        """Whether the buyer chooses."""
        return any(group.take is Take.CHOOSE for group in self.groups)


def find_cycle(code: str, bundles: Mapping[str, Bundle | None]) -> tuple[str, ...]:
    """Return the way from a bundle into a circle, as in ``("A", "B", "A")``; empty without one."""
    done: set[str] = set()
    path: list[str] = [code]
    ahead: list[list[str]] = [_parts_of(code, bundles)]
    while path:
        if not ahead[-1]:
            done.add(path.pop())
            ahead.pop()
            continue
        part = ahead[-1].pop(0)
        if part in path:
            return (*path[path.index(part) :], part)
        if part not in done:
            path.append(part)
            ahead.append(_parts_of(part, bundles))
    return ()


def _parts_of(code: str, bundles: Mapping[str, Bundle | None]) -> list[str]:
    bundle = bundles.get(code)
    return list(bundle.codes) if bundle else []


def sets_available(pieces: Mapping[str, int], available: Mapping[str, int]) -> int:
    """Return how many whole sets can be made: the least over its parts of pieces there by pieces needed.

    A part of which nothing, or less than nothing, is there allows none.

    Args:
        pieces: SKU to pieces in one set; add up a SKU that comes in several ways first.
        available: SKU to pieces that are free.
    """
    return min((max(available.get(sku, 0), 0) // per for sku, per in pieces.items()), default=0)


def short_of(
    published: Mapping[str, int], pieces: Mapping[str, Mapping[str, int]], available: Mapping[str, int]
) -> dict[str, int]:
    """Return the pieces that are missing, by SKU, if everything that is published were sold.

    Bundles that share a part may each be offered in full, and together oversell it.

    Args:
        published: Bundle or SKU to units offered.
        pieces: Bundle to the pieces in one unit; what is not named is a SKU of its own.
        available: SKU to pieces that are free.
    """
    needed: dict[str, int] = {}
    for code, units in published.items():
        for sku, per in pieces.get(code, {code: 1}).items():
            needed[sku] = needed.get(sku, 0) + units * per
    return {sku: count - available.get(sku, 0) for sku, count in needed.items() if count > available.get(sku, 0)}
