"""Which column of a file stands for which field of a product, by declared names in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attrs import field, frozen

from omskit.catalog.exchange.tables import Row, Table
from omskit.catalog.paths import PLAIN_PATHS, is_path
from omskit.catalog.products.flat import flatten
from omskit.catalog.products.model import Product
from omskit.catalog.schema import Schema
from omskit.core import UsageError

#: Path of the SKU, which every file has.
CODE = "code"
#: Path of the status, which is moved to rather than set.
STATUS = "status"

_TITLES = """
code|SKU|商品编码
status|Status|状态
name|Name|商品名称
type|Type|商品类型
axes|Variant axes|规格项
family|Family|所属款号
unit|Unit|库存单位
bundle|Bundle|组合明细
handling.weight_g|Weight (g)|重量(克)
handling.length_mm|Length (mm)|长(毫米)
handling.width_mm|Width (mm)|宽(毫米)
handling.height_mm|Height (mm)|高(毫米)
handling.un_number|UN number|联合国编号
handling.hazard_class|Hazard class|危险品类别
handling.packing_group|Packing group|包装类别
handling.limited_quantity|Limited quantity|限量
handling.lithium|Lithium cells|锂电池
handling.temperature|Temperature (°C)|储存温度(℃)
handling.shelf_life_days|Shelf life (days)|保质期(天)
handling.remaining_days|Remaining days|最短剩余天数
handling.traits|Handling|储运属性
customs.hs_code|HS code|海关编码
customs.origin|Origin|原产国
customs.declared|Declared value|申报价值
customs.description|Customs description|报关品名
identifier.gtin|GTIN|国际条码
identifier.mpn|Manufacturer's number|厂商货号
relation.substitute|Substitutes|替代商品
relation.successor|Successor|后继商品
"""

#: Path to its column names: (English, Chinese).
TITLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        path: (english, chinese)
        for path, english, chinese in (line.split("|") for line in _TITLES.strip().splitlines())
    }
)
_LANGUAGES = ("en", "zh")


@frozen
class Column:
    """One declared column.

    Args:
        path: The field it stands for: ``code``, ``status``, or a path of a product.
        names: Under which names it may come; the first one is written.
        unit: What a bare number in it is counted in, as in ``kg`` or ``EUR``; empty where cells say so themselves.

    Raises:
        UsageError: ``bad_column`` for an unknown path, or without a name.
    """

    path: str
    names: tuple[str, ...] = field()
    unit: str = ""

    def __attrs_post_init__(self) -> None:
        if not (self.path in (CODE, STATUS) or is_path(self.path)) or not self.names or not all(self.names):
            raise UsageError(
                "bad_column", f"{self.path!r} as {self.names}: a known path and a name", path=self.path
            )


@frozen
class Columns:
    """All columns that a file may have.

    Args:
        columns: The declared ones, in the order in which they are written.
        ignored: Names that may come and are passed over.

    Raises:
        UsageError: ``bad_column`` when a path or a name is declared twice.
    """

    columns: tuple[Column, ...]
    ignored: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [name for column in self.columns for name in {_folded(name) for name in column.names}]
        names += [_folded(name) for name in self.ignored]
        paths = [column.path for column in self.columns]
        for what in (names, paths):
            twice = sorted({one for one in what if what.count(one) > 1} if len(set(what)) < len(what) else ())
            if twice:
                raise UsageError("bad_column", f"declared twice: {', '.join(twice)}", names=tuple(twice))

    def named(self) -> Mapping[str, Column]:
        """Return each name, folded, to its column."""
        return {_folded(name): column for column in self.columns for name in column.names}

    def column_of(self, name: str) -> Column | None:
        """Return the column that a header names; None for one that nobody declared."""
        return self.named().get(_folded(name))

    def is_ignored(self, name: str) -> bool:
        """Whether a header is declared to be passed over."""
        return _folded(name) in {_folded(one) for one in self.ignored}


def _folded(name: str) -> str:
    return name.strip().casefold()


_BARE = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def in_unit(text: str, unit: str) -> str:
    """Return the text of a cell with its column's unit, if it is a bare number."""
    return f"{text.strip()} {unit}" if unit and _BARE.fullmatch(text.strip()) else text


def column(path: str, schema: Schema, language: str = "en") -> Column:
    """Return the column of a path, named in English, in Chinese and by its path; ``language`` is written.

    Raises:
        UsageError: ``bad_column``; ``unknown_language`` unless it is ``en`` or ``zh``.
    """
    if language not in _LANGUAGES:
        raise UsageError("unknown_language", f"{language!r}; there are {', '.join(_LANGUAGES)}", language=language)
    english, chinese = TITLES.get(path, ("", "")) if not path.startswith("attribute.") else _labels(path, schema)
    ordered = (english, chinese) if language == "en" else (chinese, english)
    return Column(path, tuple(dict.fromkeys(name for name in (*ordered, path) if name)))


def attribute_of(path: str) -> str:
    """Return the code of the attribute that a path leads to; empty for another field."""
    stem, _, code = path.partition(".")
    return code.partition("[")[0].partition("@")[0] if stem == "attribute" else ""


def _labels(path: str, schema: Schema) -> tuple[str, str]:
    code = attribute_of(path)
    definition = schema.by_code.get(code)
    if definition is None:
        return "", ""
    rest = path.removeprefix(f"attribute.{code}").replace("@", " @").replace("[", " [").strip()
    english, chinese = (dict(definition.labels).get(language, "") for language in _LANGUAGES)
    return f"{english} {rest}".strip() if english else "", f"{chinese} {rest}".strip() if chinese else ""


def columns_of(paths: Iterable[str], schema: Schema, *, language: str = "en") -> Columns:
    """Return columns for paths, with code and status in front; a name that two would share is left to the first.

    Raises:
        UsageError: ``bad_column``, ``unknown_language``.
    """
    made: list[Column] = []
    wanted = list(dict.fromkeys((CODE, STATUS, *paths)))
    taken = {_folded(path) for path in wanted}
    for path in wanted:
        one = column(path, schema, language)
        names = tuple(name for name in one.names if _folded(name) == _folded(path) or _folded(name) not in taken)
        taken |= {_folded(name) for name in names}
        made.append(Column(path, names))
    return Columns(tuple(made))


def standard_columns(schema: Schema, *, locales: Iterable[str] = (), language: str = "en") -> Columns:
    """Return the columns of every field, and of every attribute of a schema in each of the languages.

    Raises:
        UsageError: ``bad_column``, ``unknown_language``.
    """
    paths = [*PLAIN_PATHS, *(path for path in TITLES if path.startswith(("identifier.", "relation.")))]
    languages = tuple(locales)
    for one in schema.definitions:
        localized = one.localized and languages
        paths += (
            [f"attribute.{one.code}[{locale}]" for locale in languages] if localized else [f"attribute.{one.code}"]
        )
    return columns_of(paths, schema, language=language)


def columns_for(products: Iterable[Product], schema: Schema, *, language: str = "en") -> Columns:
    """Return the columns that hold everything that products have, so that nothing is lost on the way out.

    Raises:
        UsageError: ``bad_column``, ``unknown_language``.
    """
    there = dict.fromkeys(path for product in products for path in flatten(product, schema))
    plain = [path for path in PLAIN_PATHS if path in there]
    return columns_of([*plain, *sorted(set(there) - set(plain))], schema, language=language)


def export(products: Iterable[Product], columns: Columns, schema: Schema) -> Table:
    """Return products as a table; give the columns of :func:`columns_for` to lose nothing.

    Raises:
        UsageError: ``uncovered_paths`` when a product has something that no column holds, and no ignored name is
            the path of it.
    """
    paths = [one.path for one in columns.columns]
    known = {*paths, *columns.ignored}
    rows = []
    for number, product in enumerate(products, 2):
        flat = flatten(product, schema) | {CODE: product.code, STATUS: product.status}
        left = sorted(set(flat) - known)
        if left:
            raise UsageError(
                "uncovered_paths", f"{product.code} has {', '.join(left)}", product=product.code, paths=tuple(left)
            )
        rows.append(Row(number, tuple([flat.get(path, "") for path in paths])))
    return Table(tuple(one.names[0] for one in columns.columns), tuple(rows))
