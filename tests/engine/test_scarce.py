"""More is wanted than there is: who comes first in a list is served first, and nobody tries in vain twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import define
from shop import AT, order, payload, shop

from omskit.core import Cell, Level, Refusal, Refused
from omskit.engine import Act, Done, Oms
from omskit.engine.scarce import Left
from omskit.orders import Approve, Assign, Cancel, Consignment
from omskit.storage import Capabilities, Storage

TAKE = Assign((Consignment(1, "BER", ((1, 1),)),), AT)


@define
class Counting:
    """A storage that counts the units that write."""

    inner: Storage
    units: int = 0

    @property
    def capabilities(self) -> Capabilities:
        return self.inner.capabilities

    @contextmanager
    def begin(self, *, read: bool = False) -> Iterator[Any]:
        self.units += not read
        with self.inner.begin(read=read) as unit:
            yield unit

    def taken(self) -> int:
        """Return how many there were since the last call."""
        count, self.units = self.units, 0
        return count


def approved(oms: Oms, count: int) -> list[str]:
    numbers = oms.receive("web", payload(*(order(str(n), ("A", 1)) for n in range(count)))).placed
    oms.do_many([Act(one, Approve()) for one in numbers], actor="amy")
    return list(numbers)


def codes(outcomes: list[Done | Refusal]) -> list[str]:
    return [one.code if isinstance(one, Refusal) else "done" for one in outcomes]


def test_a_list_that_wants_more_than_there_is_takes_one_unit_a_batch_and_one_more(storage: Storage) -> None:
    counting = Counting(storage)
    oms = shop(counting, batch=5)
    numbers = approved(oms, 20)
    oms.stock.receive("BER", {"A": 7}, actor="amy")
    counting.taken()
    outcomes = oms.do_many([Act(one, TAKE) for one in numbers], actor="amy")
    assert counting.taken() == 4 + 1
    assert codes(outcomes) == ["done"] * 7 + ["out_of_stock"] * 13
    last = outcomes[-1]
    assert isinstance(last, Refusal)
    assert last.facts["cells"] == (("A", "BER", 1, 0),)
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(7, 7)}
    assert oms.verify().is_sound


def test_what_an_earlier_command_of_the_list_gives_back_a_later_one_can_take(storage: Storage) -> None:
    oms = shop(storage)
    first, second, third, fourth = approved(oms, 4)
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    oms.do(first, TAKE, actor="amy")
    acts = [Act(second, TAKE), Act(first, Cancel(reason="buyer")), Act(third, TAKE), Act(fourth, TAKE)]
    assert codes(oms.do_many(acts, actor="amy")) == ["out_of_stock", "done", "done", "out_of_stock"]
    assert oms.verify().is_sound


def test_what_was_refused_for_want_of_stock_leaves_its_key_unused(storage: Storage) -> None:
    oms = shop(storage)
    numbers = approved(oms, 3)
    acts = [Act(one, TAKE) for one in numbers]
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    assert codes(oms.do_many(acts, actor="amy", key="k")) == ["done", "out_of_stock", "out_of_stock"]
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    assert codes(oms.do_many(acts, actor="amy", key="k")) == ["done", "done", "out_of_stock"]


def test_a_batch_that_others_were_faster_than_looks_again_at_what_is_left(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    oms = shop(storage)
    numbers = approved(oms, 4)
    oms.stock.receive("BER", {"A": 2}, actor="amy")
    stale, look = [Left({Cell("A", "BER"): 3})], Left.of
    monkeypatch.setattr(Left, "of", lambda unit, scarce: stale.pop() if scarce and stale else look(unit, scarce))
    outcomes = oms.do_many([Act(one, TAKE) for one in numbers], actor="amy")
    assert codes(outcomes) == ["done", "done", "out_of_stock", "out_of_stock"]
    assert stale == []


def test_one_command_that_finds_no_stock_is_not_tried_again(storage: Storage) -> None:
    counting = Counting(storage)
    oms = shop(counting)
    (number,) = approved(oms, 1)
    counting.taken()
    with pytest.raises(Refused, match="out_of_stock"):
        oms.do(number, TAKE, actor="amy")
    assert counting.taken() == 1
