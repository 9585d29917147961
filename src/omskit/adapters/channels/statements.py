"""Statements that shops of JD and Douyin download as CSV: one line for each row, in and out of the account.

Source: the headers of the files: of JD's settlement details and of Douyin's account movements. Amounts are yuan;
the direction stands in a column of its own, and outgoing amounts may carry a minus as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from omskit.adapters.regions.provinces import CHINA_TIME
from omskit.channels import Fields, StatementLine, read_cells
from omskit.core import PayloadError, Refusal

#: Rows within which the header has to stand: files begin with a title and a period.
MAX_PREAMBLE = 30
_IN, _OUT = ("收入", "入账"), ("支出", "出账")
_JD = ("订单编号", "单据编号", "费用项", "金额", "收支方向", "费用结算时间")
_DOUYIN = ("动账流水号", "动账时间")
_JD_KNOWN = frozenset((*_JD, "商品编号", "币种"))
_DOUYIN_KNOWN = frozenset(
    "动账流水号 动账时间 动账方向 账户方向 动账金额 动账金额(元) 动账场景 动账摘要 "
    "订单号 关联订单号 子订单号 关联子订单号".split()
)


def read_jd(payload: bytes) -> Iterator[StatementLine | Refusal]:
    """Read JD's settlement details, booked when a fee was settled.

    A document has a row for each fee of each item; what is told twice in a file is told apart by its count.

    Raises:
        PayloadError: ``bad_table`` without the columns, and what reading a CSV raises.
    """
    seen: Counter[str] = Counter()

    def line(said: Fields) -> StatementLine:
        fee, item = said.key("费用项"), said.text("商品编号", "")
        key = "/".join((said.key("单据编号"), fee, item))
        seen[key] += 1
        currency = said.text("币种", "CNY")
        return StatementLine(
            key if seen[key] == 1 else f"{key}/{seen[key]}",
            said.instant("费用结算时间", CHINA_TIME),
            "CNY" if currency in ("", "人民币") else said.currency("币种"),
            _signed(said, "金额", "收支方向"),
            fee,
            said.text("订单编号", ""),
            extra=said.rest(_JD_KNOWN),
        )

    yield from _rows(payload, _JD, line)


def read_douyin(payload: bytes) -> Iterator[StatementLine | Refusal]:
    """Read Douyin's account movements, of the older layout or the newer one.

    Raises:
        PayloadError: ``bad_table`` without the columns, and what reading a CSV raises.
    """

    def line(said: Fields) -> StatementLine:
        return StatementLine(
            said.key("动账流水号"),
            said.instant("动账时间", CHINA_TIME),
            "CNY",
            _signed(said, _first(said, "动账金额", "动账金额(元)"), _first(said, "动账方向", "账户方向")),
            said.key(_first(said, "动账场景", "动账摘要")),
            said.text(_first(said, "订单号", "关联订单号"), ""),
            said.text(_first(said, "子订单号", "关联子订单号"), ""),
            extra=said.rest(_DOUYIN_KNOWN),
        )

    yield from _rows(payload, _DOUYIN, line)


def _rows(
    payload: bytes, wanted: Sequence[str], read: Callable[[Fields], StatementLine]
) -> Iterator[StatementLine | Refusal]:
    """Yield what each row below the header gives; a row that cannot be read stops no other."""
    rows = read_cells(payload)
    start = next((at for at, row in enumerate(rows[:MAX_PREAMBLE]) if set(wanted) <= set(row)), None)
    if start is None:
        raise PayloadError("bad_table", f"no header with {', '.join(wanted)}", path="$")
    header = rows[start]
    if len(set(filter(None, header))) < len(list(filter(None, header))):
        raise PayloadError("bad_table", "a column stands twice", path=f"row {start + 1}")
    for number, row in enumerate(rows[start + 1 :], start + 2):
        if not any(row):
            continue
        values = {name: _bare(cell) for name, cell in zip(header, row, strict=False) if name}
        try:
            yield read(Fields(values, f"row {number}"))
        except PayloadError as error:
            yield Refusal.of(f"row {number}", error)


def _bare(cell: str) -> str:
    """Return a cell without what keeps spreadsheet programs from rounding ids: ``="123"``, an apostrophe."""
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1].strip()
    return cell.lstrip("'").strip()


def _first(said: Fields, *names: str) -> str:
    """Return the name that the file has, the first where it has none."""
    return next((name for name in names if name in said.values), names[0])


def _signed(said: Fields, amount: str, direction: str) -> int:
    """Return an amount with the sign of its direction; income below zero contradicts itself."""
    minor, way = said.amount(amount, "CNY"), said.key(direction)
    if way in _OUT:
        return -abs(minor)
    if way in _IN and minor >= 0:
        return minor
    path = f"{said.path}.{direction}"
    raise PayloadError("bad_amount", f"{way[:20]!r} with this amount @ {path}", path=path, value=way[:80])
