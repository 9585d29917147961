"""A machine is a table that a host may change, and one that cannot work is refused when it is made."""

from collections.abc import Mapping

import pytest

from omskit.core import TERMINAL, Machine, Refused, UsageError

DOOR = Machine(
    "door",
    "closed",
    {"closed": ["quiet"], "open": ["quiet", "drafty"], "locked": [], "gone": [TERMINAL]},
    {
        ("closed", "open"): "open",
        ("open", "close"): "closed",
        ("closed", "lock"): "locked",
        ("locked", "unlock"): "closed",
        ("locked", "scrap"): "gone",
        ("closed", "scrap"): "gone",
    },
)


def test_a_trigger_leads_where_the_table_says() -> None:
    assert DOOR.next("closed", "open") == "open"
    assert DOOR.allows("closed", "open")
    assert not DOOR.allows("open", "lock")


def test_a_trigger_out_of_place_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(Refused) as refused:
        DOOR.next("closed", "unlock")
    assert refused.value.code == "not_allowed"
    assert refused.value.facts == {
        "machine": "door",
        "status": "closed",
        "trigger": "unlock",
        "allowed": ("lock", "open", "scrap"),
    }


def test_nothing_is_allowed_in_a_terminal_status() -> None:
    with pytest.raises(Refused, match="allowed: nothing"):
        DOOR.next("gone", "open")


def test_a_trait_is_asked_not_a_status() -> None:
    assert DOOR.has("open", "drafty")
    assert not DOOR.has("closed", "drafty")
    assert DOOR.with_trait("quiet") == ("closed", "open")


def test_a_status_of_an_older_machine_has_no_trait_and_no_way_out() -> None:
    assert not DOOR.has("ajar", "quiet")
    with pytest.raises(Refused, match="not_allowed"):
        DOOR.next("ajar", "close")


def test_the_table_can_be_asked_by_trigger() -> None:
    assert DOOR.admitting("scrap") == ("closed", "locked")
    assert DOOR.reached_by("scrap") == {"gone"}
    assert DOOR.triggers == {"open", "close", "lock", "unlock", "scrap"}
    assert DOOR.admitting("burn") == ()


@pytest.mark.parametrize(
    ("states", "moves", "problem"),
    [
        ({"a": [TERMINAL]}, {("a", "go"): "b"}, "'b' is not among the states"),
        ({"a": [TERMINAL]}, {("b", "go"): "a"}, "'b' is not among the states"),
        ({"b": [TERMINAL]}, {}, "'a' is not among the states"),
        ({"a": [TERMINAL], "b": [TERMINAL]}, {}, "'b' cannot be reached"),
        ({"a": [], "b": []}, {("a", "go"): "b"}, "'b' is a dead end without the trait 'terminal'"),
        ({"a": []}, {("a", "stay"): "a"}, "'a' is a dead end without the trait 'terminal'"),
    ],
)
def test_a_machine_that_cannot_work_is_refused(
    states: Mapping[str, frozenset[str]], moves: Mapping[tuple[str, str], str], problem: str
) -> None:
    with pytest.raises(UsageError) as refused:
        Machine("broken", "a", states, moves)
    assert refused.value.code == "bad_machine"
    assert problem in refused.value.message


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(UsageError) as refused:
        Machine("broken", "a", {"a": [], "island": [TERMINAL]}, {})
    assert "'island' cannot be reached" in refused.value.message
    assert "'a' is a dead end" in refused.value.message


def test_the_table_cannot_be_changed_behind_the_back_of_its_checks() -> None:
    states = {"a": [TERMINAL]}
    machine = Machine("one", "a", states, {})
    states["b"] = [TERMINAL]
    assert set(machine.states) == {"a"}
    with pytest.raises(TypeError):
        machine.moves["a", "go"] = "b"  # type: ignore[index]


def test_a_renamed_machine_keeps_traits_and_moves() -> None:
    door = DOOR.renamed({"closed": "zu", "gone": "weg"})
    assert door.initial == "zu"
    assert door.next("zu", "scrap") == "weg"
    assert door.next("open", "close") == "zu"
    assert door.has("weg", TERMINAL)
    assert "closed" not in door.states


def test_two_statuses_may_swap_names() -> None:
    door = DOOR.renamed({"open": "locked", "locked": "open"})
    assert door.next("closed", "open") == "locked"
    assert door.next("closed", "lock") == "open"


def test_two_statuses_never_share_a_name() -> None:
    with pytest.raises(UsageError) as refused:
        DOOR.renamed({"open": "closed"})
    assert refused.value.code == "bad_machine"


def test_a_host_adds_a_status_and_redirects_a_move() -> None:
    door = DOOR.changed(
        states={"rusty": ["quiet"]},
        moves={("open", "close"): "rusty", ("rusty", "oil"): "closed"},
    )
    assert door.next("open", "close") == "rusty"
    assert door.next("rusty", "oil") == "closed"
    assert DOOR.next("open", "close") == "closed"


def test_a_host_gives_a_status_other_traits() -> None:
    door = DOOR.changed(states={"locked": ["quiet"]})
    assert door.with_trait("quiet") == ("closed", "locked", "open")


def test_a_state_that_nothing_reaches_any_more_goes_with_its_moves() -> None:
    door = DOOR.changed(moves={("closed", "lock"): None})
    assert set(door.states) == {"closed", "open", "gone"}
    assert "unlock" not in door.triggers


def test_a_chain_that_nothing_reaches_any_more_goes_whole() -> None:
    chain = Machine(
        "chain",
        "a",
        {"a": [TERMINAL], "b": [], "c": [], "d": [TERMINAL]},
        {("a", "go"): "b", ("b", "go"): "c", ("c", "back"): "b", ("c", "go"): "d"},
    )
    assert set(chain.changed(moves={("a", "go"): None}).states) == {"a"}


@pytest.mark.parametrize(
    ("states", "moves", "problem"),
    [
        ({"island": [TERMINAL]}, {}, "'island' cannot be reached"),
        ({}, {("clsoed", "paint"): "open"}, "'clsoed' is not among the states"),
        ({}, {("closed", "paint"): "wet"}, "'wet' is not among the states"),
    ],
)
def test_a_change_that_would_not_work_is_refused(
    states: Mapping[str, list[str]], moves: Mapping[tuple[str, str], str], problem: str
) -> None:
    with pytest.raises(UsageError) as refused:
        DOOR.changed(states=states, moves=moves)
    assert refused.value.code == "bad_machine"
    assert problem in refused.value.message


def test_a_machine_draws_itself() -> None:
    light = Machine(
        "light",
        "off",
        {"off": [], "on": [], "broken": [TERMINAL]},
        {("off", "press"): "on", ("on", "press"): "off", ("on", "drop"): "broken", ("on", "throw"): "broken"},
    )
    assert light.mermaid() == (
        "stateDiagram-v2\n"
        "    [*] --> off\n"
        "    off --> on: press\n"
        "    on --> off: press\n"
        "    on --> broken: drop, throw\n"
        "    broken --> [*]\n"
    )
