"""The workspace: a batch of aggregates in memory, what happened to them, and what follows from it.

Commands are decided here and their events applied at once; nothing is written. When the batch is through, its
changes, movements and messages are saved in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from attrs import define, field

from omskit import fulfillment as f
from omskit import orders as o
from omskit import returns as r
from omskit.channels import Reporting
from omskit.core import Change, Entry, Movement, Stored
from omskit.flow.budgets import Redeeming
from omskit.flow.holding import Claiming
from omskit.flow.rules import Rules, Ruling
from omskit.fulfillment import FulfillmentOrder
from omskit.orders import Order
from omskit.returns import ReturnCase
from omskit.storage import Message

S = TypeVar("S")


@define
class Track(Generic[S]):
    """One aggregate of the batch: as it stands, the version it was loaded with, its entries since."""

    state: S | None
    before: int = 0
    entries: list[Entry] = field(factory=list)

    def change(self, key: int) -> Change[S]:
        """Return what is to be saved."""
        assert self.state is not None, "a track with entries has a state"  # noqa: S101
        return Change(key, self.before, self.state, tuple(self.entries))


class News(NamedTuple, Generic[S]):
    """An event with the states around it, for what follows from it in other rooms."""

    key: int
    before: S | None
    event: Any
    after: S


class Allot(Protocol):
    """Gives fulfillment orders that are about to be opened their lots, by the rule of each SKU."""

    def __call__(
        self, works: Sequence[FulfillmentOrder], taken: Sequence[Movement], at: datetime
    ) -> list[FulfillmentOrder]:
        """Return them with lots; ``taken`` are the movements of the batch that are not in the book yet."""
        ...


@define
class Workspace:
    """A batch at work.

    Args:
        at: Now.
        actor: Who acts.
        ruling: Says by which process what goes.
        new_key: Hands out a key for what is made.
        reporting: How channels are told of parcels, by code; a channel that is missing is told of each.
        allot: Says of which lots pieces are taken; None where no SKU is kept by lot.
    """

    at: datetime
    actor: str
    ruling: Ruling
    new_key: Callable[[], int]
    reporting: Mapping[str, Reporting] = field(factory=dict)
    orders: dict[int, Track[Order]] = field(factory=dict)
    fulfillments: dict[int, Track[FulfillmentOrder]] = field(factory=dict)
    returns: dict[int, Track[ReturnCase]] = field(factory=dict)
    movements: list[Movement] = field(factory=list)
    messages: list[Message] = field(factory=list)
    order_news: list[News[Order]] = field(factory=list)
    fulfillment_news: list[News[FulfillmentOrder]] = field(factory=list)
    return_news: list[News[ReturnCase]] = field(factory=list)
    redeeming: list[Redeeming] = field(factory=list)
    claiming: list[Claiming] = field(factory=list)
    allot: Allot | None = None
    _undo: list[Callable[[], object]] | None = None
    _rules: dict[str, Rules] = field(factory=dict)

    def know_orders(self, stored: Mapping[int, Stored[Order]]) -> None:
        """Take loaded orders in; what is here already stays as it is."""
        for key, one in stored.items():
            if key not in self.orders:
                self.orders[key] = Track(one.state, one.version)

    def know_fulfillments(self, stored: Mapping[int, Stored[FulfillmentOrder]]) -> None:
        """Take loaded fulfillment orders in; what is here already stays as it is."""
        for key, one in stored.items():
            if key not in self.fulfillments:
                self.fulfillments[key] = Track(one.state, one.version)

    def know_returns(self, stored: Mapping[int, Stored[ReturnCase]]) -> None:
        """Take loaded return cases in; what is here already stays as it is."""
        for key, one in stored.items():
            if key not in self.returns:
                self.returns[key] = Track(one.state, one.version)

    def order(self, key: int, command: o.Command, cause: str) -> None:
        """Decide a command on an order and apply its events.

        Raises:
            Refused: As :func:`omskit.orders.decide` says; the order is as it was.
        """
        track = self.orders.get(key) or Track(None)
        if track.state is not None:
            process = track.state.process
        elif isinstance(command, o.Place):
            process = command.process or self.ruling.choose(command)
            command = command.under(process) if process else command
        else:
            process = ""
        rules = self._rules.get(process) or self._rules_of(process)
        events = o.decide(
            track.state, command, at=self.at, actor=self.actor, machine=rules.orders, grading=rules.grading
        )
        if events:
            self._apply(self.orders, key, track, self.order_news, o.evolve, events=events, cause=cause)

    def _rules_of(self, process: str) -> Rules:
        return self._rules.setdefault(process, self.ruling.rules_of(process))

    def fulfillment(self, key: int, command: f.Command, cause: str) -> None:
        """Decide a command on a fulfillment order and apply its events.

        Raises:
            Refused: As :func:`omskit.fulfillment.decide` says; the fulfillment order is as it was.
        """
        track = self.fulfillments.get(key) or Track(None)
        known = command.fulfillment if isinstance(command, f.Open) else track.state
        process = known.process if known else ""
        rules = self._rules.get(process) or self._rules_of(process)
        events = f.decide(
            track.state,
            command,
            at=self.at,
            actor=self.actor,
            machine=rules.fulfillments,
            parcels=rules.parcels,
        )
        if events:
            news = self.fulfillment_news
            self._apply(self.fulfillments, key, track, news, f.evolve, events=events, cause=cause)

    def returned(self, key: int, command: r.Command, cause: str) -> None:
        """Decide a command on a return case and apply its events.

        Raises:
            Refused: As :func:`omskit.returns.decide` says; the case is as it was.
        """
        track = self.returns.get(key) or Track(None)
        known = command.case if isinstance(command, r.Request) else track.state
        rules = self.ruling.rules_of(known.process if known else "")
        events = r.decide(
            track.state, command, at=self.at, actor=self.actor, custody=rules.custody, money=rules.refunds
        )
        if events:
            self._apply(self.returns, key, track, self.return_news, r.evolve, events=events, cause=cause)

    def _apply(
        self,
        tracks: dict[int, Track[S]],
        key: int,
        track: Track[S],
        news: list[News[S]],
        evolve: Callable[[S | None, Any], S],
        *,
        events: tuple[Any, ...],
        cause: str,
    ) -> None:
        if self._undo is not None:
            self._remember(tracks, key, track)
        tracks[key] = track
        for event in events:
            before = track.state
            after = evolve(before, event)
            sequence = track.before + len(track.entries) + 1
            track.entries.append(Entry(key, sequence, self.at, self.actor, cause, event))
            track.state = after
            news.append(News(key, before, event, after))

    def _remember(self, tracks: dict[int, Track[S]], key: int, track: Track[S]) -> None:
        assert self._undo is not None  # noqa: S101
        state, count, known = track.state, len(track.entries), key in tracks

        def back() -> None:
            track.state = state
            del track.entries[count:]
            if not known:
                del tracks[key]

        self._undo.append(back)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo everything that the block did if it raises, and pass the error on.

        Reactions may run inside if no news waited before.
        """
        lists: tuple[list[Any], ...] = (
            self.movements,
            self.messages,
            self.order_news,
            self.fulfillment_news,
            self.return_news,
            self.redeeming,
            self.claiming,
        )
        counts = [len(one) for one in lists]
        self._undo = []
        try:
            yield
        except BaseException:
            for back in reversed(self._undo):
                back()
            for one, count in zip(lists, counts, strict=True):
                del one[count:]
            raise
        finally:
            self._undo = None

    def changed_orders(self) -> list[Change[Order]]:
        """Return the orders with entries, as they are to be saved."""
        return [track.change(key) for key, track in self.orders.items() if track.entries]

    def changed_fulfillments(self) -> list[Change[FulfillmentOrder]]:
        """Return the fulfillment orders with entries, as they are to be saved."""
        return [track.change(key) for key, track in self.fulfillments.items() if track.entries]

    def changed_returns(self) -> list[Change[ReturnCase]]:
        """Return the return cases with entries, as they are to be saved."""
        return [track.change(key) for key, track in self.returns.items() if track.entries]
