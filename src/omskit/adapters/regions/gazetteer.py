"""Names of places in China to GB/T 2260 codes: by the longest name without its suffix, and never by a guess.

Four layers are exceptional. Below municipalities stand 市辖区 and 县 that no address names. Counties that a
province governs itself (4190, 4290, 4690, 6590) have no city. Some cities have no districts (东莞, 中山, 嘉峪关).
And channels write a county-level city as a district, with or without the city above it. So a name is looked for
among all that lies below what is known already, and it counts only when one place has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from attrs import field, frozen

from omskit.core import PayloadError

_PEOPLES = (
    "维吾尔|壮族|回族|朝鲜族|土家族|苗族|藏族|羌族|彝族|蒙古族|蒙古|哈萨克族|哈萨克|哈尼族|白族|"
    "傣族|景颇族|傈僳族|布依族|侗族|满族|"
    "瑶族|畲族|黎族|水族|土族|撒拉族|东乡族|保安族|裕固族|仡佬族|仫佬族|毛南族|纳西族|拉祜族|"
    "佤族|独龙族|怒族|普米族|各族|"
    "柯尔克孜族|柯尔克孜|塔吉克|锡伯|达斡尔族|鄂温克族|鄂伦春|布朗族"
)
_SUFFIX = re.compile(rf"(?:(?:{_PEOPLES})*自治[区州县旗]|特别行政区|地区|林区|矿区|新区|[省市区县盟旗])$")
#: Layers that addresses leave out.
_UNNAMED = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


def short_name(name: str) -> str:
    """Return a name without its suffix; at least two characters are left, because 东区 is not 东."""
    short = _SUFFIX.sub("", name)
    return short if len(short) >= 2 else name


@frozen
class Place:
    """A province (2 digits), city (4) or district (6) with its code and full name."""

    code: str
    name: str


@frozen
class Alias:
    """A place that is no more: its code and name live on in another one since a day."""

    code: str
    name: str
    to: str
    since: date


@frozen
class Found:
    """How far an address could be followed.

    Args:
        code: Of the narrowest place that is certain, 2, 4 or 6 digits; empty for none.
        rest: What is left of the text.
    """

    code: str
    rest: str = ""


#: Districts that were merged or renamed since 2009 and still stand in addresses.
ALIASES = (
    Alias("110103", "崇文区", "110101", date(2010, 7, 1)),
    Alias("110104", "宣武区", "110102", date(2010, 7, 1)),
    Alias("310103", "卢湾区", "310101", date(2011, 6, 8)),
    Alias("310108", "闸北区", "310106", date(2015, 10, 13)),
    Alias("310119", "南汇区", "310115", date(2009, 4, 24)),
    Alias("330103", "下城区", "330105", date(2021, 3, 11)),
    Alias("330104", "江干区", "330102", date(2021, 3, 11)),
    Alias("371202", "莱城区", "370116", date(2018, 12, 26)),
    Alias("371203", "钢城区", "370117", date(2018, 12, 26)),
)


def _by_parent(places: Mapping[str, Place], aliases: Iterable[Alias]) -> dict[str, dict[str, set[str]]]:
    """Return ancestor to names to codes: every place under every place that it lies in, by full and short name."""
    names: dict[str, dict[str, set[str]]] = {}
    known = [(place.code, place.name, place.code) for place in places.values() if place.name not in _UNNAMED]
    known += [(alias.code, alias.name, alias.to) for alias in aliases]
    for code, name, to in known:
        for length in range(0, len(code), 2):
            below = names.setdefault(code[:length], {})
            for text in {name, short_name(name)}:
                below.setdefault(text, set()).add(to)
    return names


@frozen
class Gazetteer:
    """Places by code, and codes by name.

    Args:
        places: Code to place.
        aliases: Places that are no more.
    """

    places: Mapping[str, Place]
    aliases: tuple[Alias, ...] = ()
    _names: Mapping[str, Mapping[str, set[str]]] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_names", _by_parent(self.places, self.aliases))

    def current(self, code: str, on: date) -> str:
        """Return the code under which a place goes on a day; its own when nothing has changed."""
        for alias in self.aliases:
            if alias.code == code and alias.since <= on:
                return alias.to
        return code

    def name(self, code: str) -> str:
        """Return a place's full name.

        Raises:
            PayloadError: ``unknown_place``.
        """
        place = self.places.get(code)
        if place is None:
            raise PayloadError("unknown_place", f"{code[:12]!r} is no code of GB/T 2260", path="code")
        return place.name

    def find(self, *names: str) -> Found:
        """Follow names downwards: province, city, district; empty ones are passed over.

        A name that is not there, or that two places have, ends the way: the code is that of the last certain
        place, and ``rest`` holds the names from there on.
        """
        given = [name for name in ("".join(text.split()) for text in names) if name]
        code = ""
        for position, name in enumerate(given):
            if name in _UNNAMED or (code and self.places[code].name == name):
                continue
            found = self._below(code, name)
            if not found:
                return Found(code, "".join(given[position:]))
            code = found
        return Found(code)

    def read(self, address: str) -> Found:
        """Follow an address in one text, by the longest name at each level; ``rest`` is street and number."""
        text, code = "".join(address.split()), ""
        while text:
            names = self._names.get(code, {})
            for length in range(min(len(text), 16), 1, -1):
                head = text[:length]
                if head in names and (found := self._only(names[head])):
                    code, text = found, text[length:]
                    break
                if head in _UNNAMED or (code and head == self.places[code].name):
                    text = text[length:]
                    break
            else:
                break
            text = text.removeprefix(_suffix_of(self.places[code].name)) if code else text
        return Found(code, text)

    def _below(self, code: str, name: str) -> str:
        names = self._names.get(code, {})
        return self._only(names.get(name, set())) or self._only(names.get(short_name(name), set()))

    @staticmethod
    def _only(codes: set[str]) -> str:
        """Return the one code, or the highest when the others lie within it (吉林市 in 吉林省)."""
        top = min(codes, key=len, default="")
        return top if all(code.startswith(top) for code in codes) else ""


def _suffix_of(name: str) -> str:
    return name[len(short_name(name)) :] or "\0"


@cache
def china() -> Gazetteer:
    """Return the places of China, read once from the package: National Bureau of Statistics, 2023."""
    text = files(__package__).joinpath("gb2260.txt").read_text("utf-8")
    rows = (line.split(" ", 1) for line in text.splitlines())
    return Gazetteer({code: Place(code, name) for code, name in rows}, ALIASES)
