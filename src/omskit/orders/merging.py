"""Merging: which orders of one receiver may leave as one delivery, and why the others may not.

A merge joins deliveries, never orders: each order keeps its money, its refunds and what its channel is told.
Orders are put into classes by all that has to be equal, and each class is cut by time and size, so the work grows
with the number of orders and not with its square.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from enum import Enum

from attrs import field, frozen

from omskit.core import Machine, UsageError, to_ms
from omskit.orders.machine import MERGEABLE
from omskit.orders.model import Order


class Apart(Enum):
    """Why an order leaves by itself."""

    STATUS = "its status lets nothing be merged"
    HELD = "a hold blocks it"
    UNPAID = "it is not paid"
    COD = "the courier collects the money"
    WHOLE_KIND = "orders of its type never merge"
    MARKED = "it is marked as one that never merges"
    MEMO = "its memo has to be read by a person"
    AT_WAREHOUSE = "a warehouse works on it"
    NO_RECEIVER = "nobody can say whether its receiver is the same"
    NO_BUYER = "its buyer is unknown"
    NO_SIBLING = "no other order waits for the same receiver"
    TOO_FAR = "the others were paid too long before or after"
    FULL = "the group is as large as it may get"


@frozen
class MergePolicy:
    """Which orders may leave together.

    Args:
        across_channels: Whether orders of several channels may.
        across_buyers: Whether orders of several buyers may, if they have one receiver.
        strangers: Whether an order without a known buyer may.
        cod: Whether orders for which the courier collects money may, among themselves.
        memos: Whether an order with a memo may.
        mixing: Whether presale orders may go with others; otherwise each kind goes with its own.
        never_kinds: Order types that leave by themselves.
        never_marks: Marks of the terms that make an order leave by itself.
        window: Longest time between the first and the last payment of a group.
        most: Most orders of a group.

    Raises:
        UsageError: ``bad_merge_policy`` for a group of fewer than two, or a window below zero.
    """

    across_channels: bool = False
    across_buyers: bool = False
    strangers: bool = False
    cod: bool = False
    memos: bool = False
    mixing: bool = False
    never_kinds: frozenset[str] = frozenset({"pickup", "platform_fulfilled"})
    never_marks: frozenset[str] = frozenset({"never_merge", "platform_fulfilled", "dropship"})
    window: timedelta = timedelta(days=3)
    most: int = 20

    def __attrs_post_init__(self) -> None:
        if self.most < 2 or self.window < timedelta(0):
            raise UsageError(
                "bad_merge_policy",
                f"at most {self.most} orders within {self.window}: at least 2, and not below zero",
                most=self.most,
            )


@frozen
class MergePlan:
    """Which orders leave together.

    Args:
        groups: Keys of the orders of each group, the one paid first at the front.
        apart: The others, with the reason.
    """

    groups: tuple[tuple[int, ...], ...] = ()
    apart: Mapping[int, Apart] = field(factory=dict)


def obstacle(order: Order, policy: MergePolicy, machine: Machine) -> Apart | None:
    """Return what keeps an order from leaving with any other; None when nothing does."""
    terms = order.terms
    tests: Sequence[tuple[bool, Apart]] = (
        (any(one.fulfillment for one in order.consignments), Apart.AT_WAREHOUSE),
        (not machine.has(order.status, MERGEABLE), Apart.STATUS),
        (bool(order.holds), Apart.HELD),
        (terms.cod and not policy.cod, Apart.COD),
        (terms.paid_at is None and not terms.cod, Apart.UNPAID),
        (terms.kind in policy.never_kinds, Apart.WHOLE_KIND),
        (not policy.never_marks.isdisjoint(terms.marks), Apart.MARKED),
        (bool(terms.memo) and not policy.memos, Apart.MEMO),
        (not terms.buyer and not policy.strangers, Apart.NO_BUYER),
    )
    return next((why for stands, why in tests if stands), None)


def group(
    orders: Iterable[Order], identities: Mapping[int, str], policy: MergePolicy, machine: Machine
) -> MergePlan:
    """Return which orders leave together.

    Args:
        orders: Orders that wait.
        identities: Merge identity by key of the order; two orders have the same receiver if and only if theirs are
            equal. An order that is missing, or has an empty one, leaves by itself: nothing is guessed.
        policy: What may leave together.
        machine: Says in which statuses orders may be merged.
    """
    apart: dict[int, Apart] = {}
    classes: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for order in orders:
        why = obstacle(order, policy, machine)
        identity = identities.get(order.key, "")
        if why is None and not identity:
            why = Apart.NO_RECEIVER
        if why is not None:
            apart[order.key] = why
        else:
            paid = order.terms.paid_at or order.terms.placed_at
            classes.setdefault(_class(order, identity, policy), []).append((to_ms(paid), order.key))
    groups: list[tuple[int, ...]] = []
    for members in classes.values():
        groups += _cut(sorted(members), policy, apart)
    return MergePlan(tuple(sorted(groups)), apart)


def _class(order: Order, identity: str, policy: MergePolicy) -> tuple[object, ...]:
    """Return all that has to be equal between orders that leave together."""
    terms = order.terms
    return (
        identity,
        terms.destination.country,
        terms.currency,
        "" if policy.across_channels else terms.channel,
        "" if policy.across_buyers else (terms.channel, terms.buyer),
        terms.warehouse,
        terms.courier,
        terms.cod,
        not policy.mixing and terms.kind == "presale",
    )


def _cut(
    members: Sequence[tuple[int, int]], policy: MergePolicy, apart: dict[int, Apart]
) -> list[tuple[int, ...]]:
    """Cut a class into groups by time and size; who is left over is alone, with the reason."""
    window_ms = policy.window // timedelta(milliseconds=1)
    groups: list[tuple[int, ...]] = []
    open_: list[tuple[int, int]] = []
    ended_by = Apart.NO_SIBLING
    for one in (*members, None):
        far = one is not None and bool(open_) and one[0] - open_[0][0] > window_ms
        if one is not None and not far and len(open_) < policy.most:
            open_.append(one)
            continue
        if len(open_) > 1:
            groups.append(tuple(key for _, key in open_))
        elif open_:
            apart[open_[0][1]] = Apart.TOO_FAR if far else ended_by
        ended_by = Apart.TOO_FAR if far else Apart.FULL
        open_ = [one] if one is not None else []
    return groups
