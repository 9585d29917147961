"""Pricing again: what a changed order costs now, and what units that come back give the buyer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from omskit.core import Entry, Refused
from omskit.flow.offers import Goods
from omskit.flow.selling import FREIGHT, Pricing, bought
from omskit.orders import (
    AddLine,
    Amend,
    Change,
    Changes,
    Command,
    KeepPrice,
    Order,
    OrderLine,
    Priced,
    Refunded,
    Regroup,
    RemoveLine,
    Reprice,
    SetCharge,
    SetQuantity,
)
from omskit.pricing import (
    Basket,
    Context,
    Customer,
    Gone,
    PricedLine,
    PriceResult,
    Refund,
    Wanted,
    kept_basket,
    refund,
)


def last_price(entries: Sequence[Entry]) -> tuple[Priced, Gone]:
    """Return how an order was priced last, and what has come back of it since.

    Raises:
        Refused: ``not_priced`` when its prices are its channel's.
    """
    found: Priced | None = None
    since: list[Refunded] = []
    for entry in entries:
        if isinstance(entry.event, Priced):
            found, since = entry.event, []
        elif isinstance(entry.event, Refunded):
            since.append(entry.event)
    if found is None:
        raise Refused("not_priced", "the order was not priced here; its prices are its channel's")
    return found, _gone(since)


def _gone(refunds: Iterable[Refunded]) -> Gone:
    units: dict[int, int] = {}
    minor: dict[int, int] = {}
    taxes: dict[int, int] = {}
    gifts: dict[tuple[str, str], int] = {}
    for one in refunds:
        for number, count in one.units:
            units[number] = units.get(number, 0) + count
        for number, amount, tax in one.lines:
            minor[number] = minor.get(number, 0) + amount
            taxes[number] = taxes.get(number, 0) + tax
        for gift in one.gifts:
            key = (gift.promotion, gift.sku)
            gifts[key] = gifts.get(key, 0) + gift.back + gift.charged
    return Gone(units, minor, taxes, gifts)


def priced_basket(result: PriceResult, pricing: Pricing, goods: Goods, context: Context) -> Basket:
    """Return the basket that a result was the price of, at the list prices of then."""
    customer = Customer(result.currency, context.at, context.channel, pricing.zone, tax_mode=result.tax_mode)
    wanted = [Wanted(line.number, line.sku, line.quantity) for line in result.lines]
    lines = pricing.lines(wanted, customer, goods, {line.number: line.list_minor for line in result.lines})
    return Basket(result.currency, lines)


def refund_due(
    entries: Sequence[Entry],
    back: Mapping[int, int],
    *,
    again: Pricing | None = None,
    goods: Goods | None = None,
    gifts_back: Mapping[str, int] | None = None,
) -> Refunded:
    """Return what units that come back give the buyer; see :func:`omskit.pricing.refund`.

    Args:
        entries: The order's history.
        back: Units by line number.
        again: Prices what the buyer keeps again, so that a discount that is no longer earned is taken back; None
            gives each unit what it was bought at.
        goods: Categories for that.
        gifts_back: Pieces of gifts that come back with them.

    Raises:
        Refused: ``not_priced``.
        UsageError: ``unknown_line``; ``units_out_of_range``.
    """
    price, gone = last_price(entries)
    kept = None
    if again is not None:
        again = again.giving if price.gifts_only else again
        units = {number: gone.units.get(number, 0) + back.get(number, 0) for number in {*gone.units, *back}}
        basket = priced_basket(price.price, again, goods or Goods({}), price.context)
        left = kept_basket(basket, units)
        kept = again.price(left, price.context)
    due = refund(price.price, back, gone=gone, kept=kept, gifts_back=gifts_back)
    return _refunded(due, back, again=again is not None)


def _refunded(due: Refund, back: Mapping[int, int], *, again: bool) -> Refunded:
    return Refunded(
        tuple(sorted((number, count) for number, count in back.items() if count)),
        tuple((number, minor, due.taxes.get(number, 0)) for number, minor in sorted(due.lines.items())),
        due.gifts,
        due.charge_minor,
        due.owed_minor,
        again,
    )


def unsent_gifts(order: Order) -> dict[str, int]:
    """Return the pieces of gifts, by SKU, that can still be kept from leaving."""
    found: dict[str, int] = {}
    for line in order.lines:
        if line.gift:
            working = sum(
                units
                for one in order.consignments
                for number, units in one.lines
                if one.fulfillment and number == line.number
            )
            found[line.sku] = found.get(line.sku, 0) + line.open + line.reserved - working
    return found


def gifts_of(order: Order, due: Refunded) -> dict[int, int]:
    """Return the units of gift lines, by line number, that a refund takes back."""
    back = {(gift.promotion, gift.sku): gift.back for gift in due.gifts if gift.back}
    found: dict[int, int] = {}
    for line in order.lines:
        left = line.open + line.reserved + line.shipped - line.returned
        count = min(left, back.get((line.gift, line.sku), 0))
        if count:
            found[line.number] = count
            back[line.gift, line.sku] -= count
    return found


def changed_basket(
    order: Order,
    before: Priced,
    changes: Changes,
    pricing: Pricing,
    goods: Goods,
    *,
    freight_minor: int | None = None,
) -> tuple[Basket, dict[int, str]]:
    """Return the basket of an order after changes, and the SKU of each line that is added.

    The freight costs what it did before promotions, unless another price of it is given.

    Raises:
        Refused: ``line_settled`` when units were cancelled or returned at the price of before; ``no_price``.
    """
    for line in bought(order):
        if line.cancelled or line.returned:
            raise Refused(
                "line_settled",
                f"line {line.number} has {line.cancelled} units cancelled, {line.returned} returned at its price",
                order=order.key,
                line=line.number,
            )
    quantities = {line.number: line.quantity for line in bought(order)}
    skus = {line.number: line.sku for line in bought(order)}
    added: dict[int, str] = {}
    for change in changes:
        if isinstance(change, SetQuantity):
            quantities[change.line] = change.quantity
        elif isinstance(change, AddLine):
            number = len(order.lines) + len(added) + 1
            added[number] = skus[number] = change.sku
            quantities[number] = change.quantity
    listed = {
        line.number: line.list_minor for line in before.price.lines if quantities.get(line.number) == line.quantity
    }
    wanted = [Wanted(number, skus[number], quantities[number]) for number in sorted(quantities)]
    customer = pricing.customer(order.terms, before.context.groups)
    freight = before.price.freight.list_minor if freight_minor is None else freight_minor
    return Basket(order.terms.currency, pricing.lines(wanted, customer, goods, listed), freight), added


def repriced(
    order: Order, changes: Changes, result: PriceResult, before: Priced, goods: Goods
) -> tuple[Command, Command]:
    """Return the commands that make an order what a new price says, with its gifts and its freight."""
    asked = {change.line: change for change in changes if isinstance(change, SetQuantity)}
    lines: list[Change] = [change for change in changes if not isinstance(change, SetQuantity | AddLine)]
    for priced in result.lines:
        money = (result.list_minor_of(priced), priced.discount_minor, priced.tax_minor)
        if priced.number > len(order.lines):
            parts = goods.parts(priced.sku)
            lines.append(AddLine(priced.sku, priced.quantity, *money, parts, group=priced.group))
        else:
            lines += _changed(order.line(priced.number), priced, money, asked.get(priced.number))
    lines += gift_changes(order, result, goods)
    if result.paid_freight_minor != before.price.paid_freight_minor:
        lines.append(SetCharge(FREIGHT, result.paid_freight_minor))
    return Amend(tuple(lines), "priced again"), KeepPrice(result, before.context, until=before.until)


def _changed(
    line: OrderLine, priced: PricedLine, money: tuple[int, int, int], asked: SetQuantity | None
) -> Iterable[Change]:
    if asked is not None:
        yield asked
    if asked is not None or money != (line.list_minor, line.discount_minor, line.tax_minor):
        yield Reprice(line.number, *money)
    if priced.group and priced.group != line.group:
        yield Regroup(line.number, priced.group)


def gift_changes(order: Order, result: PriceResult, goods: Goods) -> Iterable[Change]:
    """Yield what makes the gifts of an order those of a result; they leave with the line that earned them."""
    there = {(line.gift, line.sku): line for line in order.lines if line.gift and line.open + line.reserved}
    for given in result.gifts:
        line = there.pop((given.promotion, given.item.sku), None)
        if line is None:
            parts, sku = goods.parts(given.item.sku), given.item.sku
            yield AddLine(sku, given.quantity, components=parts, group=given.group, gift=given.promotion)
        elif line.quantity - line.cancelled != given.quantity:
            yield SetQuantity(line.number, given.quantity)
    for line in there.values():
        yield RemoveLine(line.number)

