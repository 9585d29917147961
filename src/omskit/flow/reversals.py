"""Matching what a channel takes back to the orders it is about: by order, or by buyer and SKU; never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field, frozen

from omskit.channels import Channel, Reversal, ReversedLine
from omskit.core import Refusal, to_ms
from omskit.orders import Cancel, Command, Order, TakeBack


@frozen
class Matched:
    """A line of a reversal and the order line that it takes units back from."""

    reversal: str
    order: int
    line: int
    quantity: int


@define
class _Left:
    """Units of an order line that may still be taken back, while reversals are matched one after another."""

    order: Order
    number: int
    units: int


@define
class Candidates:
    """The orders that reversals may be about, searchable by buyer and SKU, and by external id."""

    orders: Sequence[Order]
    _by_buyer: dict[tuple[str, str], list[_Left]] = field(factory=dict, init=False)
    _by_order: dict[tuple[str, str], list[_Left]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        newest = sorted(self.orders, key=lambda order: (to_ms(order.terms.placed_at), order.key), reverse=True)
        for order in newest:
            for line in order.lines:
                units = line.open + line.reserved + line.shipped - line.returned
                if units:
                    left = _Left(order, line.number, units)
                    self._by_order.setdefault((order.channel_id, line.sku), []).append(left)
                    if order.terms.buyer:
                        self._by_buyer.setdefault((order.terms.buyer, line.sku), []).append(left)

    def take(self, reversal: Reversal, line: ReversedLine, sku: str) -> Matched | Refusal:
        """Match one line, and count its units as taken.

        With an order named, only that order is asked. Without, the buyer's orders placed before the reversal
        are: one line must have all the units. Of several, one at the same price per unit goes before others,
        and then the latest before earlier ones.

        Returns:
            The match; or a refusal with ``bad_line`` for less than one unit, ``no_buyer`` when neither order nor
            buyer is known, ``no_sale`` when nobody sold that, ``not_enough_sold`` when no single line has so many
            units left.
        """
        if type(line.quantity) is not int or line.quantity < 1:
            return self._refusal(reversal, line, "bad_line", f"{line.quantity} units; from 1 unit")
        if not reversal.order and not reversal.buyer:
            return self._refusal(reversal, line, "no_buyer", "neither order nor buyer is known")
        if reversal.order:
            asked = self._by_order.get((reversal.order, sku), [])
        else:
            known = self._by_buyer.get((reversal.buyer, sku), [])
            asked = [left for left in known if left.order.terms.placed_at <= reversal.at]
        if not asked:
            return self._refusal(reversal, line, "no_sale", "no earlier sale of this SKU to this buyer")
        enough = [left for left in asked if left.units >= line.quantity]
        if not enough:
            return self._refusal(reversal, line, "not_enough_sold", "no sale has so many units left")
        left = next((left for left in enough if _same_price(left, line)), enough[0])
        left.units -= line.quantity
        return Matched(reversal.external_id, left.order.key, left.number, line.quantity)

    @staticmethod
    def _refusal(reversal: Reversal, line: ReversedLine, code: str, message: str) -> Refusal:
        facts = {"item": line.item, "quantity": line.quantity, "buyer": reversal.buyer}
        return Refusal(reversal.external_id, code, message, facts)


def _same_price(left: _Left, line: ReversedLine) -> bool:
    sold = left.order.line(left.number)
    return sold.paid_minor * line.quantity == line.amount_minor * sold.quantity


def match(
    channel: Channel, reversals: Sequence[Reversal], orders: Sequence[Order]
) -> tuple[list[Matched], list[Refusal]]:
    """Match every line of every reversal, in order of time; each unit is taken back once.

    Args:
        channel: Whose listings say what the items are.
        reversals: What is taken back.
        orders: The orders that it may be about.

    Returns:
        The matches, and a refusal for each line that has none.
    """
    candidates = Candidates(orders)
    matched: list[Matched] = []
    refused: list[Refusal] = []
    for reversal in sorted(reversals, key=lambda one: (one.at, one.external_id)):
        for line in reversal.lines:
            listing = channel.listings.get(line.item)
            found = candidates.take(reversal, line, listing.code if listing else line.item)
            if isinstance(found, Matched):
                matched.append(found)
            else:
                refused.append(found)
    return matched, refused


def commands_for(order: Order, units: Mapping[int, int], *, warehouse: str, reason: str) -> Sequence[Command]:
    """Return what takes units of lines back: open units are cancelled, then shipped ones come back.

    Units that a warehouse works on are neither; what cannot be split over the two is left to the commands to
    refuse.

    Args:
        order: The order as it stands.
        units: Units by line number.
        warehouse: Where returned goods are received; empty books the return without stock.
        reason: For the history.
    """
    cancel: list[tuple[int, int]] = []
    back: list[tuple[int, int]] = []
    for number, count in sorted(units.items()):
        line = order.line(number)
        cancelled = min(count, line.open + line.reserved)
        if cancelled:
            cancel.append((number, cancelled))
        if count > cancelled:
            back.append((number, count - cancelled))
    commands: list[Command] = []
    if cancel:
        commands.append(Cancel(tuple(cancel), reason))
    if back:
        commands.append(TakeBack(tuple(back), warehouse, reason))
    return commands


