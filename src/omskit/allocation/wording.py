"""The words of explanations, in English and in Chinese; what they say is the same."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from omskit.allocation.outcome import Reason, Rule


class Language(Enum):
    """What explanations are written in, by ISO 639-1."""

    ENGLISH = "en"
    CHINESE = "zh"


@frozen
class Words:
    """Sentences with places for facts, as :meth:`str.format` fills them.

    Args:
        units: Of ``count`` and ``line``; several are joined with ``comma``.
        parcel: Of ``warehouse``, ``units``, ``courier``, ``service``, ``money``, ``ship`` and ``arrive``.
        credit: Of ``warehouse``, ``courier`` and ``money``: what commitments give for a parcel.
        stay: Of ``count``, ``line`` and ``reason``.
        quota: Of ``carried``, ``left`` and ``money``: what a quota keeps from being saved.
        all: Stands for all parcels.
        costs: Of ``money``, ``currency`` and ``rule``.
        best_found: Of ``money``: how far the best can be.
        line: Of ``warehouse`` and ``said``.
        unable: Of ``reason``.
        up_to: Of ``verdict``, ``count`` and ``total``.
        chosen: Of ``count``, ``total`` and ``money``.
        tie: Of ``count``, ``total`` and ``money``.
        dearer: Of ``count``, ``total``, ``money`` and ``more``.
        verdicts: By value of the verdict.
    """

    units: str
    comma: str
    parcel: str
    credit: str
    stay: str
    quota: str
    all: str
    costs: str
    best_found: str
    line: str
    unable: str
    up_to: str
    chosen: str
    tie: str
    dearer: str
    verdicts: Mapping[str, str]
    rules: Mapping[Rule, str]
    reasons: Mapping[Reason, str]


_ENGLISH = Words(
    "{count} of line {line}",
    ", ",
    "{warehouse} sends {units} by {courier} {service} for {money}, to ship on {ship} and arrive on {arrive}",
    "the parcel from {warehouse} by {courier} fulfills commitments, so that it costs {money} less",
    "{count} of line {line} stay: {reason}",
    "the quota of {carried} lets {left} more parcels go; without it the order would cost {money} less",
    "all parcels",
    "costs {money} {currency}: {rule}",
    "the best found within the work limit, at most {money} above the best there is",
    "{warehouse}: {said}",
    "cannot send any: {reason}",
    "{verdict}, has up to {count} of {total} units",
    "chosen; alone it could send {count} of {total} units at {money}",
    "could send {count} of {total} units at the same {money}, but comes later in preference",
    "could send {count} of {total} units at {money}, {more} dearer",
    {"chosen": "chosen", "dearer": "dearer", "tie": "tie", "unable": "unable"},
    {
        Rule.ONE_PARCEL: "the cheapest single parcel, and no split could cost less",
        Rule.SEARCH: "the cheapest of all ways to share it out",
        Rule.TOGETHER: "the best for all orders together; what is scarce saves more elsewhere",
        Rule.OPPORTUNITY: "what is scarce is left to expected orders, to which it is worth more",
        Rule.CHOSEN: "what the choosers of warehouses say",
        Rule.NOTHING: "nothing is sent",
    },
    {
        Reason.OTHER_CURRENCY: "the network counts in another currency",
        Reason.NO_WAREHOUSE: "no warehouse may send orders like this",
        Reason.BARRED: "barred for now",
        Reason.NO_COVERAGE: "no courier goes there",
        Reason.NO_COD: "no courier that goes there collects money",
        Reason.NO_COURIER: "the courier that was asked for does not go there",
        Reason.NO_CAPABILITY: "the goods need what neither warehouse nor courier can do",
        Reason.TOO_HEAVY: "a single piece is above every weight limit",
        Reason.BLACKOUT: "a blackout bars who could send or carry it",
        Reason.CAPACITY_FULL: "every warehouse that could send it is full",
        Reason.QUOTA_FULL: "no courier that could carry it takes more parcels",
        Reason.NO_STOCK: "no stock is left",
        Reason.KEPT_TOGETHER: "its group of lines cannot leave together",
        Reason.SHIP_COMPLETE: "the order goes as a whole or not at all",
        Reason.PARCEL_LIMIT: "the order has as many parcels as it may",
        Reason.TOO_DEAR: "sending it costs more than leaving it",
    },
)

_CHINESE = Words(
    "第{line}行{count}件",
    "、",
    "{warehouse}发出{units}，由{courier} {service}承运，费用{money}，{ship}发货，{arrive}送达",
    "{warehouse}由{courier}承运的包裹计入保底量，抵减费用{money}",
    "第{line}行{count}件未分配：{reason}",
    "{carried}的配额还剩{left}个包裹；没有该配额，费用可少{money}",
    "全部包裹",
    "合计{money} {currency}：{rule}",
    "在计算限额内找到的最优方案，与最优解最多相差{money}",
    "{warehouse}：{said}",
    "不能发货：{reason}",
    "{verdict}，{total}件中最多有{count}件",
    "已选；单独可发{total}件中的{count}件，费用{money}",
    "可发{total}件中的{count}件，费用同为{money}，但优先级靠后",
    "可发{total}件中的{count}件，费用{money}，贵{more}",
    {"chosen": "已选", "dearer": "更贵", "tie": "同价", "unable": "不能发货"},
    {
        Rule.ONE_PARCEL: "单个包裹最省，拆单不会更便宜",
        Rule.SEARCH: "所有拆分方式中最省",
        Rule.TOGETHER: "所有订单合计最优，紧缺资源用在更省的地方",
        Rule.OPPORTUNITY: "紧缺资源留给预期中更需要它的订单",
        Rule.CHOSEN: "按选仓规则确定",
        Rule.NOTHING: "不发货",
    },
    {
        Reason.OTHER_CURRENCY: "仓网使用另一种货币",
        Reason.NO_WAREHOUSE: "没有仓库可发此类订单",
        Reason.BARRED: "仓库暂被排除",
        Reason.NO_COVERAGE: "没有快递可达",
        Reason.NO_COD: "可达的快递不支持货到付款",
        Reason.NO_COURIER: "指定的快递不可达",
        Reason.NO_CAPABILITY: "仓库或快递不能处理此类商品",
        Reason.TOO_HEAVY: "单件超过所有重量上限",
        Reason.BLACKOUT: "可发的仓库或快递处于停发期",
        Reason.CAPACITY_FULL: "可发的仓库产能已满",
        Reason.QUOTA_FULL: "可承运的快递配额已满",
        Reason.NO_STOCK: "无可用库存",
        Reason.KEPT_TOGETHER: "同组商品无法同包发出",
        Reason.SHIP_COMPLETE: "订单要求整单发货",
        Reason.PARCEL_LIMIT: "已达包裹数上限",
        Reason.TOO_DEAR: "发货成本高于不发货",
    },
)

#: By language.
WORDS = {Language.ENGLISH: _ENGLISH, Language.CHINESE: _CHINESE}
