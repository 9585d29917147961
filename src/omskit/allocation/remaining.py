"""What remains while demands are served: stock, capacities and quotas, taken parcel by parcel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omskit.allocation.carried import Carried, Commitment
from omskit.allocation.case import UNLIMITED, Case, Parcel, Stock
from omskit.allocation.compiled import Compiled
from omskit.allocation.contracts import contracts_of
from omskit.allocation.model import Supply


class Ledger:
    """A supply by warehouse position, less what is never planned and what has been taken.

    Args:
        supply: What a plan may use up.
        network: Whose warehouses count.
        priced: Parcels that have a price, whether there is a quota of them or not.
    """

    __slots__ = ("_nothing", "contracts", "stock")

    def __init__(self, supply: Supply, network: Compiled, priced: Iterable[Carried] = ()) -> None:
        rows: dict[str, list[int]] = {}
        positions, safety = network.positions, [one.safety for one in network.warehouses]
        self._nothing = [0] * len(safety)
        for cell, available in supply.available.items():
            position = positions.get(cell.warehouse)
            if position is not None and available > safety[position]:
                row = rows.get(cell.sku)
                if row is None:
                    row = rows[cell.sku] = self._nothing.copy()
                row[position] = available - safety[position]
        codes = [one.code for one in network.warehouses]
        parcels = [supply.parcels.get(code, UNLIMITED) for code in codes]
        units = [supply.units.get(code, UNLIMITED) for code in codes]
        self.contracts = contracts_of(supply, network, priced)
        quotas = {} if self.contracts is None else self.contracts.limits(supply.quotas)
        self.stock = Stock(rows, parcels, units, quotas)

    def know(self, case: Case) -> None:
        """Make sure that every SKU of a case has a row."""
        rows = self.stock.rows
        for atom in case.atoms:
            for sku, _ in atom.needs:
                if sku not in rows:
                    rows[sku] = self._nothing

    def snapshot(self, case: Case) -> Stock:
        """Return the stock of the SKUs of a case as it is; later takings leave it as it was."""
        rows, parcels, units, quotas = self.stock
        seen = {}
        for atom in case.atoms:
            for sku, _ in atom.needs:
                row = rows.get(sku)
                if row is None:
                    row = rows[sku] = self._nothing
                seen[sku] = row
        return Stock(seen, parcels, units, quotas)

    def take(self, case: Case, parcels: Sequence[Parcel]) -> None:
        """Take what parcels need; what has changed is replaced, so that snapshots keep what they saw."""
        rows, can_pack, can_pick, quotas = self.stock
        atoms = case.atoms
        for position, counts, _, offer in parcels:
            for atom, count in zip(atoms, counts, strict=True):
                if count:
                    for sku, pieces in atom.needs:
                        row = rows[sku] = rows[sku].copy()
                        row[position] -= pieces * count
            if can_pack[position] < UNLIMITED or can_pick[position] < UNLIMITED:
                can_pack, can_pick = can_pack.copy(), can_pick.copy()
                can_pack[position] -= 1
                can_pick[position] -= case.weighed(counts)[0]
            for number in offer.quotas:
                if number in quotas:
                    quotas = {**quotas, number: quotas[number] - 1}
        if can_pack is not self.stock.parcels or quotas is not self.stock.quotas:
            self.stock = Stock(rows, can_pack, can_pick, quotas)

    def missing(self) -> tuple[Commitment, ...]:
        """Return the commitments of which something is missing, with how much."""
        return () if self.contracts is None else self.contracts.missing(self.stock.quotas)
