"""Many commands in one call: one outcome each, and a call that was interrupted goes on where it stopped."""

from __future__ import annotations

import threading

import pytest
from shop import order, payload, shop

from omskit.core import Refusal, readable
from omskit.engine import Act, Done, Oms
from omskit.orders import Amend, Approve, Cancel, PutOnHold, SetQuantity, TakeBack
from omskit.storage import Storage


class StoppedError(Exception):
    """The host was stopped in the middle."""


def _stop(_count: int) -> None:
    raise StoppedError


def placed(storage: Storage, count: int) -> tuple[Oms, tuple[str, ...]]:
    """Return a shop that carries out two commands in a unit, and orders that wait in it."""
    oms = shop(storage, batch=2)
    return oms, oms.receive("web", payload(*(order(str(n), ("A", 1)) for n in range(count)))).placed


def test_a_call_that_was_interrupted_goes_on_where_it_stopped(storage: Storage) -> None:
    oms, numbers = placed(storage, 5)
    acts = [Act(number, PutOnHold("late")) for number in numbers]
    with pytest.raises(StoppedError):
        oms.do_many(acts, actor="amy", key="friday", progress=_stop)
    assert [bool(oms.order(number).holds) for number in numbers] == [True, True, False, False, False]
    before = [len(oms.history(number)) for number in numbers[:2]]
    heard: list[int] = []
    outcomes = oms.do_many(acts, actor="amy", key="friday", progress=heard.append)
    assert outcomes == [Done(number, "received") for number in numbers]
    assert heard == [2, 4, 5]
    assert [len(oms.history(number)) for number in numbers[:2]] == before
    assert oms.verify().is_sound


def test_what_people_have_undone_since_is_not_done_again_by_the_rest_of_the_call(storage: Storage) -> None:
    oms, numbers = placed(storage, 3)
    acts = [Act(number, Amend((SetQuantity(1, 2),))) for number in numbers]
    with pytest.raises(StoppedError):
        oms.do_many(acts, actor="amy", key="more", progress=_stop)
    oms.do(numbers[0], Amend((SetQuantity(1, 1),)), actor="ben")
    oms.do_many(acts, actor="amy", key="more")
    open_ = [oms.order(number).lines[0].open for number in numbers]
    assert open_ == [1, 2, 2]


def test_a_refusal_of_the_first_time_stays_the_outcome(storage: Storage) -> None:
    oms, (one, two, three) = placed(storage, 3)
    acts = [Act(one, TakeBack(((1, 1),))), Act(two, Cancel()), Act(three, Cancel())]
    first = oms.do_many(acts, actor="amy", key="k")
    assert [one.code for one in first if isinstance(one, Refusal)] == ["not_shipped"]
    assert oms.do_many(acts, actor="amy", key="k") == first


def test_another_command_in_the_same_place_is_refused_and_the_others_go_on(storage: Storage) -> None:
    oms, (one, two) = placed(storage, 2)
    oms.do_many([Act(one, Approve())], actor="amy", key="k")
    refused, done = oms.do_many([Act(two, Approve()), Act(two, PutOnHold("late"))], actor="amy", key="k")
    assert isinstance(refused, Refusal)
    assert refused.code == "key_reused"
    assert done == Done(two, "received")


def test_a_command_with_a_key_of_its_own_keeps_it(storage: Storage) -> None:
    oms, (one, two) = placed(storage, 2)
    oms.do_many([Act(one, Approve(), "mine")], actor="amy", key="k")
    (again,) = oms.do_many([Act(two, Approve(), "mine")], actor="amy", key="other")
    assert isinstance(again, Refusal)
    assert again.code == "key_reused"


def test_a_command_that_makes_no_sense_leaves_the_others_of_its_batch_alone(storage: Storage) -> None:
    oms, (one, two) = placed(storage, 2)
    acts = [
        Act(one, Cancel(((7, 1),))),
        Act(two, Approve()),
        Act(readable("SO", 999), Approve()),
        Act(one, Approve()),
    ]
    outcomes = oms.do_many(acts, actor="amy", key="k")
    assert [one.code for one in outcomes if isinstance(one, Refusal)] == ["unknown_line", "unknown_number"]
    assert [outcomes[1], outcomes[3]] == [Done(two, "approved"), Done(one, "approved")]
    assert oms.verify().is_sound


def test_a_call_that_two_make_at_once_is_carried_out_once(storage: Storage) -> None:
    oms, numbers = placed(storage, 8)
    acts = [Act(number, PutOnHold("late")) for number in numbers]
    found: list[list[Done | Refusal]] = []

    def call() -> None:
        found.append(oms.do_many(acts, actor="amy", key="k"))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[Done(number, "received") for number in numbers]] * 4
    assert {len(oms.history(number)) for number in numbers} == {2}
