"""Qimen as the server: what a warehouse pushes, read leniently into facts; ``extendProps`` are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from omskit.adapters.regions.provinces import CHINA_TIME
from omskit.adapters.warehouses.work import (
    Confirmed,
    Counted,
    DoneLine,
    Fact,
    Lacking,
    Packed,
    Progress,
    StockChanged,
)
from omskit.channels import Fields, Node, parse_xml
from omskit.core import PayloadError

#: Statuses of work that the format knows.
STATUSES = frozenset(
    "NEW ACCEPT PARTFULFILLED FULFILLED PARTDELIVERED DELIVERED EXCEPTION CANCELED CLOSED REJECT "
    "CANCELEDFAIL".split()
)
#: Statuses of a process report that the format knows.
PROCESSES = frozenset(
    "ACCEPT PARTFULFILLED FULFILLED PRINT PICK CHECK PACKAGE WEIGH READY DELIVERED PARTDELIVERED REFUSE EXCEPTION "
    "CLOSED CANCELED REJECT SIGN TMSCANCELED TMSCANCELFAILED OTHER".split()
)


def _confirmed(root: Node, work: str, head: str, code: str) -> tuple[Fact, ...]:
    order = root.first(head)
    said = order.fields()
    lines = tuple(_done(one) for one in root.first("orderLines").all("orderLine"))
    parcels = tuple(_packed(one) for one in root.first("packages").all("package"))
    final = said.text("confirmType", "0")
    if final not in ("0", "1"):
        raise PayloadError("bad_flag", f"confirmType is 0 or 1 @ {said.path}", path=f"{said.path}/confirmType")
    number = said.text(code)
    return (
        Confirmed(
            work,
            number,
            said.text("outBizCode", "") or number,
            final == "0",
            lines or _from_parcels(parcels),
            parcels,
            said.text("warehouseCode", ""),
            said.text("status", ""),
            said.moment("orderConfirmTime", CHINA_TIME) or said.moment("operateTime", CHINA_TIME),
            _extra(order),
        ),
    )


def _extra(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((one.name, one.text) for one in node.first("extendProps").children if one.text))


def _from_parcels(parcels: tuple[Packed, ...]) -> tuple[DoneLine, ...]:
    """Return lines from what was packed, for warehouses that leave the lines out."""
    pieces: dict[str, int] = {}
    for parcel in parcels:
        for item, count in parcel.items:
            pieces[item] = pieces.get(item, 0) + count
    return tuple(DoneLine(item, count) for item, count in pieces.items())


def _done(node: Node) -> DoneLine:
    said = node.fields()
    batches = tuple(
        (batch.text("batchCode", ""), batch.count("actualQty"))
        for batch in (one.fields() for one in node.first("batchs").all("batch"))
    )
    single = said.text("batchCode", "")
    quantity = said.count("actualQty")
    return DoneLine(
        said.text("itemCode"),
        quantity,
        said.text("inventoryType", "ZP"),
        said.text("orderLineNo", ""),
        said.count("planQty") if "planQty" in said.values else None,
        batches or (((single, quantity),) if single else ()),
    )


def _packed(node: Node) -> Packed:
    said = node.fields()
    items = tuple(
        (one.text("itemCode"), one.count("quantity"))
        for one in (n.fields() for n in node.first("items").all("item"))
    )
    weight_g = int(said.decimal("weight") * 1000) if "weight" in said.values else 0
    return Packed(said.text("expressCode"), said.text("logisticsCode", ""), items, weight_g)


def _changed(root: Node) -> tuple[Fact, ...]:
    return tuple(
        StockChanged(
            f"{said.text('outBizCode')}/{number}",
            said.text("itemCode"),
            said.whole("quantity"),
            said.text("warehouseCode"),
            said.text("ownerCode", ""),
            said.text("inventoryType", "ZP"),
            said.text("orderCode", ""),
            said.moment("changeTime", CHINA_TIME),
        )
        for number, said in enumerate((one.fields() for one in root.first("items").all("item")), 1)
    )


def _counted(root: Node) -> tuple[Fact, ...]:
    said = root.fields()
    items = (one.fields() for one in root.first("items").all("item"))
    found = tuple((one.text("itemCode"), one.text("inventoryType", "ZP"), one.whole("quantity")) for one in items)
    page = said.count("currentPage", 1)
    return (
        Counted(
            f"{said.text('outBizCode')}/{page}",
            said.text("checkOrderCode"),
            said.text("warehouseCode"),
            said.text("ownerCode", ""),
            found,
            page,
            said.count("totalPage", 1),
            said.text("adjustType", "CHECK") == "ADJUST",
        ),
    )


def _lacking(root: Node) -> tuple[Fact, ...]:
    said = root.fields()
    items = (one.fields() for one in root.first("items").all("item"))
    lines = tuple(
        (one.text("itemCode"), one.count("planQty", 0), one.count("lackQty"), one.text("reason", ""))
        for one in items
    )
    code = said.text("deliveryOrderCode")
    return (Lacking(said.text("outBizCode", "") or code, code, said.text("warehouseCode", ""), lines),)


def _progress(root: Node) -> tuple[Fact, ...]:
    order, process = root.first("order").fields(), root.first("process").fields()
    return (
        Progress(
            order.text("orderCode"),
            process.text("processStatus"),
            process.moment("operateTime", CHINA_TIME),
            order.text("warehouseCode", ""),
            process.text("operatorName", ""),
        ),
    )


_READERS: Mapping[str, Callable[[Node], tuple[Fact, ...]]] = {
    "deliveryorder.confirm": lambda root: _confirmed(root, "delivery", "deliveryOrder", "deliveryOrderCode"),
    "entryorder.confirm": lambda root: _confirmed(root, "entry", "entryOrder", "entryOrderCode"),
    "returnorder.confirm": lambda root: _confirmed(root, "return", "returnOrder", "returnOrderCode"),
    "stockout.confirm": lambda root: _confirmed(root, "stockout", "deliveryOrder", "deliveryOrderCode"),
    "stockchange.report": _changed,
    "inventory.report": _counted,
    "itemlack.report": _lacking,
    "orderprocess.report": _progress,
}
#: Methods that are read.
METHODS = frozenset(_READERS)


def read(method: str, payload: bytes) -> tuple[Fact, ...]:
    """Read what a warehouse pushes under a method (``taobao.qimen.`` before it is passed over).

    Raises:
        PayloadError: ``unknown_method``; ``xml_doctype``, ``bad_xml``, ``missing_field`` and what fields raise.
    """
    name = method.removeprefix("taobao.qimen.")
    reader = _READERS.get(name)
    if reader is None:
        known = ", ".join(sorted(METHODS))
        raise PayloadError("unknown_method", f"{name[:80]!r} is none of {known}", path="query.method")
    root = parse_xml(payload)
    if root.name != "request":
        Fields({}, "/").text("request")
    return reader(root)
