"""Which process an order goes by, what people do in the shipped ones, and what a rehearsal says of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from shop import AT, Clock, order, payload, process, shop

from omskit.allocation import Lane, Network, Policy, RateCard, Service, Warehouse
from omskit.core import Refused, UsageError
from omskit.engine import AtRisk, Oms, Rehearsed
from omskit.flow import Process, Processes, Rules, audited, direct, reviewed
from omskit.orders import (
    ALLOW_ALL,
    CONFIRM,
    ORDER_MACHINE,
    Advance,
    Amend,
    Approve,
    Cancel,
    PutOnHold,
    ReleaseHold,
    ReviewPolicy,
    Rule,
    SetMemo,
    Span,
    Verdict,
    When,
)
from omskit.storage import MemoryStorage, Op, Where

NETWORK = Network(
    "EUR",
    (Warehouse("BER"),),
    (Service("std", "post", (Lane({"DE"}, RateCard(1000, 500, 1000, 100)),)),),
)
REVIEW = ReviewPolicy(rules=(ALLOW_ALL,))
DIRECT = direct(NETWORK, Policy(), review=REVIEW)
REVIEWED = reviewed(NETWORK, Policy(), review=REVIEW)
AUDITED = audited(NETWORK, Policy(), review=REVIEW)


def stocked(chosen: Process | Processes, clock: Clock | None = None) -> Oms:
    oms = shop(MemoryStorage(), clock, process=chosen)
    oms.stock.receive("BER", {"A": 300}, actor="amy")
    return oms


def received(oms: Oms, *kinds: str) -> Sequence[str]:
    documents = (order(f"{kind}-{n}", ("A", 1), terms={"kind": kind}) for n, kind in enumerate(kinds))
    return oms.receive("web", payload(*documents)).placed


def test_in_the_reviewed_process_a_person_approves_what_the_rules_let_go() -> None:
    oms = stocked(REVIEWED)
    (number,) = received(oms, "sale")
    oms.run()
    assert oms.order(number).status == "checked"
    assert oms.run().looked == 0
    oms.do(number, Amend((SetMemo("as agreed"),)), actor="amy")
    assert oms.do(number, Approve(), actor="amy").status == "approved"
    oms.run()
    assert oms.order(number).status == "released"
    assert oms.verify().is_sound


def test_in_the_audited_process_one_person_confirms_and_finance_lets_go() -> None:
    oms = stocked(AUDITED)
    (number,) = received(oms, "sale")
    oms.run()
    with pytest.raises(Refused, match="not_allowed"):
        oms.do(number, Approve(), actor="amy")
    oms.do(number, Advance(CONFIRM), actor="amy")
    oms.run()
    assert [hold.code for hold in oms.order(number).holds] == ["finance"]
    oms.do(number, ReleaseHold("finance"), actor="finn")
    oms.run()
    assert oms.order(number).status == "released"


def test_finance_may_let_small_orders_go_by_itself() -> None:
    small = Rule("small", When(total_minor=Span(high=500)), Verdict.ALLOW)
    finance = ReviewPolicy(rules=(small,), otherwise="finance")
    oms = stocked(audited(NETWORK, Policy(), review=REVIEW, finance=finance))
    first, second = oms.receive("web", payload(order("1", ("A", 1)), order("2", ("A", 9)))).placed
    oms.run()
    for number in (first, second):
        oms.do(number, Advance(CONFIRM), actor="amy")
    oms.run()
    assert [oms.order(number).status for number in (first, second)] == ["released", "confirmed"]


def test_an_order_that_waits_for_a_person_can_be_cancelled() -> None:
    oms = stocked(AUDITED)
    (number,) = received(oms, "sale")
    oms.run()
    assert oms.do(number, Cancel(), actor="amy").status == "cancelled"


def test_each_order_type_goes_by_its_own_process() -> None:
    wholesale = (When(kinds=frozenset({"wholesale"})), AUDITED)
    phone = (When(kinds=frozenset({"phone", "fax"})), REVIEWED)
    oms = stocked(Processes(DIRECT, (wholesale, phone)))
    numbers = received(oms, "sale", "wholesale", "fax")
    assert [oms.order(number).process for number in numbers] == ["direct/1", "audited/1", "reviewed/1"]
    run = oms.run()
    assert [oms.order(number).status for number in numbers] == ["released", "checked", "checked"]
    assert (run.looked, run.moved["review"]) == (3, 3)
    assert [one.terms.kind for one in oms.orders(Where("process", Op.EQ, "audited/1"))] == ["wholesale"]


def test_an_order_keeps_the_version_it_started_with() -> None:
    machine = ORDER_MACHINE.renamed({"approved": "cleared", "released": "at_work"})
    newer = evolve(DIRECT.with_rules(Rules(machine)).next_version())
    oms = stocked(DIRECT)
    (old,) = received(oms, "sale")
    later = Oms(oms.storage, tuple(oms.channels.values()), Processes(newer, older=(DIRECT,)), clock=lambda: AT)
    (new,) = later.receive("web", payload(order("new", ("A", 1)))).placed
    later.run()
    assert [later.order(number).status for number in (old, new)] == ["released", "at_work"]
    assert [later.order(number).process for number in (old, new)] == ["direct/1", "direct/2"]


def test_a_version_that_the_host_has_dropped_is_named() -> None:
    oms = stocked(DIRECT)
    (number,) = received(oms, "sale")
    later = Oms(oms.storage, tuple(oms.channels.values()), DIRECT.next_version(), clock=lambda: AT)
    with pytest.raises(UsageError) as error:
        later.do(number, PutOnHold("fraud"), actor="amy")
    assert (error.value.code, error.value.facts) == ("unknown_process", {"process": "direct/1"})


def test_two_processes_of_one_name_and_version_are_refused() -> None:
    with pytest.raises(UsageError, match="bad_process"):
        Processes(DIRECT, ((When(), direct(NETWORK, Policy())),))
    with pytest.raises(UsageError, match="a version from 1"):
        evolve(DIRECT, version=0)


def test_a_process_draws_where_its_steps_lead() -> None:
    drawing = REVIEWED.mermaid()
    assert drawing.startswith("flowchart LR\n    received -->|review| checked\n")
    assert "    approved -->|source| reserved\n" in drawing
    assert "checked -->" not in drawing


def test_a_rehearsal_says_what_another_process_would_do_and_writes_nothing() -> None:
    oms = stocked(DIRECT)
    number, other = oms.receive("web", payload(order("1", ("A", 3)), order("2", ("A", 200)))).placed
    oms.run()
    before = (oms.history(number), oms.history(other), oms.stock.levels(["A"]))
    strict = ReviewPolicy(rules=(Rule("few", When(largest=Span(high=10)), Verdict.ALLOW),))
    done = oms.rehearse(direct(NETWORK, Policy(), review=strict))
    assert (done.moved, done.refused) == ({"review": 2, "source": 1, "release": 1}, ())
    chosen = (
        "2026-03-02 09:00 rehearsal/source: BER sends 3 of line 1 by post std, to arrive on 2026-03-03;"
        " the cheapest single parcel, and no split could cost less -> reserved"
    )
    approved = "2026-03-02 09:00 rehearsal/review: approved by rule few -> approved"
    released = "2026-03-02 09:00 rehearsal/release: released as FO-1-3 -> released"
    held = "2026-03-02 09:00 rehearsal/review: held for no_rule, because no review rule speaks for this order"
    assert done.orders == (
        Rehearsed(number, "released", (approved, chosen, released)),
        Rehearsed(other, "received", (held,)),
    )
    assert (oms.history(number), oms.history(other), oms.stock.levels(["A"])) == before


def test_orders_at_risk_come_by_their_deadline_with_what_blocks_them() -> None:
    clock = Clock()
    oms = stocked(process(), clock)
    said = (order(f"{hours}", ("A", 2), ship_in=hours) for hours in (30, 3, 8))
    numbers = oms.receive("web", payload(*said)).placed
    oms.do(numbers[1], PutOnHold("fraud"), actor="amy")
    clock.forward(hours=4)
    assert [(one.number, one.left, one.holds) for one in oms.at_risk(timedelta(hours=6))] == [
        (numbers[1], timedelta(hours=-1), ("fraud",)),
        (numbers[2], timedelta(hours=4), ()),
    ]
    assert oms.at_risk(timedelta(hours=6), limit=1)[0] == AtRisk(
        numbers[1],
        "received",
        datetime(2026, 3, 2, 12, tzinfo=UTC),
        timedelta(hours=-1),
        ((1, 2),),
        ("fraud",),
    )
    oms.do(numbers[1], Cancel(), actor="amy")
    assert [one.number for one in oms.at_risk(timedelta(days=9))] == [numbers[2], numbers[0]]
