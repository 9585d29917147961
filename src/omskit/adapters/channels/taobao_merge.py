"""Taobao's merge groups: which trades go to one receiver, asked by OAID because ciphertext cannot be compared.

Source: the documentation of ``taobao.top.oaid.merge``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import evolve

from omskit.adapters.channels.taobao import call
from omskit.adapters.gateways import answer
from omskit.channels import ChannelOrder, Fields, Request
from omskit.core import PayloadError, UsageError

#: Most trades in one question about merging.
MERGE_BATCH = 100


def ask_merge(trades: Mapping[str, str]) -> tuple[Request, ...]:
    """Return the calls that ask which trades go to one receiver, up to 100 a call: tid to OAID.

    The same address encrypts differently a trade, so OAIDs are never compared.
    """
    pairs = [{"oaid": oaid, "tid": tid} for tid, oaid in sorted(trades.items())]
    return tuple(
        call("taobao.top.oaid.merge", merge_list=json.dumps(pairs[at : at + MERGE_BATCH], separators=(",", ":")))
        for at in range(0, len(pairs), MERGE_BATCH)
    )


def read_merge(payload: bytes) -> dict[str, str]:
    """Read the answer: trade to merge identity, which is the least id of its group.

    Raises:
        PayloadError: With the path of what does not fit.
    """
    said = answer(payload).one("tid_list")
    groups = said.values.get("string", [])
    if not isinstance(groups, list):
        raise PayloadError("not_an_array", f"expected an array @ {said.path}.string", path=f"{said.path}.string")
    merged: dict[str, str] = {}
    for position, group in enumerate(groups):
        text = Fields({"group": group}, f"{said.path}.string[{position}]").text("group", "")
        if tids := sorted(tid for tid in text.split(",") if tid):
            merged |= dict.fromkeys(tids, f"oaid/{tids[0]}")
    return merged


def with_merge(order: ChannelOrder, merged: Mapping[str, str]) -> ChannelOrder:
    """Return an order with its merge identity; one that was not asked about goes alone.

    Raises:
        UsageError: ``foreign_identity`` for an order that has another identity already.
    """
    identity = merged.get(order.external_id, "")
    if order.merge and identity != order.merge:
        raise UsageError("foreign_identity", f"order {order.external_id} has the identity {order.merge!r}")
    return evolve(order, merge=identity)
