"""A relay of the desk, or a workshop that follows it, in a process of its own, to be stopped and killed.

python -m tests.support.processes.sample_service_process relay    DESK_URL     DESK NATS_URL NATS_SEED [stall]
python -m tests.support.processes.sample_service_process workshop WORKSHOP_URL DESK NATS_URL NATS_SEED FEED_URL"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from nats.aio.client import Client
from tests.support.samples.sample_services import REGION, desk_at, workshop_at

from shared.messaging import Feed, Message, Subscriptions, relay
from shared.settings import NatsAccess


class Stalling(relay.Relay):
    """Stops itself once, lease and all, with a whole batch on the wire but for its commit."""

    stalled = False

    async def _send(self, connection: Client, messages: list[Message]) -> None:
        if len(messages) > 1 and not self.stalled:
            self.stalled = True
            ask = connection.request

            async def stop_then_ask(*of: Any, **with_: Any) -> Any:
                await connection.flush()
                os.kill(os.getpid(), signal.SIGSTOP)
                connection.request = ask  # type: ignore[method-assign]
                return await ask(*of, **with_)

            connection.request = stop_then_ask  # type: ignore[method-assign]
        await super()._send(connection, messages)


async def main(role: str, url: str, desk_name: str, nats_url: str, seed: str, *more: str) -> None:
    desk, access = desk_at(url, desk_name), NatsAccess(nats_url, seed)
    if role == "relay":
        kind = Stalling if more else relay.Relay
        await kind(desk.app, desk.to_integration_event, region=REGION, access=access, fatal=sys.exit).run()
    workshop = workshop_at(url, desk, Feed({desk_name: more[0]}, "token"))
    hearing = Subscriptions(workshop.inbox, region=REGION, access=access, fatal=sys.exit)
    await hearing.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
