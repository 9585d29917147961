"""Processes are values that hosts compose, and that refuse what cannot work."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from omskit.core import ContractError, Destination, Refused, UsageError
from omskit.flow import Facts, Need, Process, Rules, Step, Workspace, advance, release_step, review_step
from omskit.orders import (
    ORDER_MACHINE,
    Advance,
    Approve,
    Cancel,
    Command,
    Order,
    OrderLine,
    Place,
    PutOnHold,
    Terms,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def quiet(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:  # noqa: ARG001
    return {}


def workspace(*keys: int, rules: Rules | None = None) -> Workspace:
    numbers = iter(range(1000, 2000))
    work = Workspace(AT, "test", rules or Rules(), lambda: next(numbers))
    for key in keys:
        terms = Terms("web", f"A-{key}", AT, "EUR", Destination("DE"), buyer="b")
        work.order(key, Place(key, terms, (OrderLine(1, "SKU", 1, 1, list_minor=100),)), "receive")
    work.order_news.clear()
    return work


def facts(work: Workspace) -> Facts:
    return Facts(AT, work.new_key)


def test_steps_are_inserted_replaced_and_removed_by_name() -> None:
    process = Process("p", (review_step(), release_step()))
    fraud = Step("fraud", "approve", quiet)
    assert [step.name for step in process.insert(fraud, before="review").steps] == ["fraud", "review", "release"]
    assert [step.name for step in process.replace("review", fraud).steps] == ["fraud", "release"]
    assert [step.name for step in process.without("review").steps] == ["release"]


def test_an_unknown_step_says_which_there_are() -> None:
    with pytest.raises(UsageError, match="there are: review, release"):
        Process("p", (review_step(), release_step())).without("fraud")


def test_two_steps_of_one_name_and_unknown_triggers_are_refused_together() -> None:
    with pytest.raises(UsageError) as error:
        Process("p", (Step("a", "approve", quiet), Step("a", "teleport", quiet)))
    assert error.value.code == "bad_process"
    assert "two steps are called 'a'" in str(error.value)
    assert "makes 'teleport'" in str(error.value)


def test_a_need_that_no_step_declares_has_no_answer() -> None:
    with pytest.raises(UsageError) as error:
        facts(workspace()).of(Need("weather", lambda *_: "rain"))
    assert error.value.code == "undeclared_need"


def test_one_bad_order_leaves_the_others_alone_and_is_reported_as_a_value() -> None:
    def spoil(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:  # noqa: ARG001
        return {one.key: [PutOnHold("x"), Cancel(((1, 2),))] if one.key == 2 else [Approve()] for one in orders}

    work = workspace(1, 2, 3)
    done = advance(Process("p", (Step("spoil", "approve", spoil),)), work, (1, 2, 3), facts(work))
    states = [work.orders[key].state for key in (1, 2, 3)]
    assert [one.status for one in states if one] == ["approved", "received", "approved"]
    assert states[1] is not None
    assert states[1].holds == ()
    assert [(one.subject, one.code) for one in done.refused] == [("SO-2-1", "not_open")]
    assert done.moved == {"spoil": 2}


def test_a_step_that_speaks_for_foreign_orders_breaks_its_promise() -> None:
    def wrong(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:  # noqa: ARG001
        return {99: [Approve()]}

    work = workspace(1)
    with pytest.raises(ContractError) as error:
        advance(Process("p", (Step("wrong", "approve", wrong),)), work, (1,), facts(work))
    assert error.value.code == "foreign_order"


def test_held_orders_are_not_given_to_steps() -> None:
    work = workspace(1)
    work.order(1, PutOnHold("fraud"), "test")
    done = advance(Process("p", (review_step(),)), work, (1,), facts(work))
    assert done.moved == {}


def test_a_host_adds_a_state_of_its_own_and_the_flow_takes_it_in() -> None:
    machine = ORDER_MACHINE.changed(
        states={"checked": {"editable"}},
        moves={
            ("received", "approve"): None,
            ("received", "check"): "checked",
            ("checked", "approve"): "approved",
        },
    )

    def check(orders: Sequence[Order], facts: Facts) -> Mapping[int, Sequence[Command]]:  # noqa: ARG001
        return {one.key: [Advance("check")] for one in orders}

    rules = Rules(orders=machine)
    work = workspace(1, rules=rules)
    process = Process("p", (Step("check", "check", check), review_step()), rules)
    advance(process, work, (1,), facts(work))
    state = work.orders[1].state
    assert state is not None
    assert state.status == "approved"
    assert process.waiting == ("checked", "received")


def _approve_and_cancel_too_much(work: Workspace) -> None:
    with work.attempt():
        work.order(1, Approve(), "test")
        work.order(1, Cancel(((1, 5),)), "test")


def test_an_attempt_that_fails_leaves_no_trace() -> None:
    work = workspace(1)
    before = work.orders[1].state
    entries = len(work.orders[1].entries)
    with pytest.raises(Refused):
        _approve_and_cancel_too_much(work)
    assert work.orders[1].state is before
    assert len(work.orders[1].entries) == entries
    assert work.order_news == []


def test_a_process_draws_where_its_steps_lead() -> None:
    assert Process("p", (review_step(), release_step())).mermaid() == (
        "flowchart LR\n    received -->|review| approved\n    reserved -->|release| released\n"
    )
