"""JD's requests to take an order back before it has arrived, and the seller's answers.

Source: the documented fields of ``jingdong.pop.afs.soa.refundapply.queryPageList`` and ``.replyRefund``.
``applyRefundSum`` is fen, while orders count in yuan. A request is about its order as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from omskit.adapters.gateways import answer
from omskit.adapters.regions.provinces import CHINA_TIME
from omskit.adapters.signing import sorted_json
from omskit.channels import (
    Fields,
    RefundAnswer,
    RefundKind,
    RefundRequest,
    RefundState,
    Request,
    form_request,
    read_each,
)
from omskit.core import PayloadError, Refusal

#: ``status`` to state; what stands in no table (4 refused by JD's accountants, 9 closed by force) is for a person.
STATES = {
    "0": RefundState.REQUESTED,
    "1": RefundState.AGREED,
    "2": RefundState.REFUSED,
    "3": RefundState.DONE,
    "5": RefundState.AGREED,
    "6": RefundState.AGREED,
}
_AGREED, _REFUSED = 1, 2
#: ``rejectType`` of a refusal whose reason stands in words.
_OTHER_REASON = 5
_KNOWN = frozenset(
    "id raId orderId applyTime applyRefundSum status reason buyerId buyerName open_id_buyer".split()
)


def read_refunds(payload: bytes) -> Iterator[RefundRequest | Refusal]:
    """Read the answer to refundapply.queryPageList.

    Raises:
        PayloadError: ``channel_error`` when the question has failed.
    """
    said = answer(payload).one("queryResult")
    if "success" in said.values and not said.flag("success"):
        raise PayloadError("channel_error", "the channel answers that the question has failed", path=said.path)
    yield from read_each(said.values.get("result") or [], f"{said.path}.result", "id", _refund)


def _refund(said: Fields) -> RefundRequest:
    status = said.text("status")
    return RefundRequest(
        said.text("id", "") or said.key("raId"),
        said.instant("applyTime", CHINA_TIME),
        said.key("orderId"),
        "CNY",
        said.whole("applyRefundSum"),
        kind=RefundKind.MONEY,
        state=STATES.get(status, RefundState.UNKNOWN),
        status=status,
        reason=said.prose("reason"),
        extra=said.rest(_KNOWN),
    )


def write_refund_answer(answer: RefundAnswer, operator: str) -> tuple[Request, ...]:
    """Return the call that grants a request or refuses it; the channel wants a remark with both."""
    parameters: dict[str, object] = {
        "id": answer.refund,
        "status": _AGREED if answer.agreed else _REFUSED,
        "checkUserName": operator,
        "remark": answer.reason or ("agreed" if answer.agreed else "refused"),
    }
    if not answer.agreed:
        parameters["rejectType"] = _OTHER_REASON
    fields = {
        "method": "jingdong.pop.afs.soa.refundapply.replyRefund",
        "360buy_param_json": sorted_json(parameters),
    }
    return (form_request("/routerjson", fields, f"refund/{answer.refund}"),)
