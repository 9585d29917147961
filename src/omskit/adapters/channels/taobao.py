"""Taobao and Tmall (TOP): trades, refunds, shipping back, stock.

Source: the documented nodes of ``taobao.trade.fullinfo.get``, ``trades.sold.get``, ``refund.get``,
``logistics.online.send``, ``rp.refunds.agree``, ``refund.refuse`` and ``item.quantity.update``. Money is yuan
as text, times are Chinese local time, and ids are beyond 2^53. ``orders[].payment`` is never read:
on a trade of one line it holds the freight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from omskit.adapters.channels.sums import discounted
from omskit.adapters.gateways import answer, receiver, remarks
from omskit.adapters.regions.provinces import CHINA_TIME, china
from omskit.channels import (
    Channel,
    ChannelHold,
    ChannelLine,
    ChannelOrder,
    Discount,
    Fields,
    Funder,
    GoodsState,
    Listings,
    PresaleStep,
    Receiver,
    RefundAnswer,
    RefundKind,
    RefundRequest,
    RefundState,
    Request,
    ReversedLine,
    ShipmentNotice,
    Standing,
    StockUpdate,
    form_request,
    holds_of,
    read_each,
)
from omskit.core import Refusal

#: What a trade's or a line's ``status`` allows.
STATUSES = {
    "TRADE_NO_CREATE_PAY": Standing.UNPAID,
    "WAIT_BUYER_PAY": Standing.UNPAID,
    "PAY_PENDING": Standing.UNPAID,
    "WAIT_PRE_AUTH_CONFIRM": Standing.UNPAID,
    "PAID_FORBID_CONSIGN": Standing.FORBIDDEN,
    "WAIT_SELLER_SEND_GOODS": Standing.READY,
    "SELLER_CONSIGNED_PART": Standing.READY,
    "WAIT_BUYER_CONFIRM_GOODS": Standing.SENT,
    "TRADE_BUYER_SIGNED": Standing.SENT,
    "TRADE_FINISHED": Standing.FINISHED,
    "TRADE_CLOSED": Standing.REFUNDED,
    "TRADE_CLOSED_BY_TAOBAO": Standing.CANCELLED,
}
#: What a line's ``refund_status`` allows: a refused request may come again, so it still holds the line.
REFUNDS = {
    "": Standing.READY,
    "NO_REFUND": Standing.READY,
    "CLOSED": Standing.READY,
    "WAIT_SELLER_AGREE": Standing.DISPUTED,
    "WAIT_BUYER_RETURN_GOODS": Standing.DISPUTED,
    "WAIT_SELLER_CONFIRM_GOODS": Standing.DISPUTED,
    "SELLER_REFUSE_BUYER": Standing.DISPUTED,
    "SUCCESS": Standing.REFUNDED,
}
#: What ``step_trade_status`` allows: only a sale whose balance is paid may be sent.
STEPS = {
    "FRONT_NOPAID_FINAL_NOPAID": Standing.UNPAID,
    "FRONT_PAID_FINAL_NOPAID": Standing.UNPAID,
    "FRONT_PAID_FINAL_PAID": Standing.READY,
    "FRONT_PAID_FRONT_FORFEITED": Standing.CANCELLED,
}
REFUND_STATES = {
    "WAIT_SELLER_AGREE": RefundState.REQUESTED,
    "WAIT_BUYER_RETURN_GOODS": RefundState.AGREED,
    "WAIT_SELLER_CONFIRM_GOODS": RefundState.RETURNING,
    "SELLER_REFUSE_BUYER": RefundState.REFUSED,
    "CLOSED": RefundState.CLOSED,
    "SUCCESS": RefundState.DONE,
}
REFUND_KINDS = {
    "REFUND": RefundKind.MONEY,
    "REFUND_AND_RETURN": RefundKind.RETURN,
    "TMALL_EXCHANGE": RefundKind.EXCHANGE,
    "TAOBAO_EXCHANGE": RefundKind.EXCHANGE,
    "REPAIR": RefundKind.REPAIR,
    "RESHIPPING": RefundKind.RESEND,
}
GOODS = {
    "BUYER_NOT_RECEIVED": GoodsState.UNDERWAY,
    "BUYER_RECEIVED": GoodsState.WITH_BUYER,
    "BUYER_RETURNED_GOODS": GoodsState.RETURNED,
}
_KNOWN = frozenset(
    "tid tid_str status type created pay_time modified payment post_fee orders buyer_open_uid buyer_nick "
    "buyer_message seller_memo receiver_name receiver_mobile receiver_phone receiver_address "
    "receiver_state receiver_city "
    "receiver_district receiver_town receiver_zip oaid step_trade_status step_paid_fee delivery_time est_con_time "
    "ob_tag platform_subsidy_fee promotion_details buyer_email buyer_alipay_no alipay_no invoice_name".split()
)
_KNOWN_LINE = frozenset(
    "oid oid_str num price num_iid sku_id outer_iid outer_sku_id title divide_order_fee discount_fee adjust_fee "
    "part_mjz_discount total_fee status refund_status store_code is_oversold payment".split()
)


def read(payload: bytes) -> Iterator[ChannelOrder | Refusal]:
    """Read trades: the answer to trade.fullinfo.get, or to trades.sold.get and its increments."""
    said = answer(payload)
    many = said.one("trades").values.get("trade") if "trades" in said.values else [said.values.get("trade", {})]
    yield from read_each(many or [], f"{said.path}.trade", "tid", _trade)


def _trade(said: Fields) -> ChannelOrder:
    lines = [_line(one) for one in said.one("orders").each("order")]
    freight, paid = said.amount("post_fee", "CNY", 0), said.amount("payment", "CNY")
    sums = sum(line.list_minor - line.discount_minor for line in lines) + freight
    subsidy = said.amount("platform_subsidy_fee", "CNY", 0)
    if subsidy > 0 and sums - paid == subsidy and any(line.list_minor > line.discount_minor for line in lines):
        lines = discounted(lines, subsidy, Funder.PLATFORM, "subsidy")
    stores = {one.text("store_code", "") for one in said.one("orders").each("order")}
    status, step = said.text("status"), said.text("step_trade_status", "")
    return ChannelOrder(
        said.text("tid_str", "") or said.key("tid"),
        said.instant("created", CHINA_TIME),
        "CNY",
        china(said.text("receiver_state", ""), said.text("receiver_zip", "")),
        tuple(lines),
        said.text("buyer_open_uid", "") or said.text("buyer_nick", ""),
        urgent="lg" in said.text("ob_tag", "").split(","),
        paid_at=said.moment("pay_time", CHINA_TIME),
        cod=said.text("type", "").startswith("cod"),
        ship_by=said.moment("delivery_time", CHINA_TIME),
        warehouse=stores.pop() if len(stores) == 1 else "",
        memo=remarks(said, "buyer_message", "seller_memo"),
        freight_minor=freight,
        paid_minor=paid,
        presale=_presale(said, step, paid),
        status=status,
        holds=_holds(said, status, step),
        receiver=_receiver(said),
        changed_at=said.moment("modified", CHINA_TIME),
        extra=said.rest(_KNOWN),
    )


def _line(said: Fields) -> ChannelLine:
    """Return a line; what was paid is its share after all discounts, or its total before that share is known."""
    count, price = said.count("num"), said.amount("price", "CNY")
    own, shared = said.amount("discount_fee", "CNY", 0), said.amount("part_mjz_discount", "CNY", 0)
    total = said.amount("total_fee", "CNY", price * count + said.amount("adjust_fee", "CNY", 0) - own)
    paid = said.amount("divide_order_fee", "CNY", total - shared)
    listed = max(price * count, paid)
    return ChannelLine(
        _item(said),
        count,
        listed,
        listed - paid,
        external_id=said.text("oid_str", "") or said.key("oid"),
        title=said.prose("title"),
        discounts=tuple(
            Discount(amount, Funder.UNKNOWN, title=title)
            for amount, title in ((own, "line"), (shared, "order"))
            if amount
        ),
        status=said.text("status", ""),
        extra=said.rest(_KNOWN_LINE),
    )


def _item(said: Fields) -> str:
    own = said.text("outer_sku_id", "") or said.text("outer_iid", "")
    return own or f"{said.text('num_iid')}/{said.text('sku_id', '')}".rstrip("/")


def _presale(said: Fields, step: str, paid: int) -> tuple[PresaleStep, ...]:
    if not step:
        return ()
    deposit = said.amount("step_paid_fee", "CNY", 0)
    front = step.startswith("FRONT_PAID")
    return (
        PresaleStep("deposit", deposit, front),
        PresaleStep("balance", paid - deposit, step == "FRONT_PAID_FINAL_PAID"),
    )


def _holds(said: Fields, status: str, step: str) -> tuple[ChannelHold, ...]:
    cod = said.text("type", "").startswith("cod") and status == "WAIT_SELLER_SEND_GOODS"
    holds = () if cod else holds_of(status, STATUSES)
    if step:
        holds += holds_of(step, STEPS)
    for position, one in enumerate(said.one("orders").each("order"), 1):
        holds += holds_of(one.text("refund_status", ""), REFUNDS, position)
        line_status = one.text("status", status)
        if line_status != status:
            holds += holds_of(line_status, STATUSES, position)
        if one.flag("is_oversold"):
            holds += (ChannelHold("oversold", "the channel has sold more than it had", position),)
    return holds


def _receiver(said: Fields) -> Receiver:
    lines = (said.prose(f"receiver_{place}") for place in ("state", "city", "district", "town", "address"))
    phone, token = said.prose("receiver_mobile") or said.prose("receiver_phone"), said.text("oaid", "")
    city = said.prose("receiver_city")
    return receiver(said.prose("receiver_name"), phone, lines, city, token, masked=bool(token))


def read_refunds(payload: bytes) -> Iterator[RefundRequest | Refusal]:
    """Read refunds: the answer to refund.get or refunds.receive.get."""
    said = answer(payload)
    one = said.values.get("refund", {})
    many = said.one("refunds").values.get("refund") if "refunds" in said.values else [one]
    yield from read_each(many or [], f"{said.path}.refund", "refund_id", _refund)


def _refund(said: Fields) -> RefundRequest:
    status = said.text("status")
    amount = said.amount("refund_fee", "CNY")
    returned = said.flag("has_good_return")
    kind = REFUND_KINDS.get(said.text("dispute_type", ""), RefundKind.RETURN if returned else RefundKind.MONEY)
    item = said.text("outer_id", "") or said.text("num_iid", "")
    line = ReversedLine(item, said.count("num", 1), amount, said.key("oid"))
    version = f"{said.text('refund_version', '')}|{said.text('refund_phase', '')}"
    return RefundRequest(
        said.key("refund_id"),
        said.instant("created", CHINA_TIME),
        said.key("tid"),
        "CNY",
        amount,
        (line,),
        kind,
        REFUND_STATES.get(status, RefundState.UNKNOWN),
        GOODS.get(said.text("good_status", ""), GoodsState.UNKNOWN),
        status,
        said.prose("reason"),
        said.text("sid", ""),
        said.text("company_name", ""),
        version.rstrip("|"),
        said.one("refund_remind_timeout").moment("timeout", CHINA_TIME),
    )


def call(method: str, key: str = "", **fields: str) -> Request:
    """Return a call of TOP, not signed yet."""
    return form_request("/router/rest", {"method": method, **fields}, key)


def write_shipment(notice: ShipmentNotice, _at: datetime) -> tuple[Request, ...]:
    """Return the call that sends sub-orders back as shipped; a sub-order is told once, whole."""
    subs = ",".join(sorted({line.external_id for line in notice.lines if line.external_id}))
    split = {"is_split": "1", "sub_tid": subs} if subs else {"is_split": "0"}
    key = f"shipment/{notice.external_id}/{notice.waybill}"
    return (
        call(
            "taobao.logistics.online.send",
            key,
            tid=notice.external_id,
            out_sid=notice.waybill,
            company_code=notice.courier,
            **split,
        ),
    )


def write_stock(updates: Sequence[StockUpdate]) -> tuple[Request, ...]:
    """Return one call an item or SKU, as an absolute figure (``type=1``)."""
    return tuple(
        call(
            "taobao.item.quantity.update",
            num_iid=one.item,
            quantity=str(one.available),
            type="1",
            **({"sku_id": one.variant} if one.variant else {}),
        )
        for one in updates
    )


def write_refund_answer(answer: RefundAnswer) -> tuple[Request, ...]:
    """Return the call that grants a refund, in fen, or refuses it; the version is ``version|phase``."""
    version, _, phase = answer.version.partition("|")
    key = f"refund/{answer.refund}/{version}"
    if answer.agreed:
        infos = "|".join(part for part in (answer.refund, str(answer.amount_minor), version, phase) if part)
        return (call("taobao.rp.refunds.agree", key, refund_infos=infos),)
    fields = {"refund_id": answer.refund, "refuse_message": answer.reason}
    fields |= {"refund_phase": phase, "refund_version": version} if phase else {}
    return (call("taobao.refund.refuse", key, **fields),)


def channel(code: str, listings: Listings | None = None, returns_to: str = "") -> Channel:
    """Return a Taobao or Tmall shop as a channel; :func:`omskit.adapters.signing.signed_form` signs its calls."""
    return Channel(
        code,
        read,
        listings or Listings(open=True),
        returns_to,
        tolerance_minor=1,
        read_refunds=read_refunds,
        write_shipment=write_shipment,
        write_stock=write_stock,
        write_refund_answer=write_refund_answer,
    )
