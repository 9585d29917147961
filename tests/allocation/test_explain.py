"""A decision says for every warehouse what it could have done, and what decided."""

import re
from datetime import UTC, datetime
from string import Formatter

import attrs
import pytest

from omskit.allocation import (
    Decision,
    Demand,
    DemandLine,
    Lane,
    Language,
    Network,
    Policy,
    RateCard,
    Reason,
    Rule,
    Service,
    Supply,
    Verdict,
    Warehouse,
    considered,
    explain,
    plan,
)
from omskit.allocation.wording import WORDS
from omskit.core import Cell, Destination

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NETWORK = Network(
    "EUR",
    (Warehouse("BER"), Warehouse("MUC"), Warehouse("POZ"), Warehouse("SHOP", channels={"till"}), Warehouse("VIE")),
    (
        Service("std", "post", (Lane({"DE"}, RateCard(1000, 500), 1, {"BER", "MUC", "SHOP"}),)),
        Service("far", "post", (Lane({"DE"}, RateCard(1000, 800), 2, {"POZ"}),)),
    ),
)


def decisions(stock: dict[str, int], *demands: Demand, budget: int = 1000) -> tuple[Decision, ...]:
    supply = Supply({Cell("A", code): count for code, count in stock.items()})
    return plan(demands, supply, NETWORK, Policy(200, 300, 15_000), at=AT, budget=budget).decisions


def asks(quantity: int, key: int = 1, currency: str = "EUR") -> Demand:
    return Demand(key, 0, Destination("DE"), currency, (DemandLine(1, "A", quantity),))


def test_every_warehouse_says_what_it_could_have_done() -> None:
    (found,) = decisions({"BER": 2, "MUC": 2, "POZ": 2, "SHOP": 2, "VIE": 2}, asks(2))
    assert [(one.warehouse, one.verdict, one.units, one.cost_minor, one.reason) for one in considered(found)] == [
        ("BER", Verdict.CHOSEN, 2, 500, None),
        ("MUC", Verdict.TIE, 2, 500, None),
        ("POZ", Verdict.DEARER, 2, 800, None),
        ("SHOP", Verdict.UNABLE, 0, None, Reason.NO_WAREHOUSE),
        ("VIE", Verdict.UNABLE, 0, None, Reason.NO_COVERAGE),
    ]


def test_the_explanation_reads_as_sentences() -> None:
    (found,) = decisions({"BER": 1, "POZ": 2}, asks(2))
    assert explain(found) == (
        "POZ sends 2 of line 1 by post far for 8.00, to ship on 2026-03-02 and arrive on 2026-03-04",
        "costs 8.00 EUR: the cheapest single parcel, and no split could cost less",
        "BER: could send 1 of 2 units at 155.00, 147.00 dearer",
        "MUC: cannot send any: no stock is left",
        "POZ: chosen; alone it could send 2 of 2 units at 8.00",
        "SHOP: cannot send any: no warehouse may send orders like this",
        "VIE: cannot send any: no courier goes there",
    )


def test_what_stays_is_said_with_its_reason() -> None:
    (found,) = decisions({"BER": 1}, asks(3))
    assert "2 of line 1 stay: no stock is left" in explain(found)


def test_the_question_is_as_it_stood_at_the_decisions_turn() -> None:
    first, second = decisions({"BER": 1, "POZ": 1}, asks(1), asks(1, key=2))
    assert considered(first)[0].verdict is Verdict.CHOSEN
    assert (considered(second)[0].verdict, considered(second)[0].reason) == (Verdict.UNABLE, Reason.NO_STOCK)
    assert considered(second)[2].verdict is Verdict.CHOSEN


def test_a_foreign_currency_stops_every_warehouse() -> None:
    (found,) = decisions({"BER": 1}, asks(1, currency="USD"))
    assert {one.reason for one in considered(found)} == {Reason.OTHER_CURRENCY}


def test_a_decision_beyond_the_work_limit_says_how_far_off_it_can_be() -> None:
    (found,) = decisions({"BER": 20, "MUC": 20, "POZ": 20}, asks(50), budget=5)
    costs = next(text for text in explain(found) if text.startswith("costs"))
    # 500 + 500 + 800 and two splits; any other plan pays two first prices and a split at least

    assert costs == "costs 22.00 EUR: the best found within the work limit, at most 10.00 above the best there is"
    assert [one.cost_minor for one in considered(found)[:2]] == [450_500, 450_500]


def test_decisions_are_compared_by_what_they_say() -> None:
    assert decisions({"BER": 1}, asks(1)) == decisions({"BER": 1}, asks(1))
    assert "asked" not in repr(decisions({"BER": 1}, asks(1)))


def test_the_same_is_said_in_chinese() -> None:
    (found,) = decisions({"BER": 1, "MUC": 1, "POZ": 1, "SHOP": 2}, asks(4))
    assert explain(found, Language.CHINESE) == (
        "BER发出第1行1件，由post std承运，费用5.00，2026-03-02发货，2026-03-03送达",
        "MUC发出第1行1件，由post std承运，费用5.00，2026-03-02发货，2026-03-03送达",
        "POZ发出第1行1件，由post far承运，费用8.00，2026-03-02发货，2026-03-04送达",
        "第1行1件未分配：无可用库存",
        "合计172.00 EUR：所有拆分方式中最省",
        "BER：已选；单独可发4件中的1件，费用455.00",
        "MUC：已选；单独可发4件中的1件，费用455.00",
        "POZ：已选；单独可发4件中的1件，费用458.00",
        "SHOP：不能发货：没有仓库可发此类订单",
        "VIE：不能发货：没有快递可达",
    )
    facts = [re.findall(r"[0-9][0-9.-]*|[A-Z]{3,}", text) for text in explain(found, Language.CHINESE)]
    assert [sorted(one) for one in facts] == [
        sorted(re.findall(r"[0-9][0-9.-]*|[A-Z]{3,}", text)) for text in explain(found)
    ]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_all_words_and_the_same_places_for_facts(language: Language) -> None:
    words, english = WORDS[language], WORDS[Language.ENGLISH]
    assert set(words.reasons) == set(Reason)
    assert set(words.rules) == set(Rule) - {Rule.BEST_FOUND}
    assert set(words.verdicts) == {one.value for one in Verdict}
    for one in attrs.fields(type(words)):
        mine, theirs = getattr(words, one.name), getattr(english, one.name)
        if isinstance(mine, str):
            assert places(mine) == places(theirs), one.name
