"""Relations between products: what may be sent instead, and what comes after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import frozen

from omskit.core import PayloadError

#: May be sent in place of the product.
SUBSTITUTE = "substitute"
#: Is sold in place of a product that is discontinued.
SUCCESSOR = "successor"


@frozen
class Relation:
    """One product's relation to another.

    Args:
        kind: ``substitute``, ``successor``, or a word of the host's such as ``accessory``.
        code: The other product.
        rank: Which is tried first, from 0.
        per: Pieces of the other one that stand for one.
        two_way: Whether it holds the other way round too.
        reason: Why, for people.
        valid_from: First day; None for always.
        valid_until: Last day; None for always.
        channels: Where it holds; empty for everywhere.

    Raises:
        PayloadError: ``bad_relation``.
    """

    kind: str
    code: str
    rank: int = 0
    per: int = 1
    two_way: bool = False
    reason: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    channels: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not self.kind or not self.code or self.rank < 0 or self.per < 1:
            raise PayloadError(
                "bad_relation", f"{self.kind!r} {self.code!r}: rank from 0, pieces from 1", code=self.code
            )
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise PayloadError("bad_relation", f"{self.code}: ends before it begins", code=self.code)

    def holds(self, on: date, channel: str = "") -> bool:
        """Whether it holds on a day in a channel."""
        begun = self.valid_from is None or self.valid_from <= on
        lasts = self.valid_until is None or on <= self.valid_until
        return begun and lasts and (not self.channels or channel in self.channels)


@frozen
class Substitution:
    """What is sent in place of what was ordered; an order line keeps both.

    Args:
        ordered: The product that was sold.
        sent: The product that goes out.
        per: Pieces of it for one that was ordered.
        reason: Why, for people.
    """

    ordered: str
    sent: str
    per: int = 1
    reason: str = ""


def substitutes(
    code: str, relations: Mapping[str, Iterable[Relation]], *, on: date, channel: str = ""
) -> tuple[Substitution, ...]:
    """Return what may be sent in place of a product, the best rank first, then by code.

    Args:
        code: What was ordered.
        relations: Product to its relations; those of others count too where they hold both ways.
        on: The day.
        channel: Where it was ordered.
    """
    found: dict[str, tuple[int, str, Substitution]] = {}
    for owner, theirs in relations.items():
        for one in theirs:
            if one.kind != SUBSTITUTE or not one.holds(on, channel):
                continue
            if owner == code:
                way = Substitution(code, one.code, one.per, one.reason)
            elif one.code == code and one.two_way and one.per == 1:
                way = Substitution(code, owner, 1, one.reason)
            else:
                continue
            found[way.sent] = min(
                found.get(way.sent, (one.rank, way.sent, way)), (one.rank, way.sent, way), key=_rank
            )
    return tuple(way for _, _, way in sorted(found.values(), key=_rank))


def _rank(entry: tuple[int, str, Substitution]) -> tuple[int, str]:
    return entry[:2]


def substitution(
    quantity: int, ways: Iterable[Substitution], available: Mapping[str, int], *, allowed: bool
) -> Substitution | None:
    """Return the substitute to send; None sends the product itself, or nothing.

    One is used only when nothing of the product is left and the channel allows it; then the first that covers the
    whole quantity.

    Args:
        quantity: Pieces ordered.
        ways: From :func:`substitutes`, best first.
        available: SKU to pieces that can be promised.
        allowed: Whether the channel takes substitutes.
    """
    if not allowed:
        return None
    for way in ways:
        if available.get(way.ordered, 0) > 0:
            return None
        if available.get(way.sent, 0) >= quantity * way.per:
            return way
    return None


def successors(code: str, relations: Mapping[str, Iterable[Relation]]) -> tuple[str, ...]:
    """Return what came after a product, step by step; the last one is what is sold today.

    A chain that runs in a circle ends before it would repeat.
    """
    chain: list[str] = []
    here = code
    while True:
        following = sorted((one.rank, one.code) for one in relations.get(here, ()) if one.kind == SUCCESSOR)
        if not following or following[0][1] in (code, *chain):
            return tuple(chain)
        here = following[0][1]
        chain.append(here)
