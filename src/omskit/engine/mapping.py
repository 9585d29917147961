"""Explaining items late: orders that wait for a listing get their lines' meaning, and go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from omskit.catalog import Pick
from omskit.channels import UNMAPPED, Channel
from omskit.core import Refusal, Refused, UsageError, key_of, readable
from omskit.engine.units import Shop, save
from omskit.flow import Goods, Processes, load_offers, load_products, mapped, react, unexplained_items
from omskit.orders import NEVER, ORDERS, Amend, MapLine, Order, ReleaseHold
from omskit.storage import After, Op, Unit, Where


@frozen
class Explained:
    """What became of orders with items that nobody had explained.

    Args:
        released: Numbers of the orders whose lines are explained now; their hold is lifted.
        waiting: How many orders still wait.
        refused: Orders that the change was refused for.
    """

    released: tuple[str, ...] = ()
    waiting: int = 0
    refused: tuple[Refusal, ...] = ()


def channel_of(channels: Mapping[str, Channel], code: str) -> Channel:
    """Return a channel by its code.

    Raises:
        UsageError: ``unknown_channel``.
    """
    known = channels.get(code)
    if known is None:
        codes = ", ".join(channels) or "none"
        raise UsageError("unknown_channel", f"no channel {code!r}; there are: {codes}", channel=code)
    return known


@frozen
class ItemDesk:
    """Explains items of orders that are in the book already."""

    shop: Shop
    processes: Processes
    channels: Mapping[str, Channel]
    batch: int

    def explain(self, code: str) -> Explained:
        """Explain the lines of all orders of a channel that wait for a listing (``unmapped_item``).

        Call it whenever listings have come; each batch is a unit of its own, so a call that was cut short is just
        made again. An order whose lines are all explained goes on with the next run.

        Raises:
            UsageError: ``unknown_channel``.
        """
        channel = channel_of(self.channels, code)
        released: list[str] = []
        refused: list[Refusal] = []
        waiting, after = 0, None
        while True:
            found, last = self.shop.attempt(lambda unit, _lock, since=after: self._page(unit, channel, since))  # type: ignore[misc]
            if last is None:
                return Explained(tuple(released), waiting, tuple(refused))
            released += found.released
            refused += found.refused
            waiting, after = waiting + found.waiting, last

    def _page(self, unit: Unit, channel: Channel, after: After | None) -> tuple[Explained, After | None]:
        where = (
            Where("status", Op.IN, self.processes.waiting),
            Where("wake", Op.EQ, NEVER),
            Where("channel", Op.EQ, channel.code),
        )
        keys = unit.of(ORDERS).find(*where, limit=self.batch, after=after)
        if not keys:
            return Explained(), None
        work = self.shop.workspace(unit, channel.code)
        work.know_orders(unit.of(ORDERS).load(keys, lock=True))
        orders = [state for key in keys if (state := work.orders[key].state) and _waits(state)]
        offering = load_offers(unit, channel, unexplained_items(orders)) if orders else channel
        released, refused, waiting = [], [], 0
        for order in orders:
            number = readable(ORDERS.number, order.key)
            commands = mapped(order, offering.listings)
            try:
                with work.attempt():
                    for command in commands:
                        work.order(order.key, command, "listing")
            except Refused as refusal:
                refused.append(Refusal.of(number, refusal))
                continue
            released += [number] if commands else []
            waiting += not commands
        react(work)
        save(unit, work, joined=self.shop.joined)
        return Explained(tuple(released), waiting, tuple(refused)), After(None, keys[-1])

    def explain_line(
        self,
        number: str,
        line: int,
        code: str,
        *,
        actor: str,
        picks: Sequence[Pick] = (),
        draw: int | None = None,
        per: int = 1,
    ) -> Order:
        """Say what one line of one order stands for; the hold is lifted with the last of them.

        Args:
            number: Of the order.
            line: Number of the line; no warehouse works on it.
            code: The product.
            actor: Who says so.
            picks: What the buyer chose of the bundle.
            draw: A number below :data:`omskit.catalog.DRAWS`, for what is drawn.
            per: Units of the product in one unit of the line.

        Raises:
            Refused: ``in_work``; ``not_allowed``; as :func:`omskit.catalog.explode` says.
            UsageError: ``unknown_number``; ``unknown_line``; ``no_draw``, ``bad_draw``.
            PayloadError: ``bad_number``.
        """
        key = key_of(number, ORDERS.number)

        def do(unit: Unit, _lock: bool) -> Order:  # noqa: FBT001
            work = self.shop.workspace(unit, actor)
            work.know_orders(unit.of(ORDERS).load([key], lock=True))
            if key not in work.orders:
                raise UsageError("unknown_number", f"there is no {number}", number=number)
            goods = Goods({one: product.state for one, product in load_products(unit, [code]).items()})
            parts = goods.parts(code, picks=picks, draw=draw, per=per)
            work.order(key, Amend((MapLine(line, code, parts),), "said by hand"), "listing")
            order = work.orders[key].state
            assert order is not None  # noqa: S101 - it was loaded
            if not unexplained_items([order]):
                work.order(key, ReleaseHold(UNMAPPED), "listing")
            react(work)
            save(unit, work, joined=self.shop.joined)
            return work.orders[key].state or order

        return self.shop.attempt(do)


def _waits(order: Order) -> bool:
    return any(hold.code == UNMAPPED for hold in order.holds)
