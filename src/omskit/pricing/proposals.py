"""Proposals: what an effect would take off which positions, worked out without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import evolve, frozen

from omskit.core import share, share_of_units
from omskit.pricing import effects as f
from omskit.pricing.conditions import measured
from omskit.pricing.counter import Counter
from omskit.pricing.picks import buy_get, every_nth
from omskit.pricing.promotion import Base, Promotion, Scope
from omskit.pricing.rounding import Rounding, rounded_to
from omskit.pricing.sharing import share_within


@frozen
class Policy:
    """How results are rounded.

    Args:
        rounding: Of a price that lies between two minor units.
        step_minor: Smallest difference of prices that a rate leads to: 5 where there are no smaller coins.
    """

    rounding: Rounding = Rounding.HALF_UP
    step_minor: int = 1

    def off(self, base_minor: int, rate: Decimal) -> int:
        """Return what a rate takes off: the base less the rounded price, never below zero or above the base."""
        part, whole = rate.as_integer_ratio()
        left = rounded_to(base_minor * (whole - part), whole, self.rounding, self.step_minor)
        return base_minor - min(base_minor, left)


@frozen
class Proposal:
    """What a promotion would do.

    Args:
        positions: What it lowers, in order; the freight is position -1.
        minors: What it takes off each of them, above zero.
        base_minor: What its positions cost before.
        times: How often it counts; 0 says that it does not count at all.
        lacking: By how much the first threshold of a ladder is missed, in minor units or units.
        capped: Whether minimum prices or a cap left less than the effect gives.
    """

    positions: Sequence[int]
    minors: Sequence[int]
    base_minor: int = 0
    times: int = 1
    lacking: int = 0
    capped: bool = False

    @property
    def minor(self) -> int:
        """All that it takes off."""
        return sum(self.minors)


#: Amounts that go to positions, both in order.
_Wanted = tuple[Sequence[int], list[int]]


class Proposer:
    """Works out effects on a counter.

    Args:
        counter: The basket as it stands.
        policy: How to round.
    """

    def __init__(self, counter: Counter, policy: Policy) -> None:
        self.counter = counter
        self.policy = policy

    def of(self, promotion: Promotion, qualifying: Sequence[int], targets: Sequence[int]) -> Proposal:
        """Return what a promotion of line or order scope would take off, within minimum prices and its own cap."""
        counter, effect = self.counter, promotion.effect
        amounts = counter.now if promotion.base is Base.RUNNING else counter.start
        match effect:
            case f.Ladder():
                return self._ladder(promotion, effect, amounts, qualifying, targets)
            case f.BundlePrice():
                wanted, times = self._bundle(effect, amounts, targets)
            case f.EveryNth():
                picked, times = every_nth(effect, counter, amounts, targets)
                wanted = self._rewarded(effect.reward, amounts, picked)
            case f.BuyGet():
                picked, times = buy_get(effect, counter, amounts, counter.free(effect.of), targets)
                wanted = self._rewarded(effect.reward, amounts, picked)
            case f.Percent() | f.Amount() | f.FixedPrice():
                wanted, times = (targets, self._plain(promotion.scope, effect, amounts, targets)), 1
            case f.Gift():
                return Proposal((), ())
        asked = effect.minor if isinstance(effect, f.Amount) and not effect.each_unit else 0
        return self._bounded(promotion, wanted, targets, times, asked)

    def of_freight(self, promotion: Promotion, qualifying: Sequence[int]) -> Proposal:
        """Return what a promotion of shipping scope would take off the freight."""
        counter, effect = self.counter, promotion.effect
        now = counter.freight
        base = now if promotion.base is Base.RUNNING else counter.freight_start
        times, lacking = 1, 0
        match effect:
            case f.Percent(rate):
                off = self.policy.off(base, rate)
            case f.Amount(minor):
                off = minor
            case f.FixedPrice(minor):
                off = base - minor
            case f.Ladder():
                times, lacking, rung = self._reached(promotion, effect, qualifying)
                off = 0 if rung is None else rung.off_minor * times or self.policy.off(base, rung.rate)
            case _:  # pragma: no cover - refused when the promotion is made
                off = 0
        most = now if promotion.most_minor is None else min(now, promotion.most_minor)
        cut = max(0, min(off, most))
        return Proposal((-1,) if cut else (), (cut,) if cut else (), now, times, lacking, off > cut)

    def _plain(self, scope: Scope, effect: f.Reward, amounts: list[int], targets: Sequence[int]) -> list[int]:
        """Return what an effect that knows no groups would take off each target."""
        units = self.counter.units
        if isinstance(effect, f.Percent) and scope is Scope.ORDER:
            off = self.policy.off(self.counter.total(amounts, targets), effect.rate)
            return self._spread(off, amounts, targets)
        if isinstance(effect, f.Amount) and not effect.each_unit:
            return self._spread(effect.minor, amounts, targets)
        return [self._off_units(effect, amounts[p], units[p]) for p in targets]

    def _off_units(self, reward: f.Reward, amount_minor: int, units: int) -> int:
        """Return what a reward takes off so many units that cost an amount together."""
        if isinstance(reward, f.Percent):
            return self.policy.off(amount_minor, reward.rate)
        if isinstance(reward, f.Amount):
            return min(amount_minor, reward.minor * units)
        return max(0, amount_minor - reward.minor * units)

    def _rewarded(self, reward: f.Reward, amounts: Sequence[int], picked: Sequence[tuple[int, int]]) -> _Wanted:
        units, wanted = self.counter.units, []
        for p, n in sorted(picked):
            cost = share_of_units(amounts[p], units[p], before=0, count=n)
            wanted.append(self._off_units(reward, cost, n))
        return sorted(p for p, _ in picked), wanted

    def _spread(self, off: int, amounts: list[int], targets: Sequence[int]) -> list[int]:
        """Share an amount over positions by what they cost, within the room that each has."""
        return share_within(off, self.counter.picked(amounts, targets), self.counter.rooms(targets))

    def _bundle(
        self, effect: f.BundlePrice, amounts: Sequence[int], targets: Sequence[int]
    ) -> tuple[_Wanted, int]:
        """Return what complete sets take off; of each SKU the dearest units go into sets."""
        counter, allowed = self.counter, frozenset(targets)
        own = {sku: [p for p in counter.at(sku) if p in allowed] for sku, _ in effect.parts}
        sets = min(sum(counter.units[p] for p in own[sku]) // units for sku, units in effect.parts)
        sets = sets if effect.most is None else min(sets, effect.most)
        used = []
        for sku, units in effect.parts:
            wanted = units * sets
            for p in sorted(own[sku], key=lambda p: (-Fraction(amounts[p], counter.units[p]), p)):
                take = min(wanted, counter.units[p])
                wanted -= take
                if take:
                    used.append((p, share_of_units(amounts[p], counter.units[p], before=0, count=take)))
        used.sort()
        off = max(0, sum(minor for _, minor in used) - sets * effect.minor)
        parts = share(off, [minor for _, minor in used]) if off else [0] * len(used)
        return ([p for p, _ in used], parts), sets

    def _ladder(
        self,
        promotion: Promotion,
        effect: f.Ladder,
        amounts: list[int],
        qualifying: Sequence[int],
        targets: Sequence[int],
    ) -> Proposal:
        times, lacking, rung = self._reached(promotion, effect, qualifying)
        if rung is None:
            return Proposal((), (), times=0, lacking=lacking)
        if rung.rate:
            wanted = self._plain(promotion.scope, f.Percent(rung.rate), amounts, targets)
            return self._bounded(promotion, (targets, wanted), targets, times)
        asked = rung.off_minor * times
        return self._bounded(promotion, (targets, self._spread(asked, amounts, targets)), targets, times, asked)

    def _reached(
        self, promotion: Promotion, effect: f.Ladder, qualifying: Sequence[int]
    ) -> tuple[int, int, f.Rung | None]:
        """Return how often which rung counts, or how much the first one lacks."""
        counter = self.counter
        if effect.in_units:
            have = counter.total(counter.units, qualifying)
        else:
            have = measured(promotion, counter, qualifying)
        reached = [rung for rung in effect.rungs if rung.threshold <= have]
        if not reached:
            return 0, effect.rungs[0].threshold - have, None
        rung = reached[-1]
        times = have // rung.threshold if effect.each else 1
        return times if effect.most is None else min(times, effect.most), 0, rung

    def _bounded(
        self, promotion: Promotion, wanted: _Wanted, targets: Sequence[int], times: int, asked: int = 0
    ) -> Proposal:
        """Keep what an effect gives within minimum prices and the promotion's cap.

        ``asked`` is what it was to give, where sharing has kept it within minimum prices already. An effect on
        running amounts never takes more than there is, so that only minimum prices can stand in its way.
        """
        counter = self.counter
        positions, minors = wanted
        base = counter.total(counter.now, targets)
        asked = max(asked, sum(minors))
        if counter.guarded or promotion.base is Base.INITIAL:
            rooms = counter.rooms(positions)
            minors = [min(minor, room) for minor, room in zip(minors, rooms, strict=True)]
        return within(Proposal(positions, minors, base, times), promotion.most_minor, asked)


def within(proposal: Proposal, most: int | None, asked: int = 0) -> Proposal:
    """Return a proposal cut to an amount, in proportion to what each position was to get; ties go to the first."""
    total, positions, minors = proposal.minor, proposal.positions, proposal.minors
    if most is not None and total > most:
        minors = share(most, minors)
    if not all(minors):
        positions = [p for p, minor in zip(positions, minors, strict=True) if minor]
        minors = [minor for minor in minors if minor]
    capped = proposal.capped or sum(minors) < max(asked, total)
    return evolve(proposal, positions=positions, minors=minors, capped=capped)
