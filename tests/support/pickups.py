"""Sweeps of pickups in several processes while buyers come for their goods, all of them killed at any moment."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from multiprocessing.connection import Connection

from attrs import define, field
from faults import SPLITS, violations
from killing import killed
from many_shops import close, open_shop
from shop import AT, Clock, fulfillments, order, payload, shop

from omskit.core import Cell, Level, Refused
from omskit.engine import Act, Oms
from omskit.fulfillment import AwaitPickup, Collect, ParcelsShipped, PickupExpired

#: Pickups that are made ready whenever none is left, and those that one sweep takes.
MORE, SOME = 60, 4
#: Processes that sweep; one more hands out goods.
SWEEPERS = 2
#: Nobody kills later than this after the first words of all.
LONGEST_SECONDS = 0.1
UNTIL = AT + timedelta(hours=1)
CODE = "4711"


def at_work(url: str, numbers: Sequence[str], mutant: str, said: Connection) -> None:
    """Hand out goods in a store whose clock is slow; without numbers, sweep what nobody has collected in time."""
    oms = open_shop(url, clock=Clock(AT if numbers else UNTIL))
    if mutant:
        oms = shop(SPLITS[mutant](oms.storage), clock=oms.clock)  # type: ignore[arg-type]  # a storage by its looks
    for number in numbers:
        try:
            said.send(oms.do(number, Collect(CODE), actor="store").status)
        except Refused as refusal:
            said.send(refusal.code)
    while not numbers and (swept := oms.shipments.expire_pickups(actor="clock", limit=SOME)):
        said.send(len(swept))


@define
class Store:
    """Kills those who sweep and those who hand out, and looks at what became of each pickup.

    Args:
        url: The database.
        oms: A shop on it; its time is over.
        mutant: What is wrong with the workers; empty for nothing.
        ready: Numbers of the pickups that were made ready.
        rounds: How often all were killed.
    """

    url: str
    oms: Oms
    mutant: str = ""
    ready: list[str] = field(factory=list)
    rounds: int = 0

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return self.rounds * (SWEEPERS + 1)

    def make_ready(self) -> None:
        """Place orders that are picked up, and let their goods wait until the hour is over."""
        first, clock = len(self.ready), self.oms.clock
        assert isinstance(clock, Clock)
        clock.at = AT
        self.oms.stock.receive("BER", {"A": MORE}, actor="amy")
        said = [order(f"{first + n}", ("A", 1), terms={"kind": "pickup"}) for n in range(MORE)]
        numbers = self.oms.receive("web", payload(*said)).placed
        self.oms.run()
        works = [fulfillments(self.oms, one)[0] for one in numbers]
        self.oms.do_many([Act(one, AwaitPickup(CODE, UNTIL)) for one in works], actor="store")
        self.ready += works
        clock.at = UNTIL

    def waiting(self) -> list[str]:
        """Return the pickups that nobody has decided on."""
        return [number for number, said in self.ends().items() if not said]

    def ends(self) -> dict[str, list[str]]:
        """Return what became of each pickup, by its history: collected or expired; nothing while it waits."""
        names = {ParcelsShipped: "collected", PickupExpired: "expired"}
        found = {one: [names.get(type(entry.event), "") for entry in self.oms.history(one)] for one in self.ready}
        return {number: [one for one in said if one] for number, said in found.items()}

    def kill_all(self, chance: random.Random) -> None:
        """Let sweepers and a store work on the same pickups, and kill them."""
        if len(left := self.waiting()) < SOME:
            self.make_ready()
            left = self.waiting()
        chance.shuffle(left)
        tasks = [(self.url, (), self.mutant)] * SWEEPERS + [(self.url, tuple(left), self.mutant)]
        killed(at_work, tasks, chance.uniform(0, LONGEST_SECONDS))
        self.rounds += 1

    def finish(self) -> None:
        """Sweep what is left."""
        while self.oms.shipments.expire_pickups(actor="clock"):
            continue

    def wrong(self) -> list[str]:
        """Return what is wrong: each pickup ended once, and stock and orders say the same."""
        ends = self.ends()
        found = violations(self.oms) + [f"{number}: {said}" for number, said in ends.items() if len(said) != 1]
        count = Counter(one for said in ends.values() for one in said)
        levels = {Cell("A", "BER"): Level(len(self.ready) - count["collected"])}
        if (there := self.oms.stock.levels(["A"])) != levels:
            found.append(f"{there} and not {levels}")
        held = sum(hold.code == "pickup_exception" for one in self.oms.orders() for hold in one.holds)
        if held != count["expired"]:
            found.append(f"{held} orders held for {count['expired']} pickups that nobody has collected")
        return found


def kill_store(url: str, kills: int, mutant: str = "", *, seed: int = 7) -> tuple[Store, list[str]]:
    """Kill at random moments; return how it went, and what is wrong; of mutants as soon as it is seen."""
    chance = random.Random(seed)
    store = Store(url, open_shop(url, clock=Clock(UNTIL)), mutant)
    wrong: list[str] = []
    while store.kills < kills and not wrong:
        store.kill_all(chance)
        if mutant or store.kills >= kills:
            store.finish()
            wrong = store.wrong()
    close(store.oms)
    return store, wrong
