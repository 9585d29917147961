"""What follows from prices: what an order takes of budgets, keeps or gives back, and gifts that stand alone."""

from __future__ import annotations

from omskit import orders as o
from omskit.flow.budgets import Redeeming, Take
from omskit.flow.workspace import News, Workspace
from omskit.orders import Order
from omskit.pricing.redemptions import Confirm, Release, Stand


def priced(work: Workspace, news: News[Order]) -> None:
    """Take what a new price uses, and give back what the price before it used."""
    event: o.Priced = news.event
    before = news.before is not None and news.before.redeems
    if event.price.uses or before:
        work.redeeming.append(Redeeming(news.key, Take(event.price.uses, news.after.terms.buyer, event.until)))
        if news.after.terms.paid_at is not None:
            work.redeeming.append(Redeeming(news.key, Confirm()))


def amended(work: Workspace, news: News[Order]) -> None:
    """Keep what an order used once it turns out to be paid."""
    event: o.Amended = news.event
    if event.terms is not None and event.terms.paid_at is not None:
        confirmed(work, news)


def confirmed(work: Workspace, news: News[Order]) -> None:
    """Keep what an order used, or the order that it is a part of."""
    if news.after.redeems:
        work.redeeming.append(Redeeming(news.after.part_of or news.key, Confirm()))


def divided(work: Workspace, news: News[Order]) -> None:
    """Let the parts of an order stand for it, or the order for itself again."""
    if news.after.redeems:
        order, key = news.after, news.key
        into = isinstance(news.event, o.Divided)
        change = Stand((key,), news.event.children) if into else Stand(order.children, (key,))
        work.redeeming.append(Redeeming(order.part_of or key, change))


def cancelled(work: Workspace, news: News[Order]) -> None:
    """Give back what an order used once nothing of it is sold, and cancel gifts whose lines are gone."""
    gone = not any(line.open or line.reserved or line.shipped for line in news.after.lines)
    if gone and news.after.redeems:
        root = news.after.part_of
        what = Stand((news.key,)) if root else Release(news.event.reason)
        work.redeeming.append(Redeeming(root or news.key, what))
    if not gone and (lonely := _lonely_gifts(news.after)):
        work.order(news.key, o.Cancel(lonely, "gift_alone"), "gift_alone")


def _lonely_gifts(order: Order) -> tuple[tuple[int, int], ...]:
    """Return the units of gifts whose lines will not be sent; what a warehouse works on is left to people."""
    led = {line.group for line in order.lines if not line.gift and line.open + line.reserved + line.shipped}
    lonely = {line.number: line.open for line in order.lines if line.gift and line.group not in led}
    for one in order.consignments if lonely else ():
        for number, units in one.lines:
            if number in lonely and not one.fulfillment:
                lonely[number] += units
    return tuple((number, units) for number, units in lonely.items() if units)
