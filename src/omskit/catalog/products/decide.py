"""What a command does to a product: the events that happen, or a refusal that names every fault.

A command that is already satisfied happens as no event. Nothing here compares a status: a machine says what is
allowed and what a status means.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve as changed
from attrs import frozen

from omskit.catalog.explosion import Article
from omskit.catalog.identifiers import GTIN
from omskit.catalog.products import commands as c
from omskit.catalog.products import events as e
from omskit.catalog.products import machine as m
from omskit.catalog.products.check import completeness, needs, problems
from omskit.catalog.products.edits import edit_between
from omskit.catalog.products.model import Product
from omskit.catalog.schema import Schema
from omskit.catalog.trees.model import Tree
from omskit.core import Machine, Refused, UsageError

Events = tuple[e.Event, ...]

#: A schema that takes any text attribute and requires nothing.
OPEN_SCHEMA = Schema(is_open=True)


@frozen
class _Ask:
    """Under which rules, and beside which other products, a command is decided."""

    machine: Machine
    schema: Schema
    others: Mapping[str, Product]
    trees: Mapping[str, Tree] | None


def decide(
    product: Product | None,
    command: c.Command,
    *,
    at: datetime,  # noqa: ARG001 - every aggregate is asked in the same way
    actor: str = "",  # noqa: ARG001
    machine: Machine = m.PRODUCT_MACHINE,
    schema: Schema = OPEN_SCHEMA,
    others: Mapping[str, Product] | None = None,
    trees: Mapping[str, Tree] | None = None,
) -> Events:
    """Return the events of a command.

    Args:
        product: As it stands; None before its creation.
        command: What is asked.
        at: Now.
        actor: Who asks.
        machine: The product's life.
        schema: What it is checked against.
        others: Products by code: those that it names (:attr:`Product.names`) and what their bundles hold, those
            that share a GTIN with it, and those whose bundles hold it. What is not here counts as not in the
            catalog.
        trees: Category trees by code; None leaves categories unchecked.

    Raises:
        Refused: ``not_allowed`` by the machine; ``already_created``; ``invalid_product`` with all ``problems``;
            ``incomplete_product`` with what is ``missing`` before it may be sold; ``not_sellable`` when a part of
            a bundle is not; ``gtin_taken`` by another product on sale; ``part_in_use`` when a bundle on sale holds
            it; ``unit_in_use`` when the stock unit of a product with stock is to change.
        UsageError: ``unknown_product`` for anything but a creation of a product that is not there.
    """
    ask = _Ask(machine, schema, others or {}, trees)
    if isinstance(command, c.Create):
        return _create(product, command, ask)
    if product is None:
        raise UsageError("unknown_product", f"{type(command).__name__} for a product that is not there")
    if isinstance(command, c.Revise):
        return _revise(product, command, ask)
    return _advance(product, command, ask)


def _create(product: Product | None, command: c.Create, ask: _Ask) -> Events:
    if product is not None:
        raise Refused("already_created", f"{product.code} is in the catalog", product=product.code)
    created = changed(command.product, status=ask.machine.initial, claim="")
    _sound(created, ask)
    return (e.Created(created),)


def _sound(product: Product, ask: _Ask, before: Product | None = None) -> None:
    """Refuse what is wrong. Faults that were there before, as under an older schema, do not stop an edit."""
    found = problems(product, ask.schema, ask.others, ask.trees)
    if found and before:
        known = problems(before, ask.schema, ask.others, ask.trees)
        found = tuple(one for one in found if one not in known)
    if found:
        text = "; ".join(map(str, found))
        raise Refused("invalid_product", f"{product.code}: {text}", product=product.code, problems=found)


def _revise(product: Product, command: c.Revise, ask: _Ask) -> Events:
    after = command.edit.apply(product)
    if after == product:
        return ()
    if not ask.machine.has(product.status, m.EDITABLE):
        raise Refused(
            "not_allowed",
            f"{product.code} cannot be changed when {product.status!r}",
            product=product.code,
            status=product.status,
            allowed=ask.machine.with_trait(m.EDITABLE),
        )
    if after.packs.base != product.packs.base and command.in_ledger != 0:
        raise Refused(
            "unit_in_use",
            f"{product.code} is counted in {product.packs.base}, and the ledger holds {command.in_ledger}",
            product=product.code,
            in_ledger=command.in_ledger,
        )
    _sound(after, ask, product)
    if ask.machine.has(product.status, m.SELLABLE):
        _fit_for_sale(after, ask, product)
    return (e.Revised(edit_between(product, after), _claim(after, product.status, ask)),)


def _advance(product: Product, command: c.Advance, ask: _Ask) -> Events:
    machine = ask.machine
    if not machine.allows(product.status, command.trigger) and product.status in machine.reached_by(
        command.trigger
    ):
        return ()
    status = machine.next(product.status, command.trigger)
    sold, will_be = machine.has(product.status, m.SELLABLE), machine.has(status, m.SELLABLE)
    if will_be and not sold:
        _sound(product, ask)
        _fit_for_sale(product, ask)
    if sold and not will_be:
        _not_a_part(product, ask)
    return (e.Advanced(status, command.trigger, command.reason, _claim(product, status, ask)),)


def _claim(product: Product, status: str, ask: _Ask) -> str:
    claims = ask.machine.has(status, m.SELLABLE) and not ask.schema.shared_gtins
    return product.gtin if claims else ""


def _fit_for_sale(product: Product, ask: _Ask, before: Product | None = None) -> None:
    missing = completeness(product, ask.schema, others=ask.others).missing
    if missing and before:
        known = completeness(before, ask.schema, others=ask.others).missing
        missing = tuple(path for path in missing if path not in known)
    if missing and not product.is_family:
        raise Refused(
            "incomplete_product",
            f"{product.code} lacks {', '.join(missing)}",
            product=product.code,
            missing=missing,
        )
    wanted = needs(product) - (needs(before) if before else frozenset())
    unsold = [code for code in sorted(wanted) if not ask.machine.has(ask.others[code].status, m.SELLABLE)]
    if unsold:
        raise Refused(
            "not_sellable",
            f"{product.code} needs {', '.join(unsold)} to be sold too",
            product=product.code,
            codes=unsold,
        )
    if not ask.schema.shared_gtins:
        _no_clash(product, ask)


def _no_clash(product: Product, ask: _Ask) -> None:
    mine = {one.value for one in product.live_identifiers if one.scheme == GTIN}
    for other in ask.others.values():
        if other.code == product.code or not ask.machine.has(other.status, m.SELLABLE):
            continue
        shared = mine.intersection(one.value for one in other.live_identifiers if one.scheme == GTIN)
        if shared:
            raise Refused(
                "gtin_taken",
                f"{', '.join(sorted(shared))} is on {other.code} too",
                product=product.code,
                other=other.code,
                gtins=tuple(sorted(shared)),
            )


def _not_a_part(product: Product, ask: _Ask) -> None:
    users = [
        other.code
        for other in ask.others.values()
        if ask.machine.has(other.status, m.SELLABLE) and product.code in needs(other)
    ]
    if users:
        raise Refused(
            "part_in_use",
            f"{product.code} is part of {', '.join(sorted(users))}, which are sold",
            product=product.code,
            users=tuple(sorted(users)),
        )


def articles(products: Mapping[str, Product]) -> Mapping[str, Article]:
    """Return what :func:`omskit.catalog.explode` needs of products."""
    return {code: product.article for code, product in products.items()}
