"""The provinces of China: GB/T 2260 code and ISO 3166-2 subdivision by name, with or without its suffix."""

from __future__ import annotations

from datetime import timedelta, timezone

from omskit.core import Destination

#: China keeps one time, without daylight saving.
CHINA_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
#: Short name to (GB/T 2260, ISO 3166-2:CN).
PROVINCES = {
    "北京": ("11", "BJ"), "天津": ("12", "TJ"), "河北": ("13", "HE"), "山西": ("14", "SX"), "内蒙古": ("15", "NM"),
    "辽宁": ("21", "LN"), "吉林": ("22", "JL"), "黑龙江": ("23", "HL"), "上海": ("31", "SH"), "江苏": ("32", "JS"),
    "浙江": ("33", "ZJ"), "安徽": ("34", "AH"), "福建": ("35", "FJ"), "江西": ("36", "JX"), "山东": ("37", "SD"),
    "河南": ("41", "HA"), "湖北": ("42", "HB"), "湖南": ("43", "HN"), "广东": ("44", "GD"), "广西": ("45", "GX"),
    "海南": ("46", "HI"), "重庆": ("50", "CQ"), "四川": ("51", "SC"), "贵州": ("52", "GZ"), "云南": ("53", "YN"),
    "西藏": ("54", "XZ"), "陕西": ("61", "SN"), "甘肃": ("62", "GS"), "青海": ("63", "QH"), "宁夏": ("64", "NX"),
    "新疆": ("65", "XJ"), "台湾": ("71", "TW"), "香港": ("81", "HK"), "澳门": ("82", "MO"),
}  # fmt: skip
_BY_CODE = dict(PROVINCES.values())


def province_of(name: str) -> tuple[str, str]:
    """Return GB/T 2260 code and ISO 3166-2 subdivision of a province; two empty texts for what is none.

    A name counts by its beginning, so that suffixes (省, 市, 自治区) and what follows do not matter.
    """
    return PROVINCES.get(name[:2]) or PROVINCES.get(name[:3]) or ("", "")


def china(province: str, postcode: str = "") -> Destination:
    """Return a destination in China from a province's name or GB/T 2260 code."""
    iso = _BY_CODE.get(province[:2]) if province[:2].isdigit() else province_of(province)[1]
    return Destination("CN", iso or "", "" if postcode.strip("0") == "" else postcode)
