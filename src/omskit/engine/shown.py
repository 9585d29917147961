"""What channels show of their items, kept as receipts: what a channel was told is something that it received.

Each item has a receipt under ``shown:<channel>``. Whoever reads them to write them takes the channel's turn first,
so that of two who publish at the same moment the second one reads stock after the first has put its numbers on
their way, and numbers leave in the order in which they were true. A turn holds up no sale.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from attrs import evolve

from omskit.channels import StockNotice
from omskit.core import from_ms, to_ms
from omskit.inventory import Showing, Shown, taken
from omskit.orders import ORDERS
from omskit.storage import After, Op, Receipt, Unit, Where

#: Source of the receipts that are turns, one a channel.
TURNS = "turn:shown"
#: Orders that are read in one step.
PAGE = 500


def take_turn(unit: Unit, channel: str, at: datetime) -> None:
    """Be the only one, until the unit ends, who changes what is known of a channel's items."""
    unit.inbox.replace(TURNS, [Receipt(channel, "", "")], at=at)


def load_shown(unit: Unit, channel: str, items: Collection[str]) -> dict[str, Shown]:
    """Return what is known of items, by item; nothing for those that the channel was never told of."""
    found = unit.inbox.seen(f"shown:{channel}", items)
    return {item: _read(channel, item, receipt.outcome) for item, receipt in found.items()}


def save_shown(unit: Unit, channel: str, shown: Iterable[Shown], at: datetime) -> None:
    """Keep what is known of items; what the channel has sold since follows from its orders and is not kept."""
    receipts = [Receipt(one.sku, "", _written(one)) for one in shown]
    if receipts:
        unit.inbox.replace(f"shown:{channel}", receipts, at=at)


def _written(one: Shown) -> str:
    since_ms = to_ms(one.since) if one.since else None
    return json.dumps([one.pieces, to_ms(one.at), one.sent, since_ms, one.mark])


def _read(channel: str, item: str, text: str) -> Shown:
    pieces, at_ms, sent, since_ms, mark = json.loads(text)
    since = None if since_ms is None else from_ms(since_ms)
    return Shown(channel, item, pieces, from_ms(at_ms), sent=sent, since=since, mark=mark)


def with_sales(
    unit: Unit, channel: str, showing: Showing, known: Mapping[str, Shown], codes: Mapping[str, Sequence[str]]
) -> dict[str, Shown]:
    """Return what channels show after the sales that they have lowered their numbers by themselves.

    Counted are orders that were received after a number was taken and that the channel says were placed later. A
    number that is still on its way will overwrite what was sold before it arrives, so nothing comes off it. Nor
    does anything where several items stand for the same goods, since an order does not say which one was sold.

    Args:
        unit: Where orders are.
        channel: Whose items.
        showing: Says how far clocks may differ.
        known: What was kept, by item.
        codes: Items by the code that their order lines have.
    """
    lone = {items[0]: code for code, items in codes.items() if len(items) == 1}
    settled = {
        item: one for item, one in known.items() if item in lone and one.sent is None and one.since is not None
    }
    if not settled:
        return dict(known)
    item_of = {lone[item]: item for item in settled}
    starts = {item: one.since + showing.settling for item, one in settled.items() if one.since is not None}
    sold: dict[str, int] = {}
    where = (Where("channel", Op.EQ, channel), Where("placed_at", Op.GE, to_ms(min(starts.values()))))
    after: After | None = After(None, min(one.mark for one in settled.values()))
    while keys := unit.of(ORDERS).find(*where, limit=PAGE, after=after):
        for key, stored in unit.of(ORDERS).load(keys).items():
            for line in stored.state.lines:
                item = item_of.get(line.sku, "")
                if item and key > settled[item].mark and stored.state.terms.placed_at >= starts[item]:
                    sold[item] = sold.get(item, 0) + line.quantity
        after = After(None, keys[-1])
    return {item: evolve(one, sold=sold.get(item, 0)) for item, one in known.items()}


def confirm(unit: Unit, notices: Sequence[StockNotice], at: datetime) -> None:
    """Note that channels have taken the numbers of notices, in the order in which they were sent."""
    numbers: dict[str, dict[str, int]] = {}
    for notice in notices:
        numbers.setdefault(notice.channel, {}).update({one.item: one.available for one in notice.updates})
    if not numbers:
        return
    for channel in sorted(numbers):
        take_turn(unit, channel, at)
    (mark,) = unit.keys(1)
    for channel, by_item in numbers.items():
        known = load_shown(unit, channel, by_item)
        now = [taken(one, by_item[item], at=at, mark=mark) for item, one in known.items()]
        save_shown(unit, channel, now, at)
