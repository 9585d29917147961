"""The outbox: in order for each key, in one pair of hands at a time, until it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from omskit.core import StorageError
from omskit.storage import Attempt, Delivery, Leased, Storage
from omskit.testing.storage.base import Opening
from omskit.testing.storage.tickets import AT, message, put


def lease(
    storage: Storage, at: datetime = AT, *, limit: int = 99, topics: Sequence[str] = ()
) -> Sequence[Leased]:
    """Take messages for a minute in a unit of its own."""
    with storage.begin() as unit:
        return unit.outbox.lease(at, limit=limit, seconds=60, topics=topics)


def taken(storage: Storage, at: datetime = AT, *, limit: int = 99, topics: Sequence[str] = ()) -> list[int]:
    """Return the ids of the messages that can be taken, and take them."""
    return [one.message.id for one in lease(storage, at, limit=limit, topics=topics)]


def settle(storage: Storage, *attempts: Attempt) -> None:
    """Record outcomes in a unit of its own."""
    with storage.begin() as unit:
        unit.outbox.settle(attempts)


def resolve(storage: Storage, id_: int, outcome: Delivery) -> None:
    """Decide on a message in a unit of its own."""
    with storage.begin() as unit:
        unit.outbox.resolve(id_, outcome)


def waiting(storage: Storage) -> dict[Delivery | None, int]:
    """Return how many messages are unfinished, by last outcome."""
    with storage.begin(read=True) as unit:
        return dict(unit.outbox.waiting())


LATER = AT + timedelta(seconds=60)
HELD = pytest.mark.parametrize("outcome", [Delivery.PARKED, Delivery.IN_DOUBT], ids=["parked", "in_doubt"])


class LeaseKit(Opening):
    """Messages are taken when they are due, in order, by one at a time."""

    def test_a_message_is_leased_as_it_was_put(self, storage: Storage) -> None:
        one = message(7, "SO-1 ü'", topic="channel:web", due=AT - timedelta(milliseconds=5))
        put(storage, one)
        assert list(lease(storage)) == [Leased(one, 1)]

    def test_messages_are_taken_in_order_of_id_up_to_the_limit(self, storage: Storage) -> None:
        put(storage, message(5), message(2), message(9), message(4))
        assert (taken(storage, limit=3), taken(storage, limit=3)) == ([2, 4, 5], [9])

    def test_a_message_is_taken_when_it_is_due_and_not_before(self, storage: Storage) -> None:
        put(storage, message(1, due=AT + timedelta(seconds=1)), message(2))
        assert taken(storage) == [2]
        assert taken(storage, AT + timedelta(seconds=1)) == [1]

    def test_a_message_in_someone_s_hands_is_not_taken(self, storage: Storage) -> None:
        put(storage, message(1))
        assert (taken(storage), taken(storage, LATER - timedelta(milliseconds=1))) == ([1], [])

    def test_a_message_can_be_taken_again_when_its_lease_has_ended(self, storage: Storage) -> None:
        put(storage, message(1))
        assert [one.attempts for one in (*lease(storage), *lease(storage, LATER))] == [1, 2]

    def test_only_messages_of_the_topics_are_taken(self, storage: Storage) -> None:
        put(storage, message(1, topic="a"), message(2, topic="b"), message(3, topic="c"))
        assert taken(storage, topics=["a", "c"]) == [1, 3]
        assert taken(storage) == [2]

    def test_of_one_key_the_first_message_only_is_taken(self, storage: Storage) -> None:
        put(storage, message(1, "k"), message(2, "k"), message(3))
        assert taken(storage) == [1, 3]

    def test_a_message_in_someone_s_hands_holds_back_those_behind_it(self, storage: Storage) -> None:
        put(storage, message(1, "k"), message(2, "k"))
        assert (taken(storage), taken(storage)) == ([1], [])

    def test_a_message_that_is_not_due_holds_back_those_behind_it(self, storage: Storage) -> None:
        put(storage, message(1, "k", due=LATER), message(2, "k"))
        assert taken(storage) == []

    def test_a_message_of_another_topic_holds_back_those_of_its_key(self, storage: Storage) -> None:
        put(storage, message(1, "k", topic="a"), message(2, "k", topic="b"))
        assert taken(storage, topics=["b"]) == []

    def test_what_is_held_back_does_not_use_up_the_limit(self, storage: Storage) -> None:
        put(storage, message(1, "k"), message(2, "k"), message(3, "k"), message(4))
        assert taken(storage, limit=2) == [1, 4]


class SettlementKit(Opening):
    """Outcomes are recorded; what is done is done."""

    def test_a_message_that_is_done_is_finished_and_lets_the_next_one_go(self, storage: Storage) -> None:
        put(storage, message(1, "k"), message(2, "k"))
        taken(storage)
        settle(storage, Attempt(1, Delivery.DONE))
        assert (taken(storage), taken(storage, LATER), waiting(storage)) == ([2], [2], {None: 1})

    def test_a_failed_message_is_tried_again_when_it_is_due(self, storage: Storage) -> None:
        put(storage, message(1, "k"), message(2, "k"))
        taken(storage)
        settle(storage, Attempt(1, Delivery.FAILED, AT + timedelta(seconds=30), "no answer"))
        assert taken(storage, AT + timedelta(seconds=29)) == []
        assert [(one.message.id, one.attempts) for one in lease(storage, AT + timedelta(seconds=30))] == [(1, 2)]

    def test_a_failed_message_without_an_instant_is_tried_again_at_once(self, storage: Storage) -> None:
        put(storage, message(1))
        taken(storage)
        settle(storage, Attempt(1, Delivery.FAILED))
        assert taken(storage) == [1]

    @HELD
    def test_a_message_that_waits_for_a_person_is_not_tried_again(
        self, storage: Storage, outcome: Delivery
    ) -> None:
        put(storage, message(1))
        taken(storage)
        settle(storage, Attempt(1, outcome))
        assert taken(storage, LATER) == []

    @HELD
    def test_a_message_that_waits_for_a_person_holds_back_those_behind_it(
        self, storage: Storage, outcome: Delivery
    ) -> None:
        put(storage, message(1, "k"), message(2, "k"), message(3))
        taken(storage)
        settle(storage, Attempt(1, outcome))
        assert taken(storage, LATER) == [3]

    def test_several_outcomes_are_recorded_at_once(self, storage: Storage) -> None:
        put(storage, message(1), message(2), message(3), message(4), message(5))
        taken(storage)
        outcomes = zip((1, 2, 3, 4), Delivery, strict=True)
        settle(storage, *(Attempt(id_, outcome) for id_, outcome in outcomes))
        assert waiting(storage) == {
            Delivery.FAILED: 1,
            Delivery.PARKED: 1,
            Delivery.IN_DOUBT: 1,
            None: 1,
        }

    def test_nothing_waits_in_an_empty_outbox(self, storage: Storage) -> None:
        assert waiting(storage) == {}

    def test_an_outcome_of_a_message_that_is_not_there_is_an_error(self, storage: Storage) -> None:
        with pytest.raises(StorageError) as caught:
            settle(storage, Attempt(1, Delivery.DONE))
        assert caught.value.code == "unknown_message"

    def test_an_outcome_of_a_message_that_is_done_is_an_error(self, storage: Storage) -> None:
        put(storage, message(1), message(2))
        settle(storage, Attempt(1, Delivery.DONE))
        with pytest.raises(StorageError) as caught:
            settle(storage, Attempt(2, Delivery.DONE), Attempt(1, Delivery.FAILED))
        assert caught.value.code == "unknown_message"
        assert waiting(storage) == {None: 1}

    @HELD
    def test_a_person_lets_a_message_be_sent_again(self, storage: Storage, outcome: Delivery) -> None:
        put(storage, message(1, "k"), message(2, "k"))
        taken(storage)
        settle(storage, Attempt(1, outcome))
        resolve(storage, 1, Delivery.FAILED)
        assert taken(storage) == [1]

    @HELD
    def test_a_person_declares_a_message_done(self, storage: Storage, outcome: Delivery) -> None:
        put(storage, message(1, "k"), message(2, "k"))
        taken(storage)
        settle(storage, Attempt(1, outcome))
        resolve(storage, 1, Delivery.DONE)
        assert (taken(storage), waiting(storage)) == ([2], {None: 1})

    def test_a_person_cannot_decide_on_what_is_neither_parked_nor_in_doubt(self, storage: Storage) -> None:
        put(storage, message(1))
        for id_ in (1, 2):
            with pytest.raises(StorageError) as caught:
                resolve(storage, id_, Delivery.DONE)
            assert caught.value.code == "unknown_message"
        assert waiting(storage) == {None: 1}
