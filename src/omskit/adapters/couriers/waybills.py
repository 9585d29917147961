"""Electronic waybills: the port, and Cainiao's ``waybill.ii.get``, ``.cancel`` and their answers.

Source: the documented fields of ``cainiao.waybill.ii.get`` and ``cainiao.waybill.ii.cancel``. A masked receiver is
never sent as text: where there is a token, only the token and the order go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from attrs import field, frozen

from omskit.adapters.gateways import answer
from omskit.channels import Fields, Receiver, Request, form_request
from omskit.core import Refusal, UsageError

#: Most parcels in one request.
BATCH = 10
#: Most orders in one parcel.
MAX_ORDERS = 100


@frozen
class WaybillWish:
    """A parcel that needs a waybill: the same id gets the same waybill again.

    Args:
        id: Unique for the parcel; the number of a fulfillment order and the parcel's position.
        orders: External ids of the orders inside.
        channel: The courier network's code of the channel: ``TB``, ``JD``, ``PDD``, ``DOUYIN``, ``OTHERS``.
        receiver: Whom it is for.
        region: (province, city, district), as the channel names them.
        items: (name, pieces) pairs for the label.
        weight_g: Expected weight.
    """

    id: str
    orders: tuple[str, ...]
    channel: str
    receiver: Receiver
    region: tuple[str, str, str]
    items: tuple[tuple[str, int], ...]
    weight_g: int = 0


@frozen
class Waybill:
    """A waybill that was drawn.

    Args:
        id: Of the wish.
        number: The waybill's number.
        courier: Who will really carry it, when the network has chosen another.
        parent: Number that it travels under, for parcels of several boxes.
        label: What the printer takes; opaque, and personal.
    """

    id: str
    number: str
    courier: str = ""
    parent: str = ""
    label: str = field(default="", repr=False)


def _receiver(wish: WaybillWish) -> dict[str, object]:
    receiver = wish.receiver
    province, city, district = wish.region
    if receiver.masked and not receiver.token:
        raise UsageError("masked_receiver", f"parcel {wish.id} has a masked receiver and no token", id=wish.id)
    if receiver.token:
        address = {"province": province, "city": city, "district": district}
        return {"address": address, "oaid": receiver.token, "tid": wish.orders[0]}
    contact = receiver.contact
    phone = f"{contact.phone}-{receiver.extension}" if receiver.extension else contact.phone
    detail = " ".join(contact.lines)
    address = {"province": province, "city": city, "district": district, "detail": detail}
    return {"address": address, "name": contact.name, "mobile": phone}


def ask(
    wishes: Sequence[WaybillWish],
    courier: str,
    *,
    sender: Receiver,
    region: tuple[str, str, str],
    template: str,
    user: str,
) -> tuple[Request, ...]:
    """Return the calls that draw waybills, ten parcels a call.

    Args:
        wishes: Parcels with different ids.
        courier: The network's code of the courier (``cp_code``).
        sender: Who sends.
        region: The sender's (province, city, district).
        template: Address of the label's template.
        user: Id of the user who draws.

    Raises:
        UsageError: ``masked_receiver`` for a masked receiver without token; ``bad_waybill_wish`` for a parcel of
            no order, or of more than a hundred.
    """
    for wish in wishes:
        if not 1 <= len(wish.orders) <= MAX_ORDERS:
            raise UsageError(
                "bad_waybill_wish", f"parcel {wish.id} has {len(wish.orders)} orders; 1 to 100", id=wish.id
            )
    address = dict(zip(("province", "city", "district"), region, strict=True))
    contact = sender.contact
    common = {
        "cp_code": courier,
        "sender": {
            "address": {**address, "detail": " ".join(contact.lines)},
            "name": contact.name,
            "mobile": contact.phone,
        },
    }
    requests = []
    for at in range(0, len(wishes), BATCH):
        parcels = [_parcel(wish, template, user) for wish in wishes[at : at + BATCH]]
        body = json.dumps({**common, "trade_order_info_dtos": parcels}, ensure_ascii=False, separators=(",", ":"))
        fields = {"method": "cainiao.waybill.ii.get", "param_waybill_cloud_print_apply_new_request": body}
        requests.append(form_request("/router/rest", fields, f"waybill/{wishes[at].id}"))
    return tuple(requests)


def _parcel(wish: WaybillWish, template: str, user: str) -> dict[str, object]:
    return {
        "object_id": wish.id,
        "order_info": {"order_channels_type": wish.channel, "trade_order_list": list(wish.orders)},
        "package_info": {
            "id": wish.id,
            "items": [{"name": name, "count": count} for name, count in wish.items],
            "weight": wish.weight_g,
        },
        "recipient": _receiver(wish),
        "template_url": template,
        "user_id": user,
    }


def read(payload: bytes) -> Iterator[Waybill | Refusal]:
    """Read the waybills that were drawn.

    Raises:
        PayloadError: ``channel_error`` when the network refuses; else with the path of what does not fit.
    """
    for one in answer(payload).one("modules").each("waybill_cloud_print_response"):
        number = one.text("waybill_code", "")
        if not number:
            yield Refusal(one.text("object_id"), "no_waybill", "the network has drawn none")
            continue
        parent, courier = one.text("parent_waybill_code", ""), one.text("real_cp_code", "")
        yield Waybill(one.text("object_id"), number, courier, parent, str(one.values.get("print_data") or ""))


def cancel(courier: str, number: str) -> Request:
    """Return the call that gives an unused waybill back."""
    fields = {"method": "cainiao.waybill.ii.cancel", "cp_code": courier, "waybill_code": number}
    return form_request("/router/rest", fields, f"waybill-cancel/{number}")


def read_cancel(payload: bytes) -> bool:
    """Return whether a waybill was given back.

    Raises:
        PayloadError: ``channel_error``.
    """
    said: Fields = answer(payload)
    return said.flag("cancel_result")
