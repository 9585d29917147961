"""What remains while demands are served: stock, capacities and quotas, taken parcel by parcel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from omskit.allocation.carried import Carried, Commitment
from omskit.allocation.case import UNLIMITED, Case, Parcel, Stock
from omskit.allocation.compiled import Compiled
from omskit.allocation.contracts import contracts_of
from omskit.allocation.model import Supply
from omskit.core import Cell


class Ledger:
    """A supply by warehouse position, less what is never planned and what has been taken.

    Args:
        supply: What a plan may use up.
        network: Whose warehouses count.
        priced: Parcels that have a price, whether there is a quota of them or not.
    """

    __slots__ = ("_kept", "_lent", "_nothing", "contracts", "stock")

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
        self._kept: dict[int, list[dict[str, list[int]]]] = {}
        self._lent: dict[str, list[int]] = {}
        for kept in supply.kept:
            own = self._rows(kept.pieces, positions)
            for key in kept.demands:
                self._kept.setdefault(key, []).append(own)

    def _rows(self, pieces: Mapping[Cell, int], positions: Mapping[str, int]) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for cell, count in pieces.items():
            position = positions.get(cell.warehouse)
            if position is not None:
                rows.setdefault(cell.sku, self._nothing.copy())[position] += count
        return rows

    def keeps(self, key: int) -> bool:
        """Whether there are pieces that only this demand and some others may use."""
        return key in self._kept

    def lend(self, key: int) -> None:
        """Put what is kept for a demand beside what everybody may use, until :meth:`take_back`."""
        if not self._kept:
            return
        rows = self.stock.rows
        for own in self._kept.get(key, ()):
            for sku, counts in own.items():
                self._lent.setdefault(sku, rows.get(sku, self._nothing))
                rows[sku] = [sum(pair) for pair in zip(rows.get(sku, self._nothing), counts, strict=True)]

    def take_back(self, key: int) -> None:
        """Take away what a demand has left of what was kept for it; that is what it has used first, in order."""
        rows = self.stock.rows
        pools = self._kept.get(key, ())
        for sku, before in self._lent.items():
            shares = [own[sku] for own in pools if sku in own]
            now = rows[sku].copy()
            for position, free in enumerate(before):
                kept = sum([counts[position] for counts in shares])
                left = min(kept, max(0, now[position] - free))
                now[position] -= left
                used = kept - left
                for counts in shares:
                    some = min(used, counts[position])
                    counts[position] -= some
                    used -= some
            rows[sku] = now
        self._lent.clear()

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
