"""What commands do to a return case: events, refusals, and nothing when they are satisfied already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve as changed

from omskit.core import OmsError, StorageError, UsageError
from omskit.returns import (
    CUSTODY_MACHINE,
    REFUND_MACHINE,
    RETURNS,
    AgreeMoney,
    AnnounceWaybill,
    Authorise,
    CaseKind,
    Claim,
    Close,
    Command,
    Credit,
    DeclineMoney,
    Difference,
    Differing,
    DropOrder,
    Expire,
    Found,
    Judge,
    Pay,
    Receive,
    Reject,
    Reorder,
    Request,
    ReturnCase,
    ReturnLine,
    Revise,
    Scan,
    StopGoods,
    Verdict,
    WaiveGoods,
    Withdraw,
    decide,
    differences,
    evolve,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINES = (ReturnLine(1, 1, "A", 3), ReturnLine(2, 2, "B", 1))
CASE = ReturnCase(7, CaseKind.RETURN, "requested", "open", 42, "web", "1", "EUR", LINES, deadline=AT)


def after(case: ReturnCase, *commands: Command) -> ReturnCase:
    for command in commands:
        for event in decide(case, command, at=AT):
            case = evolve(case, event)
    return case


def code(case: ReturnCase | None, command: Command) -> str:
    with pytest.raises(OmsError) as error:
        decide(case, command, at=AT)
    return error.value.code


def scan(id_: str, *found: Found, final: bool = False) -> Receive:
    return Receive(Scan(id_, "BER", found, final=final))


REPEATED: list[tuple[tuple[Command, ...], Command]] = [
    ((), Authorise()),
    ((), Reject()),
    ((), Withdraw()),
    ((Authorise(),), Expire()),
    ((), AnnounceWaybill("W")),
    ((), scan("1", Found("A", 1, 1))),
    ((), WaiveGoods()),
    ((), Close()),
    ((Credit(100),), AgreeMoney()),
    ((Credit(100),), AgreeMoney(60)),
    ((), AgreeMoney(60, ((1, 60),))),
    ((), DeclineMoney()),
    ((Credit(100), AgreeMoney()), Pay("P")),
    ((), Reorder(9, 10)),
    ((Reorder(9, 10),), DropOrder(9)),
    ((), Revise(5, "2")),
    ((), StopGoods(((1, 3), (2, 1)))),
]


@pytest.mark.parametrize(("before", "command"), REPEATED, ids=lambda one: type(one).__name__)
def test_a_command_that_is_repeated_changes_nothing(before: tuple[Command, ...], command: Command) -> None:
    case = after(CASE, *before)
    once = after(case, command)
    assert once != case
    assert decide(once, command, at=AT) == ()


@pytest.mark.parametrize(
    ("before", "command", "expected"),
    [
        ((), Request(CASE), "already_requested"),
        ((Withdraw(),), Authorise(), "not_allowed"),
        ((), Judge((Found("A", 1, 1),), "BER"), "not_pending"),
        ((scan("1", Found("A", 1, 1)),), scan("1", Found("A", 2, 1)), "scan_reused"),
        ((scan("1", final=True),), scan("2", Found("A", 1, 1)), "receipt_final"),
        ((), StopGoods(((1, 4),)), "not_expected"),
        ((), AgreeMoney(), "nothing_due"),
        ((), AgreeMoney(1), "not_accepted"),
        ((), AgreeMoney(1, ((1, 2),)), "not_accepted"),
        ((), AgreeMoney(None, ((1, 2),)), "bad_amount"),
        ((), AgreeMoney(1, ((1, 2), (2, -1))), "bad_amount"),
        ((Credit(100), AgreeMoney()), AgreeMoney(99), "already_agreed"),
        ((Credit(100), AgreeMoney()), DeclineMoney(), "not_allowed"),
        ((Credit(100), AgreeMoney()), Pay("P", 101), "not_agreed"),
        ((Credit(100), AgreeMoney()), Pay("P", -1), "not_agreed"),
        ((Credit(100), AgreeMoney()), Pay(""), "bad_amount"),
        ((), Pay("P"), "not_allowed"),
        ((), Reorder(9, -1), "bad_amount"),
        ((), AnnounceWaybill(""), "no_waybill"),
        ((), Claim(1, "web", "1", "EUR", ()), "not_allowed"),
    ],
)
def test_what_does_not_fit_is_refused(before: tuple[Command, ...], command: Command, expected: str) -> None:
    assert code(after(CASE, *before), command) == expected


def test_a_case_does_not_expire_before_its_deadline() -> None:
    case = after(changed(CASE, deadline=AT + timedelta(seconds=1)), Authorise())
    assert code(case, Expire()) == "not_due_yet"
    assert code(changed(case, deadline=None), Expire()) == "not_due_yet"


def test_a_case_opens_once_with_nothing_done() -> None:
    assert decide(None, Request(CASE), at=AT)
    assert code(None, Authorise()) == "unknown_case"
    for wrong in (
        changed(CASE, custody="received"),
        changed(CASE, due_minor=1),
        changed(CASE, lines=LINES[1:]),
        changed(CASE, lines=(LINES[0], ReturnLine(2, 1, "A", 1))),
        changed(CASE, lines=(ReturnLine(1, 1, "A", 1, accepted=1),)),
        changed(CASE, order=0),
    ):
        assert code(None, Request(wrong)) == "bad_case"


def test_goods_nobody_owns_are_registered_and_judged_only_after_a_claim() -> None:
    lost = ReturnCase(8, CaseKind.BLIND, "ownerless", "open")
    assert decide(None, Request(lost), at=AT)
    assert code(lost, scan("1", Found("A", 1))) == "not_claimed"
    here = after(lost, scan("1", Found("A", 2, verdict=Verdict.PENDING)))
    assert (here.custody, here.lines) == ("ownerless", (ReturnLine(1, 0, "A", pending=2),))
    assert code(here, Judge((Found("A", 1),), "BER")) == "not_claimed"
    assert code(here, Claim(42, "web", "1", "EUR", (("A", 1, 1),))) == "not_owned"
    claim = Claim(42, "web", "1", "EUR", (("A", 1, 1), ("A", 0, 1)))
    ours = after(here, claim)
    assert ours.lines == (ReturnLine(1, 0, "A", pending=1), ReturnLine(2, 1, "A", 1, pending=1))
    assert decide(ours, claim, at=AT) == ()


def test_custody_is_complete_when_all_has_come_or_the_warehouse_says_so() -> None:
    part = after(CASE, scan("1", Found("A", 3, 1)))
    assert (part.custody, part.is_complete) == ("receiving", False)
    assert after(part, scan("2", Found("B", 1, 2))).custody == "received"
    assert after(part, scan("2", final=True)).custody == "received"


def test_pieces_wait_for_a_verdict_and_are_counted_once() -> None:
    here = after(CASE, scan("1", Found("A", 3, 1, Verdict.PENDING)))
    assert here.line(1).pending == 3
    judged = after(here, Judge((Found("A", 2, 1), Found("A", 1, 1, Verdict.DECLINED)), "BER"))
    assert (judged.line(1).pending, judged.line(1).accepted, judged.line(1).declined) == (0, 2, 1)
    assert code(judged, Judge((Found("A", 1, 1),), "BER")) == "not_pending"


def test_short_is_only_what_can_come_no_more() -> None:
    part = after(CASE, scan("1", Found("A", 3, 1)))
    short = (Difference(Differing.SHORT, "B", 1, 2),)
    assert differences(part) == ()
    assert differences(after(part, Close())) == short
    assert differences(after(part, scan("2", final=True))) == short
    assert differences(after(part, WaiveGoods())) == ()


def test_money_ahead_of_goods_is_backed_by_them_and_a_credit_is_not_paid_out() -> None:
    case = after(CASE, AgreeMoney(100, ((1, 100),)), Credit(100, returned=((1, 100),)), Credit(50))
    assert (case.agreed_minor, case.conceded, case.open_minor) == (100, (), 50)
    exchanged = after(case, Reorder(9, 70))
    assert (exchanged.open_minor, exchanged.owed_minor, exchanged.credited_minor) == (0, 20, 70)
    assert after(exchanged, DropOrder(9)).open_minor == 50


def test_partial_payments_add_up_and_more_money_opens_the_case_again() -> None:
    case = after(CASE, Credit(100), AgreeMoney(), Pay("P1", 40))
    assert (case.money, case.paid_minor) == ("agreed", 40)
    case = after(case, Pay("P2"))
    assert (case.money, case.paid_minor, case.payments) == ("paid", 100, ("P1", "P2"))
    assert after(case, Credit(10), AgreeMoney()).money == "agreed"


def test_a_no_can_become_a_yes() -> None:
    assert after(CASE, DeclineMoney(), Credit(5), AgreeMoney()).money == "agreed"


def test_counters_and_scans_are_checked_when_they_are_made() -> None:
    with pytest.raises(UsageError, match="bad_counters"):
        ReturnLine(1, 1, "A", 1, 2)
    with pytest.raises(UsageError, match="bad_counters"):
        ReturnLine(1, 1, "A", pending=-1)
    with pytest.raises(UsageError, match="bad_quantity"):
        Found("A", 0)
    with pytest.raises(UsageError, match="bad_scan"):
        Scan("", "BER", ())
    with pytest.raises(UsageError, match="unknown_line"):
        CASE.line(3)


def test_a_history_begins_with_the_opening() -> None:
    (event,) = decide(CASE, Reject(), at=AT)
    with pytest.raises(StorageError, match="bad_history"):
        evolve(None, event)


def test_custody_and_money_are_two_machines() -> None:
    assert CUSTODY_MACHINE.triggers.isdisjoint(REFUND_MACHINE.triggers)
    assert RETURNS.number == "RA"
