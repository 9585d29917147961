"""Reasons: why units of a line stay without a warehouse, found out after the plan and only for those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from omskit.allocation.atoms import Atom
from omskit.allocation.model import Demand, DemandLine
from omskit.allocation.outcome import Reason
from omskit.allocation.problem import Setting


class Doubt:
    """One demand that was not filled.

    Args:
        demand: What was asked for.
        stock: What is left after its own parcels.
        setting: Where from, when, and what counted.
        parcels: How many it got.
    """

    def __init__(
        self, demand: Demand, stock: Mapping[str, list[int]], setting: Setting, parcels: int = 0
    ) -> None:
        self.demand = demand
        self.stock = stock
        self.setting = setting
        self.parcels = parcels

    def of(self, atom: Atom, line: DemandLine, positions: tuple[int, ...]) -> Reason:
        """Return why units of a line stay, asking only these warehouses."""
        warehouses = self.setting.network.warehouses
        asked = [position for position in positions if warehouses[position].code not in atom.barred]
        found = self._unreachable(atom, asked)
        if found is not None:
            return found
        able = self._able(self.demand, asked, atom.traits)
        whole_only = self.demand.ship_complete or not self.setting.policy.partial
        if not self._there(able, line, whole=whole_only):
            return Reason.NO_STOCK
        if line.group and not any(
            all(self.stock[sku][position] >= pieces for sku, pieces in atom.needs) for position in able
        ):
            return Reason.KEPT_TOGETHER
        if whole_only:
            return Reason.SHIP_COMPLETE
        return Reason.PARCEL_LIMIT if self.parcels >= self.setting.policy.max_parcels else Reason.TOO_DEAR

    def _unreachable(self, atom: Atom, positions: Sequence[int]) -> Reason | None:
        """Return what keeps any of these warehouses from sending it, however much stock there is."""
        demand, plain = self.demand, frozenset[str]()
        if not self.setting.network.serving(evolve(demand, barred=frozenset())):
            return Reason.NO_WAREHOUSE
        if not positions:
            return Reason.BARRED
        for reason, asked, traits in (
            (Reason.NO_COVERAGE, evolve(demand, cod=False, courier=""), plain),
            (Reason.NO_COD, evolve(demand, courier=""), plain),
            (Reason.NO_COURIER, demand, plain),
            (Reason.NO_CAPABILITY, demand, atom.traits),
        ):
            if not self._able(asked, positions, traits):
                return reason
        offers = self.setting.offers(demand, atom.traits)
        if not any(offers.best(position, atom.weight_g, atom.volume_cm3) for position in positions):
            return Reason.TOO_HEAVY
        return None

    def _able(self, demand: Demand, positions: Sequence[int], traits: frozenset[str]) -> list[int]:
        offers = self.setting.offers(demand, traits)
        return [position for position in positions if offers.of[position]]

    def _there(self, able: list[int], line: DemandLine, *, whole: bool) -> bool:
        """Whether a unit of a line lies somewhere; with ``whole``, whether the demand's all does."""
        if not whole:
            return any(
                all(self.stock[part.sku][position] >= part.per for part in line.parts) for position in able
            )
        wanted: dict[str, int] = {}
        for one in self.demand.lines:
            for part in one.parts:
                wanted[part.sku] = wanted.get(part.sku, 0) + part.per * one.quantity
        return all(
            sum(self.stock[part.sku][position] for position in able) >= wanted[part.sku] for part in line.parts
        )
