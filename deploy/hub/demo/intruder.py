"""Somebody who holds all of one region: its key for the hub, and a nats-server on which all is allowed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError

from embedded.processes.nats import Nats
from shared.messaging.nats_access import connect
from shared.messaging.regions import copy_subject
from shared.messaging.topology import high_water_mark_subject, reply_prefix, subject
from shared.settings import NatsAccess

ACCOUNTS = "accounts { ANY { users: [{nkey: $intruder}, {nkey: $deployer}] } }\n"
CALLS = ("STREAM.DELETE", "STREAM.PURGE", "STREAM.INFO", "STREAM.MSG.GET", "DIRECT.GET")
ANSWER_SECONDS = 0.3
HEAD_SECONDS = 30.0
FORGED = b"forged"


@dataclass(frozen=True)
class Intrusion:
    """What came of it. `own_head`: whether the hub took a head of the region itself, which shows that the way is open.
    `tried`: how many attempts; `succeeded`: those to which anything came."""

    own_head: bool
    tried: int
    succeeded: list[str]


def intruder_server(folder: Path, port: int, hub: int, seed: str, *, authority: str) -> Nats:
    """`hub`: the port where regions connect; `seed`: of the region; `authority`: of the hub's certificate."""
    tls = f'tls {{ ca_file: "{authority}", handshake_first: true }}'
    leaf = f'leafnodes {{ remotes: [{{ url: "tls://127.0.0.1:{hub}", account: ANY, nkey: {seed}, {tls} }}] }}\n'
    return Nats(folder, port, services=["intruder"], accounts=ACCOUNTS, domain="intruder", leafnodes=leaf)


async def intrude(server: Nats, audit: NatsAccess, *, hub: str, region: str, victim: str) -> Intrusion:
    """Tries to read and delete streams of the hub and of the region `victim`, to hear of it, and to write in its name.
    `audit`: the access of the hub's audit service, which shows what was taken."""
    intruder = await connect(NatsAccess(server.url, server.seed("intruder")))
    witness = await connect(audit, inbox_prefix=reply_prefix("audit"))
    try:
        heads = {name: _Messages() for name in (region, victim)}
        for name, messages in heads.items():
            await witness.subscribe(high_water_mark_subject(name, "intake"), cb=messages.note)
        overheard = _Messages()
        listening = await intruder.subscribe(f"*.{victim}.>", cb=overheard.note)
        await intruder.flush()
        heads[victim].data.clear()
        await heads[victim].wait_for(bool)  # it speaks, and is overheard by whom it is meant for
        await listening.unsubscribe()
        prefixes = (f"$JS.{hub}.API", "JS.API", f"hub.{victim}.api")
        calls = [f"{p}.{c}.{s}" for p in prefixes for c in CALLS for s in ("audit", f"{victim}-intake", "intake")]
        succeeded = [*overheard.subjects, *[call for call in calls if await _is_answered(intruder, call)]]
        forged = [
            subject(victim, "intake", 0, "forged:v1"),
            high_water_mark_subject(victim, "intake"),
            copy_subject(victim, "intake"),
        ]
        for each in (*forged, high_water_mark_subject(region, "intake")):
            await intruder.publish(each, FORGED)
        own_head = await heads[region].wait_for(lambda data: data == FORGED)
        succeeded += [f"head of {victim}"] * heads[victim].data.count(FORGED)
        return Intrusion(own_head, tried=len(calls) + len(forged) + 1, succeeded=succeeded)
    finally:
        await intruder.close()
        await witness.close()


class _Messages:
    """What a subscription received."""

    def __init__(self) -> None:
        self.subjects: list[str] = []
        self.data: list[bytes] = []
        self._came = asyncio.Event()

    async def note(self, message: Msg) -> None:
        self.subjects.append(message.subject)
        self.data.append(message.data)
        self._came.set()

    async def wait_for(self, accepts: Callable[[bytes], bool]) -> bool:
        """Whether one came that is accepted."""
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                while not any(accepts(data) for data in self.data):
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            return False
        return True


async def _is_answered(client: Client, call: str) -> bool:
    try:
        await client.request(call, json.dumps({"seq": 1}).encode(), timeout=ANSWER_SECONDS)
    except (NoRespondersError, TimeoutError):
        return False
    return True
