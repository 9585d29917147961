"""Laws of stock decisions: pieces are conserved, nothing is promised twice, and asking twice changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from omskit.core import Cell, Claim, Component, Level, Movement, Refused, Reservation
from omskit.inventory import (
    Backorder,
    Counted,
    Dated,
    Figure,
    Holder,
    Shelf,
    Shown,
    availability,
    confirmed,
    differences,
    displace,
    evolve,
    fill,
    heard,
    movement,
    moves,
    outlook,
    partition,
    publish,
    settle_count,
    told,
)
from omskit.inventory.lots import Lot, LotNeed, pick_lots
from omskit.inventory.replenishment import Item, LeadTime, Rate, Site, fair_shares, packed, propose

TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, tzinfo=UTC)
FEW = st.integers(0, 30)
DATED = st.lists(st.builds(Dated, st.integers(-3, 12).map(lambda n: TODAY + timedelta(n)), FEW), max_size=5).map(
    tuple
)
SHELVES = st.builds(
    Shelf, st.just(Cell("S", "A")), st.integers(-5, 40), FEW, FEW, FEW, inbound=DATED, promised=DATED
)
CELLS = st.builds(Cell, st.sampled_from("ST"), st.sampled_from("AB"))
CLAIMS = st.builds(Claim, st.integers(1, 4), st.integers(1, 2))


@given(SHELVES)
def test_what_can_be_promised_never_falls_with_time(shelf: Shelf) -> None:
    steps = outlook(shelf, on=TODAY)
    assert steps[0].day == TODAY
    assert [(one.day, one.quantity) for one in steps] == sorted({(one.day, one.quantity) for one in steps})
    assert all(one.quantity >= 0 for one in steps)


@given(SHELVES, st.integers(0, 14))
def test_promising_all_that_can_be_for_a_day_leaves_every_other_promise_kept(shelf: Shelf, days: int) -> None:
    """The debt of the worst day does not grow, on any day."""

    def debt(one: Shelf) -> int:
        ends = [TODAY + timedelta(n) for n in range(-3, 16)]
        return min(
            one.balance
            + sum(due.quantity for due in one.inbound if max(due.day, TODAY) <= day)
            - sum(owed.quantity for owed in one.promised if max(owed.day, TODAY) <= day)
            for day in ends
            if day >= TODAY
        )

    day = TODAY + timedelta(days)
    most = availability([shelf], on=TODAY)["S"].by(day)
    more = Shelf(
        shelf.cell,
        shelf.on_hand,
        shelf.reserved,
        shelf.unsellable,
        shelf.safety,
        shelf.inbound,
        (*shelf.promised, Dated(day, most)),
    )
    assert debt(more) >= min(0, debt(shelf))


@given(
    st.lists(
        st.lists(st.builds(Component, st.sampled_from("PQR"), st.integers(1, 3)), min_size=1, max_size=3),
        min_size=1,
        max_size=4,
    ),
    st.dictionaries(st.sampled_from("PQR"), st.integers(0, 60)),
    st.lists(st.integers(0, 5), min_size=4, max_size=4),
)
def test_a_partition_can_be_sold_out_at_once_and_leaves_nothing_that_would_fit(
    kits: list[list[Component]], free: dict[str, int], weights: list[int]
) -> None:
    listings = {str(n): kit for n, kit in enumerate(kits)}
    units = partition(listings, free, dict(zip(listings, weights, strict=False)))
    left = dict(free)
    for name, kit in listings.items():
        for part in kit:
            left[part.sku] = left.get(part.sku, 0) - part.per * units[name]
    assert min(left.values(), default=0) >= 0
    for name, weight in zip(listings, weights, strict=False):
        per: dict[str, int] = {}
        for part in listings[name]:
            per[part.sku] = per.get(part.sku, 0) + part.per
        assert not weight or any(left.get(sku, 0) < count for sku, count in per.items())


RESERVED = st.dictionaries(st.tuples(CLAIMS, CELLS), st.integers(0, 9)).map(
    lambda found: [Reservation(*where, count) for where, count in found.items()]
)


@given(RESERVED, RESERVED)
def test_reserving_what_is_wanted_twice_changes_nothing_the_second_time(
    held: list[Reservation], wanted: list[Reservation]
) -> None:
    now = {(one.claim, one.cell): one.quantity for one in held}
    for one in differences(held, wanted):
        assert now.get((one.claim, one.cell), 0) == one.before
        now[one.claim, one.cell] = one.after
    after = [Reservation(claim, cell, count) for (claim, cell), count in now.items()]
    assert differences(after, wanted) == ()


@given(RESERVED, RESERVED)
def test_differences_and_their_way_back_cancel_out(held: list[Reservation], wanted: list[Reservation]) -> None:
    forth = differences(held, wanted)
    gone = {(one.claim, one.cell) for one in forth} - {(one.claim, one.cell) for one in held}
    back = differences(wanted, [*held, *(Reservation(claim, cell, 0) for claim, cell in gone)])
    total: dict[Cell, int] = {}
    touched = {(one.claim, one.cell) for one in forth}
    for move in (*moves(forth), *moves(one for one in back if (one.claim, one.cell) in touched)):
        made = movement(move, at=AT, actor="")
        total[made.cell] = total.get(made.cell, 0) + made.reserved
    assert not any(total.values())


WAITING = st.lists(
    st.builds(
        Backorder,
        CLAIMS,
        st.sampled_from("ST"),
        st.integers(1, 9),
        st.just(AT),
        st.integers(0, 2),
        whole=st.booleans(),
    ),
    max_size=6,
)


@given(WAITING, st.dictionaries(CELLS, st.integers(0, 12)))
def test_filling_conserves_pieces_and_gives_no_more_than_is_free(
    waiting: list[Backorder], free: dict[Cell, int]
) -> None:
    found = fill(waiting, free)
    given_ = sum(count for *_, count in found.reserved)
    assert given_ + sum(one.quantity for one in found.waiting) == sum(one.quantity for one in waiting)
    for cell, pieces in free.items():
        assert sum(count for _, where, count in found.reserved if where == cell) <= pieces


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3), st.booleans()), max_size=5),
    st.integers(0, 5),
    st.integers(1, 20),
    st.integers(0, 9),
)
def test_displacing_keeps_every_level_sound_and_loses_nobody(
    claims: list[tuple[int, int, bool]], free: int, wanted: int, elsewhere: int
) -> None:
    here, there = Cell("S", "A"), Cell("S", "B")
    holders = [
        Holder(Claim(n, 1), here, count, AT, rank, fixed) for n, (count, rank, fixed) in enumerate(claims, 1)
    ]
    reserved = sum(one.quantity for one in holders)
    levels = {here: Level(reserved + free, reserved), there: Level(elsewhere)}
    try:
        found = displace(Holder(Claim(99, 1), here, wanted, AT, 1), holders, levels)
    except Refused:
        return
    change = {cell: sum(d.after - d.before for d in found.differences if d.cell == cell) for cell in levels}
    assert all(0 <= levels[cell].reserved + change[cell] <= levels[cell].on_hand for cell in levels)
    assert sum(change.values()) == wanted - sum(one.quantity for one in found.waiting)


MOVED = st.lists(
    st.tuples(st.sampled_from(("received", "lost", "found")), st.integers(1, 5), st.integers(1, 50)), max_size=8
)


@given(FEW, MOVED, st.integers(0, 60), st.integers(0, 51))
def test_a_count_ends_at_what_was_seen_and_what_moved_since(
    first: int, moved: list[tuple[str, int, int]], seen: int, minute: int
) -> None:
    """Whatever was booked before or after the count's instant, without promises in the way."""
    cell, level, since = Cell("S", "A"), Level(first), []
    for kind, count, at in moved:
        sign = -1 if kind == "lost" else 1
        since.append(Movement(kind, cell, count, sign * count, 0, AT + timedelta(minutes=at), ""))
        level = evolve(level, since[-1])
    as_of = AT + timedelta(minutes=minute)
    found = settle_count([Counted(cell, seen, as_of)], {cell: level}, since=since)
    (variance,) = found.variances
    later = sum(one.on_hand for one in since if one.at > as_of)
    assert level.on_hand + variance.difference == seen + later


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 10))
def test_a_count_with_flights_is_the_smallest_correction_and_keeps_promises(
    on_hand: int, reserved: int, seen: int, flying: int
) -> None:
    cell, level = Cell("S", "A"), Level(on_hand, min(on_hand, reserved))
    found = settle_count([Counted(cell, seen, AT)], {cell: level}, in_flight={cell: flying})
    (one,) = found.variances
    assert seen <= on_hand + one.difference <= seen + flying
    assert abs(one.difference) == min(abs(target - on_hand) for target in range(seen, seen + flying + 1))
    assert level.on_hand + one.bookable >= level.reserved


LOTS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 20)), max_size=5).map(
    lambda found: [
        Lot(str(n), count, TODAY, expires=TODAY + timedelta(days)) for n, (count, days) in enumerate(found)
    ]
)


@given(LOTS, st.lists(st.integers(1, 12), max_size=5))
def test_no_piece_of_a_lot_is_picked_twice_and_none_that_is_expired(lots: list[Lot], wanted: list[int]) -> None:
    cell = Cell("S", "A")
    needs = [LotNeed(Claim(n, 1), cell, count) for n, count in enumerate(wanted, 1)]
    picks = pick_lots({cell: lots}, needs, on=TODAY)
    taken: dict[str, int] = {}
    for need, pick in zip(needs, picks, strict=True):
        assert sum(count for _, count in pick.lots) + pick.short == need.quantity
        for code, count in pick.lots:
            taken[code] = taken.get(code, 0) + count
    for lot in lots:
        assert taken.get(lot.code, 0) <= (lot.quantity if lot.expires and lot.expires > TODAY else 0)


@given(st.dictionaries(st.tuples(st.sampled_from("xy"), st.sampled_from("ST")), FEW), st.lists(FEW, max_size=4))
def test_what_was_published_and_taken_is_not_published_again(
    figures: dict[tuple[str, str], int], before: list[int]
) -> None:
    wanted = {where: Figure(pieces) for where, pieces in figures.items()}
    shown = {where: Shown(*where, count, AT) for where, count in zip(sorted(figures), before, strict=False)}
    for one in publish(wanted, shown.values(), at=AT).now:
        sent = told(shown.get((one.channel, one.sku)), one, at=AT)
        assert heard(sent, one.pieces) == confirmed(sent)
        shown[one.channel, one.sku] = confirmed(sent)
    assert publish(wanted, shown.values(), at=AT).now == ()


@given(st.integers(1, 200), st.integers(1, 12), st.integers(0, 60))
def test_packs_cover_what_is_needed_with_less_than_one_to_spare(needed: int, pack: int, least: int) -> None:
    pieces = packed(needed, pack=pack, least=least)
    assert pieces % pack == 0
    assert 0 <= pieces - max(needed, least) < pack


@given(
    st.floats(0, 20),
    st.floats(0, 9),
    st.integers(0, 30),
    st.integers(0, 90),
    st.integers(1, 12),
    st.integers(0, 40),
    st.none() | st.integers(1, 60),
)
def test_a_proposal_keeps_packs_minimum_and_cover(  # noqa: PLR0917
    mean: float, sd: float, lead: int, on_hand: int, pack: int, least: int, cover: int | None
) -> None:
    item = Item(
        Cell("S", "A"), Rate(mean, sd), LeadTime(lead), on_hand=on_hand, pack=pack, least=least, max_cover=cover
    )
    found = propose(item)
    assert found.pieces >= 0
    assert found.pieces % pack == 0
    if found.pieces:
        assert found.pieces >= least
        assert cover is None or item.position + found.pieces <= cover * mean
        assert found.risk_after <= found.risk_before


@given(st.lists(st.tuples(st.integers(0, 99), st.floats(0, 20)), min_size=1, max_size=5))
def test_fair_shares_conserve_pieces(sites: list[tuple[int, float]]) -> None:
    there = [Site(Cell("S", str(n)), stock, rate) for n, (stock, rate) in enumerate(sites)]
    assert sum(fair_shares(there)) == sum(stock for stock, _ in sites)
