"""The async face does what the synchronous one does, many calls at once, and inside a host's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from shop import WEB, Clock, order, payload, process
from sqlalchemy import text

from omskit.aio import AsyncOms
from omskit.core import Refusal, Refused
from omskit.engine import Act, Done, Relayed, Request
from omskit.orders import PutOnHold
from omskit.storage import Delivery

Host = Callable[[Callable[[AsyncOms], Awaitable[None]]], None]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Host:
    """Return what runs a coroutine with an open system, and closes it."""
    url = f"sqlite+aiosqlite:///{tmp_path}/shop.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")

    async def run(work: Callable[[AsyncOms], Awaitable[None]]) -> None:
        oms = await AsyncOms.open(url, channels=[WEB], process=process(), clock=Clock())
        try:
            await work(oms)
        finally:
            await oms.close()

    return lambda work: asyncio.run(run(work))


def test_an_order_goes_from_payload_to_shipment(host: Host) -> None:
    async def work(oms: AsyncOms) -> None:
        await oms.call(lambda system: system.stock.receive("BER", {"A": 5}, actor="amy"))
        (number,) = (await oms.receive("web", payload(order("1", ("A", 2))))).placed
        assert (await oms.run()).moved == {"review": 1, "source": 1, "release": 1}
        assert (await oms.relay(lambda _: Delivery.DONE)).done == 1
        assert (await oms.order(number)).status == "released"
        assert len((await oms.explain(number)).splitlines()) == 4
        assert (await oms.verify()).is_sound

    host(work)


def test_a_sender_may_be_async(host: Host) -> None:
    async def send(request: Request) -> Delivery:
        await asyncio.sleep(0)
        return Delivery.DONE if request.topic == "warehouse:BER" else Delivery.PARKED

    async def work(oms: AsyncOms) -> None:
        await oms.call(lambda system: system.stock.receive("BER", {"A": 5}, actor="amy"))
        await oms.receive("web", payload(order("1", ("A", 2)), order("2", ("A", 1))))
        await oms.run()
        assert await oms.relay(send) == Relayed(done=2)

    host(work)


def test_more_calls_at_once_than_the_pool_has_connections_all_come_through(host: Host) -> None:
    async def work(oms: AsyncOms) -> None:
        calls = (oms.receive("web", payload(order(str(n), ("A", 1)))) for n in range(40))
        assert sum(len(one.placed) for one in await asyncio.gather(*calls)) == 40

    host(work)


def test_commands_are_carried_out_and_refused_as_ever(host: Host) -> None:
    async def work(oms: AsyncOms) -> None:
        (number,) = (await oms.receive("web", payload(order("1", ("A", 2))))).placed
        first = await oms.do(number, PutOnHold("fraud"), actor="amy", key="k")
        assert first == await oms.do(number, PutOnHold("fraud"), actor="amy", key="k") == Done(number, "received")
        assert (await oms.cancel(number, actor="amy")).status == "cancelled"
        with pytest.raises(Refused):
            await oms.do(number, PutOnHold("late"), actor="amy")
        (refusal,) = await oms.do_many([Act(number, PutOnHold("late"))], actor="amy")
        assert isinstance(refusal, Refusal)
        assert refusal.code == "not_allowed"

    host(work)


def test_inside_a_host_s_transaction_nothing_is_kept_but_by_the_host(host: Host) -> None:
    async def work(oms: AsyncOms) -> None:
        async with oms.engine.connect() as connection:
            await connection.execute(text("CREATE TABLE carts (id INTEGER)"))
            await connection.commit()
            for keep in (False, True):
                await connection.execute(text("INSERT INTO carts VALUES (1)"))
                await oms.within(connection, lambda inside: inside.receive("web", payload(order("1", ("A", 1)))))
                await (connection.commit() if keep else connection.rollback())
                placed = await oms.call(lambda system: len(list(system.orders())))
                assert placed == int(keep)
                found = await connection.execute(text("SELECT count(*) FROM carts"))
                assert found.scalar() == int(keep)
                await connection.rollback()

    host(work)
