"""A quick class is the class that attrs made, made sooner."""

from __future__ import annotations

import copy
import gc
import pickle
from typing import Any

import pytest
from attrs import Factory, evolve, field, frozen
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from omskit.core import quick


@frozen
class Plain:
    a: int
    b: str = "b"
    c: tuple[int, ...] = ()
    d: list[int] = field(factory=list)
    _e: int = 5
    f: int | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.a < 0:
            problem = f"{self.a} is below zero"
            raise ValueError(problem)


@quick
@frozen
class Quick:
    a: int
    b: str = "b"
    c: tuple[int, ...] = ()
    d: list[int] = field(factory=list)
    _e: int = 5
    f: int | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.a < 0:
            problem = f"{self.a} is below zero"
            raise ValueError(problem)


def _fields(one: Any) -> tuple[Any, ...]:
    return (one.a, one.b, one.c, one.d, one._e, one.f)


@given(
    st.tuples(st.integers(0), st.text(), st.lists(st.integers()).map(tuple)),
    st.fixed_dictionaries({}, optional={"d": st.lists(st.integers()), "e": st.integers(), "f": st.integers()}),
)
def test_it_takes_and_keeps_what_the_class_of_attrs_does(given_: tuple[Any, ...], named: dict[str, Any]) -> None:
    for count in (1, 2, 3):
        assert _fields(Quick(*given_[:count], **named)) == _fields(Plain(*given_[:count], **named))


def test_it_is_of_its_own_class_and_frozen() -> None:
    made = Quick(1)
    assert type(made) is Quick
    with pytest.raises(FrozenInstanceError):
        made.a = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.a
    assert made.a == 1


def test_a_factory_makes_each_value_its_own() -> None:
    assert Quick(1).d is not Quick(1).d


def test_it_is_equal_copied_pickled_and_evolved_as_ever() -> None:
    made = Quick(1, c=(2,), f=3)
    assert made == Quick(1, c=(2,), f=3) != Quick(1, c=(2,), f=4)
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made  # noqa: S301
    assert evolve(made, a=7) == Quick(7, c=(2,), f=3)
    assert type(evolve(made, a=7)) is Quick
    assert repr(made) == "Quick(a=1, b='b', c=(2,), d=[], _e=5, f=3)"


def test_a_value_that_its_own_check_refuses_is_never_there() -> None:
    with pytest.raises(ValueError, match="-1 is below zero"):
        Quick(-1)
    assert not [one for one in gc.get_objects() if isinstance(one, Quick) and type(one) is not Quick]


def test_what_is_missing_or_unknown_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="'a'"):
        Quick()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'z'"):
        Quick(1, z=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        Quick(1, "b", (), [], 5, 6)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "odd",
    [
        field(converter=int),
        field(validator=lambda *_: None),
        field(init=False, default=1),
        field(default=Factory(lambda _: 1, takes_self=True)),
    ],
)
def test_a_field_that_needs_more_than_an_assignment_is_refused(odd: Any) -> None:
    class Odd:
        x: int = odd

    with pytest.raises(TypeError, match="x is not a plain field"):
        quick(frozen(Odd))


def test_a_class_without_slots_is_refused() -> None:
    class Loose:
        x: int

    with pytest.raises(TypeError, match="a class with slots"):
        quick(frozen(slots=False)(Loose))
