"""The end of tasks whose cancellation is swallowed on the way, as by `asyncio.wait_for` before Python 3.12."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.servers.transport_harness import Carrier

from shared.messaging import lease, relay


async def swallow(cancellations: int) -> None:
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            if not cancellations:
                raise
            cancellations -= 1


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "CANCEL_AGAIN_SECONDS", 0.01)


def test_a_task_that_swallows_its_cancellation_is_cancelled_again() -> None:
    async def run() -> list[bool]:
        tasks = [asyncio.create_task(swallow(times)) for times in (0, 1, 3)]
        await asyncio.sleep(0)
        await asyncio.wait_for(lease.cancel_until_done(*tasks), 10)
        return [task.cancelled() for task in tasks]

    assert asyncio.run(run()) == [True, True, True]


def test_nothing_is_waited_for_when_no_task_runs() -> None:
    asyncio.run(asyncio.wait_for(lease.cancel_until_done(), 10))


def test_a_relay_ends_whose_client_swallows_the_cancellation(carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    """As nats-py may, which tries to connect for ever with a server that refuses it."""
    connecting = asyncio.Event()

    async def connect_for_ever(*_: object, **__: object) -> None:
        connecting.set()
        await swallow(1)

    monkeypatch.setattr(relay, "connect", connect_for_ever)
    carrier.install()
    running = carrier.relay()
    carrier.loop.do(asyncio.wait_for(connecting.wait(), 20))
    carrier.loop.do(asyncio.wait_for(running.stop(), 20))
