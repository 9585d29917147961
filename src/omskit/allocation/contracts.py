"""Contracts with couriers as searches read them: every offer knows which quotas it uses up and what it earns.

A commitment is a quota too: of parcels that each earn what a missing one would cost. An offer of which a
commitment still wants some comes twice, with the credit and without, so that quotas are all that a search has to
keep to. What is missing in the end costs as much as the credits that were never taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, combinations
from weakref import proxy

from attrs import evolve

from omskit.allocation.carried import Carried, Commitment
from omskit.allocation.compiled import Asking, Compiled, Market
from omskit.allocation.model import Supply
from omskit.allocation.offers import Offer, Row, ranked


class Contracts:
    """Quotas and commitments, numbered: first the quotas in order, then the commitments in order.

    Args:
        network: Whose offers they are about.
        quotas: What parcels are counted for.
        commitments: What parcels earn something for.
    """

    __slots__ = ("__weakref__", "_markets", "_network", "_rows", "commitments", "quotas")

    def __init__(self, network: Compiled, quotas: Sequence[Carried], commitments: Sequence[Commitment]) -> None:
        self._network = network
        self.quotas = tuple(quotas)
        self.commitments = tuple(commitments)
        self._rows: dict[tuple[int, Asking, frozenset[str]], Row] = {}
        self._markets: dict[tuple[Asking, frozenset[int]], Market] = {}

    def market(self, market: Market, shut: frozenset[int] = frozenset()) -> Market:
        """Return the offers of a market with all that contracts say, without those that use up what is shut."""
        key = market.asked, shut
        found = self._markets.get(key)
        if found is None:
            me: Contracts = proxy(self)  # who holds a market of contracts holds them too
            source = _Open(me, shut) if shut else me
            found = self._markets[key] = Market(source, market.asked, len(market.plain))
        return found

    def row(self, position: int, asked: Asking, traits: frozenset[str]) -> Row:
        """Return the offers of one warehouse."""
        key = position, asked, traits
        found = self._rows.get(key)
        if found is None:
            code = self._network.warehouses[position].code
            offers = [
                variant
                for fixed, offer in self._network.unranked(position, asked, traits)
                for variant in self._variants(fixed, offer, code)
            ]
            found = self._rows[key] = ranked(offers, position)
        return found

    def _variants(self, fixed: int, offer: Offer, warehouse: str) -> Iterable[tuple[int, Offer]]:
        """Return an offer with every choice of the credits that it could take."""
        parcel = offer.courier, offer.service, warehouse, offer.ship_on
        counted = [number for number, one in enumerate(self.quotas) if one.has(*parcel)]
        earned = [
            (number, one.short_minor)
            for number, one in enumerate(self.commitments, len(self.quotas))
            if one.carried.has(*parcel)
        ]
        for some in chain.from_iterable(combinations(earned, size) for size in range(len(earned) + 1)):
            credit = sum(price for _, price in some)
            numbers = (*counted, *(number for number, _ in some))
            yield fixed - credit, offer._replace(quotas=numbers, credit_minor=credit)

    def limits(self, quotas: Mapping[Carried, int]) -> dict[int, int]:
        """Return how many parcels there can be, by number; what has a price only has no limit."""
        found = {number: quotas[one] for number, one in enumerate(self.quotas) if one in quotas}
        found.update((number, one.at_least) for number, one in enumerate(self.commitments, len(self.quotas)))
        return found

    def missing(self, left: dict[int, int]) -> tuple[Commitment, ...]:
        """Return the commitments of which something is missing, with how much."""
        return tuple(
            [
                evolve(one, at_least=left[number])
                for number, one in enumerate(self.commitments, len(self.quotas))
                if left[number]
            ]
        )


class _Open:
    """The offers that use up nothing of what is shut."""

    def __init__(self, contracts: Contracts, shut: frozenset[int]) -> None:
        self._contracts = contracts
        self._shut = shut

    def row(self, position: int, asked: Asking, traits: frozenset[str]) -> Row:
        """Return the offers of one warehouse."""
        row = self._contracts.row(position, asked, traits)
        return tuple([offer for offer in row if self._shut.isdisjoint(offer.quotas)])


def contracts_of(supply: Supply, network: Compiled, priced: Iterable[Carried] = ()) -> Contracts | None:
    """Return what a supply says about couriers; None when it says nothing.

    Args:
        supply: Its quotas and commitments.
        network: Where from.
        priced: What has a price though it has no quota.
    """
    wanted = sorted(
        [one for one in supply.commitments if one.at_least],
        key=lambda one: (one.carried.rung, one.short_minor, one.at_least),
    )
    quotas = sorted({*supply.quotas, *priced}, key=lambda one: one.rung)
    return Contracts(network, quotas, wanted) if quotas or wanted else None
