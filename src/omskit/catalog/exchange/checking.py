"""The rows of an import against each other and against what is there: names, clashes, completeness, order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from omskit.catalog.exchange.drafts import Draft, Setting
from omskit.catalog.identifiers import GTIN
from omskit.catalog.problems import Problem
from omskit.catalog.products.check import completeness, needs, problems
from omskit.catalog.products.machine import EDITABLE, SELLABLE
from omskit.catalog.products.model import Product
from omskit.catalog.schema import Schema
from omskit.core import TERMINAL, Machine

_Numbers = Callable[[Product], Iterable[tuple[str, str, str]]]


def check_drafts(drafts: Sequence[Draft], setting: Setting) -> None:
    """Add to each draft what is wrong with it beside the others."""
    for draft in drafts:
        if draft.before:
            draft.problems += _frozen(draft.before, draft.after, setting.machine)
    _clashes(drafts, setting)
    _names(drafts, drafts, setting)
    while _for_sale(drafts, setting):
        _names([draft for draft in drafts if not draft.problems], drafts, setting)


def _frozen(before: Product, after: Product, machine: Machine) -> Iterator[Problem]:
    status = before.status
    if after != before and not machine.has(status, EDITABLE):
        message = f"cannot be changed when {status!r}"
        yield Problem("status", "not_editable", message, status, machine.with_trait(EDITABLE))
    if after.packs.base != before.packs.base:
        message = f"is counted in {before.packs.base}; a stock unit is changed by hand, beside the ledger"
        yield Problem("unit", "unit_in_use", message, after.packs.base, (before.packs.base,))


def _names(to_do: Sequence[Draft], drafts: Sequence[Draft], setting: Setting) -> None:
    """Check drafts beside the good ones; one that fails makes those that name it fail too."""
    products = setting.products
    around = {**products, **{draft.code: draft.after for draft in drafts if not draft.problems}}
    while to_do:
        failed = set()
        for draft in to_do:
            was_good = not draft.problems
            known = set(draft.problems)
            if draft.before:
                known.update(problems(draft.before, setting.schema, products, setting.trees))
            found = problems(draft.after, setting.schema, around, setting.trees)
            draft.problems += [one for one in found if one not in known]
            if was_good and draft.problems:
                failed.add(draft.code)
        for code in failed:
            around.pop(code, None)
            if code in products:
                around[code] = products[code]
        to_do = [draft for draft in drafts if not draft.problems and not failed.isdisjoint(draft.after.names)]


def _clashes(drafts: Sequence[Draft], setting: Setting) -> None:
    ours = {draft.code for draft in drafts}
    there = [one for code, one in setting.products.items() if code not in ours]
    others = [one for one in there if not setting.machine.has(one.status, TERMINAL)]
    if not setting.schema.shared_gtins:
        _unique(drafts, others, _gtins, "gtin_taken")
    # A variant that is no longer sold keeps its options: its history would tell of another product otherwise.
    _unique(drafts, there, _variant, "variant_taken")
    unique = frozenset(one.code for one in setting.schema.definitions if one.unique)
    if unique:
        _unique(drafts, others, partial(_values, unique), "not_unique")


def _values(unique: frozenset[str], product: Product) -> Iterator[tuple[str, str, str]]:
    for one in product.attributes:
        if one.place.code in unique:
            yield str(one.place), one.value.text, f"{one.place.code} {one.value.items} {one.value.unit}"


def _gtins(product: Product) -> Iterable[tuple[str, str, str]]:
    for one in product.identifiers:
        if one.scheme == GTIN and not one.retired:
            yield f"identifier.{GTIN}{f'.{one.unit}' if one.unit else ''}", one.text, f"{GTIN} {one.value}"


def _variant(product: Product) -> Iterable[tuple[str, str, str]]:
    if product.family:
        text = ", ".join(f"{axis} {option}" for axis, option in product.options)
        yield "options", text, f"{product.family} {product.options}"


def _unique(drafts: Sequence[Draft], others: Iterable[Product], numbers: _Numbers, code: str) -> None:
    """Tell what belongs to another product, also to one that would give it up in the same file."""
    owners: dict[str, str] = {}
    for one in (*others, *(draft.before for draft in drafts if draft.before)):
        for _, _, value in numbers(one):
            owners.setdefault(value, one.code)
    for draft in drafts:
        had = {value for _, _, value in numbers(draft.before)} if draft.before else ()
        for path, text, value in numbers(draft.after):
            owner = owners.setdefault(value, draft.code)
            if owner != draft.code and value not in had:
                draft.problems.append(Problem(path, code, f"{text} belongs to {owner} already", text))


def _for_sale(drafts: Sequence[Draft], setting: Setting) -> bool:
    """Check that what is to be sold is complete, that its parts are sold too, and that no part leaves alone.

    Returns:
        Whether a draft failed; those that need it have to be looked at again.
    """
    machine = setting.machine
    good = {draft.code: draft for draft in drafts if not draft.problems}
    around = {**setting.products, **{code: draft.after for code, draft in good.items()}}
    status = {code: one.status for code, one in setting.products.items()}
    status |= {code: draft.target(machine) for code, draft in good.items()}
    sold = frozenset(code for code, name in status.items() if machine.has(name, SELLABLE))
    users: dict[str, list[str]] = {}
    for code in sold:
        for part in needs(around[code]):
            users.setdefault(part, []).append(code)
    for code, draft in good.items():
        was = draft.before if draft.before and machine.has(draft.before.status, SELLABLE) else None
        if code in sold or (was and was != draft.after):
            # An edit is made before any move, so that what leaves the sale is still on sale then.
            draft.problems += _unfit(draft.after, was, sold, setting.schema, around)
        if code in users and code not in sold and draft.triggers:
            message = f"is part of {', '.join(sorted(users[code]))}, which are sold"
            draft.problems.append(Problem("status", "part_in_use", message, status[code]))
    return any(draft.problems for draft in good.values())


def _unfit(
    product: Product, was: Product | None, sold: frozenset[str], schema: Schema, around: Mapping[str, Product]
) -> Iterator[Problem]:
    """Say what keeps a product from being sold; what one on sale lacked already does not count."""
    missing = () if product.is_family else completeness(product, schema, others=around).missing
    known = completeness(was, schema, others=around).missing if missing and was else ()
    for path in missing:
        if path not in known:
            yield Problem(path, "missing_field", "must be filled before it is sold")
    unsold = sorted(needs(product) - sold - (needs(was) if was else frozenset()))
    if unsold:
        yield Problem("status", "not_sellable", f"needs {', '.join(unsold)} to be sold too")


def in_order(drafts: Iterable[Draft], machine: Machine) -> list[Draft]:
    """Return drafts so that each comes after those it names; in a circle the file's order decides.

    Those that leave the sale come last, and there each comes before those it names.
    """
    waiting = {draft.code: draft for draft in drafts}
    ordered: list[Draft] = []
    for first in list(waiting):
        path = dict.fromkeys([first] if first in waiting else [])
        while path:
            here = next(reversed(path))
            names = sorted(waiting[here].after.names)
            following = next((one for one in names if one in waiting and one not in path), "")
            if following:
                path[following] = None
            else:
                path.popitem()
                ordered.append(waiting.pop(here))
    leaving = [draft for draft in ordered if draft.triggers and not machine.has(draft.target(machine), SELLABLE)]
    gone = {draft.code for draft in leaving}
    return [*(draft for draft in ordered if draft.code not in gone), *reversed(leaving)]
