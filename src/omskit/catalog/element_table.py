"""The GS1 application identifiers that omskit reads: what each one means and how its value is built.

Source: GS1 General Specifications, section 3.2 (the identifiers) and figure 7.8.5-2 (those of predefined length).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

#: Element strings whose identifier begins like this have a fixed length and need no separator: characters in all.
PREDEFINED = MappingProxyType(
    dict.fromkeys(("11", "12", "13", "14", "15", "16", "17", "18", "19"), 8)
    | dict.fromkeys(("01", "02", "03"), 16)
    | dict.fromkeys(("31", "32", "33", "34", "35", "36"), 10)
    | {"00": 20, "04": 18, "20": 4, "41": 16}
)

#: Letter, digits and punctuation of ISO/IEC 646 that GS1 allows in text (character set 82).
SET_82 = re.compile(r"[!\"%-?A-Z_a-z]+", re.ASCII)
#: The smaller set of component and part identifiers (character set 39).
SET_39 = re.compile(r"[#\-/0-9A-Z]+", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_SETS = {"N": _DIGITS, "X": SET_82, "Y": SET_39}


@frozen
class Element:
    """How the value of one application identifier is built.

    Args:
        ai: Two to four digits.
        title: The data title of the specifications.
        least: Fewest characters.
        most: Most characters; equal to ``least`` for a fixed length.
        numeric: How many characters from the left are digits; the rest is of ``letters``.
        letters: Character set of what follows them.
        check: Length of the part that ends with a GS1 check digit; 0 without.
        is_date: Whether it begins with YYMMDD.
        decimals: Digits after the point, from the last digit of the identifier; -1 for a whole number or text.
    """

    ai: str
    title: str
    least: int
    most: int
    numeric: int
    letters: re.Pattern[str]
    check: int = 0
    is_date: bool = False
    decimals: int = -1

    @property
    def is_fixed(self) -> bool:
        """Whether the next element string may follow without a separator."""
        return self.ai[:2] in PREDEFINED


# identifier, format, title; N6 is six digits, N..8 up to eight, X..20 up to twenty characters of set 82 (Y: set
# 39), +: one after the other,
# ?: the last part may be missing, c: ends with a check digit, d: a date, n: the identifier's last digit counts
# decimals.
_TABLE = """
00 N18c SSCC
01 N14c GTIN
02 N14c CONTENT
03 N14c MTO GTIN
10 X..20 BATCH/LOT
11 N6d PROD DATE
12 N6d DUE DATE
13 N6d PACK DATE
15 N6d BEST BEFORE
16 N6d SELL BY
17 N6d EXPIRY
20 N2 VARIANT
21 X..20 SERIAL
22 X..20 CPV
235 X..28 TPX
240 X..30 ADDITIONAL ID
241 X..30 CUST. PART No.
242 N..6 MTO VARIANT
243 X..20 PCN
250 X..30 SECONDARY SERIAL
251 X..30 REF. TO SOURCE
253 N13c+X..17? GDTI
254 X..20 GLN EXTENSION COMPONENT
255 N13c+N..12? GCN
30 N..8 VAR. COUNT
310n N6 NET WEIGHT (kg)
311n N6 LENGTH (m)
312n N6 WIDTH (m)
313n N6 HEIGHT (m)
314n N6 AREA (m2)
315n N6 NET VOLUME (l)
316n N6 NET VOLUME (m3)
320n N6 NET WEIGHT (lb)
330n N6 GROSS WEIGHT (kg)
331n N6 LENGTH (m), log
332n N6 WIDTH (m), log
333n N6 HEIGHT (m), log
334n N6 AREA (m2), log
335n N6 VOLUME (l), log
336n N6 VOLUME (m3), log
337n N6 KG PER m2
340n N6 GROSS WEIGHT (lb)
356n N6 NET WEIGHT (troy oz)
357n N6 NET WEIGHT (oz)
37 N..8 COUNT
390n N..15 AMOUNT
391n N3+N..15 AMOUNT
392n N..15 PRICE
393n N3+N..15 PRICE
394n N4 PRCNT OFF
395n N6 PRICE/UoM
400 X..30 ORDER NUMBER
401 X..30 GINC
402 N17c GSIN
403 X..30 ROUTE
410 N13c SHIP TO LOC
411 N13c BILL TO
412 N13c PURCHASE FROM
413 N13c SHIP FOR LOC
414 N13c LOC No.
415 N13c PAY TO
416 N13c PROD/SERV LOC
417 N13c PARTY
420 X..20 SHIP TO POST
421 N3+X..9 SHIP TO POST
422 N3 ORIGIN
423 N3+N..12? COUNTRY - INITIAL PROCESS
424 N3 COUNTRY - PROCESS
425 N3+N..12? COUNTRY - DISASSEMBLY
426 N3 COUNTRY - FULL PROCESS
427 X..3 ORIGIN SUBDIVISION
7001 N13 NSN
7002 X..30 MEAT CUT
7003 N10d EXPIRY TIME
7004 N..4 ACTIVE POTENCY
7005 X..12 CATCH AREA
7006 N6d FIRST FREEZE DATE
7020 X..20 REFURB LOT
7021 X..20 FUNC STAT
7022 X..20 REV STAT
7023 X..30 GIAI - ASSEMBLY
710 X..20 NHRN PZN
711 X..20 NHRN CIP
712 X..20 NHRN CN
713 X..20 NHRN DRN
714 X..20 NHRN AIM
8001 N14 DIMENSIONS
8002 X..20 CMT No.
8003 N14c+X..16? GRAI
8004 X..30 GIAI
8005 N6 PRICE PER UNIT
8006 N18 ITIP
8007 X..34 IBAN
8008 N8+N..4? PROD TIME
8010 Y..30 CPID
8012 X..20 VERSION
8013 X..25 GMN
8017 N18c GSRN - PROVIDER
8018 N18c GSRN - RECIPIENT
8019 N..10 SRIN
8020 X..25 REF No.
8200 X..70 PRODUCT URL
90 X..30 INTERNAL
91 X..90 INTERNAL
92 X..90 INTERNAL
93 X..90 INTERNAL
94 X..90 INTERNAL
95 X..90 INTERNAL
96 X..90 INTERNAL
97 X..90 INTERNAL
98 X..90 INTERNAL
99 X..90 INTERNAL
"""
_PART = re.compile(r"([NXY])(\.\.)?([0-9]+)(c)?(\?)?")


def _element(ai: str, form: str, title: str, decimals: int = -1) -> Element:
    least = most = numeric = check = 0
    for letter, upto, size, checked, optional in _PART.findall(form):
        most += int(size)
        least += 0 if optional else 1 if upto else int(size)
        numeric += int(size) if letter == "N" else 0
        check = most if checked else check
        letters = _SETS[letter]
    return Element(ai, title, least, most, numeric, letters, check, form.endswith("d"), decimals)


def _read_table(table: str) -> Mapping[str, Element]:
    found = {}
    for line in table.strip().splitlines():
        ai, form, title = line.split(" ", 2)
        if ai.endswith("n"):
            for decimals in range(10):
                code = f"{ai[:-1]}{decimals}"
                found[code] = _element(code, form, title, decimals)
        else:
            found[ai] = _element(ai, form, title)
    return MappingProxyType(found)


#: Application identifier to how its value is built.
ELEMENTS = _read_table(_TABLE)
