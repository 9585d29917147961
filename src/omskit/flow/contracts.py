"""Contracts with couriers: what they still take, and should still have, given what has been released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve, frozen

from omskit.allocation import Carried, Commitment, Compiled, Supply
from omskit.core import UsageError
from omskit.flow.process import DatedNeed
from omskit.flow.rules import Rules
from omskit.fulfillment import FULFILLMENTS, sending
from omskit.orders import Order
from omskit.storage import Op, Unit, Where


@frozen
class Contract:
    """What was agreed with a courier about a number of parcels.

    What names no days holds anew for every day of hand-over; what names some holds for all of them together.

    Args:
        carried: Which parcels count.
        at_most: How many he takes; None for any.
        at_least: How many he should have.
        least_percent: How many hundredths of all parcels of the same days he should have.
        short_minor: What each parcel costs that he should have had; see :class:`omskit.allocation.Commitment`.

    Raises:
        UsageError: ``bad_contract`` for a negative number, a share that is none, a contract that says nothing, or
            one that says at least without a price.
    """

    carried: Carried
    at_most: int | None = None
    at_least: int = 0
    least_percent: int = 0
    short_minor: int = 0

    def __attrs_post_init__(self) -> None:
        numbers = (self.at_most or 0, self.at_least, self.least_percent, self.short_minor)
        wants = bool(self.at_least or self.least_percent)
        if (
            any(type(number) is not int or number < 0 for number in numbers)
            or self.least_percent > 100
            or wants != bool(self.short_minor)
            or (self.at_most is None and not wants)
        ):
            raise UsageError(
                "bad_contract",
                f"contract about {self.carried}: ints from 0, up to 100 hundredths, at most or at least something,"
                " and a price where it is at least",
            )

    def missing(self, had: int, all_: int) -> int:
        """Return how many parcels are missing of those he should have."""
        return max(self.at_least, -(-all_ * self.least_percent // 100)) - had


#: How many parcels have been released, by which.
Released = Mapping[Carried, int]


def released_need(network: Compiled, contracts: Sequence[Contract]) -> DatedNeed[Released]:
    """Return the need to know how many parcels have been released that contracts count.

    A fulfillment order counts as one parcel, unless its warehouse will not send anything for it. There is one
    question for each contract and day on which something that is planned now could be handed over.
    """

    def ask(unit: Unit, _orders: Sequence[Order], _lock: bool, rules: Rules, at: datetime) -> Released:  # noqa: FBT001
        known = [one for contract in contracts for one in _asked(contract, network, at)]
        return {one: _count(unit, one, sending(rules.fulfillments)) for one in dict.fromkeys(known)}

    return DatedNeed("released", ask)


def under_contracts(
    supply: Supply,
    contracts: Sequence[Contract],
    network: Compiled,
    released: Released,
    *,
    coming: int,
    at: datetime,
) -> Supply:
    """Return a supply with what contracts leave of it, and what they want.

    Args:
        supply: As it is without contracts; of two quotas for the same parcels the lesser holds.
        contracts: What was agreed.
        network: Where from.
        released: What has been released.
        coming: Parcels to come, for shares.
        at: Now.
    """
    quotas = dict(supply.quotas)
    commitments = list(supply.commitments)
    for contract in contracts:
        for carried in _days(contract.carried, network, at):
            had = released[carried]
            if contract.at_most is not None:
                left = max(0, contract.at_most - had)
                quotas[carried] = min(left, quotas.get(carried, left))
            all_ = released[_everybody(carried)] + coming if contract.least_percent else 0
            missing = contract.missing(had, all_)
            if missing > 0:
                commitments.append(Commitment(carried, missing, contract.short_minor))
    return evolve(supply, quotas=quotas, commitments=tuple(commitments))


def _asked(contract: Contract, network: Compiled, at: datetime) -> Iterator[Carried]:
    for carried in _days(contract.carried, network, at):
        yield carried
        if contract.least_percent:
            yield _everybody(carried)


def _everybody(carried: Carried) -> Carried:
    return Carried(first=carried.first, last=carried.last)


def _days(carried: Carried, network: Compiled, at: datetime) -> list[Carried]:
    """Return what is counted together: what names no days is counted for each day that could be now."""
    if carried.dated:
        return [carried]
    days = {parcel[-1] for parcel in network.handed_over(at) if carried.has(*parcel)}
    return [carried.on(day) for day in sorted(days)]


def _count(unit: Unit, carried: Carried, statuses: tuple[str, ...]) -> int:
    where = [Where("status", Op.IN, statuses)]
    if carried.first is not None and carried.first == carried.last:
        where.append(Where("ship_on", Op.EQ, carried.first.isoformat()))
    else:
        bounds = ((Op.GE, carried.first), (Op.LE, carried.last))
        where += [Where("ship_on", op, day.isoformat()) for op, day in bounds if day is not None]
    names = (("courier", carried.courier), ("service", carried.service), ("warehouse", carried.warehouse))
    where += [Where(name, Op.EQ, value) for name, value in names if value]
    return unit.of(FULFILLMENTS).count(*where)
