"""Pricing a basket: scopes in their fixed order, promotions in theirs, each applied or rejected with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from omskit.pricing.basket import Basket, Context
from omskit.pricing.conditions import budget_left, measured, short, spent, unmet, uses_of
from omskit.pricing.counter import Counter
from omskit.pricing.effects import BundlePrice, Gift, GiftItem, Ladder
from omskit.pricing.promotion import Choice, Promotion, Rulebook, Scope
from omskit.pricing.proposals import Policy, Proposal, Proposer, within
from omskit.pricing.result import (
    FREIGHT_LINE,
    Discount,
    Given,
    PriceResult,
    Reason,
    Rejection,
    Step,
    StepKind,
    Use,
)
from omskit.pricing.sharing import funded
from omskit.pricing.tax import TaxRules
from omskit.pricing.totals import settle

#: Prices as they are, rates rounded half up to the minor unit.
POLICY = Policy()
#: Nothing is taxed.
UNTAXED = TaxRules()


def price(
    basket: Basket, rules: Rulebook, context: Context, *, tax: TaxRules = UNTAXED, policy: Policy = POLICY
) -> PriceResult:
    """Return what a basket costs, with frozen shares, gifts, uses and the trace.

    The result does not depend on the order of lines or promotions; for every line ``0 <= paid <= list``.

    Args:
        basket: What is to be paid for.
        rules: The promotions.
        context: The facts about buyer, channel and moment.
        tax: How it is taxed.
        policy: How prices are rounded.

    Raises:
        UsageError: ``unknown_tax_class``.
    """
    pricing = _Pricing(basket, context, policy)
    for scope in Scope:
        pricing.turn(rules, scope)
    known = {promotion.code for promotion in rules.promotions}
    pricing.rejected += [
        Rejection(coupon, Reason.UNKNOWN_COUPON, other=promotion)
        for coupon, promotion in sorted(context.coupons.items())
        if promotion not in known
    ]
    return settle(
        basket,
        tax,
        steps=pricing.steps,
        rejected=pricing.rejected,
        gifts=pricing.gifts,
        shares=pricing.shares,
        paid=pricing.counter.paid(),
        uses=pricing.uses,
    )


@frozen
class _Ready:
    """A promotion that may apply, with what it would do."""

    promotion: Promotion
    proposal: Proposal
    uses: tuple[Use, ...] = ()
    items: tuple[GiftItem, ...] = ()
    qualifying: tuple[int, ...] = ()

    @property
    def worth(self) -> int:
        gift = sum(item.value_minor * item.quantity for item in self.items) * self.proposal.times
        return self.proposal.minor + gift


class _Pricing:
    """One basket on its way through the scopes."""

    def __init__(self, basket: Basket, context: Context, policy: Policy) -> None:
        self.basket = basket
        self.context = context
        self.counter = Counter(basket)
        self.proposer = Proposer(self.counter, policy)
        self.steps: list[Step] = []
        self.rejected: list[Rejection] = []
        self.gifts: list[Given] = []
        self.uses: dict[str, Use] = {}
        #: Discounts by line number, those of the freight under its own.
        self.shares: dict[int, list[Discount]] = {line.number: [] for line in self.counter.lines}
        self.shares[FREIGHT_LINE] = []
        self._stopped = ""
        self._stacks: dict[str, str] = {}
        self._gift_stock = dict(context.gift_stock) if context.gift_stock is not None else None

    def turn(self, rules: Rulebook, scope: Scope) -> None:
        """Let every promotion of a scope have its turn."""
        self.counter.begin()
        promotions = rules.at(scope)
        best: set[str] = set()
        for promotion in promotions:
            group = promotion.stack
            if group and rules.choices.get(group) is Choice.BEST:
                if group not in best:
                    best.add(group)
                    self._best([one for one in promotions if one.stack == group])
                continue
            self._outcome(self._consider(promotion))

    def _best(self, rivals: Sequence[Promotion]) -> None:
        """Apply the one of a group that is worth most; ties go to the earlier one."""
        answers = [self._consider(one) for one in rivals]
        ready = [one for one in answers if isinstance(one, _Ready)]
        winner = max(ready, key=lambda one: one.worth, default=None)
        for answer in answers:
            if isinstance(answer, _Ready) and winner is not None and answer is not winner:
                won = winner.promotion.code
                answer = Rejection(answer.promotion.code, Reason.BEATEN, minor=answer.worth, other=won)  # noqa: PLW2901
            self._outcome(answer)

    def _outcome(self, answer: _Ready | Rejection) -> None:
        if isinstance(answer, Rejection):
            self.rejected.append(answer)
        else:
            self._apply(answer)

    def _consider(self, promotion: Promotion) -> _Ready | Rejection:
        """Return what a promotion would do, or why it does nothing."""
        counter, context = self.counter, self.context
        rejection = unmet(promotion, self.basket, context) or self._barred(promotion)
        if rejection is not None:
            return rejection
        qualifying = counter.free(promotion.conditions.lines)
        targets: Sequence[int] = () if promotion.scope is Scope.SHIPPING else self._targets(promotion)
        uses = uses_of(promotion, context, self.basket.currency)
        rejection = (
            short(promotion, counter, qualifying)
            or self._no_lines(promotion, targets)
            or spent(promotion, context, uses)
        )
        if rejection is not None:
            return rejection
        if isinstance(promotion.effect, Gift):
            return self._gift(promotion, promotion.effect, qualifying, uses)
        if promotion.scope is Scope.SHIPPING:
            proposal = self.proposer.of_freight(promotion, qualifying)
        else:
            proposal = self.proposer.of(promotion, qualifying, targets)
        if not proposal.minor:
            return Rejection(promotion.code, *_nothing(promotion, proposal))
        return self._affordable(promotion, proposal, uses)

    def _barred(self, promotion: Promotion) -> Rejection | None:
        code = promotion.code
        if self._stopped and promotion.scope is not Scope.SHIPPING:
            return Rejection(code, Reason.STOPPED, other=self._stopped)
        taken = self._stacks.get(promotion.stack, "") if promotion.stack else ""
        if taken:
            return Rejection(code, Reason.STACK_TAKEN, other=taken)
        if promotion.scope is Scope.SHIPPING and self.counter.freight_closed:
            return Rejection(code, Reason.LINES_TAKEN, other=self.counter.freight_closed)
        return None

    def _targets(self, promotion: Promotion) -> Sequence[int]:
        counter = self.counter
        free = counter.free(promotion.lowers)
        return [p for p in free if not counter.touched[p]] if promotion.exclusive else free

    def _no_lines(self, promotion: Promotion, targets: Sequence[int]) -> Rejection | None:
        if targets or promotion.scope is Scope.SHIPPING:
            return None
        meant = self.counter.selected(promotion.lowers)
        takers = [self.counter.closed[p] or self.counter.touched[p] for p in meant]
        if takers:
            return Rejection(promotion.code, Reason.LINES_TAKEN, other=takers[0])
        return Rejection(promotion.code, Reason.NO_LINES)

    def _affordable(self, promotion: Promotion, proposal: Proposal, uses: tuple[Use, ...]) -> _Ready | Rejection:
        """Cut a proposal to what the budget has left, or reject it."""
        left = budget_left(self.context, uses)
        if left is not None and proposal.minor > left[0]:
            if not promotion.budget.partial:
                return Rejection(promotion.code, Reason.BUDGET_SHORT, minor=left[0], other=left[1])
            proposal = within(proposal, left[0])
        return _Ready(promotion, proposal, uses)

    def _gift(
        self, promotion: Promotion, effect: Gift, qualifying: Sequence[int], uses: tuple[Use, ...]
    ) -> _Ready | Rejection:
        """Choose the first alternative that is there in full, as often as it was earned."""
        earners = [p for p in qualifying if self.counter.now[p]]
        if not earners:
            return Rejection(promotion.code, Reason.NO_LINES)
        times = self._times(promotion, effect, qualifying)
        for items in effect.choices:
            wanted: dict[str, int] = {}
            for item in items:
                wanted[item.sku] = wanted.get(item.sku, 0) + item.quantity * times
            stock = self._gift_stock
            if stock is None or all(stock.get(sku, 0) >= count for sku, count in wanted.items()):
                return _Ready(promotion, Proposal((), (), times=times), uses, items, tuple(earners))
        return Rejection(promotion.code, Reason.GIFT_OUT_OF_STOCK, other=effect.choices[0][0].sku)

    def _times(self, promotion: Promotion, effect: Gift, qualifying: Sequence[int]) -> int:
        if not effect.each:
            return 1
        conditions, counts = promotion.conditions, []
        if conditions.least_minor:
            counts.append(measured(promotion, self.counter, qualifying) // conditions.least_minor)
        if conditions.least_units:
            counts.append(self.counter.total(self.counter.units, qualifying) // conditions.least_units)
        times = min(counts)
        return times if effect.most is None else min(times, effect.most)

    def _apply(self, ready: _Ready) -> None:
        promotion, proposal = ready.promotion, ready.proposal
        code = promotion.code
        shares = self._lower(promotion, proposal)
        borne = self._keep(promotion, shares)
        off = proposal.minor
        self.steps.append(
            Step(
                StepKind.GIFT if ready.items else StepKind.DISCOUNT,
                code,
                promotion.scope,
                proposal.base_minor,
                -off,
                proposal.base_minor - off,
                proposal.times,
                tuple([(number, -minor) for number, minor in shares]),
                tuple(borne.items()),
                proposal.capped,
            )
        )
        if ready.items:
            self._give(ready)
        for use in ready.uses:
            before = self.uses.get(use.name)
            self.uses[use.name] = evolve(use, minor=off + (before.minor if before else 0))
        if promotion.stack:
            self._stacks[promotion.stack] = code
        if promotion.exclusive:
            self._close(promotion, proposal)
        if promotion.stop and not self._stopped:
            self._stopped = code

    def _keep(self, promotion: Promotion, shares: Sequence[tuple[int, int]]) -> dict[str, int]:
        """Put the shares of a discount to their lines, and return what each payer bears of it.

        Equal shares are one value: of a thousand lines many get the same few minor units.
        """
        code, lines, payers = promotion.code, self.shares, [who for who, _ in promotion.funding]
        if not payers:
            made: dict[int, Discount] = {}
            for number, minor in shares:
                one = made.get(minor)
                if one is None:
                    made[minor] = one = Discount(code, minor)
                lines[number].append(one)
            return {}
        columns = funded([minor for _, minor in shares], [weight for _, weight in promotion.funding])
        known: dict[tuple[int, ...], Discount] = {}
        for (number, minor), borne in zip(shares, zip(*columns, strict=True), strict=True):
            one = known.get(borne)
            if one is None:
                funding = tuple([pair for pair in zip(payers, borne, strict=True) if pair[1]])
                known[borne] = one = Discount(code, minor, funding)
            lines[number].append(one)
        return {who: sum(column) for who, column in zip(payers, columns, strict=True)}

    def _lower(self, promotion: Promotion, proposal: Proposal) -> list[tuple[int, int]]:
        if promotion.scope is not Scope.SHIPPING:
            return self.counter.lower(proposal.positions, proposal.minors, promotion.code)
        self.counter.freight -= proposal.minor
        return [(FREIGHT_LINE, proposal.minor)]

    def _close(self, promotion: Promotion, proposal: Proposal) -> None:
        if promotion.scope is Scope.SHIPPING:
            self.counter.freight_closed = promotion.code
        else:
            self.counter.close(proposal.positions, promotion.code)

    def _give(self, ready: _Ready) -> None:
        follows = self.counter.numbers(ready.qualifying)
        leader = next(line for line in self.counter.lines if line.number == follows[0])
        group = leader.group or f"line-{leader.number}"
        for item in ready.items:
            quantity = item.quantity * ready.proposal.times
            if self._gift_stock is not None:
                self._gift_stock[item.sku] -= quantity
            self.gifts.append(Given(ready.promotion.code, item, quantity, follows, group))


def _nothing(promotion: Promotion, proposal: Proposal) -> tuple[Reason, int, int]:
    """Return why a promotion that was asked takes nothing off: (reason, minor, units) that it is short by."""
    if proposal.lacking:
        if isinstance(promotion.effect, Ladder) and promotion.effect.in_units:
            return Reason.UNITS_SHORT, 0, proposal.lacking
        return Reason.AMOUNT_SHORT, proposal.lacking, 0
    if not proposal.times:
        reason = Reason.SET_INCOMPLETE if isinstance(promotion.effect, BundlePrice) else Reason.UNITS_SHORT
        return reason, 0, 0
    return Reason.NOTHING_LEFT, 0, 0
