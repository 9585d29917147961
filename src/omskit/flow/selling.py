"""Selling: what a host prices with, orders that people enter without prices, and the orders that come of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from omskit.catalog import Pick
from omskit.core import Codec, Destination, Refused
from omskit.flow.offers import Goods
from omskit.orders import Charge, Hold, Order, OrderLine, Place, Terms
from omskit.pricing import (
    POLICY,
    UNTAXED,
    Basket,
    BasketLine,
    Context,
    Customer,
    Gift,
    Left,
    Policy,
    PriceBook,
    PriceChange,
    PriceResult,
    Promotion,
    Quote,
    Rulebook,
    TaxRules,
    Use,
    Wanted,
    changed_list,
    price,
)

#: Code of the charge for sending.
FREIGHT = "freight"


@frozen
class Pricing:
    """What orders are priced with; a value that the host makes.

    Args:
        book: Price lists, before the price changes that were applied.
        rules: Promotions.
        tax: How it is taxed; lists with the other tax mode are not looked at.
        policy: How prices are rounded.
        zone: IANA name of the time zone in which lists and promotions begin and end.
        tax_classes: Tax class by SKU, or by category where the SKU is not named.
        gifts_in_stock: Whether a gift is given only while pieces of it are free.
        hold_for: How long an order that is not paid holds what it uses of budgets and coupons, from its placement;
            None until it is cancelled. See :meth:`omskit.engine.PriceDesk.expire`.
    """

    book: PriceBook
    rules: Rulebook = field(factory=lambda: Rulebook(()))
    tax: TaxRules = UNTAXED
    policy: Policy = POLICY
    zone: str = "UTC"
    tax_classes: Mapping[str, str] = field(factory=dict)
    gifts_in_stock: bool = True
    hold_for: timedelta | None = None

    def held_until(self, terms: Terms) -> datetime | None:
        """Return when an order may lose what it uses; None for one that is paid, or never does."""
        return None if self.hold_for is None or terms.paid_at else terms.placed_at + self.hold_for

    def after(self, changes: Iterable[PriceChange]) -> Pricing:
        """Return the same with the price changes that were applied in the lists."""
        applied = tuple(changes)
        if not applied:
            return self
        return evolve(self, book=PriceBook(tuple(changed_list(one, applied) for one in self.book.lists)))

    @property
    def gift_skus(self) -> tuple[str, ...]:
        """Every SKU that some promotion gives, sorted."""
        gifts = [one.effect for one in self.rules.promotions if isinstance(one.effect, Gift)]
        return tuple(sorted({item.sku for gift in gifts for choice in gift.choices for item in choice}))

    @property
    def giving(self) -> Pricing:
        """The same with nothing but gifts: prices stay what they are."""
        gifts: list[Promotion] = [one for one in self.rules.promotions if isinstance(one.effect, Gift)]
        return evolve(self, rules=Rulebook(tuple(gifts), self.rules.choices))

    def lines(
        self,
        wanted: Sequence[Wanted],
        customer: Customer,
        goods: Goods,
        amounts: Mapping[int, int] | None = None,
    ) -> tuple[BasketLine, ...]:
        """Return basket lines at list prices, or at the amounts that are given by line number.

        Raises:
            Refused: ``no_price`` for a line that no list has a price of.
        """
        known = amounts or {}
        asked = [one for one in wanted if one.number not in known]
        quotes: dict[int, Quote] = {}
        for answer in self.book.quote(asked, customer):
            if not isinstance(answer, Quote):
                raise Refused("no_price", answer.message, **dict(answer.facts))
            quotes[answer.number] = answer
        found = []
        for one in wanted:
            quote, categories = quotes.get(one.number), goods.categories(one.sku)
            classes = [self.tax_classes[code] for code in (one.sku, *categories) if code in self.tax_classes]
            minor = quote.list_minor if quote else known[one.number]
            floor = quote.entry.floor_minor if quote else 0
            found.append(
                BasketLine(one.number, one.sku, one.quantity, minor, categories, (*classes, "")[0], floor)
            )
        return tuple(found)

    def price(self, basket: Basket, context: Context) -> PriceResult:
        """Return what a basket costs; see :func:`omskit.pricing.price`."""
        return price(basket, self.rules, context, tax=self.tax, policy=self.policy)

    def customer(self, terms: Terms, groups: tuple[str, ...] = ()) -> Customer:
        """Return for whom the prices of an order are looked up: as of its placement."""
        return Customer(
            terms.currency,
            terms.placed_at,
            terms.channel,
            self.zone,
            groups,
            terms.warehouse,
            region_of(terms.destination),
            self.tax.mode,
        )


@frozen
class DraftLine:
    """Units of one SKU or bundle that somebody asks for.

    Args:
        sku: What is asked for.
        quantity: Units, above zero.
        picks: What was chosen of a bundle.
        draw: A number below :data:`omskit.catalog.DRAWS`, for what is drawn.
        title: What the buyer is told.
    """

    sku: str
    quantity: int = 1
    picks: tuple[Pick, ...] = ()
    draw: int | None = None
    title: str = ""


@frozen
class Draft:
    """An order as a person takes it down, without prices.

    Args:
        terms: What was agreed; ``external_id`` tells repeats, unique within the channel.
        lines: What is asked for.
        freight_minor: Price of sending it, before promotions.
        groups: Customer groups of the buyer.
        new_customer: Whether the buyer has not bought before.
        coupons: Codes that were handed in.
        holds: What blocks it from the start.
    """

    terms: Terms
    lines: tuple[DraftLine, ...]
    freight_minor: int = 0
    groups: tuple[str, ...] = ()
    new_customer: bool = False
    coupons: tuple[str, ...] = ()
    holds: tuple[Hold, ...] = ()


#: Writes drafts, to tell repeats by their content.
DRAFTS: Codec[Draft] = Codec("draft", {"draft": Draft})


def region_of(destination: Destination) -> str:
    """Return where goods go as conditions name it: ``DE`` or ``DE-BE``."""
    return f"{destination.country}-{destination.region}" if destination.region else destination.country


def context_of(draft: Draft, pricing: Pricing, coupons: Mapping[str, str]) -> Context:
    """Return the facts about a draft that promotions ask for; ``coupons`` names the promotion of each code."""
    terms = draft.terms
    return Context(
        terms.placed_at,
        terms.channel,
        pricing.zone,
        region_of(terms.destination),
        terms.buyer,
        draft.groups,
        draft.new_customer,
        {code: coupons.get(code, "") for code in draft.coupons},
    )


def basket_of(draft: Draft, pricing: Pricing, goods: Goods) -> Basket:
    """Return what a draft asks for at list prices.

    Raises:
        Refused: ``no_price``; ``empty_order``.
        UsageError: ``bad_quantity`` below one.
    """
    if not draft.lines:
        raise Refused("empty_order", "an order has at least one line", external_id=draft.terms.external_id)
    wanted = [Wanted(number, line.sku, line.quantity) for number, line in enumerate(draft.lines, 1)]
    lines = pricing.lines(wanted, pricing.customer(draft.terms, draft.groups), goods)
    return Basket(draft.terms.currency, lines, draft.freight_minor)


def placed(draft: Draft, result: PriceResult, goods: Goods, *, key: int) -> Place:
    """Return the command that places a draft at its price: frozen shares, gifts as lines of their own, freight.

    A gift has the group marker of the line that earned it, so that it leaves with it and never alone.

    Raises:
        Refused: As :func:`omskit.catalog.explode` says of a bundle.
    """
    prices = {line.sku: line.list_minor // line.quantity for line in result.lines}
    lines = []
    for asked, priced in zip(draft.lines, result.lines, strict=True):
        parts = goods.parts(asked.sku, picks=asked.picks, draw=asked.draw, prices=prices)
        lines.append(
            OrderLine(
                priced.number,
                asked.sku,
                asked.quantity,
                asked.quantity,
                list_minor=result.list_minor_of(priced),
                discount_minor=priced.discount_minor,
                tax_minor=priced.tax_minor,
                components=parts,
                title=asked.title,
                group=priced.group,
            )
        )
    for given in result.gifts:
        number, sku, count = len(lines) + 1, given.item.sku, given.quantity
        parts = goods.parts(sku)
        lines.append(
            OrderLine(number, sku, count, count, components=parts, group=given.group, gift=given.promotion)
        )
    freight = result.freight.list_minor or result.paid_freight_minor
    charges = (Charge(FREIGHT, result.paid_freight_minor),) if freight else ()
    return Place(key, draft.terms, tuple(lines), charges, draft.holds)


def spend(left: Mapping[str, Left], uses: Iterable[Use]) -> dict[str, Left]:
    """Return what allowances still give after an order has what it uses."""
    after = dict(left)
    for use in uses:
        known = after.get(use.name, Left(use.limit_uses, use.limit_minor))
        after[use.name] = Left(
            None if known.uses is None else known.uses - use.uses,
            None if known.minor is None else known.minor - use.minor,
        )
    return after


def unspend(left: Mapping[str, Left], uses: Iterable[Use]) -> dict[str, Left]:
    """Return what allowances give an order that holds ``uses`` of them already: its own count as left."""
    return spend(left, [evolve(use, uses=-use.uses, minor=-use.minor) for use in uses])


def take_gifts(stock: Mapping[str, int] | None, result: PriceResult) -> dict[str, int] | None:
    """Return what is free of gifts after an order has its own."""
    if stock is None:
        return None
    after = dict(stock)
    for given in result.gifts:
        after[given.item.sku] = after.get(given.item.sku, 0) - given.quantity
    return after


def bought(order: Order) -> tuple[OrderLine, ...]:
    """Return the lines that were bought: all but gifts."""
    return tuple(line for line in order.lines if not line.gift)
