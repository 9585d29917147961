"""The price desk: scheduled price changes that need somebody's approval, and apply once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from omskit.core import Entry, UsageError, key_of, readable, to_ms
from omskit.engine.keeping import By, change_of, history_of, keep, pages
from omskit.engine.units import Shop, save
from omskit.flow import Redeeming, react
from omskit.orders import ORDERS, PutOnHold
from omskit.pricing import ALLOWANCES, PRICE_CHANGES, REDEMPTIONS, Allowance, PriceChange, allowances
from omskit.pricing.allowances import Open
from omskit.pricing.changes import PRICE_CHANGE_MACHINE, Apply, Command, Submit, decide
from omskit.pricing.redemptions import HOLDS, REDEMPTION_MACHINE, Release
from omskit.storage import Op, Unit, Where

#: Most price changes that one call puts into force, and most orders that lose what they hold.
LIMIT = 1_000
#: Hold of an order that was not paid in time, and so has lost what it used of budgets.
BUDGET_EXPIRED = "budget_expired"


@frozen
class PriceDesk:
    """Price changes, budgets and coupons by hand."""

    shop: Shop

    def submit(self, command: Submit, *, actor: str) -> str:
        """Ask for a price change; return its number.

        Raises:
            Refused: ``price_guarded`` for violations without a reason to override them.
            UsageError: ``no_actor``.
        """

        def do(unit: Unit, _lock: bool) -> int:  # noqa: FBT001
            (key,) = unit.keys(1)
            asked = evolve(command, change=evolve(command.change, key=key))
            at = self.shop.now()
            keep(unit, PRICE_CHANGES, key, None, decide(None, asked, at=at, actor=actor), By(at, actor))
            return key

        return readable(PRICE_CHANGES.number, self.shop.attempt(do))

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
        Call it as often as it may be; return the numbers of the orders.
        """

        def do(unit: Unit, _lock: bool) -> tuple[str, ...]:  # noqa: FBT001
            at, held = self.shop.now(), unit.of(REDEMPTIONS)
            statuses = REDEMPTION_MACHINE.with_trait(HOLDS)
            over = (Where("status", Op.IN, statuses), Where("until", Op.LE, to_ms(at)))
            found = held.load(held.find(*over, limit=LIMIT))
            work = self.shop.workspace(unit, actor)
            # Orders before what they hold, as everybody locks them; so what was found is looked at again.
            work.know_orders(unit.of(ORDERS).load([one.state.order for one in found.values()], lock=True))
            still = [one.state for one in held.load(list(found), lock=True).values()]
            keys = [one.order for one in still if one.until and one.until <= at and one.order in work.orders]
            for key in keys:
                work.order(key, PutOnHold(BUDGET_EXPIRED, "it was not paid in time"), "expiry")
                work.redeeming.append(Redeeming(key, Release("not paid in time")))
            react(work)
            save(unit, work, joined=self.shop.joined)
            return tuple(readable(ORDERS.number, key) for key in keys)

        return self.shop.attempt(do)

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
