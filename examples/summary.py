"""What came of a month, as text: states, service, freight, best sellers, alerts, holds, reversals, one history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import define, field

from omskit import Oms, Refusal
from omskit.core import format_amount, readable
from omskit.flow import Matched
from omskit.orders import Order


@define
class Totals:
    """Sums over all orders."""

    states: Counter[str] = field(factory=Counter)
    countries: set[str] = field(factory=set)
    holds: Counter[tuple[str, str]] = field(factory=Counter)
    sold: Counter[str] = field(factory=Counter)
    titles: dict[str, str] = field(factory=dict)
    ordered: int = 0
    shipped: int = 0
    waiting: int = 0
    cancelled: int = 0
    returned: int = 0
    value_minor: int = 0
    sourced: int = 0
    split: int = 0
    story: tuple[int, str] = (0, "")

    def add(self, order: Order) -> None:
        """Count one order."""
        self.states[order.status] += 1
        self.countries.add(order.terms.destination.country)
        self.holds.update({(hold.code, hold.reason): 1 for hold in order.holds})
        self.value_minor += order.total_minor
        self.sourced += bool(order.planned)
        self.split += order.planned > 1
        if not order.holds:
            for line in order.lines:
                self.ordered += line.quantity
                self.shipped += line.shipped
                self.waiting += line.open
                self.cancelled += line.cancelled
                self.returned += line.returned
                self.sold[line.sku] += line.shipped - line.returned
                self.titles.setdefault(line.sku, line.title)
        self.story = max(self.story, (_interest(order), readable("SO", order.key)))


def _interest(order: Order) -> int:
    """Rate how much an order's history tells, if it is short enough to be read."""
    if len(order.lines) > 6:
        return 0
    returned = sum(line.returned for line in order.lines)
    return 1 + 10 * (order.planned > 1) + 20 * bool(returned) + len(order.charges)


def summarise(oms: Oms, matched: Sequence[Matched], refused: Sequence[Refusal]) -> Iterator[str]:
    """Yield the lines of the summary."""
    totals = Totals()
    for order in oms.orders():
        totals.add(order)
    yield from _orders(totals)
    yield from _service(totals, oms)
    yield from _goods(totals, oms)
    yield from _held(totals)
    yield from _reversals(matched, refused)
    yield f"\nThe history of {totals.story[1]}:"
    yield from (f"  {line}" for line in oms.explain(totals.story[1]).splitlines())


def _orders(totals: Totals) -> Iterator[str]:
    count = totals.states.total()
    value = format_amount(totals.value_minor, "GBP")
    yield f"Orders: {count:,} to {len(totals.countries)} countries, worth {value} GBP."
    yield "  " + ", ".join(f"{number:,} {state}" for state, number in totals.states.most_common())


def _service(totals: Totals, oms: Oms) -> Iterator[str]:
    due = totals.ordered - totals.cancelled
    yield "Service, over the orders that were approved:"
    yield f"  fill rate  {totals.shipped / due:7.2%}  ({totals.shipped:,} of {due:,} units shipped)"
    yield f"  split rate {totals.split / totals.sourced:7.2%}  ({totals.split:,} orders from several warehouses)"
    back = f"{totals.cancelled:,} were cancelled, {totals.returned:,} returned"
    yield f"  {totals.waiting:,} units wait for stock, {back}"
    freight: Counter[str] = Counter()
    parcels: Counter[str] = Counter()
    for work in oms.fulfillments():
        freight[work.courier] += work.freight_minor
        parcels[work.courier] += 1
    total = format_amount(freight.total(), "GBP")
    yield f"Freight: {total} GBP for {parcels.total():,} consignments."
    for courier, number in parcels.most_common():
        yield f"  {courier:10} {number:6,} consignments  {format_amount(freight[courier], 'GBP'):>12} GBP"


def _goods(totals: Totals, oms: Oms) -> Iterator[str]:
    yield "Best sellers, less returns:"
    for sku, units in totals.sold.most_common(5):
        yield f"  {sku:8} {units:6,}  {totals.titles[sku]}"
    low = oms.stock.below(3)
    worst = sorted(low, key=lambda sku: (-totals.sold[sku], sku))[:5]
    yield f"Low stock: {len(low):,} articles with fewer than 3 pieces; those that sold best:"
    yield from (f"  {sku:8} {low[sku]:6}  {totals.titles.get(sku, '')}" for sku in worst)


def _held(totals: Totals) -> Iterator[str]:
    yield "Held for a person:"
    for (code, reason), count in totals.holds.most_common():
        yield f"  {count:5,}  {code}: {reason}"


def _reversals(matched: Sequence[Matched], refused: Sequence[Refusal]) -> Iterator[str]:
    reversals = [one for one in refused if one.code in {"no_buyer", "no_sale", "not_enough_sold"}]
    yield (
        f"Cancellation lines: {len(matched) + len(reversals)}; {len(matched)} matched to"
        f" {len({(one.order, one.line) for one in matched})} order lines, the others reported:"
    )
    for code, count in Counter(one.code for one in reversals).most_common():
        example = next(one for one in reversals if one.code == code)
        yield f"  {count:5,}  {code}, as in {example.subject}: {example.message}"
    others = [one for one in refused if one not in reversals]
    yield "Refused, with the reason:"
    for code, count in Counter(one.code for one in others).most_common():
        example = next(one for one in others if one.code == code)
        yield f"  {count:5,}  {code}, as in {example}"
