"""The relay: hands what waits in the outbox to the host's sender, and books what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from attrs import field, frozen

from omskit.channels import NOTICES, Notice, PickRequest, Privacy, Receiver, StockNotice
from omskit.core import ContractError, StorageError
from omskit.engine.contacts import ContactDesk
from omskit.engine.offering import note_taken
from omskit.engine.units import Shop
from omskit.storage import Attempt, Delivery, Leased

#: What an outbox says of a message that is finished already.
FINISHED = "unknown_message"


@frozen
class Request:
    """What the host is to send.

    Args:
        id: The same for every try: the idempotency key to give to the receiver.
        topic: Who it is for: ``warehouse:CODE`` or ``channel:CODE``.
        document: What to say.
        attempts: Tries so far, this one included.
        receiver: Whom the goods of a pick request are for, as it is known now; empty for other documents, and
            once it is erased. It is read when the request leaves and waits in no outbox.
    """

    id: int
    topic: str
    document: Notice
    attempts: int
    receiver: Receiver = field(default=Receiver(), repr=False)


#: Sends one request and says what became of it; what it raises ends the relay's call.
Sender = Callable[[Request], Delivery]


@frozen
class Relayed:
    """How many requests were sent, by outcome."""

    done: int = 0
    failed: int = 0
    parked: int = 0
    in_doubt: int = 0


@frozen
class Relay:
    """Sends waiting requests.

    Args:
        shop: The engine's parts.
        lease: How long a request is in this relay's hands; after that another may send it again.
        max_attempts: Tries before a failing request is parked for a person.
        backoff: Wait after the first failure; doubled by each further one.
        privacy: How receivers are kept.
    """

    shop: Shop
    lease: timedelta = timedelta(minutes=2)
    max_attempts: int = 8
    backoff: timedelta = timedelta(seconds=30)
    privacy: Privacy = field(default=Privacy())

    def relay(self, send: Sender, limit: int, topics: Sequence[str] = (), settle_every: int = 1) -> Relayed:
        """Send up to ``limit`` requests, in order per receiver and subject; outcomes are booked as they come.

        A request may be sent twice: when this process ends between sending and booking, or when an answer
        takes longer than the lease; of two relays that have sent it, the first one to book it is heard. What was
        taken and could not be sent within the lease is taken anew. ``settle_every`` books outcomes in groups:
        faster, with up to that many repeats after a crash.

        Raises:
            ContractError: ``bad_outcome`` when the sender answers something else than a :class:`Delivery`.
        """
        counts = dict.fromkeys(Delivery, 0)
        sent = 0
        while sent < limit:
            until = self.shop.now() + self.lease
            leased = self._lease(limit - sent, topics)
            if not leased:
                break
            for outcome in self._send_all(send, leased, until, settle_every):
                counts[outcome] += 1
                sent += 1
        return Relayed(
            counts[Delivery.DONE], counts[Delivery.FAILED], counts[Delivery.PARKED], counts[Delivery.IN_DOUBT]
        )

    def _lease(self, limit: int, topics: Sequence[str]) -> Sequence[Leased]:
        """Take what may leave now; what follows something of the same subject can be taken when that has left."""
        with self.shop.storage.begin() as unit:
            seconds = int(self.lease.total_seconds())
            return unit.outbox.lease(self.shop.now(), limit=limit, seconds=seconds, topics=topics)

    def _send_all(
        self, send: Sender, leased: Sequence[Leased], until: datetime, settle_every: int
    ) -> list[Delivery]:
        """Send what was taken, as long as it is in these hands: the rest may be in others' by then."""
        attempts: list[tuple[Request, Attempt]] = []
        outcomes: list[Delivery] = []
        requests = self._requests(leased)
        try:
            for one in requests:
                if outcomes and self.shop.now() >= until:
                    break
                attempts.append((one, self._send(send, one)))
                outcomes.append(attempts[-1][1].outcome)
                if len(attempts) >= settle_every:
                    self._settle(attempts)
        finally:
            self._settle(attempts)
        return outcomes

    def _settle(self, attempts: list[tuple[Request, Attempt]]) -> None:
        """Book outcomes; what another relay has finished meanwhile stays as that has booked it."""
        if not attempts:
            return
        try:
            self._book(attempts)
        except StorageError as error:
            if error.code != FINISHED or self.shop.joined:
                raise
            for one in attempts:
                self._book_unless_finished(one)
        attempts.clear()

    def _book_unless_finished(self, one: tuple[Request, Attempt]) -> None:
        try:
            self._book([one])
        except StorageError as error:
            if error.code != FINISHED:
                raise

    def _book(self, attempts: Sequence[tuple[Request, Attempt]]) -> None:
        with self.shop.storage.begin() as unit:
            unit.outbox.settle([attempt for _, attempt in attempts])
            for request, attempt in attempts:
                if attempt.outcome is Delivery.DONE and isinstance(request.document, StockNotice):
                    note_taken(unit, request.document, self.shop.now())

    def _requests(self, leased: Sequence[Leased]) -> list[Request]:
        documents = [NOTICES.load(one.message.tag, one.message.body) for one in leased]
        picks = [one for one in documents if isinstance(one, PickRequest)]
        receivers = ContactDesk(self.shop, self.privacy).of_picks(picks)
        return [
            Request(
                one.message.id,
                one.message.topic,
                document,
                one.attempts,
                receivers.get(document.number, Receiver()) if isinstance(document, PickRequest) else Receiver(),
            )
            for one, document in zip(leased, documents, strict=True)
        ]

    def _send(self, send: Sender, request: Request) -> Attempt:
        outcome = send(request)
        if not isinstance(outcome, Delivery):
            raise ContractError(
                "bad_outcome", f"the sender answered {outcome!r}; it has to be a Delivery", id=request.id
            )
        if outcome is not Delivery.FAILED:
            return Attempt(request.id, outcome)
        if request.attempts >= self.max_attempts:
            return Attempt(request.id, Delivery.PARKED)
        wait = self.backoff * 2 ** (request.attempts - 1)
        return Attempt(request.id, Delivery.FAILED, self.shop.now() + wait)
