"""The price desk: scheduled price changes that need somebody's approval, and apply once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve, frozen

from omskit.core import TERMINAL, Entry, UsageError, key_of, readable, to_ms
from omskit.engine.keeping import By, change_of, history_of, keep, pages
from omskit.engine.once import once
from omskit.engine.units import Shop, save
from omskit.flow import BUDGET_EXPIRED, Pricing, Redeeming, Workspace, load_prices, react
from omskit.orders import ORDERS, PutOnHold
from omskit.pricing import (
    ALLOWANCES,
    PRICE_CHANGES,
    REDEMPTIONS,
    Allowance,
    Customer,
    Exchange,
    PriceBook,
    PriceChange,
    PriceDifference,
    PriceGuard,
    Violation,
    allowances,
    price_differences,
)
from omskit.pricing.allowances import Open
from omskit.pricing.changes import COMMANDS, PRICE_CHANGE_MACHINE, Apply, Command, Submit, decide
from omskit.pricing.redemptions import HOLDS, REDEMPTION_MACHINE, Confirm, Redemption, Release
from omskit.storage import Op, Unit, Where

#: Most price changes that one call puts into force, and most orders that lose what they hold.
LIMIT = 1_000
#: Source of the receipts under which submissions with a key are remembered.
SUBMISSIONS = "price change"


@frozen
class PriceDesk:
    """Price changes, budgets and coupons by hand.

    Args:
        shop: The engine's parts.
        pricing: With the price lists, before the changes that were applied.
    """

    shop: Shop
    pricing: Pricing | None = None

    def book(self) -> PriceBook:
        """Return the price lists as they are in force, with every change that was applied.

        Raises:
            UsageError: ``no_pricing`` when the system was opened without ``pricing``.
        """
        if self.pricing is None:
            raise UsageError("no_pricing", "nothing to price with; open the system with pricing=Pricing(...)")
        with self.shop.storage.begin(read=True) as unit:
            return load_prices(unit, self.pricing).book

    def violations(
        self, change: PriceChange, guard: PriceGuard, *, costs: Mapping[str, int]
    ) -> tuple[Violation, ...]:
        """Return what a guard finds wrong with a price change, beside the prices in force; ``Submit`` takes them.

        Args:
            change: As it is to be submitted.
            guard: What prices have to keep.
            costs: Minor units by SKU, in the currency and tax mode of the list.

        Raises:
            UsageError: ``no_pricing``; ``unknown_list``.
        """
        lists = {one.code: one for one in self.book().lists}
        if change.price_list not in lists:
            known = ", ".join(sorted(lists)) or "none"
            said = f"no list {change.price_list!r}; there are: {known}"
            raise UsageError("unknown_list", said, price_list=change.price_list)
        return guard.violations(change.entries, costs=costs, before=lists[change.price_list].entries)

    def differences(
        self,
        skus: Sequence[str],
        places: Mapping[str, Customer],
        *,
        currency: str,
        exchanges: Iterable[Exchange] = (),
        tolerance_minor: int = 0,
    ) -> tuple[PriceDifference, ...]:
        """Return the SKUs whose prices in force differ; see :func:`omskit.pricing.price_differences`.

        Raises:
            UsageError: ``no_pricing``; ``no_exchange``; ``mixed_tax_modes``.
        """
        return price_differences(
            self.book(), skus, places, currency=currency, exchanges=exchanges, tolerance_minor=tolerance_minor
        )

    def submit(self, command: Submit, *, actor: str, key: str = "") -> str:
        """Ask for a price change; return its number.

        Args:
            command: What is asked for.
            actor: Who asks.
            key: Idempotency key: a repeat returns the number of the first time; empty for none.

        Raises:
            Refused: ``price_guarded`` for violations without a reason to override them.
            UsageError: ``no_actor``; ``key_reused``.
        """

        def do(unit: Unit, _lock: bool) -> str:  # noqa: FBT001
            (number,) = unit.keys(1)
            asked = evolve(command, change=evolve(command.change, key=number))
            at = self.shop.now()
            keep(unit, PRICE_CHANGES, number, None, decide(None, asked, at=at, actor=actor), By(at, actor))
            return readable(PRICE_CHANGES.number, number)

        return once(self.shop, SUBMISSIONS, key, [COMMANDS.dump(command)], do)

    def do(self, number: str, command: Command, *, actor: str) -> PriceChange:
        """Carry out a command on a price change.

        Raises:
            PayloadError: ``bad_number``.
            Refused: As :func:`omskit.pricing.changes.decide` says.
            UsageError: ``unknown_number``; ``no_actor``.
        """
        key = key_of(number, PRICE_CHANGES.number)

        def do(unit: Unit, _lock: bool) -> PriceChange:  # noqa: FBT001
            stored = unit.of(PRICE_CHANGES).load([key], lock=True).get(key)
            if stored is None:
                raise UsageError("unknown_number", f"there is no {number}", number=number)
            at = self.shop.now()
            events = decide(stored.state, command, at=at, actor=actor)
            return keep(unit, PRICE_CHANGES, key, stored, events, By(at, actor))

        return self.shop.attempt(do)

    def changes(self, *statuses: str) -> Mapping[str, PriceChange]:
        """Return price changes by number, those asked for first; by default in every status."""
        where = (Where("status", Op.IN, statuses),) if statuses else ()
        with self.shop.storage.begin(read=True) as unit:
            return {
                readable(PRICE_CHANGES.number, key): one.state
                for page in pages(unit, PRICE_CHANGES, *where)
                for key, one in page.items()
            }

    def history(self, number: str) -> tuple[Entry, ...]:
        """Return who asked for, approved and applied a price change, and when.

        Raises:
            PayloadError: ``bad_number``.
            UsageError: ``unknown_number``.
        """
        key = key_of(number, PRICE_CHANGES.number)
        with self.shop.storage.begin(read=True) as unit:
            entries = tuple(unit.of(PRICE_CHANGES).history([key])[key])
        if not entries:
            raise UsageError("unknown_number", f"there is no {number}", number=number)
        return entries

    def apply(self, *, actor: str = "omskit") -> tuple[str, ...]:
        """Put every approved price change whose time has come into force, each once; return their numbers.

        Call it as often as it may be; whoever comes second finds nothing to do.
        """

        def do(unit: Unit, _lock: bool) -> tuple[str, ...]:  # noqa: FBT001
            at, kept = self.shop.now(), unit.of(PRICE_CHANGES)
            statuses = tuple(PRICE_CHANGE_MACHINE.admitting("apply"))
            due = (Where("status", Op.IN, statuses), Where("effective_at", Op.LE, to_ms(at)))
            stored = kept.claim(*due, limit=LIMIT, by="effective_at")
            changes = []
            for key, one in stored.items():
                events = decide(one.state, Apply(), at=at, actor=actor)
                changes.append(change_of(PRICE_CHANGES, key, one, events, By(at, actor, "due")))
            if changes:
                kept.save(changes)
            return tuple(readable(PRICE_CHANGES.number, change.key) for change in changes)

        return self.shop.attempt(do)

    def open(self, budgets: Sequence[Allowance], *, actor: str) -> None:
        """Open coupons and budgets, all in one unit.

        Raises:
            Duplicate: ``duplicate_key`` for a name that is open already; nothing is opened.
        """

        def do(unit: Unit, _lock: bool) -> None:  # noqa: FBT001
            at = self.shop.now()
            changes = []
            for key, one in zip(unit.keys(len(budgets)), budgets, strict=True):
                events = allowances.decide(None, Open(evolve(one, key=key)), at=at, actor=actor)
                changes.append(change_of(ALLOWANCES, key, None, events, By(at, actor)))
            unit.of(ALLOWANCES).save(changes)

        if budgets:
            self.shop.attempt(do)

    def expire(self, *, actor: str = "omskit") -> tuple[str, ...]:
        """Give back what orders hold that were not paid within :attr:`omskit.flow.Pricing.hold_for`.

        Each of them is held (``budget_expired``) and not cancelled: somebody decides whether its price stands.
        Of an order that was divided, those that stand for it are; one that has ended keeps what it used.
        Call it as often as it may be; return the numbers of the orders that are held now.
        """

        def do(unit: Unit, _lock: bool) -> tuple[str, ...]:  # noqa: FBT001
            at, held = self.shop.now(), unit.of(REDEMPTIONS)
            statuses = REDEMPTION_MACHINE.with_trait(HOLDS)
            over = (Where("status", Op.IN, statuses), Where("until", Op.LE, to_ms(at)))
            found = held.load(held.find(*over, limit=LIMIT))
            work = self.shop.workspace(unit, actor)
            # Orders before what they hold, as everybody locks them; so what was found is looked at again.
            standing = {number for one in found.values() for number in _standing(one.state)}
            work.know_orders(unit.of(ORDERS).load(sorted(standing), lock=True))
            told = []
            for one in held.load(list(found), lock=True).values():
                if one.state.until is None or one.state.until > at:
                    continue
                keys = [key for key in _standing(one.state) if self._may_be_held(work, key)]
                what = Release("not paid in time") if keys else Confirm()
                work.redeeming.append(Redeeming(one.state.order, what))
                for key in keys:
                    work.order(key, PutOnHold(BUDGET_EXPIRED, "it was not paid in time"), "expiry")
                    told.append(readable(ORDERS.number, key))
            react(work)
            save(unit, work, joined=self.shop.joined)
            return tuple(told)

        return self.shop.attempt(do)

    def _may_be_held(self, work: Workspace, key: int) -> bool:
        track = work.orders.get(key)
        if track is None or track.state is None:
            return False
        machine = self.shop.ruling.rules_of(track.state.process).orders
        return not machine.has(track.state.status, TERMINAL)

    def allowance(self, name: str, command: allowances.Command, *, actor: str) -> Allowance:
        """Carry out a command on a budget or coupon: other limits, closing, opening again.

        Raises:
            Refused: ``not_allowed``.
            UsageError: ``unknown_allowance``.
        """

        def do(unit: Unit, _lock: bool) -> Allowance:  # noqa: FBT001
            kept, at = unit.of(ALLOWANCES), self.shop.now()
            found = kept.load(kept.find(Where("name", Op.EQ, name), limit=1), lock=True)
            stored = next(iter(found.values()), None)
            events = allowances.decide(stored.state if stored else None, command, at=at, actor=actor)
            return keep(unit, ALLOWANCES, stored.state.key if stored else 0, stored, events, By(at, actor))

        return self.shop.attempt(do)

    def allowance_history(self, name: str) -> tuple[Entry, ...]:
        """Return what took from a budget or coupon, what was given back, and who changed its limits.

        Raises:
            UsageError: ``unknown_allowance``.
        """
        with self.shop.storage.begin(read=True) as unit:
            entries = history_of(unit, ALLOWANCES, Where("name", Op.EQ, name))
        if not entries:
            raise UsageError("unknown_allowance", f"nobody has opened {name!r}", allowance=name)
        return entries

    def allowances(self, *names: str) -> Mapping[str, Allowance]:
        """Return budgets and coupons by name; those that nobody has opened are left out."""
        with self.shop.storage.begin(read=True) as unit:
            kept = unit.of(ALLOWANCES)
            found = kept.load(kept.find(Where("name", Op.IN, names), limit=len(names)) if names else ())
            return {one.state.name: one.state for one in found.values()}


def _standing(redemption: Redemption) -> tuple[int, ...]:
    """Return the orders that stand for what an order holds: itself, or those that it was divided into."""
    return redemption.holders or (redemption.order,)
