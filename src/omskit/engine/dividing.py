"""Dividing orders into children with money of their own, and joining them again; each in one unit."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from omskit.core import UsageError, key_of, readable
from omskit.engine.units import Shop, save
from omskit.flow import Workspace, react
from omskit.orders import (
    CHECK,
    CONFIRM,
    ORDERS,
    Advance,
    Approve,
    Dissolve,
    Divide,
    Order,
    Parts,
    Rejoin,
    divide,
)
from omskit.orders.machine import APPROVE
from omskit.storage import Unit

#: What stands in a child's history as the rule that approved it.
DIVISION = "division"


@frozen
class Dividing:
    """Divides and joins orders."""

    shop: Shop

    def divide(self, number: str, parts: Parts, actor: str) -> tuple[str, ...]:
        """Divide an approved order, and return the numbers of its children; see :meth:`dividing`."""
        return self.shop.attempt(self.dividing(number, parts, actor))

    def dividing(self, number: str, parts: Parts, actor: str) -> Callable[[Unit, bool], tuple[str, ...]]:
        """Return what divides an approved order; see :func:`omskit.orders.divide`."""

        def do(unit: Unit, _lock: bool) -> tuple[str, ...]:  # noqa: FBT001
            work = self.shop.workspace(unit, actor)
            order = _load(unit, work, number)
            keys = tuple(work.new_key() for _ in parts)
            for place in divide(order, parts, keys):
                work.order(place.key, place, DIVISION)
                self._approve(work, place.key)
            work.order(order.key, Divide(keys), DIVISION)
            react(work)
            save(unit, work, joined=self.shop.joined)
            return tuple(readable(ORDERS.number, key) for key in keys)

        return do

    def _approve(self, work: Workspace, key: int) -> None:
        """Bring a child to where its order stands: whoever looked at the order has looked at the child."""
        for trigger in (CHECK, CONFIRM):
            child = _state(work, key)
            machine = self.shop.ruling.rules_of(child.process).orders
            if not machine.allows(child.status, APPROVE) and machine.allows(child.status, trigger):
                work.order(key, Advance(trigger, DIVISION), DIVISION)
        work.order(key, Approve(DIVISION), DIVISION)

    def rejoin(self, number: str, actor: str) -> None:
        """Join the children of an order again, as long as nobody has worked on any of them."""

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            work = self.shop.workspace(unit, actor)
            order = _load(unit, work, number)
            work.know_orders(unit.of(ORDERS).load(order.children, lock=True))
            work.order(order.key, Rejoin(), DIVISION)
            for key in order.children:
                work.order(key, Dissolve(), DIVISION)
            react(work)
            save(unit, work, joined=self.shop.joined)

        self.shop.attempt(do)


def _load(unit: Unit, work: Workspace, number: str) -> Order:
    key = key_of(number, ORDERS.number)
    work.know_orders(unit.of(ORDERS).load([key], lock=True))
    track = work.orders.get(key)
    if track is None or track.state is None:
        raise UsageError("unknown_number", f"there is no {number}", number=number)
    return track.state


def _state(work: Workspace, key: int) -> Order:
    state = work.orders[key].state
    assert state is not None  # noqa: S101 - it was placed just before
    return state
