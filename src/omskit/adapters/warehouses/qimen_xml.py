"""Qimen's XML: elements written from nested values, with the required ones of each method held.

Source: the required flags of Qimen's API metadata; a starred child is required when its parent is there. They are
held when we write. When we read, only what a fact cannot do without is asked for: real systems leave out the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from omskit.core import UsageError

#: What an element holds: text, more elements, or a list of them.
Tree = Mapping[str, "str | Tree | Sequence[Tree]"]

_PARTY = "name mobile province city detailAddress"
#: Method to required elements: a path, then its required children.
REQUIRED: Mapping[str, Mapping[str, str]] = {
    "deliveryorder.create": {
        "deliveryOrder": "deliveryOrderCode orderType warehouseCode createTime placeOrderTime operateTime "
        "shopNick logisticsCode senderInfo receiverInfo",
        "deliveryOrder/senderInfo": _PARTY,
        "deliveryOrder/receiverInfo": _PARTY,
        "orderLines/orderLine": "ownerCode itemCode planQty actualPrice",
    },
    "entryorder.create": {
        "entryOrder": "entryOrderCode ownerCode warehouseCode",
        "orderLines/orderLine": "ownerCode itemCode planQty",
    },
    "returnorder.create": {
        "returnOrder": "returnOrderCode warehouseCode preDeliveryOrderCode logisticsCode senderInfo",
        "returnOrder/senderInfo": _PARTY,
        "orderLines/orderLine": "ownerCode itemCode planQty",
    },
    "stockout.create": {
        "deliveryOrder": "deliveryOrderCode orderType warehouseCode createTime",
        "deliveryOrder/receiverInfo": _PARTY,
        "orderLines/orderLine": "ownerCode itemCode planQty",
    },
    "order.cancel": {"": "warehouseCode orderCode"},
    "order.pending": {"": "actionType warehouseCode orderCode"},
    "inventory.query": {"criteriaList/criteria": "itemCode"},
    "stock.query": {"": "itemCode page pageSize"},
    "singleitem.synchronize": {
        "": "actionType warehouseCode ownerCode item",
        "item": "itemCode itemName barCode itemType",
    },
    "combineitem.synchronize": {"": "itemCode ownerCode items", "items/item": "itemCode itemId quantity"},
}


def write(method: str, document: Tree) -> bytes:
    """Return a request's body; empty texts are left out.

    Raises:
        UsageError: ``missing_element`` for a required element that is not there; ``unknown_method``.
    """
    if method not in REQUIRED:
        raise UsageError("unknown_method", f"{method!r} is none of {', '.join(sorted(REQUIRED))}", method=method)
    for path, names in REQUIRED[method].items():
        for tree in _at(document, path.split("/") if path else []):
            for name in names.split():
                if not tree.get(name):
                    where = f"{path}/{name}".lstrip("/")
                    raise UsageError("missing_element", f"{method} asks for {where}", method=method, path=where)
    return f'<?xml version="1.0" encoding="utf-8"?><request>{"".join(_write(document))}</request>'.encode()


def _at(tree: Tree, path: Sequence[str]) -> Iterator[Tree]:
    if not path:
        yield tree
        return
    inner = tree.get(path[0], ())
    for one in (inner,) if isinstance(inner, Mapping) else inner:
        if isinstance(one, Mapping):
            yield from _at(one, path[1:])


def _write(tree: Tree) -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, str):
            if value:
                yield f"<{name}>{escape(value)}</{name}>"
        elif isinstance(value, Mapping):
            if inside := "".join(_write(value)):
                yield f"<{name}>{inside}</{name}>"
        else:
            for one in value:
                yield f"<{name}>{''.join(_write(one))}</{name}>"


def write_reply(*, ok: bool, code: str = "", message: str = "") -> bytes:
    """Return the answer to what a warehouse has pushed."""
    said = {"flag": "success" if ok else "failure", "code": code or "0", "message": message}
    return f'<?xml version="1.0" encoding="utf-8"?><response>{"".join(_write(said))}</response>'.encode()
