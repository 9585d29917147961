"""Orders by phone: priced with promotions and a gift, explained in English and Chinese, changed, refunded.

Run it: ``python examples/phone_desk.py [shop.db]``. It needs nothing but omskit, and writes one SQLite file.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from output_file import new_file
from sync_host import PROCESS

from omskit import Oms
from omskit.core import Destination, format_amount
from omskit.flow import Draft, DraftLine, Pricing, last_price
from omskit.orders import SetQuantity, Terms
from omskit.pricing import (
    Allowance,
    Budget,
    Conditions,
    Gift,
    GiftItem,
    Ladder,
    Percent,
    PriceBook,
    PriceEntry,
    PriceList,
    Promotion,
    Rulebook,
    Rung,
    Scope,
    TaxRules,
    explain,
)

LIST = PriceList("phone", "EUR", [PriceEntry.of("TEAPOT", 3_450), PriceEntry("MUG", ((1, 990), (10, 890)))])
#: A tenth off with a coupon; 5.00 off from 60.00; a spoon from 40.00, for the first hundred.
RULES = Rulebook(
    (
        Promotion("WELCOME", Percent(Decimal("0.1")), coupon=True),
        Promotion("60-5", Ladder((Rung(6_000, off_minor=500),)), Scope.ORDER, currency="EUR"),
        Promotion(
            "SPOON",
            Gift(((GiftItem("SPOON", value_minor=250),),)),
            Scope.ORDER,
            Conditions(least_minor=4_000),
            currency="EUR",
            budget=Budget(uses=100),
        ),
    )
)
PRICING = Pricing(PriceBook([LIST]), RULES, TaxRules({"": Decimal("0.19")}))


def call(id_: str, buyer: str, *lines: DraftLine, coupons: tuple[str, ...] = ()) -> Draft:
    """Return what a person takes down: no prices."""
    at = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    terms = Terms("phone", id_, at, "EUR", Destination("DE", "BE"), buyer=buyer)
    return Draft(terms, lines, freight_minor=490, coupons=coupons)


def show(oms: Oms, number: str) -> None:
    """Print an order's lines."""
    found = oms.order(number)
    for line in found.lines:
        why = f", given by {line.gift}" if line.gift else ""
        print(f"  {line.quantity} {line.sku:7} {format_amount(line.paid_minor, 'EUR'):>6}{why}")
    print(f"  to pay {format_amount(found.total_minor, 'EUR')} EUR with freight")


def main() -> None:
    """Tell the story."""
    path = new_file("shop.db")
    oms = Oms.open(f"sqlite:///{path}", process=PROCESS, pricing=PRICING)
    oms.stock.receive("BERLIN", {"TEAPOT": 9, "MUG": 30, "SPOON": 5}, actor="amy")
    oms.prices.open([Allowance(0, "", "coupon:HELLO", "WELCOME", limit_uses=1)], actor="amy")

    ida = call("C-1", "ida", DraftLine("TEAPOT"), DraftLine("MUG"), coupons=("HELLO",))
    jan = call("C-2", "jan", DraftLine("MUG", 2), coupons=("HELLO",))
    taken = oms.counter.place([ida, jan], actor="amy")
    first, second = taken.placed
    print("Ida calls, with a coupon:")
    show(oms, first)
    priced, _ = last_price(oms.history(first))
    for language in ("en", "zh"):
        print(f"Why, in {language}:")
        for sentence in explain(priced.price, language):
            print(f"  {sentence}")
    print("Jan has the same coupon, which was for one order:")
    show(oms, second)

    print("Ida takes a second teapot:")
    oms.counter.amend(first, (SetQuantity(1, 2),), actor="amy")
    show(oms, first)
    print("... and gives one back; what she keeps is priced again:")
    due = oms.counter.give_back(first, {1: 1}, actor="amy", again=True, reason="changed her mind")
    print(f"  {format_amount(due.refund_minor, 'EUR')} EUR go back")

    oms.cancel(second, actor="amy")
    oms.run()
    counts = {name: one.uses for name, one in oms.prices.allowances("coupon:HELLO", "promotion:SPOON").items()}
    print(f"Orders: {', '.join(one.status for one in oms.orders())}; held: {counts}")
    print(f"verify(): {len(oms.verify().drift)} differences.")
    oms.close()
    print(f"Written: {path}")


if __name__ == "__main__":
    main()
