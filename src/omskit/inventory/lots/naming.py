"""Checking lots and serial numbers that somebody names: whether these pieces may move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from omskit.core import Cell, Claim, Level, Movement, Refused
from omskit.inventory.lots.cells import lot_cell, sku_of, split
from omskit.inventory.lots.model import UNKNOWN, LotRule
from omskit.inventory.lots.picking import check_serials

#: What is held by somebody else, whoever it is.
_OTHER = Claim(-1, -1)

#: Movements of one kind that leave one place for one claim.
_Group = tuple[Cell, str, Claim]


def check_named(
    named: Iterable[Movement],
    rest: Iterable[tuple[Movement, int]],
    rules: Mapping[str, LotRule],
    levels: Mapping[Cell, Level],
    held: Mapping[tuple[Claim, Cell], int],
) -> None:
    """Refuse named pieces that are not there, or are picked for others.

    Args:
        named: Movements of lots.
        rest: Movements of places with the pieces whose lots nobody has named.
        rules: By SKU.
        levels: Of lots, before the movements.
        held: By (claim, cell).

    Raises:
        Refused: ``bad_lots``; ``bad_serials``.
    """
    groups: dict[_Group, dict[str, int]] = {}
    for one in named:
        place, code = split(one.cell)
        if one.on_hand < 0 and code is not None:
            group = groups.setdefault((place, one.kind, one.claim), {})
            group[code] = group.get(code, 0) - one.on_hand
    missing = {(one.cell, one.kind, one.claim): count for one, count in rest if count}
    for where, codes in groups.items():
        place, _, claim = where
        if rules[sku_of(place)].serial and UNKNOWN not in codes:
            _check_serials(codes, missing.get(where, 0), place, claim, levels=levels, held=held)
        else:
            _check_lots(codes, place, claim, levels, held)


def _check_serials(
    codes: Mapping[str, int],
    missing: int,
    place: Cell,
    claim: Claim,
    *,
    levels: Mapping[Cell, Level],
    held: Mapping[tuple[Claim, Cell], int],
) -> None:
    scanned = [code for code, count in codes.items() for _ in range(count)]
    cells = {code: lot_cell(place, code) for code in codes}
    there = {code for code, cell in cells.items() if cell in levels and levels[cell].on_hand}
    taken = {code for code in there if levels[cells[code]].reserved > held.get((claim, cells[code]), 0)}
    holders = dict.fromkeys(taken, _OTHER)
    check_serials(scanned, len(scanned) + missing, there=there, holders=holders, claim=claim)


def _check_lots(
    codes: Mapping[str, int],
    place: Cell,
    claim: Claim,
    levels: Mapping[Cell, Level],
    held: Mapping[tuple[Claim, Cell], int],
) -> None:
    problems: list[tuple[str, str]] = []
    for code, count in codes.items():
        cell = lot_cell(place, code)
        level = levels.get(cell) or Level()
        own = held.get((claim, cell), 0) if claim.order else 0
        if level.on_hand < count:
            problems.append((code, "unknown" if not level.on_hand else "too_few"))
        elif level.available + own < count:
            problems.append((code, "reserved"))
    if problems:
        raise Refused("bad_lots", f"lots of {sku_of(place)}: {_words(problems)}", problems=tuple(problems))


def _words(problems: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{code} {word}" for code, word in problems)
