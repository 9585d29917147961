"""The facade end to end: from payload to shipment, whatever is repeated, refused or short."""

import pytest
from shop import AT, WEB, Clock, back, fulfillments, order, payload, process, shop

from omskit.channels import Channel, ChannelLine, ChannelOrder
from omskit.core import Cell, ContractError, Destination, Level, OmsError, Refusal, Refused, UsageError, readable
from omskit.engine import Act, Done, Oms, Request
from omskit.flow import Rules, Step
from omskit.fulfillment import (
    FULFILLMENT_MACHINE,
    Accept,
    ConfirmRecall,
    DenyRecall,
    HandOver,
    Parcel,
    Reject,
    Ship,
)
from omskit.orders import (
    ORDER_MACHINE,
    Approve,
    Assign,
    Cancel,
    Consignment,
    PutOnHold,
    ReleaseHold,
    TakeBack,
)
from omskit.storage import Delivery, Op, Storage, Where


def stocked(storage: Storage, clock: Clock | None = None, **stock: int) -> Oms:
    oms = shop(storage, clock)
    oms.stock.receive("BER", stock, actor="amy")
    return oms


def code_of(error: pytest.ExceptionInfo[OmsError]) -> str:
    return error.value.code


def test_an_order_goes_from_payload_to_shipment(storage: Storage) -> None:
    oms = stocked(storage, A=5)
    (number,) = oms.receive("web", payload(order("1", ("A", 2)))).placed
    run = oms.run()
    assert run.moved == {"review": 1, "source": 1, "release": 1}
    (work,) = fulfillments(oms, number)
    assert oms.do(work, HandOver("WB-1", "post"), actor="wms") == Done(work, "shipped")
    assert oms.order(number).status == "completed"
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(3, 0)}
    assert oms.verify().is_sound


def test_receiving_twice_changes_nothing(storage: Storage) -> None:
    oms = shop(storage)
    first = payload(order("1", ("A", 2)), order("2", ("B", 1)))
    assert len(oms.receive("web", first).placed) == 2
    again = oms.receive("web", first)
    assert (again.placed, again.repeated) == ((), 2)
    assert len(list(oms.orders())) == 2


def test_a_bad_order_never_stops_its_batch(storage: Storage) -> None:
    oms = shop(storage)
    said = payload(order("1", ("A", 1)), order("2", ("A", -4)), {"id": "3"}, order("4", ("B", 1)))
    received = oms.receive("web", said)
    assert len(received.placed) == 2
    assert {one.subject: one.code for one in received.refused} == {"2": "bad_line", "3": "no_lines"}


def test_an_unknown_channel_says_which_there_are(storage: Storage) -> None:
    with pytest.raises(UsageError, match="there are: web"):
        shop(storage).receive("shop", b"[]")


def test_two_channels_of_one_code_are_refused(storage: Storage) -> None:
    with pytest.raises(UsageError) as error:
        Oms(storage, [WEB, WEB], process())
    assert code_of(error) == "duplicate_channel"


def test_one_sku_on_two_lines_is_summed_before_stock_is_promised(storage: Storage) -> None:
    oms = stocked(storage, A=1)
    (number,) = oms.receive("web", payload(order("1", ("A", 1), ("A", 1)))).placed
    oms.run()
    assert [line.reserved for line in oms.order(number).lines] == [1, 0]
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(1, 1)}


def test_what_is_missing_waits_and_goes_when_stock_has_come(storage: Storage) -> None:
    clock = Clock()
    oms = stocked(storage, clock, A=1)
    (number,) = oms.receive("web", payload(order("1", ("A", 3)))).placed
    oms.run()
    assert oms.order(number).status == "backordered"
    oms.stock.receive("BER", {"A": 5}, actor="amy")
    assert oms.run().looked == 0
    clock.forward(hours=5)
    oms.run()
    assert oms.order(number).status == "released"
    assert len(fulfillments(oms, number)) == 2
    assert oms.verify().is_sound


def test_a_held_order_waits_for_a_person_and_then_goes(storage: Storage) -> None:
    oms = stocked(storage, A=5)
    (number,) = oms.receive("web", payload(order("1", ("A", 1), buyer=""))).placed
    oms.run()
    assert [hold.code for hold in oms.order(number).holds] == ["no_buyer"]
    assert oms.run().looked == 0
    oms.do(number, ReleaseHold("no_buyer"), actor="amy")
    oms.run()
    assert oms.order(number).status == "released"


def test_a_hold_with_an_end_ends_by_itself(storage: Storage) -> None:
    clock = Clock()
    oms = stocked(storage, clock, A=5)
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    clock.forward(hours=1)
    until = clock.at
    clock.forward(hours=-1)
    oms.do(number, PutOnHold("payment", "waits for the bank", until=until), actor="bank")
    assert oms.run().looked == 0
    clock.forward(hours=1)
    oms.run()
    assert oms.order(number).status == "released"


def test_a_command_repeated_with_its_key_returns_its_first_outcome(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    first = oms.do(number, Approve(), actor="amy", key="k-1")
    oms.do(number, Cancel(), actor="amy")
    assert oms.do(number, Approve(), actor="amy", key="k-1") == first == Done(number, "approved")


def test_a_key_with_another_body_is_an_error(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    oms.do(number, Approve(), actor="amy", key="k-1")
    with pytest.raises(UsageError) as error:
        oms.do(number, Cancel(), actor="amy", key="k-1")
    assert code_of(error) == "key_reused"


def test_a_refused_key_stays_refused(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    oms.do(number, PutOnHold("fraud"), actor="amy")
    for _ in range(2):
        with pytest.raises(Refused) as error:
            oms.do(number, Approve(), actor="amy", key="k-1")
        assert code_of(error) == "order_held"
        oms.do(number, ReleaseHold("fraud"), actor="amy")
    assert oms.do(number, Approve(), actor="amy", key="k-2").status == "approved"


def test_many_commands_have_one_outcome_each(storage: Storage) -> None:
    oms = shop(storage)
    one, two = oms.receive("web", payload(order("1", ("A", 1)), order("2", ("A", 1)))).placed
    acts = [
        Act(one, Approve(), "k-1"),
        Act(one, Approve(), "k-1"),
        Act(two, TakeBack(((1, 1),))),
        Act(readable("SO", 999), Approve()),
        Act(two, Approve()),
    ]
    outcomes = oms.do_many(acts, actor="amy")
    assert outcomes[:2] == [Done(one, "approved")] * 2
    assert [one.code for one in outcomes if isinstance(one, Refusal)] == ["not_shipped", "unknown_number"]
    assert outcomes[4] == Done(two, "approved")
    assert oms.verify().is_sound


def test_a_number_that_names_nothing_is_the_hosts_mistake(storage: Storage) -> None:
    oms = shop(storage)
    for number in (readable("SO", 5), readable("FO", 5), "XX-1-2"):
        with pytest.raises(UsageError) as error:
            oms.do(number, Approve(), actor="amy")
        assert code_of(error) == "unknown_number"


def test_a_rejected_order_is_sourced_again(storage: Storage) -> None:
    oms = stocked(storage, A=2)
    oms.stock.receive("POZ", {"A": 2}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 2)))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.do(work, Reject("flooded"), actor="wms")
    assert oms.order(number).status == "approved"
    assert sum(level.reserved for level in oms.stock.levels(["A"]).values()) == 0
    oms.run()
    assert fulfillments(oms, number) != [work]
    assert oms.verify().is_sound


def test_a_short_pick_releases_what_did_not_come(storage: Storage) -> None:
    oms = stocked(storage, A=5)
    (number,) = oms.receive("web", payload(order("1", ("A", 3)))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.do(work, Ship((Parcel(1, "WB-1", ((1, 2),)),)), actor="wms")
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(3, 0)}
    line = oms.order(number).lines[0]
    assert (line.shipped, line.open) == (2, 1)
    assert oms.verify().is_sound


def test_cancelling_at_a_warehouse_waits_for_its_word(storage: Storage) -> None:
    oms = stocked(storage, A=5)
    (number,) = oms.receive("web", payload(order("1", ("A", 3)))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.do(work, Accept(), actor="wms")
    oms.cancel(number, actor="amy", reason="buyer")
    assert [hold.code for hold in oms.order(number).holds] == ["cancel_requested"]
    oms.do(work, ConfirmRecall(), actor="wms")
    assert oms.order(number).status == "cancelled"
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(5, 0)}
    assert oms.verify().is_sound


def test_a_shipment_that_was_faster_than_the_cancellation_wins(storage: Storage) -> None:
    oms = stocked(storage, A=5)
    (number,) = oms.receive("web", payload(order("1", ("A", 3)))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.cancel(number, actor="amy")
    oms.do(work, HandOver("WB-1"), actor="wms")
    assert oms.order(number).status == "completed"
    with pytest.raises(Refused):
        oms.do(work, ConfirmRecall(), actor="wms")
    assert oms.verify().is_sound


def test_a_denied_recall_leaves_the_order_on_its_way(storage: Storage) -> None:
    oms = stocked(storage, A=5)
    (number,) = oms.receive("web", payload(order("1", ("A", 3)))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    oms.cancel(number, actor="amy")
    oms.do(work, DenyRecall(), actor="wms")
    oms.do(work, HandOver("WB-1"), actor="wms")
    assert oms.order(number).status == "completed"


def test_a_reversal_cancels_what_has_not_left_and_takes_back_what_has(storage: Storage) -> None:
    oms = stocked(storage, A=5)
    shipped, fresh = oms.receive("web", payload(order("1", ("A", 3)), order("2", ("B", 2)))).placed
    oms.run()
    oms.do(fulfillments(oms, shipped)[0], HandOver("WB-1"), actor="wms")
    taken = payload(back("R1", ("A", 1, 100)), back("R2", ("B", 2, 200)), back("R3", ("C", 1, 100)))
    received = oms.receive("web", taken)
    assert [(one.reversal, one.quantity) for one in received.matched] == [("R1", 1), ("R2", 2)]
    assert [(one.subject, one.code) for one in received.refused] == [("R3", "no_sale")]
    assert (oms.order(shipped).lines[0].returned, oms.order(fresh).status) == (1, "cancelled")
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(3, 0)}
    assert oms.receive("web", taken).repeated == 3
    assert oms.verify().is_sound


def test_what_has_to_be_sent_waits_until_it_was_sent(storage: Storage) -> None:
    clock = Clock()
    oms = stocked(storage, clock, A=5)
    oms.receive("web", payload(order("1", ("A", 1))))
    oms.run()
    tried: list[Request] = []

    def send(request: Request) -> Delivery:
        tried.append(request)
        return Delivery.FAILED if len(tried) == 1 else Delivery.DONE

    assert oms.relay(send).failed == 1
    assert oms.relay(send).done == 0
    clock.forward(seconds=31)
    assert oms.relay(send).done == 1
    assert oms.relay(send).done == 0
    assert [(one.id, one.attempts) for one in tried] == [(tried[0].id, 1), (tried[0].id, 2)]
    assert tried[0].topic == "warehouse:BER"


def test_a_doubtful_request_is_not_sent_again_and_holds_back_what_follows(storage: Storage) -> None:
    clock = Clock()
    oms = stocked(storage, clock, A=5)
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    oms.run()
    assert oms.relay(lambda _: Delivery.IN_DOUBT).in_doubt == 1
    oms.cancel(number, actor="amy")
    clock.forward(days=1)
    assert oms.relay(lambda _: Delivery.DONE).done == 0


def test_a_sender_that_raises_loses_nothing(storage: Storage) -> None:
    clock = Clock()
    oms = stocked(storage, clock, A=5)
    oms.receive("web", payload(order("1", ("A", 1))))
    oms.run()

    def send(_: Request) -> Delivery:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        oms.relay(send)
    assert oms.relay(lambda _: Delivery.DONE).done == 0
    clock.forward(minutes=3)
    assert oms.relay(lambda _: Delivery.DONE).done == 1


def test_a_sender_that_forgets_to_answer_is_told_so(storage: Storage) -> None:
    oms = stocked(storage, A=5)
    oms.receive("web", payload(order("1", ("A", 1))))
    oms.run()
    with pytest.raises(ContractError, match="has to be a Delivery") as error:
        oms.relay(lambda _: None)  # type: ignore[arg-type, return-value]
    assert code_of(error) == "bad_outcome"


def test_a_step_that_breaks_its_promise_leaves_no_half_batch(storage: Storage) -> None:
    wrong = Step("wrong", "reserve", lambda _orders, _facts: {12345: [Approve()]})
    oms = shop(storage, process=process().replace("source", wrong))
    oms.receive("web", payload(order("1", ("A", 1))))
    with pytest.raises(ContractError):
        oms.run()
    assert [one.status for one in oms.orders()] == ["received"]


def test_every_status_renamed_by_the_host_the_whole_flow_still_runs(storage: Storage) -> None:
    orders = ORDER_MACHINE.renamed({name: f"o{n}" for n, name in enumerate(ORDER_MACHINE.states)})
    works = FULFILLMENT_MACHINE.renamed({name: f"f{n}" for n, name in enumerate(FULFILLMENT_MACHINE.states)})
    oms = shop(storage, process=process(Rules(orders, works)))
    oms.stock.receive("BER", {"A": 4}, actor="amy")
    one, two, three = oms.receive(
        "web", payload(order("1", ("A", 1)), order("2", ("A", 1), buyer=""), order("3", ("A", 3)))
    ).placed
    oms.run()
    oms.do(fulfillments(oms, one)[0], HandOver("WB-1"), actor="wms")
    oms.cancel(three, actor="amy")
    for work in fulfillments(oms, three):
        oms.do(work, ConfirmRecall(), actor="wms")
    names = {number: oms.order(number).status for number in (one, two, three)}
    expected = {one: "completed", two: "received", three: "cancelled"}
    positions = list(ORDER_MACHINE.states)
    assert names == {number: f"o{positions.index(status)}" for number, status in expected.items()}
    assert oms.verify().is_sound


def test_orders_are_found_by_their_columns(storage: Storage) -> None:
    oms = shop(storage)
    oms.receive("web", payload(order("1", ("A", 1)), order("2", ("A", 1), buyer="b2")))
    assert [one.terms.external_id for one in oms.orders(Where("buyer", Op.EQ, "b2"))] == ["2"]
    with pytest.raises(UsageError):
        list(oms.orders(Where("weather", Op.EQ, "rain")))


def test_the_most_urgent_order_gets_the_last_piece(storage: Storage) -> None:
    oms = stocked(storage, A=1)
    slow, fast = oms.receive(
        "web", payload(order("1", ("A", 1)), order("2", ("A", 1), terms={"urgent": True}))
    ).placed
    oms.run()
    assert (oms.order(slow).status, oms.order(fast).status) == ("backordered", "released")


def test_a_small_limit_and_small_batches_come_to_the_same_end(storage: Storage) -> None:
    oms = shop(storage, batch=2)
    oms.stock.receive("BER", {"A": 9}, actor="amy")
    oms.receive("web", payload(*(order(str(n), ("A", 1)) for n in range(7))))
    assert oms.run(limit=3).looked == 3
    run = oms.run()
    assert (run.looked, run.batches) == (4, 2)
    assert {one.status for one in oms.orders()} == {"released"}


def test_a_history_reads_as_text(storage: Storage) -> None:
    oms = stocked(storage, A=1)
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    oms.run()
    (work,) = fulfillments(oms, number)
    assert oms.explain(number).splitlines() == [
        "2026-03-02 09:00 web/receive: placed as web 1: 1 lines, 1.00 EUR to DE, received",
        "2026-03-02 09:00 omskit/review: approved by rule allow_all -> approved",
        "2026-03-02 09:00 omskit/source: BER sends 1 of line 1 -> reserved",
        f"2026-03-02 09:00 omskit/release: released as {work} -> released",
    ]
    assert oms.explain(work) == "2026-03-02 09:00 omskit/release: BER is asked to send 1 lines"


def test_stock_is_corrected_with_a_reason_and_never_below_what_is_promised(storage: Storage) -> None:
    oms = stocked(storage, A=5)
    oms.receive("web", payload(order("1", ("A", 3))))
    oms.run()
    oms.stock.adjust("BER", {"A": -2}, actor="amy", reason="damaged")
    with pytest.raises(Refused) as error:
        oms.stock.adjust("BER", {"A": -1}, actor="amy", reason="damaged")
    assert code_of(error) == "out_of_stock"
    assert oms.stock.below(1) == {"A": 0}
    assert [one.kind for one in oms.stock.movements("A", "BER")] == ["lost", "reserved", "received"]
    assert oms.stock.movements("A", "BER")[0].at == AT


def test_all_that_a_channel_is_told_of_one_order_leaves_in_one_call(storage: Storage) -> None:
    oms = shop(storage)
    oms.stock.receive("BER", {"A": 1}, actor="amy")
    oms.stock.receive("MUC", {"A": 1}, actor="amy")
    (number,) = oms.receive("web", payload(order("1", ("A", 2)))).placed
    oms.run()
    assert oms.relay(lambda _: Delivery.DONE).done == 2
    oms.do_many([Act(work, HandOver(f"WB-{work}")) for work in fulfillments(oms, number)], actor="wms")
    told: list[int] = []

    def send(request: Request) -> Delivery:
        told.append(request.id)
        return Delivery.DONE

    assert oms.relay(send).done == 2
    assert told == sorted(told)
    assert oms.relay(send).done == 0


@pytest.mark.parametrize(
    ("code", "terms"),
    [
        ("bad_grade", {"grade": 12}),
        ("naive_datetime", {"ship_by": AT.replace(tzinfo=None)}),
    ],
)
def test_terms_that_no_order_can_have_never_stop_a_batch(
    storage: Storage, code: str, terms: dict[str, object]
) -> None:
    documents = [
        ChannelOrder(id_, AT, "EUR", Destination("DE"), (ChannelLine("A", 1, 100),), "b", **more)  # type: ignore[arg-type]
        for id_, more in (("1", {}), ("2", terms), ("3", {}))
    ]
    oms = Oms(storage, [Channel("web", lambda _: documents)], process(), clock=Clock())
    received = oms.receive("web", b"")
    assert len(received.placed) == 2
    assert [(one.subject, one.code) for one in received.refused] == [("2", code)]


@pytest.mark.parametrize(
    ("code", "line", "currency"),
    [
        ("unknown_currency", ChannelLine("A", 1, 100), "EURO"),
        ("not_minor_units", ChannelLine("A", 1, 1.5), "EUR"),  # type: ignore[arg-type]
        ("amount_out_of_range", ChannelLine("A", 1, 10**16), "EUR"),
        ("bad_line", ChannelLine("A", 1.0, 100), "EUR"),  # type: ignore[arg-type]
    ],
)
def test_amounts_that_no_order_can_have_never_stop_a_batch(
    storage: Storage, code: str, line: ChannelLine, currency: str
) -> None:
    documents = [
        ChannelOrder("1", AT, "EUR", Destination("DE"), (ChannelLine("A", 1, 100),), "b"),
        ChannelOrder("2", AT, currency, Destination("DE"), (line,), "b"),
    ]
    oms = Oms(storage, [Channel("web", lambda _: documents)], process(), clock=Clock())
    received = oms.receive("web", b"")
    assert len(received.placed) == 1
    assert [(one.subject, one.code) for one in received.refused] == [("2", code)]


def test_a_command_to_no_number_at_all_leaves_the_others_of_its_batch_alone(storage: Storage) -> None:
    oms = shop(storage)
    (number,) = oms.receive("web", payload(order("1", ("A", 1)))).placed
    targets = ("SO-1-4", "PO-7", "SO-999-0", number)
    done = oms.do_many([Act(target, Approve()) for target in targets], actor="amy")
    assert [one.code if isinstance(one, Refusal) else one for one in done] == [
        "bad_number",
        "unknown_number",
        "unknown_number",
        Done(number, "approved"),
    ]


def test_a_command_that_finds_no_stock_leaves_the_others_of_its_batch_alone(storage: Storage) -> None:
    oms = stocked(storage, A=1)
    first, second = oms.receive("web", payload(order("1", ("A", 1)), order("2", ("A", 1)))).placed
    oms.do_many([Act(first, Approve()), Act(second, Approve())], actor="amy")
    assign = Assign((Consignment(1, "BER", ((1, 1),)),))
    done = oms.do_many([Act(first, assign), Act(second, assign), Act(second, PutOnHold("late"))], actor="amy")
    assert [one.code if isinstance(one, Refusal) else one.status for one in done] == [
        "reserved",
        "out_of_stock",
        "approved",
    ]
    assert oms.order(second).consignments == ()
    assert oms.verify().is_sound


def test_a_system_that_was_closed_opens_what_it_needs_again(storage: Storage) -> None:
    oms = stocked(storage, A=1)
    oms.close()
    assert oms.stock.levels(["A"]) == {Cell("A", "BER"): Level(1, 0)}
    oms.close()


def test_what_is_not_there_has_no_history(storage: Storage) -> None:
    oms = shop(storage)
    for number in ("SO-999-0", "FO-999-0"):
        with pytest.raises(UsageError) as error:
            oms.explain(number)
        assert code_of(error) == "unknown_number"


@pytest.mark.parametrize("count", [0, -1])
def test_a_reversal_of_less_than_one_unit_never_stops_its_batch(storage: Storage, count: int) -> None:
    oms = shop(storage)
    oms.receive("web", payload(order("1", ("A", 2))))
    received = oms.receive("web", payload(back("R1", ("A", count, 100)), back("R2", ("A", 1, 100))))
    assert [(one.subject, one.code) for one in received.refused] == [("R1", "bad_line")]
    assert [(one.reversal, one.quantity) for one in received.matched] == [("R2", 1)]
