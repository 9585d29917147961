"""What stock is worth: cost pools by moving average or FIFO, exact to the minor unit.

A pool belongs to one SKU and one valuation scope (a company, a country), never to a bin. It keeps pieces and
total value, never a unit cost, so that nothing is lost to rounding: what the last piece takes is what is left, and
an empty pool is worth exactly 0. Moving average is FIFO with one layer that every receipt joins, hence one pool
for both.

Stock that left before it came in is *owed*: its cost is provisional, at the last known cost, and the next receipt
says how far that was off. For every pool and any sequence of calls ``received + taken back + revalued - issued -
corrections == value``.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from attrs import evolve, frozen

from omskit.core import Refused, UsageError, checked_minor, share, share_of_units


class Costing(Enum):
    """How the cost of a piece that leaves is found."""

    AVERAGE = "average"
    FIFO = "fifo"


@frozen
class Layer:
    """Pieces and what they cost together, in minor units."""

    quantity: int = 0
    value_minor: int = 0


@frozen
class Pool:
    """The cost of what lies there.

    Args:
        costing: How pieces leave.
        layers: What is there, oldest first; one layer at most with moving average.
        owed: Pieces issued that had not come in, at their provisional cost.
        last: The rate last seen, for pieces that are owed.
    """

    costing: Costing = Costing.AVERAGE
    layers: tuple[Layer, ...] = ()
    owed: Layer = Layer()
    last: Layer = Layer()

    @property
    def quantity(self) -> int:
        """Pieces there; below zero while some are owed."""
        return sum(layer.quantity for layer in self.layers) - self.owed.quantity

    @property
    def value_minor(self) -> int:
        """What they are worth; below zero while some are owed."""
        return sum(layer.value_minor for layer in self.layers) - self.owed.value_minor


@frozen
class Issue:
    """What left a pool, kept by the caller so that a return finds its cost again.

    Args:
        quantity: Pieces.
        cost_minor: What they cost, in minor units.
        provisional: How many of them were owed when they left, so that their cost is the last known one.
        returned: How many have come back.
    """

    quantity: int
    cost_minor: int
    provisional: int = 0
    returned: int = 0


def receive(pool: Pool, quantity: int, value_minor: int) -> tuple[Pool, int]:
    """Take in pieces at what they cost together; return the pool and the correction.

    The correction is actual less provisional cost of the pieces that were owed: minor units to add to the cost of
    goods sold, negative when they turned out cheaper. Owed pieces are settled first.

    Raises:
        UsageError: ``bad_quantity`` unless the quantity is an int above zero; ``not_minor_units``,
            ``amount_out_of_range``, ``negative_cost``.
    """
    _positive(quantity)
    if checked_minor(value_minor) < 0:
        raise UsageError("negative_cost", "a receipt costs zero or more", value=value_minor)
    owed, rest, correction = _settle(pool, Layer(quantity, value_minor))
    layers = _joined(pool, rest) if rest.quantity else pool.layers
    last = layers[-1] if layers else Layer(quantity, value_minor)
    return evolve(pool, layers=layers, owed=owed, last=last), correction


def _settle(pool: Pool, came: Layer) -> tuple[Layer, Layer, int]:
    settled = min(came.quantity, pool.owed.quantity)
    actual, provisional = _part(came, settled), _part(pool.owed, settled)
    owed = Layer(pool.owed.quantity - settled, pool.owed.value_minor - provisional)
    rest = Layer(came.quantity - settled, came.value_minor - actual)
    return owed, rest, actual - provisional


def _part(layer: Layer, quantity: int) -> int:
    if not layer.quantity:
        return 0
    return (2 * layer.value_minor * quantity + layer.quantity) // (2 * layer.quantity)


def _joined(pool: Pool, layer: Layer) -> tuple[Layer, ...]:
    if pool.costing is Costing.FIFO or not pool.layers:
        return (*pool.layers, layer)
    (there,) = pool.layers
    return (Layer(there.quantity + layer.quantity, there.value_minor + layer.value_minor),)


def issue(pool: Pool, quantity: int) -> tuple[Pool, Issue]:
    """Let pieces go; return the pool and what they cost.

    Costs are rounded half up, and the last piece takes what is left. What is not there is owed at the last known
    rate, or at zero when none was ever known: :func:`receive` corrects it.

    Raises:
        UsageError: ``bad_quantity`` unless the quantity is an int above zero.
    """
    _positive(quantity)
    wanted, cost, last = quantity, 0, pool.last
    layers = list(pool.layers)
    gone = 0
    while wanted and gone < len(layers):
        last = layers[gone]
        taken = min(wanted, last.quantity)
        worth = _part(last, taken)
        wanted, cost = wanted - taken, cost + worth
        if taken == last.quantity:
            gone += 1
        else:
            layers[gone] = Layer(last.quantity - taken, last.value_minor - worth)
    provisional = _part(last, wanted)
    owed = Layer(pool.owed.quantity + wanted, pool.owed.value_minor + provisional)
    left = evolve(pool, layers=tuple(layers[gone:]), owed=owed, last=last)
    return left, Issue(quantity, cost + provisional, provisional=wanted)


def issue_lines(pool: Pool, quantities: Sequence[int]) -> tuple[Pool, tuple[Issue, ...]]:
    """Let the pieces of several lines go at one rate; lines share the cost by largest remainder.

    Provisional pieces are counted against the last lines.

    Raises:
        UsageError: ``bad_quantity`` unless every quantity is an int above zero.
    """
    for quantity in quantities:
        _positive(quantity)
    if not quantities:
        return pool, ()
    pool, whole = issue(pool, sum(quantities))
    costs = share(whole.cost_minor, quantities)
    firm, issues = whole.quantity - whole.provisional, []
    for quantity, cost in zip(quantities, costs, strict=True):
        there = min(firm, quantity)
        firm -= there
        issues.append(Issue(quantity, cost, provisional=quantity - there))
    return pool, tuple(issues)


def take_back(pool: Pool, issued: Issue, quantity: int) -> tuple[Pool, Issue, int]:
    """Take back pieces of an issue at the cost they left; return the pool, the issue and the correction.

    However the returns are grouped, they sum to the cost of the issue. With FIFO the pieces come before all
    others: what left first leaves first again. The correction is that of :func:`receive`.

    Raises:
        Refused: ``returned_more_than_issued``.
        UsageError: ``bad_quantity`` unless the quantity is an int above zero.
    """
    _positive(quantity)
    if issued.returned + quantity > issued.quantity:
        raise Refused(
            "returned_more_than_issued",
            f"{issued.returned} of {issued.quantity} are back, {quantity} more cannot come",
            issued=issued.quantity,
            returned=issued.returned,
            value=quantity,
        )
    worth = share_of_units(issued.cost_minor, issued.quantity, before=issued.returned, count=quantity)
    back, correction = put_back(pool, quantity, worth)
    return back, evolve(issued, returned=issued.returned + quantity), correction


def put_back(pool: Pool, quantity: int, value_minor: int) -> tuple[Pool, int]:
    """Put back pieces at a cost that is known, with FIFO before all others; corrects as :func:`receive` does.

    Raises:
        UsageError: ``bad_quantity`` unless the quantity is an int above zero.
    """
    _positive(quantity)
    owed, rest, correction = _settle(pool, Layer(quantity, value_minor))
    layers = pool.layers
    if rest.quantity:
        layers = (rest, *pool.layers) if pool.costing is Costing.FIFO else _joined(pool, rest)
    return evolve(pool, layers=layers, owed=owed), correction


def worth_of(pool: Pool, quantity: int) -> int:
    """Return what pieces would be worth that come in at no cost of their own, as found ones do.

    That is the rate of what is there (with FIFO, of what came last), of what was there last, or zero.
    """
    return _part(pool.layers[-1] if pool.layers else pool.last, quantity)


def revalue(pool: Pool, by_minor: int) -> Pool:
    """Add an amount to the cost of what is there: freight billed later, a write-down.

    FIFO layers share it by their pieces, largest remainder; a negative amount is shared by value, so that no
    layer falls below zero.

    Raises:
        Refused: ``nothing_to_revalue`` when no piece is there; ``below_zero_value`` when more is taken than
            it is worth.
        UsageError: ``not_minor_units``, ``amount_out_of_range``.
    """
    if not pool.layers:
        raise Refused("nothing_to_revalue", "no piece is there", value=checked_minor(by_minor))
    worth = sum(layer.value_minor for layer in pool.layers)
    if worth + checked_minor(by_minor) < 0:
        raise Refused("below_zero_value", f"{-by_minor} is more than {worth}", value=by_minor, allowed=-worth)
    weights = [layer.quantity if by_minor > 0 else layer.value_minor for layer in pool.layers]
    layers = tuple(
        Layer(layer.quantity, layer.value_minor + part)
        for layer, part in zip(pool.layers, share(by_minor, weights), strict=True)
    )
    return evolve(pool, layers=layers, last=layers[-1])


def _positive(quantity: int) -> None:
    if type(quantity) is not int or quantity <= 0:
        raise UsageError("bad_quantity", f"{quantity!r} is no int above zero", value=quantity)
