"""What a price's steps and reasons are called, in English and in Chinese."""

from __future__ import annotations

from types import MappingProxyType

from omskit.pricing.result import Reason, StepKind

#: Sentences of the trace by language. A discount and the words for its parts are put together from several.
STEPS = MappingProxyType(
    {
        "en": {
            StepKind.LIST: "list price {delta} {currency}",
            StepKind.FREIGHT: "freight {delta} {currency}",
            StepKind.DISCOUNT: "{promotion} takes {off} off {base}",
            StepKind.GIFT: "{promotion} gives {gifts}",
            StepKind.TAX: "tax of {delta} comes on top",
            "times": ", counted {times} times",
            "capped": ", less than it could: a cap, a budget or a minimum price holds",
            "line": "line {number} {minor}",
            "freight": "freight {minor}",
            "shares": " ({shares})",
            "funding": "; borne by {funding}",
            "gift": "{quantity} of {sku}",
            "rejected": "{promotion} does not apply: {reason}",
            "total": "to pay {total} {currency}, of which tax {tax}",
        },
        "zh": {
            StepKind.LIST: "商品原价 {delta} {currency}",
            StepKind.FREIGHT: "运费 {delta} {currency}",
            StepKind.DISCOUNT: "{promotion} 在 {base} 上优惠 {off}",
            StepKind.GIFT: "{promotion} 赠送 {gifts}",
            StepKind.TAX: "另加税额 {delta}",
            "times": ",计 {times} 次",
            "capped": ",因封顶、预算或最低价而减少",
            "line": "第 {number} 行 {minor}",
            "freight": "运费 {minor}",
            "shares": "({shares})",
            "funding": ";由 {funding} 承担",
            "gift": "{sku} {quantity} 件",
            "rejected": "{promotion} 未生效:{reason}",
            "total": "应付 {total} {currency},其中税额 {tax}",
        },
    }
)

#: Why a promotion did nothing, by language.
REASONS = MappingProxyType(
    {
        "en": {
            Reason.NOT_STARTED: "it has not started",
            Reason.ENDED: "it has ended",
            Reason.OTHER_HOURS: "it is not valid at this hour",
            Reason.OTHER_CHANNEL: "it is for other channels",
            Reason.OTHER_REGION: "it is for other regions",
            Reason.OTHER_GROUP: "it is for other customer groups",
            Reason.OTHER_CURRENCY: "its amounts are in another currency",
            Reason.NOT_NEW_CUSTOMER: "it is for new customers",
            Reason.NO_COUPON: "it needs a coupon",
            Reason.UNKNOWN_COUPON: "no promotion is known for this coupon",
            Reason.STOPPED: "{other} admits none after it",
            Reason.STACK_TAKEN: "excluded by {other} of the same group",
            Reason.BEATEN: "{other} is worth more than its {minor}",
            Reason.SKU_MISSING: "{other} is missing",
            Reason.SKU_PRESENT: "it does not go with {other}",
            Reason.NO_LINES: "no line qualifies",
            Reason.LINES_TAKEN: "excluded by {other} on these lines",
            Reason.AMOUNT_SHORT: "threshold short by {minor}",
            Reason.UNITS_SHORT: "not enough units, short by {units}",
            Reason.AMOUNT_OVER: "it is for less than {minor}",
            Reason.UNITS_OVER: "it is for fewer than {units} units",
            Reason.SET_INCOMPLETE: "the set is not complete",
            Reason.BUYER_UNKNOWN: "it is limited per buyer, and the buyer is unknown",
            Reason.BUDGET_EMPTY: "{other} is used up",
            Reason.BUDGET_SHORT: "{other} has only {minor} left",
            Reason.GIFT_OUT_OF_STOCK: "the gift {other} is out of stock",
            Reason.NOTHING_LEFT: "there is nothing left to take off",
        },
        "zh": {
            Reason.NOT_STARTED: "活动尚未开始",
            Reason.ENDED: "活动已结束",
            Reason.OTHER_HOURS: "不在活动时段内",
            Reason.OTHER_CHANNEL: "不适用于该渠道",
            Reason.OTHER_REGION: "不适用于该地区",
            Reason.OTHER_GROUP: "不适用于该客户组",
            Reason.OTHER_CURRENCY: "币种不同",
            Reason.NOT_NEW_CUSTOMER: "仅限新客户",
            Reason.NO_COUPON: "需要优惠券",
            Reason.UNKNOWN_COUPON: "优惠券无效",
            Reason.STOPPED: "{other} 之后不再叠加",
            Reason.STACK_TAKEN: "与同组的 {other} 互斥",
            Reason.BEATEN: "优惠 {minor},不如 {other}",
            Reason.SKU_MISSING: "缺少 {other}",
            Reason.SKU_PRESENT: "不能与 {other} 同享",
            Reason.NO_LINES: "没有符合条件的商品",
            Reason.LINES_TAKEN: "商品已享受 {other}",
            Reason.AMOUNT_SHORT: "还差 {minor}",
            Reason.UNITS_SHORT: "件数不足,还差 {units} 件",
            Reason.AMOUNT_OVER: "仅限 {minor} 以下",
            Reason.UNITS_OVER: "仅限少于 {units} 件",
            Reason.SET_INCOMPLETE: "套装不齐",
            Reason.BUYER_UNKNOWN: "每人限用,但买家未知",
            Reason.BUDGET_EMPTY: "{other} 已用完",
            Reason.BUDGET_SHORT: "{other} 仅剩 {minor}",
            Reason.GIFT_OUT_OF_STOCK: "赠品 {other} 缺货",
            Reason.NOTHING_LEFT: "已无可优惠金额",
        },
    }
)
