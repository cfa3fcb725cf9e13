"""Abusers: a process that asks for everything at once, from one address and with one account, as fast as it can.

`python abusers.py < plan.json` prints how often it was answered, by status, as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count

SOURCE = "127.0.0.2"
FILE_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AbusePlan:
    """`kind`: one of KINDS. `token`: of an account; `case`: the path of a dossier that it may read, which has so many
    `versions`; `instant`: one of its past."""

    kind: str
    host: str
    port: int
    seconds: float
    token: str
    case: str
    versions: int
    instant: str


class Abuser:
    def __init__(self, plan: AbusePlan) -> None:
        self.plan, self.answers = plan, Counter[str]()
        self._end = time.monotonic() + plan.seconds

    async def run(self) -> None:
        act, at_once = KINDS[self.plan.kind]
        tasks = [asyncio.create_task(self._go_on(act, nth)) for nth in range(at_once)]
        await asyncio.sleep(self.plan.seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _go_on(self, act: Act, nth: int) -> None:
        """Acts on a connection for as long as it lasts, then on the next one."""
        while time.monotonic() < self._end:
            try:
                reader, writer = await asyncio.open_connection(self.plan.host, self.plan.port, local_addr=(SOURCE, 0))
            except OSError:
                self.answers["refused"] += 1
                await asyncio.sleep(0.01)
                continue
            try:
                await act(self, reader, writer, nth)
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                self.answers["closed"] += 1
            finally:
                writer.close()

    async def ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str, body: bytes = b"", token: str = ""
    ) -> None:
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self.answers["asked"] += 1
        writer.write(f"{head} HTTP/1.1\r\nHost: here\r\n{authorization}{length}\r\n".encode() + body)
        await writer.drain()
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        self.answers[answer.split()[1]] += 1
        if "content-length: " in answer:
            await reader.readexactly(int(answer.partition("content-length: ")[2].partition("\r\n")[0]))
        if "connection: close" in answer:
            raise ConnectionResetError


Act = Callable[[Abuser, asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]
MANY_KEYS = json.dumps({f"k{n}": 0 for n in range(28_000)}).encode()[: 256 * 1024]
MANY_FAULTS = json.dumps({f"k{n}": 0 for n in range(900)}).encode()


async def send_keys(abuser: Abuser, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, nth: int) -> None:
    """Unknown fields, without a token: far more than are read, and as many as are."""
    while True:
        await abuser.ask(reader, writer, "POST /api/v1/self-checks", MANY_KEYS if nth % 2 else MANY_FAULTS)


async def ask_anonymously(abuser: Abuser, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: int) -> None:
    while True:
        await abuser.ask(reader, writer, "GET /api/v1/self-checks/questions")


async def ask_about_past(abuser: Abuser, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: int) -> None:
    while True:
        await abuser.ask(reader, writer, f"GET /api/v1/requests?as_of={abuser.plan.instant}", token=abuser.plan.token)


async def ask_for_pdfs(abuser: Abuser, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, nth: int) -> None:
    """Each of another version."""
    for version in count(nth):
        path = f"{abuser.plan.case}/documents/fiche-d-accueil.pdf?version={version % abuser.plan.versions + 1}"
        await abuser.ask(reader, writer, f"GET {path}", token=abuser.plan.token)


async def send_slowly(abuser: Abuser, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, nth: int) -> None:
    """A file of ten mebibytes, byte by byte."""
    head = (
        f"POST {abuser.plan.case}/attachments?kind=statutes HTTP/1.1\r\nHost: here\r\n"
        f"Authorization: Bearer {abuser.plan.token}\r\nContent-Disposition: attachment; filename={nth}.pdf\r\n"
        f"Content-Length: {FILE_BYTES}\r\n\r\n"
    )
    writer.write(head.encode())
    abuser.answers["asked"] += 1
    while not reader.at_eof():
        writer.write(b"%")
        await writer.drain()
        try:
            async with asyncio.timeout(0.05):
                abuser.answers[(await reader.readline()).decode().split()[1]] += 1
                return
        except TimeoutError:
            continue


async def hold_idle(abuser: Abuser, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _nth: int) -> None:
    """Opened again as soon as it is closed."""
    abuser.answers["opened"] += 1
    await reader.read()


async def guess_tokens(abuser: Abuser, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, nth: int) -> None:
    """Tokens of the right form with a wrong signature, and personal links."""
    signed = abuser.plan.token.rpartition(".")[0]
    while True:
        random = urlsafe_b64encode(secrets.token_bytes(64)).decode().rstrip("=")
        token = f"{signed}.{random}" if nth % 2 else f"dla_link_{random[:43]}"
        await abuser.ask(reader, writer, "GET /api/v1/me", token=token)


KINDS: dict[str, tuple[Act, int]] = {
    "28,000 keys": (send_keys, 16),
    "no token": (ask_anonymously, 32),
    "past questions": (ask_about_past, 60),
    "PDFs": (ask_for_pdfs, 16),
    "slow uploads": (send_slowly, 32),
    "idle connections": (hold_idle, 1000),
    "bad tokens": (guess_tokens, 32),
}
"""What each does, on so many connections at once."""


if __name__ == "__main__":
    os.nice(5)  # an abuser elsewhere takes none of the processors of the service
    abuser = Abuser(AbusePlan(**json.load(sys.stdin)))
    asyncio.run(abuser.run())
    json.dump(abuser.answers, sys.stdout)
