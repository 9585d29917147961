"""Dividing an order into child orders with money of their own, the sums proven; and joining them again.

A division is commercial: each child is an order that is paid, refunded and reported by itself. Whoever only wants
several parcels splits deliveries instead, which moves no money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from omskit.core import Refused, UsageError, share
from omskit.orders.commands import Place
from omskit.orders.lines import Charge, OrderLine
from omskit.orders.model import Order

#: (line number, units) pairs of each child.
Parts = Sequence[Mapping[int, int]]


def divide(order: Order, parts: Parts, keys: Sequence[int]) -> tuple[Place, ...]:
    """Return the commands that place the children of an order.

    The list price of a line that goes to several children is shared by units, its discount by list price and its
    tax by what is paid, so that no discount exceeds a price; charges are shared by what the children's lines are
    paid. Each column of the children adds up to the order's. A child is known to its channel by the order's
    external id, and has one of its own in the book.

    Args:
        order: All of its units are open.
        parts: At least two, none empty; together they have every unit of the order once.
        keys: One for each part.

    Raises:
        Refused: ``in_work`` when units are reserved, shipped, cancelled or returned already.
        UsageError: ``bad_parts``; ``unknown_line``.
    """
    _all_open(order)
    _whole(order, parts, keys)
    lines: list[list[OrderLine]] = [[] for _ in parts]
    for line in order.lines:
        units = [part.get(line.number, 0) for part in parts]
        for child, count, price, discount, tax in zip(lines, units, *_shared(line, units), strict=True):
            if count:
                child.append(
                    evolve(
                        line,
                        number=len(child) + 1,
                        quantity=count,
                        open=count,
                        list_minor=price,
                        discount_minor=discount,
                        tax_minor=tax,
                    )
                )
    charges = _charges(order, lines)
    first = len(order.children) + 1
    return tuple(
        Place(
            key,
            evolve(
                order.terms,
                external_id=f"{order.terms.external_id}~{number}",
                origin=order.terms.origin or order.terms.external_id,
            ),
            tuple(child),
            own,
            process=order.process,
            part_of=order.part_of or order.key,
            redeems=order.redeems,
        )
        for number, (key, child, own) in enumerate(zip(keys, lines, charges, strict=True), first)
    )


def _shared(line: OrderLine, units: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Return the shares of list price, discount and tax."""
    prices = share(line.list_minor, units)
    discounts = share(line.discount_minor, prices if any(prices) else units)
    paid = [price - discount for price, discount in zip(prices, discounts, strict=True)]
    return prices, discounts, share(line.tax_minor, paid if any(paid) else units)


def _all_open(order: Order) -> None:
    for line in order.lines:
        if line.open != line.quantity:
            raise Refused(
                "in_work",
                f"line {line.number} has {line.quantity - line.open} of {line.quantity} units that are not open",
                order=order.key,
                line=line.number,
            )
    if any(line.conceded_minor for line in order.lines) or order.conceded_minor:
        raise Refused("in_work", "money of it has been given back", order=order.key)


def _whole(order: Order, parts: Parts, keys: Sequence[int]) -> None:
    for part in parts:
        for number in part:
            order.line(number)
    units = {line.number: sum(part.get(line.number, 0) for part in parts) for line in order.lines}
    sound = all(part and min(part.values()) > 0 for part in parts)
    if len(parts) < 2 or len(keys) != len(parts) or not sound or any(
        units[line.number] != line.quantity for line in order.lines
    ):
        raise UsageError(
            "bad_parts",
            f"{[dict(part) for part in parts]}: two parts or more, none empty, with every unit of"
            f" {({line.number: line.quantity for line in order.lines})} once",
            order=order.key,
        )


def _charges(order: Order, lines: Sequence[Sequence[OrderLine]]) -> list[tuple[Charge, ...]]:
    """Share charges by what the lines of each child are paid, or by units where nothing is."""
    paid = [sum(line.paid_minor for line in child) for child in lines]
    weights = paid if any(paid) else [sum(line.quantity for line in child) for child in lines]
    found: list[list[Charge]] = [[] for _ in lines]
    for charge in order.charges:
        for own, amount in zip(found, share(charge.amount_minor, weights), strict=True):
            if amount or not charge.amount_minor:
                own.append(evolve(charge, amount_minor=amount))
    return [tuple(own) for own in found]


def untouched(child: Order) -> bool:
    """Whether a child can still be joined with the others: nobody has worked on it, and nothing was changed."""
    same = all(line.open == line.quantity and not line.conceded_minor for line in child.lines)
    return same and not child.children and not child.conceded_minor
