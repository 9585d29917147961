"""Reasons: why units of a line stay without a warehouse, found out after the plan and only for those."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from omskit.allocation.atoms import Atom
from omskit.allocation.case import Setting, Stock
from omskit.allocation.compiled import Market
from omskit.allocation.model import Demand, DemandLine
from omskit.allocation.offers import Row, best
from omskit.allocation.outcome import Reason

#: What can be lacking only because a blackout bars who has it.
_LACKS = {
    Reason.NO_COVERAGE,
    Reason.NO_COD,
    Reason.NO_COURIER,
    Reason.NO_CAPABILITY,
    Reason.TOO_HEAVY,
    Reason.CAPACITY_FULL,
    Reason.QUOTA_FULL,
    Reason.NO_STOCK,
}


class Doubt:
    """One demand that was not filled.

    Args:
        demand: What was asked for.
        stock: What is left after its own parcels.
        setting: Where from, when, and what counted.
        parcels: How many it got.
    """

    def __init__(self, demand: Demand, stock: Stock, setting: Setting, parcels: int = 0) -> None:
        self.demand = demand
        self.stock = stock.rows
        self.left = stock
        self.setting = setting
        self.parcels = parcels

    def of(self, atom: Atom, line: DemandLine, positions: tuple[int, ...]) -> Reason:
        """Return why units of a line stay, asking only these warehouses."""
        warehouses = self.setting.network.warehouses
        asked = [position for position in positions if warehouses[position].code not in atom.barred]
        found = self._unreachable(atom, asked) or self._kept(atom, line, asked)
        if found in _LACKS and self.setting.network.network.blackouts:
            setting = self.setting._replace(network=self.setting.network.unbarred)
            without = Doubt(self.demand, self.left, setting, self.parcels)
            if (without._unreachable(atom, asked) or without._kept(atom, line, asked)) is not found:
                return Reason.BLACKOUT
        return found

    def _kept(self, atom: Atom, line: DemandLine, asked: Sequence[int]) -> Reason:
        """Return why units stay that couriers would carry from some of these warehouses."""
        able = self._able(self.demand, asked, atom.traits)
        whole_only = self.demand.ship_complete or not self.setting.policy.partial
        left = self.left
        open_ = [at for at in able if left.parcels[at] and left.units[at] >= atom.units]
        if len(open_) < len(able) and not self._there(open_, line, whole=whole_only):
            return Reason.CAPACITY_FULL if self._there(able, line, whole=whole_only) else Reason.NO_STOCK
        able = open_
        taken = [at for at in able if self._taken(at, atom)]
        if len(taken) < len(able) and not self._there(taken, line, whole=whole_only):
            return Reason.QUOTA_FULL if self._there(able, line, whole=whole_only) else Reason.NO_STOCK
        able = taken
        if not self._there(able, line, whole=whole_only):
            return Reason.NO_STOCK
        if line.group and not any(
            all(self.stock[sku][position] >= pieces for sku, pieces in atom.needs) for position in able
        ):
            return Reason.KEPT_TOGETHER
        if whole_only:
            return Reason.SHIP_COMPLETE
        limit = self.demand.max_parcels or self.setting.policy.max_parcels
        limited = self.parcels >= min(limit, self.setting.policy.max_parcels)
        return Reason.PARCEL_LIMIT if limited else Reason.TOO_DEAR

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
        if not any(
            best(self._row(demand, position, atom.traits), atom.weight_g, atom.volume_cm3)
            for position in positions
        ):
            return Reason.TOO_HEAVY
        return None

    def _market(self, demand: Demand) -> Market:
        network, days, policy, _ = self.setting
        if demand.placed_at is not None:
            days = network.days(demand.placed_at)
        return network.market(demand, days, policy.late_minor)

    def _row(self, demand: Demand, position: int, traits: frozenset[str]) -> Row:
        return self._market(demand).row(position, traits)

    def _taken(self, position: int, atom: Atom) -> bool:
        """Whether a courier still takes a parcel with one of it from a warehouse."""
        contracts = self.setting.contracts
        shut = frozenset([number for number, left in self.left.quotas.items() if not left])
        if contracts is None or not shut:
            return True
        row = contracts.market(self._market(self.demand), shut).row(position, atom.traits)
        return best(row, atom.weight_g, atom.volume_cm3) is not None

    def _able(self, demand: Demand, positions: Sequence[int], traits: frozenset[str]) -> list[int]:
        return [position for position in positions if self._row(demand, position, traits)]

    def _there(self, able: list[int], line: DemandLine, *, whole: bool) -> bool:
        """Whether a unit of a line lies somewhere; with ``whole``, whether the demand's all does."""
        if not whole:
            return any(all(self.stock[part.sku][position] >= part.per for part in line.parts) for position in able)
        wanted: dict[str, int] = {}
        for one in self.demand.lines:
            for part in one.parts:
                wanted[part.sku] = wanted.get(part.sku, 0) + part.per * one.quantity
        return all(
            sum(self.stock[part.sku][position] for position in able) >= wanted[part.sku] for part in line.parts
        )
