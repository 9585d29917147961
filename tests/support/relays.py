"""Relays in several processes on one outbox, killed while they send.

What a relay sends goes through the pipe that whoever kills it listens to: it stands for the receiver, and what was
said through it has arrived, whatever became of the one who said it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from multiprocessing.connection import Connection
from time import monotonic

from attrs import define, field
from faults import violations
from killing import killed
from many_shops import close, open_shop
from shop import AT, Clock, order, payload
from sqlalchemy import select

from omskit.engine import Oms, Relay, Request
from omskit.storage import Delivery
from omskit.storage.sql import SqlStorage

#: Processes that send at the same time.
CREW = 3
#: Nobody kills later than this after the first words of all.
LONGEST_SECONDS = 0.1
#: Orders that are placed whenever nothing is left to be sent.
MORE = 90
#: Longer than a lease.
LATER = timedelta(minutes=3)

#: When something arrived, the id of the request, and the fulfillment order that it is about.
Arrival = tuple[float, int, str]


def arrival(request: Request) -> Arrival:
    return monotonic(), request.id, request.document.number  # type: ignore[union-attr]  # all go to a warehouse


def relaying(url: str, at_round: int, mutant: str, receiver: Connection) -> None:
    """Send what waits, a few at a time, until nothing is left."""
    oms = open_shop(url, clock=Clock(AT + at_round * LATER))
    held: list[Request] = []

    def send(request: Request) -> Delivery:
        held.append(request)
        if mutant != "books before it sends" or len(held) > 1:
            receiver.send(arrival(held.pop(0)))
        return Delivery.DONE

    relay = Relay(oms._shop, lease=timedelta(0) if mutant == "has no lease" else timedelta(minutes=2))
    while relay.relay(send, 5, settle_every=5 if mutant == "books late" else 1).done:
        continue
    for request in held:
        receiver.send(arrival(request))


MUTANTS = ("books before it sends", "books late", "has no lease")


@define
class Receiver:
    """Kills relays, and holds what has arrived against what was to be sent.

    Args:
        url: The database.
        oms: A shop on it.
        mutant: What is wrong with the relays; empty for nothing.
        arrivals: All that has arrived.
        placed: Orders so far.
        rounds: How often all relays were killed.
    """

    url: str
    oms: Oms
    mutant: str = ""
    arrivals: list[Arrival] = field(factory=list)
    placed: int = 0
    rounds: int = 0

    @property
    def kills(self) -> int:
        """How many relays were killed."""
        return self.rounds * CREW

    def ask_for_more(self) -> None:
        """Place orders and run them; a third is cancelled, so that two requests follow each other."""
        ids = [f"{self.placed + number}" for number in range(MORE)]
        self.oms.stock.receive("BER", {"A": MORE}, actor="amy")
        numbers = self.oms.receive("web", payload(*(order(one, ("A", 1)) for one in ids))).placed
        self.oms.run()
        self.oms.cancel_many(numbers[::3], actor="amy")
        self.placed += MORE

    def kill_all(self, after_seconds: float) -> None:
        """Let relays send at the same time, and kill them."""
        if not self.waits():
            self.ask_for_more()
        for words in killed(relaying, [(self.url, self.rounds, self.mutant)] * CREW, after_seconds):
            self.arrivals += words
        self.rounds += 1

    def waits(self) -> bool:
        with self.oms.storage.begin(read=True) as unit:
            return bool(unit.outbox.waiting())

    def finish(self) -> None:
        """Send what is left, when every lease is over."""
        assert isinstance(self.oms.clock, Clock)
        self.oms.clock.at = AT + self.rounds * LATER

        def send(request: Request) -> Delivery:
            self.arrivals.append(arrival(request))
            return Delivery.DONE

        while self.oms.relay(send, 500).done:
            continue

    def wrong(self) -> list[str]:
        """Return what is wrong: all arrived, in order for each number, and no more repeats than kills."""
        assert isinstance(self.oms.storage, SqlStorage)
        with self.oms.storage.engine.begin() as connection:
            asked = set(connection.execute(select(self.oms.storage.tables.outbox.c.id)).scalars())
        times = Counter(id_ for _, id_, _ in self.arrivals)
        found = violations(self.oms)
        if lost := asked - times.keys():
            found.append(f"never arrived: {sorted(lost)}")
        if (repeats := times.total() - len(times)) > self.kills:
            found.append(f"{repeats} repeats after {self.kills} kills")
        for number, ids in first_arrivals(self.arrivals).items():
            if sorted(ids) != ids:
                found.append(f"{number} out of order: {ids}")
        return found


def first_arrivals(arrivals: Sequence[Arrival]) -> Mapping[str, list[int]]:
    """Return ids by number, in the order in which a receiver that passes over repeats has seen them."""
    seen: dict[str, dict[int, None]] = {}
    for _, id_, number in sorted(arrivals):
        seen.setdefault(number, {}).setdefault(id_)
    return {number: list(ids) for number, ids in seen.items()}


def kill_relays(url: str, kills: int, mutant: str = "", *, seed: int = 7) -> tuple[Receiver, list[str]]:
    """Kill relays at random moments; return how it went, and what is wrong; of mutants as soon as it is seen."""
    chance = random.Random(seed)
    receiver = Receiver(url, open_shop(url), mutant)
    wrong: list[str] = []
    while receiver.kills < kills and not wrong:
        receiver.kill_all(chance.uniform(0, LONGEST_SECONDS))
        if mutant or receiver.kills >= kills:
            receiver.finish()
            wrong = receiver.wrong()
    close(receiver.oms)
    return receiver, wrong
