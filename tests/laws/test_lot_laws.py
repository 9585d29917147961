"""Laws of lots: whatever happens to goods, their lots agree with the book, and a number is in one place."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lot_lives import LotShop, wrong_of

from omskit.core import OmsError
from omskit.engine import lotbook
from omskit.inventory.lots import tracing
from omskit.storage import MemoryStorage

#: Steps of one life.
STEPS = 60
#: Lives in which a mutant has to be caught.
LIVES = 3


def live(seed: int) -> list[str]:
    """Live a life, and return what was done last and what is wrong then; nothing when all is well."""
    shop = LotShop(MemoryStorage(), Random(seed))
    for _ in range(STEPS):
        done = shop.step()
        if wrong := wrong_of(shop):
            return [done, *wrong]
    return []


@given(st.integers(0, 2**32))
def test_lots_agree_with_the_book_whatever_happens(seed: int) -> None:
    assert live(seed) == []


def _nothing(*_: object, **__: object) -> None:
    return None


def _forget(self: lotbook.TracedBook, movements: Any) -> None:
    self.below.post(movements)


#: What is broken, and how: a part that does nothing, or a wrong answer.
MUTANTS: tuple[tuple[object, str, Callable[..., Any]], ...] = (
    (lotbook.TracedBook, "post", _forget),
    (tracing._Tracer, "give_back", _nothing),
    (tracing._Tracer, "put", _nothing),
    (tracing._Tracer, "enter", _nothing),
    (tracing._Tracer, "leave", _nothing),
    (tracing._Tracer, "_take_out", _nothing),
    (tracing._Tracer, "_out", lambda *_: []),
)


@pytest.mark.parametrize(("where", "name", "broken"), MUTANTS, ids=[name for _, name, _ in MUTANTS])
def test_a_book_that_is_broken_is_caught(
    where: object, name: str, broken: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, broken)
    caught = False
    for seed in range(LIVES):
        try:
            caught = bool(live(seed))
        except (OmsError, KeyError):
            caught = True
        if caught:
            break
    assert caught
