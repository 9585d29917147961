"""The plain alternative to a warehouse's interface: CSV files in a folder, one kind a file, written and read here.

The host moves the files. Names sort by time, and a file that comes again has the same name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import field, frozen

from omskit.adapters.warehouses.work import Confirmed, DoneLine, Packed, StockFigure
from omskit.channels import Fields, PickRequest, RecallRequest, read_cells, write_cells
from omskit.core import PayloadError, Refusal

PICKS = "number warehouse courier service ship_on country region postcode sku quantity orders".split()
RECALLS = ["number", "warehouse", "reason"]
SHIPMENTS = "number report final sku quantity waybill courier weight_g".split()
STOCK = ["warehouse", "sku", "free", "locked"]


@frozen
class File:
    """A file to put into the folder."""

    name: str
    content: bytes = field(repr=False)


def _name(kind: str, at: datetime) -> str:
    return f"{kind}-{at:%Y%m%dT%H%M%S}Z.csv"


def write_picks(requests: Sequence[PickRequest], at: datetime) -> File:
    """Return the file that asks for deliveries: one row a SKU. Receivers are not part of it; labels carry them."""
    rows: list[Sequence[object]] = [PICKS]
    for one in requests:
        to = one.destination
        head = (
            one.number,
            one.warehouse,
            one.courier,
            one.service,
            one.ship_on or "",
            to.country,
            to.region,
            to.postcode,
        )
        rows += [(*head, line.sku, line.quantity, " ".join(one.orders)) for line in one.lines]
    return File(_name("picks", at), write_cells(rows))


def write_recalls(requests: Sequence[RecallRequest], at: datetime) -> File:
    """Return the file that calls work back."""
    rows: list[Sequence[object]] = [RECALLS, *((one.number, one.warehouse, one.reason) for one in requests)]
    return File(_name("recalls", at), write_cells(rows))


def _rows(payload: bytes, header: Sequence[str]) -> Iterator[Fields]:
    cells = read_cells(payload)
    names = cells[0] if cells else []
    missing = [name for name in header if names.count(name) != 1]
    if missing:
        raise PayloadError("missing_column", f"expected one column each of {', '.join(missing)}", path="row 1")
    for number, row in enumerate(cells[1:], 2):
        if any(row):
            yield Fields({name: text or None for name, text in zip(names, row, strict=False)}, f"row {number}")


def read_shipments(payload: bytes) -> Iterator[Confirmed | Refusal]:
    """Read what left: one row a SKU and parcel; rows of one report stand together by number and report.

    Columns may come in any order, among others.     A row that does not fit leaves out its whole report.

    Raises:
        PayloadError: ``missing_column``; ``bad_table``.
    """
    reports: dict[tuple[str, str], list[tuple[Fields, str, int]]] = {}
    bad: dict[tuple[str, str], Refusal] = {}
    for said in _rows(payload, SHIPMENTS):
        key = (str(said.values.get("number") or said.path), str(said.values.get("report") or ""))
        try:
            said.text("number")
            said.text("report")
            said.text("waybill")
            said.count("weight_g", 0)
            said.flag("final")
            reports.setdefault(key, []).append((said, said.text("sku"), said.count("quantity")))
        except PayloadError as error:
            bad[key] = Refusal.of(key[0], error)
    yield from bad.values()
    for key, rows in reports.items():
        if key not in bad:
            yield _report(key, rows)


def _report(key: tuple[str, str], rows: Sequence[tuple[Fields, str, int]]) -> Confirmed:
    done: dict[str, int] = {}
    parcels: dict[str, list[tuple[str, int]]] = {}
    first: dict[str, Fields] = {}
    for said, sku, count in rows:
        done[sku] = done.get(sku, 0) + count
        parcels.setdefault(said.text("waybill"), []).append((sku, count))
        first.setdefault(said.text("waybill"), said)
    packed = tuple(
        Packed(waybill, first[waybill].text("courier", ""), tuple(items), first[waybill].count("weight_g", 0))
        for waybill, items in parcels.items()
    )
    final = any(said.flag("final") for said, _, _ in rows)
    lines = tuple(DoneLine(sku, count) for sku, count in done.items())
    return Confirmed("delivery", key[0], "/".join(key), final, lines, packed)


def read_stock(payload: bytes) -> tuple[StockFigure, ...]:
    """Read what a warehouse says it has.

    Raises:
        PayloadError: ``missing_column``, or with the row of what does not fit: half a snapshot is none.
    """
    return tuple(
        StockFigure(said.text("sku"), said.text("warehouse"), said.count("free"), said.count("locked", 0))
        for said in _rows(payload, STOCK)
    )
