"""F-01 and F-03: many hands reach for few pieces through every entrance, and get exactly what is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from attrs import evolve
from faults import SwallowsShortages, Watches, violations
from many_shops import in_processes, in_threads
from shop import AT, order, payload, shop
from sqlalchemy import update
from whole_life import LIFE, live

from omskit.channels import Listing, Listings
from omskit.core import Cell, Component, Level, Refusal, Refused
from omskit.engine import Act, Done, Oms
from omskit.inventory.transfers import Send
from omskit.orders import Approve, Assign, Consignment
from omskit.storage import MemoryStorage
from omskit.storage.sql import SqlStorage

HANDS = 8
A = Cell("A", "BER")
TAKE = Assign((Consignment(1, "BER", ((1, 1),)),), AT)

#: Tries to get one piece a number, and returns how many it got; the last argument tells the hands apart.
Entrance = Callable[[Sequence[str], Oms, int], int]


def share(numbers: Sequence[str], hand: int) -> Sequence[str]:
    return numbers[hand::HANDS]


def got(take: Callable[[], object]) -> int:
    try:
        take()
    except Refused as refusal:
        if refusal.code != "out_of_stock":
            raise
        return 0
    return 1


def by_do(numbers: Sequence[str], oms: Oms, hand: int) -> int:
    return sum(got(partial(oms.do, one, TAKE, actor="amy")) for one in share(numbers, hand))


def by_do_many(numbers: Sequence[str], oms: Oms, hand: int) -> int:
    outcomes = oms.do_many([Act(one, TAKE) for one in share(numbers, hand)], actor="amy")
    assert {one.code for one in outcomes if isinstance(one, Refusal)} <= {"out_of_stock"}
    return sum(isinstance(one, Done) for one in outcomes)


def by_run(_numbers: Sequence[str], oms: Oms, _hand: int) -> int:
    oms.run(len(_numbers))
    return 0


def by_adjust(numbers: Sequence[str], oms: Oms, hand: int) -> int:
    lose = partial(oms.stock.adjust, "BER", {"A": -1}, actor="amy", reason="lost")
    return sum(got(lose) for _ in share(numbers, hand))


def by_withholding(numbers: Sequence[str], oms: Oms, hand: int) -> int:
    withhold = partial(oms.stockroom.move, "withheld", "BER", {"A": 1}, actor="amy")
    return sum(got(withhold) for _ in share(numbers, hand))


def by_transfer(numbers: Sequence[str], oms: Oms, hand: int) -> int:
    send = Send("D", ((1, 1),))

    def take() -> None:
        oms.transfers.do(oms.transfers.request("BER", "MUC", [("A", 1)], actor="amy"), send, actor="amy")

    return sum(got(take) for _ in share(numbers, hand))


def by_all(numbers: Sequence[str], oms: Oms, hand: int) -> int:
    entrances = (by_do, by_do_many, by_adjust, by_withholding, by_transfer)
    return entrances[hand % len(entrances)](numbers, oms, hand)


ENTRANCES: dict[str, Entrance] = {
    "do": by_do,
    "do_many": by_do_many,
    "run": by_run,
    "stock.adjust": by_adjust,
    "stockroom.move": by_withholding,
    "transfers.do": by_transfer,
    "all but run": by_all,
}


#: Entrances that say what is there and take nothing that was promised; what they do to promises has a test below.
COUNTS = frozenset({"stock.count", "stock.approve"})


#: Entrances that are raced in files of their own: carts and announcements in test_reservation_races, lots in
#: test_lot_races. Naming, moving and locking up lots go through the book as ``stockroom.move`` does, and looking
#: again takes as ``run`` does; nobody races those four by name.
ELSEWHERE = frozenset(
    "reservations.hold inbound.announce inbound.cancel inbound.close inbound.fill inbound.receive inbound.revise"
    " lots.lock_up lots.move lots.name lots.recall sourcing.look_again".split()
)


def test_f01_every_entrance_that_takes_pieces_is_tried() -> None:
    watched = Watches(MemoryStorage())
    oms, taking = live(watched), set[str]()
    for call in LIFE:
        before = watched.taken
        oms.clock.at = AT + call.after  # type: ignore[attr-defined]  # a clock that stands
        call.on(oms)
        if watched.taken > before:
            taking.add(call.entrance)
    assert taking - COUNTS - ELSEWHERE <= ENTRANCES.keys()
    assert {"run", "stock.adjust", "stockroom.move", "transfers.do"} | COUNTS <= taking


def prepared(oms: Oms, pieces: int, *, approved: bool) -> Sequence[str]:
    """Return twice as many orders as there are pieces."""
    orders = [order(f"{number}", ("A", 1)) for number in range(2 * pieces)]
    numbers = oms.receive("web", payload(*orders)).placed
    if approved:
        oms.do_many([Act(one, Approve()) for one in numbers], actor="amy")
    oms.stock.receive("BER", {"A": pieces}, actor="amy")
    return numbers


def wrong(oms: Oms, outcomes: Sequence[object], pieces: int) -> list[str]:
    """Return what is wrong when hands that reached for more than there is are through.

    What runners promised, who count orders and no pieces, stands on the orders.
    """
    problems = [repr(one) for one in outcomes if not isinstance(one, int)]
    taken = sum(one for one in outcomes if isinstance(one, int))
    taken = taken or sum(one.lines[0].reserved for one in oms.orders())
    if taken != pieces:
        problems.append(f"{taken} promised of {pieces}")
    if left := oms.stock.levels(["A"])[A].available:
        problems.append(f"{left} unsold")
    return problems + violations(oms)


def heated(oms: Oms, shards: int) -> None:
    """Make the SKU that all want hot, if it shall have shards."""
    assert isinstance(oms.storage, SqlStorage)
    oms.storage.heat({"A": shards} if shards else {})


@pytest.mark.parametrize("shards", [0, 5], ids=["cold", "hot"])
@pytest.mark.parametrize("entrance", ENTRANCES)
def test_f01_no_entrance_promises_a_piece_twice_or_leaves_one(oms: Oms, entrance: str, shards: int) -> None:
    heated(oms, shards)
    numbers = prepared(oms, 16, approved=entrance != "run")
    outcomes = in_threads(oms, partial(ENTRANCES[entrance], numbers), HANDS)
    assert wrong(oms, outcomes, 16) == []


@pytest.mark.long
@pytest.mark.parametrize("shards", [0, 16], ids=["cold", "hot"])
@pytest.mark.parametrize("entrance", ENTRANCES)
def test_f01_two_thousand_attempts_from_processes_get_a_thousand_pieces(
    url: str, oms: Oms, entrance: str, shards: int
) -> None:
    heated(oms, shards)
    numbers = prepared(oms, 1_000, approved=entrance != "run")
    outcomes = in_processes(url, partial(ENTRANCES[entrance], numbers), processes=2, hands=HANDS // 2)
    assert wrong(oms, outcomes, 1_000) == []


def by_counting(numbers: Sequence[str], oms: Oms, hand: int) -> int:
    """Half of the hands count fewer and fewer pieces, the others promise what is left."""
    if hand % 2:
        return by_do(numbers, oms, hand)
    for turn in range(len(share(numbers, hand))):
        seen = AT + timedelta(minutes=HANDS * turn + hand)
        oms.stock.count("BER", {"A": max(0, 16 - turn)}, as_of=seen, actor="wms")
    return 0


def test_f01_a_count_while_orders_are_promised_leaves_no_promise_without_a_piece(oms: Oms) -> None:
    numbers = prepared(oms, 16, approved=True)
    outcomes = in_threads(oms, partial(by_counting, numbers), HANDS)
    level = oms.stock.levels(["A"])[A]
    assert sum(one for one in outcomes if isinstance(one, int)) == level.reserved <= level.on_hand
    assert not [one for one in outcomes if not isinstance(one, int)]
    assert violations(oms) == []


def naive(numbers: Sequence[str], gate: Barrier, oms: Oms, hand: int) -> int:
    """Read what is there in one transaction, and write what is left in another."""
    assert isinstance(oms.storage, SqlStorage)
    taken = 0
    for turn, _ in enumerate(share(numbers, hand)):
        seen = oms.stock.levels(["A"])[A]
        if turn == 0:
            gate.wait()
        if seen.available:
            with oms.storage.engine.begin() as connection:
                connection.execute(update(oms.storage.tables.levels).values(reserved=seen.reserved + 1))
            taken += 1
    return taken


def test_f01_sees_a_shop_that_reads_and_then_writes(oms: Oms) -> None:
    numbers = prepared(oms, 16, approved=False)
    outcomes = in_threads(oms, partial(naive, numbers, Barrier(HANDS, timeout=60)), HANDS)
    assert "promised of 16" in " ".join(wrong(oms, outcomes, 16))


def over_demanding(oms: Oms) -> Callable[[], object]:
    """Return what promises an order with three and three of a SKU, of which there are five."""
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 3), ("A", 3)))).placed
    oms.do(number, Approve(), actor="amy")
    both = Assign((Consignment(1, "BER", ((1, 3), (2, 3))),), AT)
    return lambda: oms.do(number, both, actor="amy")


def test_f03_an_order_with_a_sku_on_two_lines_gets_all_of_it_or_nothing(oms: Oms) -> None:
    promise = over_demanding(oms)
    with pytest.raises(Refused, match="out_of_stock"):
        promise()
    assert oms.stock.levels(["A"]) == {A: Level(5)}
    assert [line.reserved for one in oms.orders() for line in one.lines] == [0, 0]
    assert violations(oms) == []


def test_f03_a_bundle_and_its_part_on_one_order_reach_for_the_same_pieces(oms: Oms) -> None:
    listings = Listings({"SET": Listing("SET", components=(Component("A"), Component("B")))}, open=True)
    web = evolve(oms.channels["web"], listings=listings)
    oms = Oms(oms.storage, [web], oms.processes, clock=oms.clock)
    oms.stock.receive("BER", {"A": 5, "B": 9}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 3), ("SET", 3)))).placed
    oms.do(number, Approve(), actor="amy")
    with pytest.raises(Refused, match="out_of_stock"):
        oms.do(number, Assign((Consignment(1, "BER", ((1, 3), (2, 3))),), AT), actor="amy")
    assert oms.stock.levels(["A", "B"]) == {A: Level(5), Cell("B", "BER"): Level(9)}
    assert violations(oms) == []


def test_f03_sees_a_book_that_posts_what_it_can(oms: Oms) -> None:
    broken = shop(SwallowsShortages(oms.storage))
    over_demanding(broken)()
    assert oms.stock.levels(["A"]) != {A: Level(5)}
    assert violations(oms) != []
