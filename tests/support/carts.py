"""A shop whose orders are planned on a small network, and whose carts hold pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import evolve
from shop import AT, WEB, Clock, shop
from three_sites import POLICY, network

from omskit.channels import ChannelOrder
from omskit.core import Cell, Level
from omskit.engine import Oms
from omskit.flow import Process, merge_step, release_step, review_step, source_step
from omskit.storage import Storage

PLANNED = Process("planned", (review_step(), source_step(network(), POLICY), release_step()))
MERGED = Process("merged", (review_step(), merge_step(), source_step(network(), POLICY), release_step()))


def _paid(payload: bytes) -> Iterator[ChannelOrder]:
    for one in WEB.read(payload):
        assert isinstance(one, ChannelOrder)
        yield evolve(one, paid_at=AT)


#: The web shop, whose orders are all paid.
PAID = evolve(WEB, read=_paid)


def carts(storage: Storage, clock: Clock | None = None, **options: Any) -> Oms:
    """Return the shop; five pieces of A at W0 and three at W1, four of B at W0."""
    oms = shop(storage, clock, process=options.pop("process", PLANNED), **options)
    oms.stock.receive("W0", {"A": 5, "B": 4}, actor="amy", key="in-0")
    oms.stock.receive("W1", {"A": 3}, actor="amy", key="in-1")
    return oms


def reviewing(oms: Oms) -> Oms:
    """Return the shop with nothing but its review."""
    process = oms.processes.default.without("source").without("release")
    return evolve(oms, channels=tuple(oms.channels.values()), processes=process)


def free(oms: Oms, sku: str = "A") -> int:
    """Return what anybody may still have of a SKU."""
    return oms.offers.available([sku])[sku].free


def reserved(oms: Oms, sku: str = "A") -> dict[str, int]:
    """Return the reserved pieces of a SKU by warehouse."""
    levels = oms.stock.levels([sku])
    return {cell.warehouse: level.reserved for cell, level in levels.items() if level.reserved}


def level(oms: Oms, sku: str, warehouse: str) -> Level:
    """Return one level."""
    return oms.stock.levels([sku])[Cell(sku, warehouse)]
