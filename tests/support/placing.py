"""A worker that places order after order and is killed, again and again: nothing that it answered for is lost."""

from __future__ import annotations

import random
from multiprocessing.connection import Connection

from attrs import define
from faults import SPLITS, unasked, violations
from killing import killed
from many_shops import close, open_shop
from shop import order, payload, shop

from omskit.engine import Oms

#: Nobody kills later than this after the worker's first answer.
LONGEST_SECONDS = 0.1
#: How often all proofs are made, where nothing is expected to be wrong: they take longer with every order.
EVERY = 20


def place(oms: Oms, number: int) -> None:
    """Take goods in for an order, place it and let it run."""
    oms.stock.receive("BER", {"A": 1}, actor="amy", key=f"asn-{number}")
    oms.receive("web", payload(order(f"{number}", ("A", 1))))
    oms.run()


def work(url: str, first: int, mutant: str, answers: Connection) -> None:
    """Place order after order, and say of each that it is placed, until killed."""
    oms = open_shop(url)
    if mutant in SPLITS:
        oms = shop(SPLITS[mutant](oms.storage))
    place(oms, first)
    answers.send(first)
    number = first + 1
    while True:
        if mutant == "answers before it commits":
            answers.send(number)
        place(oms, number)
        answers.send(number)
        number += 1


MUTANTS = (*SPLITS, "answers before it commits")


@define
class Killer:
    """Kills workers on one database, and looks at what they leave.

    Args:
        url: The database.
        oms: A shop on it.
        mutant: What is wrong with the workers; empty for nothing.
        last: Highest number that a worker has answered for.
        kills: Workers killed.
        unheard: Kills after which the next number was there, though nobody had answered for it.
    """

    url: str
    oms: Oms
    mutant: str = ""
    last: int = -1
    kills: int = 0
    unheard: int = 0

    def kill_one(self, after_seconds: float) -> list[str]:
        """Let a worker go on, kill it, and return what is wrong then."""
        (answers,) = killed(work, [(self.url, self.last + 1, self.mutant)], after_seconds)
        self.last = max(self.last, *answers)
        self.kills += 1
        if not self.mutant and self.kills % EVERY:
            return []
        return self.wrong()

    def wrong(self) -> list[str]:
        """Return what is wrong now: what was answered is there, and nothing is there by half or twice."""
        there = {int(one.terms.external_id) for one in self.oms.orders()}
        self.unheard += self.last + 1 in there
        lost = [number for number in range(self.last + 1) if number not in there]
        found = violations(self.oms) + unasked(self.oms)
        return found + ([f"answered and lost: {lost}"] if lost else [])


def kill(url: str, kills: int, mutant: str = "", *, seed: int = 7) -> tuple[Killer, list[str]]:
    """Kill workers at random moments until something is wrong; return how it went, and what was."""
    chance, oms = random.Random(seed), open_shop(url)
    killer = Killer(url, oms, mutant)
    wrong: list[str] = []
    while killer.kills < kills and not wrong:
        wrong = killer.kill_one(chance.uniform(0, LONGEST_SECONDS))
    if not wrong:
        wrong = killer.wrong() + resumed(oms, killer.last + 1)
    close(oms)
    return killer, wrong


def resumed(oms: Oms, first: int) -> list[str]:
    """Do again what the last worker was killed at, and everything a second time; return what is wrong then."""
    for number in range(first + 1):
        place(oms, number)
    level = next(iter(oms.stock.levels(["A"]).values()))
    placed = len(list(oms.orders()))
    right = (first + 1, first + 1, first + 1)
    found = (level.on_hand, level.reserved, placed)
    return violations(oms) + unasked(oms) + ([] if found == right else [f"{found} and not {right}"])
