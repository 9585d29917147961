"""Whatever carts, orders, people and sweeps do, what is reserved is what somebody holds, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from attrs import define, field
from carts import MERGED, PAID, carts, reviewing
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import Clock, order, payload

from omskit.core import Refused, readable
from omskit.engine import Oms
from omskit.flow.holding import Following, needed
from omskit.inventory.soft import OWNED, SOFT_MACHINE, SOFTS, SoftReservation, Use
from omskit.orders import Order, PutOnHold, ReleaseHold
from omskit.storage import MemoryStorage

SKUS = ("A", "B")
CARTS = ("c1", "c2", "c3")
Act = tuple[str, int, int, int]


@define
class Shop:
    """A shop with three carts, whose orders leave together when they can."""

    clock: Clock = field(factory=Clock)
    oms: Oms = field(init=False)
    orders: int = 0

    def __attrs_post_init__(self) -> None:
        storage = MemoryStorage()
        self.oms = carts(storage, self.clock, process=MERGED)
        self.oms = Oms(storage, [PAID], MERGED, clock=self.clock)

    def act(self, act: Act) -> None:
        name, cart, a, b = act
        with suppress(Refused):
            ACTS[name](self, CARTS[cart], {"A": a, "B": b})

    def hold(self, cart: str, pieces: Mapping[str, int]) -> None:
        self.oms.reservations.hold("web", cart, pieces, minutes=15, actor="shop", partial=True)

    def let_go(self, cart: str, _: object) -> None:
        if self.oms.reservations.history("web", cart):
            self.oms.reservations.let_go("web", cart, actor="shop")

    def buy(self, cart: str, pieces: Mapping[str, int]) -> None:
        lines = [(sku, count) for sku, count in pieces.items() if count]
        if lines:
            self.orders += 1
            terms = {"cart": cart, "merge": "m"}
            self.oms.receive("web", payload(order(f"{self.orders}", *lines, terms=terms)))

    def _latest(self) -> Order | None:
        every = [one for one in self.oms.orders() if not one.children]
        return every[-1] if every else None

    def cancel(self, *_: object) -> None:
        if one := self._latest():
            self.oms.cancel(readable("SO", one.key), actor="amy")

    def divide(self, *_: object) -> None:
        reviewing(self.oms).run()
        one = self._latest()
        if one and one.lines[0].open == one.lines[0].quantity > 1:
            rest = {line.number: line.quantity for line in one.lines[1:]}
            parts: Any = ({1: 1}, {1: one.lines[0].quantity - 1, **rest})
            self.oms.divide(readable("SO", one.key), parts, actor="amy")

    def block(self, _: str, pieces: Mapping[str, int]) -> None:
        if one := self._latest():
            command = PutOnHold("look") if pieces["A"] else ReleaseHold("look")
            self.oms.do(readable("SO", one.key), command, actor="amy")

    def sweep(self, _: str, pieces: Mapping[str, int]) -> None:
        self.clock.forward(minutes=5 * pieces["A"])
        self.oms.reservations.expire()

    def run(self, *_: object) -> None:
        self.oms.run()

    def wrong(self) -> list[str]:
        """Return what does not hold."""
        found = [str(one) for one in self.oms.verify().drift]
        with self.oms.storage.begin(read=True) as unit:
            softs = [one.state for one in unit.of(SOFTS).load(unit.of(SOFTS).find(limit=99)).values()]
            owners = {one.order for one in softs if SOFT_MACHINE.has(one.status, OWNED)}
            needs = needed(unit, owners, self.oms.processes)
            levels = dict(unit.stock.all_levels())
        every = [line for one in self.oms.orders() for line in one.lines]
        for sku in SKUS:
            booked = sum(level.reserved for cell, level in levels.items() if cell.sku == sku)
            held = sum(one.held.get(sku, 0) for one in softs)
            promised = sum(line.reserved for line in every if line.sku == sku)
            if booked != held + promised:
                found.append(f"{sku}: {booked} reserved, {held} held and {promised} promised")
            for one in softs:
                if one.order in owners and SOFT_MACHINE.has(one.status, OWNED):
                    wanted = sum(counts.get(sku, 0) for _, counts in needs[one.order])
                    if one.held.get(sku, 0) > wanted:
                        found.append(f"{sku}: {one.held[sku]} held for an order that needs {wanted}")
        return found


ACTS: Mapping[str, Callable[[Shop, str, Mapping[str, int]], None]] = {
    "hold": Shop.hold,
    "let go": Shop.let_go,
    "buy": Shop.buy,
    "run": Shop.run,
    "cancel": Shop.cancel,
    "divide": Shop.divide,
    "block": Shop.block,
    "sweep": Shop.sweep,
}
LIVES = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 2), st.integers(0, 4), st.integers(0, 3)), max_size=14
)


def wrong_of(acts: list[Act]) -> list[str]:
    shop = Shop()
    for act in acts:
        shop.act(act)
        if wrong := shop.wrong():
            return [f"after {act}: {one}" for one in wrong]
    return []


@settings(max_examples=150)
@given(LIVES)
def test_what_is_reserved_is_what_carts_hold_and_orders_were_promised(acts: list[Act]) -> None:
    assert wrong_of(acts) == []


def _keeps_all(soft: SoftReservation, *_: object) -> Use:
    return Use(needed=tuple(soft.held.items()))


def _forgets_the_book(self: Following, *args: Any) -> tuple[Any, list[object]]:
    changes, _ = FOLLOW(self, *args)
    return changes, []


FOLLOW = Following.follow


@pytest.mark.parametrize(
    ("name", "mutant"),
    [("_use", staticmethod(_keeps_all)), ("follow", _forgets_the_book)],
    ids=["an order never lets go of its cart", "what is let go stays in the book"],
)
def test_the_law_catches_carts_that_do_not_follow_their_orders(
    name: str, mutant: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    life: list[Act] = [("hold", 0, 2, 0), ("buy", 0, 2, 0), ("run", 0, 0, 0)]
    assert wrong_of(life) == []
    monkeypatch.setattr(Following, name, mutant)
    assert wrong_of(life)
