"""What a channel is told: a formula for each channel and SKU, only what changed, and why it is that number.

``published = ceiling(round down(ratio x sellable) - buffer - not yet downloaded)`` with ceilings, steps and a
least number, never below zero and, unless the ratio says so, never above what can be sold. Ratios of one SKU
over several channels may add up to more than 1: the stock is then shared and every channel sees it; up to 1 it
is partitioned. Both are legitimate, and the choice is the host's.

A channel lowers its own number when it sells. Such a number is not sent again: what is compared is what the
channel shows *now*. When it reports the number that it was just told, that is an echo and means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from attrs import evolve, frozen

from omskit.core import UsageError


@frozen
class Formula:
    """How a channel's number follows from what can be sold.

    Args:
        ratio: Share of what can be sold that the channel is shown, from 0; above 1 oversells and is meant to.
        fixed: Show this many as long as they can be sold, instead of a share.
        fenced: Show only the pieces ring-fenced for the channel; this many are left of them.
        buffer: Pieces kept back from this channel, so that a late message does not oversell.
        step: Show whole multiples of this many pieces.
        cap: Never show more.
        least: Show nothing when it would be fewer than this.
        withheld: Do not publish this SKU to the channel at all; whatever it shows is left alone.

    Raises:
        UsageError: ``bad_formula`` with the field that is out of range.
    """

    ratio: Decimal = Decimal(1)
    fixed: int | None = None
    fenced: int | None = None
    buffer: int = 0
    step: int = 1
    cap: int | None = None
    least: int = 0
    withheld: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.ratio.is_finite() or self.ratio < 0:
            raise UsageError("bad_formula", f"ratio {self.ratio!r}: a Decimal from 0", field="ratio")
        for name in ("fixed", "fenced", "buffer", "cap", "least"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 0):
                raise UsageError("bad_formula", f"{name} {value!r}: whole pieces from 0", field=name)
        if type(self.step) is not int or self.step < 1:
            raise UsageError("bad_formula", f"step {self.step!r}: whole pieces from 1", field="step")


@frozen
class Term:
    """One step of an explanation: what was applied, and how many pieces were left after it."""

    name: str
    pieces: int


@frozen
class Figure:
    """A number to publish and how it came about; ``pieces`` is None for a SKU that is withheld."""

    pieces: int | None
    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return ", ".join(f"{term.name}: {term.pieces}" for term in self.terms) or "withheld"


def figure(formula: Formula, sellable: int, *, undownloaded: int = 0) -> Figure:
    """Return the number that a formula gives, with every step that changed it.

    Args:
        formula: The channel's formula for the SKU.
        sellable: What can be sold, as :func:`omskit.inventory.availability` says for the channel.
        undownloaded: Pieces the channel has sold in orders that have not been received yet.
    """
    if formula.withheld:
        return Figure(None)
    pieces = max(0, sellable)
    terms = [Term("sellable", pieces)]
    for name, after in _steps(formula, undownloaded):
        changed = after(pieces)
        if changed != pieces:
            pieces = changed
            terms.append(Term(name, pieces))
    return Figure(pieces, tuple(terms))


def _steps(formula: Formula, undownloaded: int) -> list[tuple[str, _Step]]:
    steps: list[tuple[str, _Step]] = []
    if formula.fenced is not None:
        steps.append((f"fenced {formula.fenced}", _Most(formula.fenced)))
    if formula.fixed is not None:
        steps.append((f"fixed {formula.fixed}", _Most(formula.fixed)))
    else:
        steps.append((f"ratio {formula.ratio}", _Share(formula.ratio)))
    steps.append((f"buffer {formula.buffer}", _Less(formula.buffer)))
    steps.append((f"undownloaded {undownloaded}", _Less(undownloaded)))
    if formula.cap is not None:
        steps.append((f"cap {formula.cap}", _Most(formula.cap)))
    steps.append((f"step {formula.step}", _Multiple(formula.step)))
    steps.append((f"least {formula.least}", _Least(formula.least)))
    return steps


@frozen
class _Most:
    limit: int

    def __call__(self, pieces: int) -> int:
        return min(pieces, self.limit)


@frozen
class _Share:
    ratio: Decimal

    def __call__(self, pieces: int) -> int:
        numerator, denominator = self.ratio.as_integer_ratio()
        return pieces * numerator // denominator


@frozen
class _Less:
    by: int

    def __call__(self, pieces: int) -> int:
        return max(0, pieces - self.by)


@frozen
class _Multiple:
    of: int

    def __call__(self, pieces: int) -> int:
        return pieces // self.of * self.of


@frozen
class _Least:
    least: int

    def __call__(self, pieces: int) -> int:
        return pieces if pieces >= self.least else 0


_Step = _Most | _Share | _Less | _Multiple | _Least


@frozen(order=True)
class Shown:
    """What a channel shows of a SKU, as far as is known.

    Args:
        channel: Where.
        sku: Of what.
        pieces: The number it was last told and took.
        at: When it was told.
        sold: What it has taken off by itself since, by its own sales.
        sent: A number on its way that it has not confirmed.
    """

    channel: str
    sku: str
    pieces: int
    at: datetime
    sold: int = 0
    sent: int | None = None

    @property
    def now(self) -> int:
        """What it shows, or will when what is on its way has arrived."""
        return max(0, (self.pieces if self.sent is None else self.sent) - self.sold)


@frozen
class Publication:
    """A number to send, and how it came about."""

    channel: str
    sku: str
    pieces: int
    before: int | None
    why: Figure


@frozen
class Publishing:
    """What is to be sent.

    Args:
        now: To send at once, in order of channel and SKU.
        later: To send when the channel's interval is over: (instant, publication), as it stands today.
        unchanged: How many figures the channels already show.
        withheld: How many are not published by rule.
    """

    now: tuple[Publication, ...]
    later: tuple[tuple[datetime, Publication], ...] = ()
    unchanged: int = 0
    withheld: int = 0


def publish(
    figures: Mapping[tuple[str, str], Figure],
    shown: Iterable[Shown],
    *,
    at: datetime,
    interval: timedelta = timedelta(0),
) -> Publishing:
    """Return what has to be sent of all figures, by (channel, SKU).

    Nothing is sent that the channel shows already. A number that was sent less than ``interval`` ago waits,
    except for zero: a channel that offers what is gone is told at once.
    """
    known = {(one.channel, one.sku): one for one in shown}
    now: list[Publication] = []
    later: list[tuple[datetime, Publication]] = []
    unchanged = withheld = 0
    for (channel, sku), found in sorted(figures.items(), key=lambda pair: pair[0]):
        if found.pieces is None:
            withheld += 1
            continue
        last = known.get((channel, sku))
        if last is not None and last.now == found.pieces:
            unchanged += 1
            continue
        one = Publication(channel, sku, found.pieces, last.now if last else None, found)
        if last is None or found.pieces == 0 or at - last.at >= interval:
            now.append(one)
        else:
            later.append((last.at + interval, one))
    return Publishing(tuple(now), tuple(later), unchanged, withheld)


def told(shown: Shown | None, publication: Publication, *, at: datetime) -> Shown:
    """Return what is known of a channel after a number was put on its way."""
    if shown is None:
        return Shown(publication.channel, publication.sku, 0, at, sent=publication.pieces)
    return evolve(shown, at=at, sent=publication.pieces, sold=0)


def confirmed(shown: Shown) -> Shown:
    """Return what is known once the channel has taken the number that was on its way."""
    return shown if shown.sent is None else evolve(shown, pieces=shown.sent, sent=None)


def sold_there(shown: Shown, pieces: int) -> Shown:
    """Return what is known after the channel has sold pieces and lowered its own number.

    Raises:
        UsageError: ``bad_quantity`` for fewer than zero.
    """
    if pieces < 0:
        raise UsageError("bad_quantity", f"{pieces} pieces sold: from 0", value=pieces)
    return evolve(shown, sold=shown.sold + pieces) if pieces else shown


def heard(shown: Shown, pieces: int) -> Shown:
    """Return what is known after a channel has reported its own number.

    A number that it was told, before or just now, is an echo and changes nothing but a confirmation; any other
    is what it really shows, so that the next publication corrects it.
    """
    if shown.sent is not None and pieces == max(0, shown.sent - shown.sold):
        return confirmed(shown)
    if pieces in {max(0, shown.pieces - shown.sold), shown.now}:
        return shown
    return evolve(shown, pieces=pieces, sold=0, sent=None)
