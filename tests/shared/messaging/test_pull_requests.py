"""The requests that wait at JetStream: long without messages, and sent again after a reconnection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from nats.js.errors import ServiceUnavailableError

from shared.messaging import subscriptions
from shared.messaging.subscriptions import PULL_AGAIN_SECONDS, PULL_SECONDS, PullRequests

Answer = Callable[[], Awaitable[list[Any]]]


class JetStream:
    """Answers each request as the next of `answers` does, and keeps how long each was to wait."""

    def __init__(self, *answers: Answer) -> None:
        self._answers, self.seconds = list(answers), list[float]()
        self.called = asyncio.Event()

    async def fetch(self, **options: float) -> list[Any]:
        self.seconds.append(options["timeout"])
        self.called.set()
        return await self._answers.pop(0)()


async def message() -> list[Any]:
    return ["message"]


async def nothing() -> list[Any]:
    raise TimeoutError


async def gone() -> list[Any]:
    raise ServiceUnavailableError


async def never() -> list[Any]:
    await asyncio.Event().wait()
    return []


def test_a_request_waits_long_and_one_after_a_fault_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "RETRY_SECONDS", 0.0)
    jetstream, reports = JetStream(message, nothing, gone, nothing, message), list[Exception | None]()

    async def run() -> list[list[Any]]:
        fetch = PullRequests().supervise(jetstream.fetch, reports.append)
        return [await fetch(batch=1, timeout=PULL_AGAIN_SECONDS) for _ in range(5)]

    assert asyncio.run(run()) == [["message"], [], [], [], ["message"]]
    assert jetstream.seconds == [PULL_SECONDS, PULL_SECONDS, PULL_SECONDS, PULL_AGAIN_SECONDS, PULL_SECONDS]
    assert [type(report) for report in reports] == [type(None), type(None), ServiceUnavailableError, *2 * [type(None)]]


def test_a_request_that_waits_is_sent_again_after_a_reconnection() -> None:
    jetstream, requests = JetStream(never, message), PullRequests()

    async def run() -> list[Any]:
        fetch = requests.supervise(jetstream.fetch, lambda _: None)
        waiting = asyncio.ensure_future(fetch(batch=1, timeout=PULL_AGAIN_SECONDS))
        await jetstream.called.wait()
        requests.renew()
        assert await asyncio.wait_for(waiting, 10) == []
        return await fetch(batch=1, timeout=PULL_AGAIN_SECONDS)

    assert asyncio.run(run()) == ["message"]


def test_a_receiver_that_stops_does_not_wait_for_its_request() -> None:
    jetstream = JetStream(never)

    async def run() -> None:
        fetch = PullRequests().supervise(jetstream.fetch, lambda _: None)
        waiting = asyncio.ensure_future(fetch(batch=1, timeout=PULL_AGAIN_SECONDS))
        await jetstream.called.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(run())
