"""Orders from spreadsheets, for phone, fax and offline desks: CSV or XLSX, one row a line, headers declared.

Rows of one order stand together by its number; what belongs to the order as a whole counts from its first row.
Every cell that does not fit is told with its row and column, and an order with such a cell is left out as a whole.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial

from attrs import field, frozen

from omskit.channels import (
    Channel,
    ChannelLine,
    ChannelOrder,
    Fields,
    Listings,
    Receiver,
    read_cells,
    unzip,
    write_cells,
)
from omskit.core import Contact, Destination, PayloadError, Refusal, UsageError

#: Field to the headers that name it, in English and Chinese; the first one stands in the template.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "order": ("order no", "order number", "order", "订单号", "订单编号", "单号"),
    "placed_at": ("ordered at", "order date", "date", "下单时间", "下单日期", "日期"),
    "item": ("sku", "item", "article", "商品编码", "商家编码", "货号"),
    "title": ("title", "description", "商品名称", "品名"),
    "quantity": ("quantity", "qty", "数量"),
    "price": ("unit price", "price", "单价"),
    "discount": ("discount", "优惠", "折扣金额"),
    "freight": ("freight", "shipping", "运费"),
    "paid": ("paid", "total", "实付金额", "实付"),
    "buyer": ("buyer", "customer", "买家", "客户"),
    "name": ("receiver", "name", "收货人", "收件人"),
    "phone": ("phone", "mobile", "手机", "电话"),
    "country": ("country", "国家"),
    "region": ("region", "province", "state", "省份", "省"),
    "city": ("city", "城市", "市"),
    "postcode": ("postcode", "zip", "邮编"),
    "address": ("address", "street", "地址", "详细地址"),
    "memo": ("memo", "note", "备注"),
}
_NEEDED = ("order", "placed_at", "item", "quantity")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


@frozen
class Layout:
    """What a sheet's columns mean.

    Args:
        currency: ISO 4217, of every amount.
        country: Where a row without country goes to.
        zone: Where times are read that have none.
        headers: Field to the headers that name it, compared without case and blanks.

    Raises:
        UsageError: ``bad_layout`` for an unknown field, or a header that names two.
    """

    currency: str
    country: str
    zone: tzinfo = UTC
    headers: Mapping[str, tuple[str, ...]] = field(factory=lambda: HEADERS)

    def __attrs_post_init__(self) -> None:
        unknown = sorted(set(self.headers) - set(HEADERS))
        names = [_plain(name) for some in self.headers.values() for name in some]
        twice = sorted({name for name in names if names.count(name) > 1})
        if unknown or twice or not set(_NEEDED) <= set(self.headers):
            raise UsageError(
                "bad_layout", f"unknown fields {unknown}, headers for two fields {twice}", headers=twice
            )

    def columns(self, header: Sequence[str]) -> dict[str, int]:
        """Return field to position.

        Raises:
            PayloadError: ``missing_column``, or ``column_twice``.
        """
        found: dict[str, int] = {}
        by_name = {_plain(name): what for what, names in self.headers.items() for name in names}
        for position, name in enumerate(header):
            what = by_name.get(_plain(name))
            if what in found:
                raise PayloadError("column_twice", f"two columns hold the {what}", path=f"row 1, {name}")
            if what:
                found[what] = position
        for what in _NEEDED:
            if what not in found:
                names = ", ".join(self.headers[what])
                raise PayloadError(
                    "missing_column", f"no column for the {what}: {names}", path="row 1", field=what
                )
        return found


def _plain(header: str) -> str:
    return "".join(header.lower().replace("*", "").split())


@frozen
class _Row:
    """One row, with what it says about the line and about the order."""

    number: int
    order: str
    line: ChannelLine
    values: Mapping[str, str]
    freight: int
    paid: int | None
    placed_at: datetime


def read(payload: bytes, layout: Layout) -> Iterator[ChannelOrder | Refusal]:
    """Read orders from CSV or XLSX; a cell that does not fit comes as a refusal, named by row and column.

    Raises:
        PayloadError: ``missing_column``, ``column_twice``, ``empty_table``, ``bad_table`` for the whole sheet.
        UsageError: ``missing_driver`` for XLSX without openpyxl.
    """
    cells = xlsx_cells(payload) if payload[:2] == b"PK" else read_cells(payload)
    if not cells:
        raise PayloadError("empty_table", "not even a header", path="row 1")
    columns = layout.columns(cells[0])
    rows: dict[str, list[_Row]] = {}
    bad: set[str] = set()
    for number, row in enumerate(cells[1:], 2):
        if any(row):
            values = {what: row[at] for what, at in columns.items() if at < len(row)}
            refusals, made = _row(number, values, layout)
            yield from refusals
            if made is None:
                bad.add(values.get("order", ""))
            else:
                rows.setdefault(made.order, []).append(made)
    for order, some in rows.items():
        if order not in bad:
            yield from _order(order, some, layout)


def _row(number: int, values: Mapping[str, str], layout: Layout) -> tuple[list[Refusal], _Row | None]:
    """Read each cell of a row, so that all that is wrong with it is told at once."""
    said = Fields({name: text or None for name, text in values.items()}, f"row {number}")
    refusals: list[Refusal] = []

    def take(name: str, read_cell: Callable[[], int | str | datetime]) -> int | str | datetime | None:
        try:
            return read_cell()
        except PayloadError as error:
            subject = values.get("order") or said.path
            facts = {"path": f"row {number}, {name}", "row": number, "column": name}
            refusals.append(Refusal(subject, error.code, f"{error.message}", facts))
            return None

    amount = partial(said.amount, currency=layout.currency, default=0)
    order = take("order", lambda: said.text("order"))
    placed_at = take("placed_at", lambda: _date(said, layout.zone))
    item = take("item", lambda: said.text("item"))
    quantity = take("quantity", lambda: _units(said))
    price, discount, freight = (take(name, partial(amount, name)) for name in ("price", "discount", "freight"))
    paid = take("paid", lambda: amount("paid")) if values.get("paid") else None
    if refusals:
        return refusals, None
    assert isinstance(quantity, int)  # noqa: S101 - nothing was refused
    assert isinstance(price, int)  # noqa: S101
    assert isinstance(placed_at, datetime)  # noqa: S101
    line = ChannelLine(
        str(item),
        quantity,
        price * quantity,
        int(str(discount)),
        external_id=str(number),
        title=said.prose("title"),
    )
    total = None if paid is None else int(str(paid))
    return [], _Row(number, str(order), line, values, int(str(freight)), total, placed_at)


def _units(said: Fields) -> int:
    """Return a quantity; spreadsheet programs write whole numbers with a point."""
    text = said.text("quantity")
    return Fields({"quantity": re.sub(r"\.0+$", "", text)}, said.path).count("quantity")


def _date(said: Fields, zone: tzinfo) -> datetime:
    text = said.text("placed_at")
    match = _DATE.fullmatch(text)
    if match is None:
        return said.instant("placed_at", zone)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PayloadError("bad_instant", f"no such day or time @ {said.path}", path=said.path) from None


def _order(order: str, rows: Sequence[_Row], layout: Layout) -> Iterator[ChannelOrder | Refusal]:
    first = rows[0]
    said = Fields({name: text or None for name, text in first.values.items()}, f"row {first.number}")
    address = tuple(text for text in map(said.prose, ("region", "city", "address")) if text)
    number, _, extension = said.prose("phone").partition("-")
    try:
        country = said.text("country", layout.country)
        yield ChannelOrder(
            order,
            first.placed_at,
            layout.currency,
            Destination(country, said.text("region", ""), said.text("postcode", "")),
            tuple(row.line for row in rows),
            said.text("buyer", ""),
            memo=said.prose("memo"),
            freight_minor=first.freight,
            paid_minor=first.paid,
            receiver=Receiver(
                Contact(said.prose("name"), number, address, said.prose("city")), extension=extension
            ),
        )
    except PayloadError as error:
        yield Refusal(order, error.code, error.message, {"path": f"row {first.number}", "row": first.number})


def xlsx_cells(payload: bytes) -> list[list[str]]:
    """Return the cells of an XLSX file's first sheet as text; formulas count by the value that was saved.

    Raises:
        PayloadError: ``bad_table``; ``bad_archive``; ``too_big``; ``xml_doctype``.
        UsageError: ``missing_driver`` without openpyxl (``pip install omskit[xlsx]``).
    """
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError("missing_driver", "XLSX needs openpyxl: pip install omskit[xlsx]") from error
    if any(b"<!DOCTYPE" in content for content in unzip(payload).values()):
        raise PayloadError("xml_doctype", "document types are not read", path="$")
    try:
        book = load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
        rows = [[_text(value) for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except Exception as error:  # noqa: BLE001 - openpyxl raises what it comes across
        raise PayloadError("bad_table", f"no XLSX: {type(error).__name__}", path="$") from None
    return rows


def _text(value: object) -> str:
    """Return a cell as people see it: instants as ISO 8601, numbers with the fewest digits that are exact."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value).strip()


def write_template(layout: Layout, language: int = 0) -> bytes:
    """Return a CSV template with one header a field: the first one, or the one at position ``language``."""
    return write_cells([[names[min(language, len(names) - 1)] for names in layout.headers.values()]])


def write_xlsx_template(layout: Layout) -> bytes:
    """Return an XLSX template whose needed columns are marked with an asterisk.

    Raises:
        UsageError: ``missing_driver`` without openpyxl.
    """
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError("missing_driver", "XLSX needs openpyxl: pip install omskit[xlsx]") from error
    book = Workbook(write_only=True)
    sheet = book.create_sheet("orders")
    sheet.append([f"{names[0]}{'*' if what in _NEEDED else ''}" for what, names in layout.headers.items()])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def channel(code: str, layout: Layout, listings: Listings | None = None, returns_to: str = "") -> Channel:
    """Return a desk that sends spreadsheets as a channel."""
    return Channel(code, lambda payload: read(payload, layout), listings or Listings(open=True), returns_to)
