"""The counter: orders that people take down are priced, placed, changed and refunded here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from attrs import evolve, frozen

from omskit.core import Entry, OmsError, Refusal, Refused, UsageError, key_of, readable
from omskit.engine.drafts import PriceFacts, Seen, goods_of
from omskit.engine.once import once
from omskit.engine.units import Shop, save
from omskit.flow import (
    Draft,
    Pricing,
    Workspace,
    changed_basket,
    commands_for,
    gifts_of,
    last_price,
    placed,
    react,
    refund_due,
    repriced,
    unsent_gifts,
    unspend,
)
from omskit.orders import (
    COMMANDS,
    ORDERS,
    AddLine,
    Amend,
    Changes,
    KeepPrice,
    NoteRefund,
    Order,
    Refunded,
    RemoveLine,
    SetQuantity,
)
from omskit.pricing import PriceResult
from omskit.storage import Unit

#: Sources of the receipts under which calls with a key are remembered.
AMENDS, REFUNDS = "counter amend", "counter refund"


@frozen
class Taken:
    """What became of drafts.

    Args:
        placed: Numbers of the orders that were placed, in order.
        repeated: Drafts that were known with the same content.
        refused: Drafts that could not be priced or placed; the others went on.
    """

    placed: tuple[str, ...] = ()
    repeated: int = 0
    refused: tuple[Refusal, ...] = ()


@frozen
class Counter:
    """Sells what people ask for by phone, by fax or at a counter.

    Args:
        shop: The engine's parts.
        pricing: What orders are priced with.
        batch: Most drafts in one unit.
    """

    shop: Shop
    pricing: Pricing
    batch: int

    def quote(self, draft: Draft) -> PriceResult:
        """Return what a draft would cost now, with its reasons; nothing is written.

        Raises:
            Refused: ``no_price``; ``empty_order``.
        """
        with self.shop.storage.begin(read=True) as unit:
            facts = PriceFacts.of_drafts(unit, self.pricing, [draft], lock=False)
            return facts.price(draft)[0]

    def place(self, drafts: Sequence[Draft], *, actor: str) -> Taken:
        """Price drafts and place them, in the order they come; budgets and coupons are held in the same unit.

        A draft is placed once for each channel and external id; with other content it is refused
        (``changed_content``). What each holds of budgets is confirmed when the order is paid or ships, and given
        back when it is cancelled.
        """
        numbers: list[str] = []
        refused: list[Refusal] = []
        repeated = 0
        for start in range(0, len(drafts), self.batch):
            some = drafts[start : start + self.batch]
            found = self.shop.attempt(partial(self._place, some, actor))
            numbers += found.placed
            refused += found.refused
            repeated += found.repeated
        return Taken(tuple(numbers), repeated, tuple(refused))

    def amend(
        self, number: str, changes: Changes, *, actor: str, freight_minor: int | None = None, key: str = ""
    ) -> Order:
        """Change what an order asks for, and price it again at the lists and promotions of its placement.

        Units more and lines more are priced again as a whole, with gifts, budgets and the promotions of the
        freight. Units less are a refund: see :meth:`give_back`.

        Args:
            number: Of the order, which was priced here.
            changes: What is asked for.
            actor: Who asks.
            freight_minor: Price of sending it from now on, before promotions; None as it was.
            key: Idempotency key: a repeat returns the order as the first time left it; empty for none.

        Raises:
            Refused: ``not_priced``; ``line_settled``; ``charges_settled``; ``fewer_units``; ``no_price``;
                ``allowance_spent``; as an amendment is refused.
            UsageError: ``unknown_number``; ``unknown_line``; ``key_reused``.
        """

        def do(unit: Unit, _lock: bool) -> Order:  # noqa: FBT001
            work, order, entries = self._load(unit, number, actor)
            _more(order, changes)
            before, _ = last_price(entries)
            if before.gifts_only:
                raise Refused("not_priced", "its prices are its channel's; only its gifts are ours", order=number)
            skus = {line.sku for line in order.lines} | {one.sku for one in changes if isinstance(one, AddLine)}
            asked = [(before.context, order.terms.currency)]
            facts = PriceFacts.known(unit, self.pricing, skus, asked, lock=True)
            facts = evolve(facts, left=unspend(facts.left, before.price.uses))
            lists, goods = facts.pricing, facts.goods
            basket, _ = changed_basket(order, before, changes, lists, goods, freight_minor=freight_minor)
            result = facts.pricing.price(basket, facts.context(before.context))
            for command in repriced(order, changes, result, before, facts.goods):
                work.order(order.key, command, "price")
            react(work)
            save(unit, work, joined=self.shop.joined)
            after = work.orders[order.key].state
            assert after is not None  # noqa: S101 - it was loaded
            return after

        asked = [number, COMMANDS.dump(Amend(changes)), freight_minor]
        state = ORDERS.state
        return once(
            self.shop, AMENDS, key, asked, do, dump=state.dump, load=lambda text: state.load(ORDERS.tag, text)
        )

    def give_back(
        self,
        number: str,
        units: Mapping[int, int],
        *,
        actor: str,
        again: bool = False,
        gifts_back: Mapping[str, int] | None = None,
        warehouse: str = "",
        reason: str = "",
        key: str = "",
    ) -> Refunded:
        """Take units of lines back, and say what the buyer gets for them; both stand in the order's history.

        Open units are cancelled, shipped ones come back. A gift that is no longer earned is not sent; one that has
        left comes back too, or is charged.

        Args:
            number: Of the order, which was priced here.
            units: Units by line number.
            actor: Who takes them back.
            again: Whether what the buyer keeps is priced again, so that a discount that is no longer earned is
                taken back; otherwise each unit gives what it was bought at.
            gifts_back: Pieces of gifts, by SKU, that had left and come back too.
            warehouse: Where returned goods are received; empty books the return without stock.
            reason: For the history.
            key: Idempotency key: a repeat returns what was due the first time; empty for none.

        Raises:
            Refused: ``not_priced``; ``at_warehouse``; ``not_shipped``; ``not_allowed``.
            UsageError: ``unknown_number``; ``unknown_line``; ``units_out_of_range``; ``key_reused``.
        """

        def do(unit: Unit, _lock: bool) -> Refunded:  # noqa: FBT001
            work, order, entries = self._load(unit, number, actor)
            skus = {line.sku for line in order.lines} if again else set()
            goods = goods_of(unit, skus)
            back = unsent_gifts(order)
            for sku, pieces in (gifts_back or {}).items():
                back[sku] = back.get(sku, 0) + pieces
            due = refund_due(entries, units, again=self.pricing if again else None, goods=goods, gifts_back=back)
            every = {**units, **gifts_of(order, due)}
            for command in commands_for(order, every, warehouse=warehouse, reason=reason):
                work.order(order.key, command, "give_back")
            work.order(order.key, NoteRefund(due), "give_back")
            react(work)
            save(unit, work, joined=self.shop.joined)
            return due

        gifts = sorted((gifts_back or {}).items())
        asked = [number, sorted(units.items()), again, gifts, warehouse]
        due: Refunded = once(self.shop, REFUNDS, key, asked, do, dump=ORDERS.events.dump, load=_refunded)
        return due

    def _place(self, drafts: Sequence[Draft], actor: str, unit: Unit, _lock: bool) -> Taken:  # noqa: FBT001
        work = self.shop.workspace(unit, actor, keys=2 * len(drafts))
        seen = Seen.of(unit, drafts)
        fresh = [one for one in drafts if not seen.knows(one)]
        facts = PriceFacts.of_drafts(unit, self.pricing, fresh, lock=True)
        numbers: list[str] = []
        refused: list[Refusal] = []
        repeated = 0
        for draft in drafts:
            if seen.knows(draft):
                repeated += seen.is_same(draft)
                refused += [] if seen.is_same(draft) else [seen.refusal(draft)]
                continue
            try:
                result, context = facts.price(draft)
                key = work.new_key()
                with work.attempt():
                    work.order(key, placed(draft, result, facts.goods, key=key), "counter")
                    until = self.pricing.held_until(draft.terms)
                    work.order(key, KeepPrice(result, context, until=until), "counter")
            except OmsError as error:
                refused.append(Refusal.of(draft.terms.external_id, error))
                continue
            facts = facts.after(result)
            numbers.append(readable(ORDERS.number, key))
            seen.add(draft, numbers[-1])
        react(work)
        seen.record(unit, work.at)
        save(unit, work, joined=self.shop.joined)
        return Taken(tuple(numbers), repeated, tuple(refused))

    def _load(self, unit: Unit, number: str, actor: str) -> tuple[Workspace, Order, Sequence[Entry]]:
        key = key_of(number, ORDERS.number)
        work = self.shop.workspace(unit, actor)
        work.know_orders(unit.of(ORDERS).load([key], lock=True))
        track = work.orders.get(key)
        if track is None or track.state is None:
            raise UsageError("unknown_number", f"there is no {number}", number=number)
        return work, track.state, unit.of(ORDERS).history([key])[key]


def _more(order: Order, changes: Changes) -> None:
    """Refuse fewer units: they are a refund."""
    for change in changes:
        if isinstance(change, SetQuantity | RemoveLine):
            wanted = change.quantity if isinstance(change, SetQuantity) else 0
            if wanted < order.line(change.line).quantity:
                said = "units less are a refund: give them back"
                raise Refused("fewer_units", said, order=order.key, line=change.line)


def _refunded(text: str) -> Refunded:
    found: Refunded = ORDERS.events.load("refunded", text)
    return found
