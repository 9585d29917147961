"""What the counter needs to know of drafts: prices, goods, budgets, coupons and gifts, and which came before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Self

from attrs import define, evolve, field, frozen

from omskit.core import Refusal
from omskit.flow import (
    DRAFTS,
    Draft,
    Goods,
    Pricing,
    basket_of,
    context_of,
    free_gifts,
    gives,
    left_of,
    load_allowances,
    load_prices,
    load_products,
    spend,
    take_gifts,
)
from omskit.pricing import Allowance, Context, Left, PriceResult, allowances_asked
from omskit.storage import Receipt, Unit

#: Sources of receipts under which drafts are remembered begin with this.
SOURCE = "counter:"


def goods_of(unit: Unit, skus: Collection[str]) -> Goods:
    """Load what the catalog knows of SKUs."""
    return Goods({code: one.state for code, one in load_products(unit, skus).items()})


@frozen
class PriceFacts:
    """What pricing some drafts, or one order, needs to know, loaded once.

    Args:
        pricing: With the price changes that were applied.
        goods: What the catalog knows.
        coupons: Allowances of coupons, by name.
        left: What is left of budgets and coupons.
        gifts: Free pieces of gifts; None when they are never short.
    """

    pricing: Pricing
    goods: Goods
    coupons: Mapping[str, Allowance]
    left: Mapping[str, Left]
    gifts: Mapping[str, int] | None

    @classmethod
    def known(
        cls,
        unit: Unit,
        pricing: Pricing,
        skus: Collection[str],
        asked: Iterable[tuple[Context, str]],
        *,
        lock: bool,
        coupons: Collection[str] = (),
    ) -> Self:
        """Load what pricing under some contexts and currencies needs; with ``lock`` nobody else takes of it."""
        lists = load_prices(unit, pricing)
        goods = goods_of(unit, {*skus, *lists.gift_skus})
        contexts = list(asked)
        names = {name for one, currency in contexts for name in allowances_asked(lists.rules, one, currency)}
        found = load_allowances(unit, {*names, *coupons}, lock=lock)
        at = max((one.at for one, _ in contexts), default=None)
        left = left_of(found, at) if at else {}
        return cls(lists, goods, found, left, free_gifts(unit, lists))

    @classmethod
    def of_drafts(cls, unit: Unit, pricing: Pricing, drafts: Sequence[Draft], *, lock: bool) -> Self:
        """Load what pricing drafts needs."""
        coupons = {f"coupon:{code}" for draft in drafts for code in draft.coupons}
        asked = [(context_of(draft, pricing, {}), draft.terms.currency) for draft in drafts]
        skus = {line.sku for draft in drafts for line in draft.lines}
        return cls.known(unit, pricing, skus, asked, lock=lock, coupons=coupons)

    def price(self, draft: Draft) -> tuple[PriceResult, Context]:
        """Return what a draft costs, and the facts it was priced under, without what is left.

        A coupon that is not known, closed, over or somebody else's is priced as one that nobody knows.

        Raises:
            Refused: ``no_price``; ``empty_order``.
        """
        promotions = {
            code: coupon.promotion
            for code in draft.coupons
            if (coupon := self.coupons.get(f"coupon:{code}"))
            and gives(coupon, draft.terms.placed_at)
            and coupon.buyer in {"", draft.terms.buyer}
        }
        context = context_of(draft, self.pricing, promotions)
        return self.pricing.price(basket_of(draft, self.pricing, self.goods), self.context(context)), context

    def context(self, context: Context) -> Context:
        """Return a context with what is left of budgets, and of gifts."""
        return evolve(context, left=self.left, gift_stock=self.gifts)

    def after(self, result: PriceResult) -> Self:
        """Return what is left after an order has its price."""
        return evolve(self, left=spend(self.left, result.uses), gifts=take_gifts(self.gifts, result))


@define
class Seen:
    """Which drafts came before, by channel and external id."""

    receipts: dict[tuple[str, str], Receipt]
    fresh: dict[str, list[Receipt]] = field(factory=dict)

    @classmethod
    def of(cls, unit: Unit, drafts: Sequence[Draft]) -> Self:
        """Ask which drafts are known."""
        by_channel: dict[str, list[str]] = {}
        for draft in drafts:
            by_channel.setdefault(draft.terms.channel, []).append(draft.terms.external_id)
        return cls(
            {
                (channel, id_): receipt
                for channel, ids in by_channel.items()
                for id_, receipt in unit.inbox.seen(SOURCE + channel, ids).items()
            }
        )

    def knows(self, draft: Draft) -> bool:
        """Whether a draft of this channel and id was placed."""
        return (draft.terms.channel, draft.terms.external_id) in self.receipts

    def is_same(self, draft: Draft) -> bool:
        """Whether a known draft came with the same content."""
        return self.receipts[draft.terms.channel, draft.terms.external_id].fingerprint == _fingerprint(draft)

    def refusal(self, draft: Draft) -> Refusal:
        """Return why a known draft with other content is not placed."""
        number = json.loads(self.receipts[draft.terms.channel, draft.terms.external_id].outcome)
        message = f"it was placed before with other content, as {number}"
        return Refusal(draft.terms.external_id, "changed_content", message, {"number": number})

    def add(self, draft: Draft, number: str) -> None:
        """Remember a draft that was placed."""
        channel, id_ = draft.terms.channel, draft.terms.external_id
        receipt = Receipt(id_, _fingerprint(draft), json.dumps(number))
        self.receipts[channel, id_] = receipt
        self.fresh.setdefault(channel, []).append(receipt)

    def record(self, unit: Unit, at: datetime) -> None:
        """Write down what was placed."""
        for channel, receipts in self.fresh.items():
            unit.inbox.record(SOURCE + channel, receipts, at=at)


def _fingerprint(draft: Draft) -> str:
    return hashlib.blake2b(DRAFTS.dump(draft).encode(), digest_size=16).hexdigest()
