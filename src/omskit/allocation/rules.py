"""Rules as data in front of the search: which warehouses and couriers an order may use, by the first that matches.

Who decides goes in this order: the platform that appointed a warehouse, then whoever named one for the order,
then the first rule that matches, then the search over all that is left. A rule narrows, it never picks: the search
still finds the best plan within it, and what nothing fits is left with a typed reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from omskit.allocation.compiled import compile_network
from omskit.allocation.model import Demand, DemandLine
from omskit.allocation.network import Network
from omskit.allocation.offers import best
from omskit.allocation.rates import code_set
from omskit.core import Destination, UsageError

#: What decided when no rule did.
PLATFORM, EXPLICIT, SEARCH = "platform", "explicit", "search"


@frozen
class SourceRule:
    """What holds for the orders that it matches; an empty set matches all.

    Args:
        code: Names it in explanations, with its version, as in ``"north-2"``.
        channels: Codes of channels.
        regions: As in ``{"DE-BY", "FR"}``: a country, or a country and a region.
        skus: Any line of one of them.
        customers: Codes of customers.
        kinds: Codes of order types.
        warehouses: The only ones that may send; empty for all.
        courier: The only one that may carry; empty for any.
        split_from_minor: Orders that are worth less go in one parcel.

    Raises:
        UsageError: ``bad_rule`` without a code, or with a negative worth.
    """

    code: str
    channels: frozenset[str] = field(default=(), converter=code_set)
    regions: frozenset[str] = field(default=(), converter=code_set)
    skus: frozenset[str] = field(default=(), converter=code_set)
    customers: frozenset[str] = field(default=(), converter=code_set)
    kinds: frozenset[str] = field(default=(), converter=code_set)
    warehouses: frozenset[str] = field(default=(), converter=code_set)
    courier: str = ""
    split_from_minor: int = 0

    def __attrs_post_init__(self) -> None:
        if not self.code or self.split_from_minor < 0:
            raise UsageError("bad_rule", f"rule {self.code!r}: a code, and a worth from 0", code_of_rule=self.code)

    def matches(self, demand: Demand, about: About) -> bool:
        """Whether the rule is for a demand."""
        to = demand.destination
        return (
            (not self.channels or demand.channel in self.channels)
            and (not self.regions or bool(self.regions & {to.country, f"{to.country}-{to.region}"}))
            and (not self.skus or any(line.sku in self.skus for line in demand.lines))
            and (not self.customers or about.customer in self.customers)
            and (not self.kinds or about.kind in self.kinds)
        )

    def covers(self, other: SourceRule) -> bool:
        """Whether it matches whatever another rule matches, as far as their sets say."""
        pairs = (
            (self.channels, other.channels),
            (self.skus, other.skus),
            (self.customers, other.customers),
            (self.kinds, other.kinds),
        )
        inside = all(not mine or (theirs and theirs <= mine) for mine, theirs in pairs)
        places = all(place in self.regions or place[:2] in self.regions for place in other.regions)
        return bool(inside and (not self.regions or (other.regions and places)))


@frozen
class About:
    """What rules read beside the demand.

    Args:
        customer: Code of the customer.
        kind: Code of the order's type.
        worth_minor: What the order is worth.
        appointed: Code of the warehouse that the platform appointed; empty for none.
    """

    customer: str = ""
    kind: str = ""
    worth_minor: int = 0
    appointed: str = ""


def ruled(demand: Demand, about: About, rules: Sequence[SourceRule], network: Network) -> tuple[Demand, str]:
    """Return a demand as the rules narrow it, and what decided: a rule's code, or who went before the rules."""
    if about.appointed:
        return evolve(demand, warehouse=about.appointed), PLATFORM
    if demand.warehouse:
        return demand, EXPLICIT
    rule = next((one for one in rules if one.matches(demand, about)), None)
    if rule is None:
        return demand, SEARCH
    barred = demand.barred
    if rule.warehouses:
        barred |= {one.code for one in network.warehouses} - rule.warehouses
    most = 1 if about.worth_minor < rule.split_from_minor else demand.max_parcels
    return evolve(demand, barred=barred, courier=demand.courier or rule.courier, max_parcels=most), rule.code


@frozen
class Finding:
    """Something in a set of rules or a network that cannot be meant.

    Args:
        code: ``shadowed``, ``contradictory``, ``unknown_warehouse``, ``unknown_courier`` or ``no_courier``.
        subject: The rule, or the destination.
        detail: What it collides with, or lacks.
    """

    code: str
    subject: str
    detail: str


def lint_rules(rules: Sequence[SourceRule], network: Network) -> tuple[Finding, ...]:
    """Return rules that never decide, that say two things of the same orders, or that name what is not there."""
    warehouses = {one.code for one in network.warehouses}
    couriers = {one.courier for one in network.services}
    found = []
    for number, rule in enumerate(rules):
        before = next((one for one in rules[:number] if one.covers(rule)), None)
        if before is not None:
            same = rule.covers(before) and _says(rule) != _says(before)
            found.append(Finding("contradictory" if same else "shadowed", rule.code, before.code))
        found += [Finding("unknown_warehouse", rule.code, code) for code in sorted(rule.warehouses - warehouses)]
        if rule.courier and rule.courier not in couriers:
            found.append(Finding("unknown_courier", rule.code, rule.courier))
    return tuple(found)


def _says(rule: SourceRule) -> tuple[object, ...]:
    return rule.warehouses, rule.courier, rule.split_from_minor


def lint_coverage(
    network: Network, places: Iterable[Destination], weights_g: Collection[int], *, at: datetime
) -> tuple[Finding, ...]:
    """Return the places and weights that no courier takes from any warehouse.

    Args:
        network: Where from, and by whom.
        places: Provinces, or whatever parts of the world are sold to.
        weights_g: The heaviest parcel of each weight band.
        at: When; the days of a network depend on it.
    """
    compiled = compile_network(network)
    days, found = compiled.days(at), []
    for to in places:
        demand = Demand(0, 0, to, network.currency, (DemandLine(1, "any", 1),))
        market = compiled.market(demand, days, 0)
        rows = [market.row(position) for position in range(len(compiled.warehouses))]
        name = f"{to.country}-{to.region}" if to.region else to.country
        found += [
            Finding("no_courier", name, f"{weight} g")
            for weight in sorted(weights_g)
            if not any(best(row, weight, 0) for row in rows)
        ]
    return tuple(found)
