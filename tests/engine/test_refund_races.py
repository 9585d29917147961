"""The named case F12: refunds of one order that come at once give back what was paid, and not a cent more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from shop import WEB, Clock, order, payload, process

from omskit.core import Refused
from omskit.engine import Oms, Opening
from omskit.returns import CaseKind
from omskit.storage import Storage


@pytest.mark.parametrize(
    ("amount", "refunds", "given", "left"),
    [pytest.param(6000, 2, 1, 4000, id="F12"), pytest.param(2000, 8, 5, 0, id="F12-eight")],
)
def test_refunds_at_once_give_back_what_was_paid(
    storage: Storage, amount: int, refunds: int, given: int, left: int
) -> None:
    oms = Oms(storage, [WEB], process(), clock=Clock())
    oms.stock.receive("BER", {"A": 100}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 100)))).placed
    asked = [Opening(number, units={1: 1}, kind=CaseKind.PRICE, authorised=True) for _ in range(refunds)]
    cases = [oms.returns.open(one, actor="amy") for one in asked]
    gate = Barrier(refunds)

    def grant(case: str) -> object:
        gate.wait(10)
        try:
            oms.returns.agree(case, amount, actor=case)
        except Refused as refusal:
            return refusal.code, refusal.facts["left"]
        return None

    with ThreadPoolExecutor(refunds) as pool:
        told = list(pool.map(grant, cases))
    assert told.count(None) == given
    assert [one for one in told if one is not None] == [("refund_exceeds_paid", left)] * (refunds - given)
    assert oms.order(number).kept_minor == 10_000 - given * amount
    assert oms.verify().is_sound
