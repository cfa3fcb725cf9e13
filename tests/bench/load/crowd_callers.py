"""A crowd: a process with many people, each on a connection of their own, who read and record without a pause and wait
as long as they are asked to.

`python crowd_callers.py < plan.json` prints what they were answered, as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field

GROUP_SIZE = 20
"""People behind one address."""
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class CrowdPlan:
    """`requests`: method, path and body, in turn; `#` in a body is another number each time. One token a person."""

    host: str
    port: int
    seconds: float
    tokens: list[str]
    requests: list[tuple[str, str, str | None]]


@dataclass(slots=True)
class CrowdAnswers:
    """`times`: seconds, of what was answered in full. `hasty`: refusals without `Retry-After`."""

    statuses: dict[str, int] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    hasty: int = 0

    def count(self, status: str) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1


class Person:
    def __init__(self, plan: CrowdPlan, nth: int, answers: CrowdAnswers) -> None:
        self._plan, self._nth, self._answers = plan, nth, answers
        self._source = f"127.0.1.{nth // GROUP_SIZE + 1}"

    async def act(self) -> None:
        end, number = time.monotonic() + self._plan.seconds, 0
        while time.monotonic() < end:
            try:
                reader, writer = await asyncio.open_connection(
                    self._plan.host, self._plan.port, local_addr=(self._source, 0)
                )
            except OSError:
                self._answers.count("refused")
                await asyncio.sleep(1.0)
                continue
            try:
                while time.monotonic() < end:
                    number += 1
                    await self._ask(reader, writer, number)
            except (OSError, asyncio.IncompleteReadError):
                self._answers.count("closed")
            except TimeoutError:
                self._answers.count("without an answer")
            finally:
                writer.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        plan = self._plan
        method, path, body = plan.requests[(self._nth + number) % len(plan.requests)]
        sent = (body or "").replace("#", f"{self._nth:04}{number:04}").encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {plan.tokens[self._nth]}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
        )
        begin = time.perf_counter()
        async with asyncio.timeout(PATIENCE_SECONDS):
            writer.write(head.encode() + sent)
            await writer.drain()
            status, headers = await self._answer(reader)
        self._answers.count(status)
        if status.startswith("2"):
            self._answers.times.append(time.perf_counter() - begin)
        elif "retry-after" not in headers:
            self._answers.hasty += 1
        else:
            await asyncio.sleep(float(headers["retry-after"]))
        if headers.get("connection") == "close":
            raise ConnectionResetError

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        await reader.readexactly(int(headers.get("content-length", "0")))
        return lines[0].split()[1], headers


async def run(plan: CrowdPlan) -> CrowdAnswers:
    answers = CrowdAnswers()
    await asyncio.gather(*(Person(plan, nth, answers).act() for nth in range(len(plan.tokens))))
    return answers


if __name__ == "__main__":
    os.nice(5)  # a crowd elsewhere takes none of the processors of the service
    json.dump(asdict(asyncio.run(run(CrowdPlan(**json.load(sys.stdin))))), sys.stdout)
