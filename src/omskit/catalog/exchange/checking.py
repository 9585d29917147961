"""The rows of an import against each other and against what is there: names, clashes, completeness, order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from omskit.catalog.exchange.drafts import Draft
from omskit.catalog.identifiers import GTIN
from omskit.catalog.problems import Problem
from omskit.catalog.products.check import completeness, problems
from omskit.catalog.products.machine import EDITABLE, SELLABLE
from omskit.catalog.products.model import Product
from omskit.catalog.schema import Schema
from omskit.core import TERMINAL, Machine

_Numbers = Callable[[Product], Iterable[tuple[str, str, str]]]


def check_drafts(
    drafts: Sequence[Draft], schema: Schema, products: Mapping[str, Product], machine: Machine
) -> None:
    """Add to each draft what is wrong with it beside the others."""
    for draft in drafts:
        status = draft.before.status if draft.before else machine.initial
        if draft.before and draft.after != draft.before and not machine.has(status, EDITABLE):
            message = f"cannot be changed when {status!r}"
            draft.problems.append(Problem("status", "not_editable", message, status, machine.with_trait(EDITABLE)))
    _clashes(drafts, schema, products, machine)
    _names(drafts, schema, products)
    _for_sale(drafts, schema, products, machine)


def _names(drafts: Sequence[Draft], schema: Schema, products: Mapping[str, Product]) -> None:
    """Check each draft beside the good ones; one that fails makes those that name it fail too."""
    around = {**products, **{draft.code: draft.after for draft in drafts if not draft.problems}}
    to_do = [draft for draft in drafts if draft.code in around or draft.problems]
    while to_do:
        failed = set()
        for draft in to_do:
            was_good = not draft.problems
            known = set(draft.problems)
            draft.problems += [one for one in problems(draft.after, schema, around) if one not in known]
            if was_good and draft.problems:
                failed.add(draft.code)
        for code in failed:
            around.pop(code, None)
            if code in products:
                around[code] = products[code]
        to_do = [draft for draft in drafts if not draft.problems and not failed.isdisjoint(draft.after.names)]


def _clashes(drafts: Sequence[Draft], schema: Schema, products: Mapping[str, Product], machine: Machine) -> None:
    ours = {draft.code for draft in drafts}
    others = [one for code, one in products.items() if code not in ours and not machine.has(one.status, TERMINAL)]
    if not schema.shared_gtins:
        _unique(drafts, others, _gtins, "gtin_taken")
    _unique(drafts, others, _variant, "variant_taken")
    unique = {one.code for one in schema.definitions if one.unique}
    if unique:

        def values(product: Product) -> Iterable[tuple[str, str, str]]:
            return [
                (str(one.place), one.value.text, f"{one.value.items}{one.value.unit}")
                for one in product.attributes
                if one.place.code in unique
            ]

        _unique(drafts, others, values, "not_unique")


def _gtins(product: Product) -> Iterable[tuple[str, str, str]]:
    for one in product.identifiers:
        if one.scheme == GTIN and not one.retired:
            yield f"identifier.{GTIN}{f'.{one.unit}' if one.unit else ''}", one.text, f"{GTIN} {one.value}"


def _variant(product: Product) -> Iterable[tuple[str, str, str]]:
    if product.family:
        text = ", ".join(f"{axis} {option}" for axis, option in product.options)
        yield "options", text, f"{product.family} {product.options}"


def _unique(drafts: Sequence[Draft], others: Iterable[Product], numbers: _Numbers, code: str) -> None:
    owners: dict[str, str] = {}
    for other in others:
        for _, _, value in numbers(other):
            owners.setdefault(value, other.code)
    for draft in drafts:
        for path, text, value in numbers(draft.after):
            owner = owners.setdefault(value, draft.code)
            if owner != draft.code:
                draft.problems.append(Problem(path, code, f"{text} belongs to {owner} already", text))


def _for_sale(drafts: Sequence[Draft], schema: Schema, products: Mapping[str, Product], machine: Machine) -> None:
    good = {draft.code: draft for draft in drafts if not draft.problems}
    around = {**products, **{code: draft.after for code, draft in good.items()}}
    for draft in good.values():
        status = draft.status or (draft.before.status if draft.before else machine.initial)
        if draft.after.is_family or not machine.has(status, SELLABLE):
            continue
        for path in completeness(draft.after, schema, others=around).missing:
            draft.problems.append(Problem(path, "missing_field", "must be filled before it is sold"))


def in_order(drafts: Iterable[Draft]) -> list[Draft]:
    """Return drafts so that each comes after those it names; in a circle the file's order decides."""
    waiting = {draft.code: draft for draft in drafts}
    ordered: list[Draft] = []
    while waiting:
        code = next(iter(waiting))
        path = [code]
        while path:
            following = next(
                (one for one in sorted(waiting[path[-1]].after.names) if one in waiting and one not in path), ""
            )
            if following:
                path.append(following)
            else:
                ordered.append(waiting.pop(path.pop()))
    return ordered
