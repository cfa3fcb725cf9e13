"""A service that was taken over: its log is in memory, its feed answers over HTTP, and both say whatever a test has
them say. A genuine one is the same that nobody has lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import msgspec
from tests.support.servers.integration import integration_header

from shared.contracts.base import PublicEvent
from shared.contracts.intake import RightGranted
from shared.eventlog import PARTITIONS, partition_of
from shared.kernel import uuid7
from shared.messaging import Message
from shared.messaging.wire import HighWaterMark

MAX_PAGE_EVENTS = 3
"""Small, so that a back-fill takes several pages."""
Page = dict[str, Any]


def forged(message: Message, contract: str | None = None, body: dict[str, Any] | None = None, **fields: Any) -> Message:
    """The message with other fields in its header; with another contract and body, where a contract is given."""
    header = msgspec.structs.replace(message.header, **fields)
    if contract is None:
        contract, body = message.contract, message.body
    return Message.of(header, contract, body)


def right(identity: UUID, role: str = "adviser", unit: str = "dla-44") -> RightGranted:
    return RightGranted(right=right_of(identity), role=role, unit=unit)


def right_of(identity: UUID) -> UUID:
    """The right of an identity, in these tests: each has one."""
    return UUID(int=identity.int ^ 1)


class PlayedService:
    """`lie`: what it makes of an honest page of its feed; null while nobody has taken it over. `asked`: how many
    pages."""

    def __init__(self, name: str) -> None:
        self.name, self.log_id = name, uuid4()
        self.log: list[Message] = []
        self.lie: Callable[[Page], Page] | None = None
        self.asked = 0

    def record(self, body: PublicEvent | None = None, case: UUID | None = None, **fields: Any) -> Message:
        """Adds an event, public with a body. `fields`: of the header."""
        case = case or uuid7()
        partition = partition_of(case)
        contract = body.topic() if body else None
        header = integration_header(
            self.name,
            fields.pop("event", body.name if body else "private-event"),
            case,
            **{
                "id": uuid7(),
                "log_id": self.log_id,
                "position": len(self.log) + 1,
                "partition": partition,
                "number": sum(each.header.partition == partition for each in self.log) + 1,
                "version": 1,
                "recorded_at": datetime.now(UTC),
                "effective_at": datetime.now(UTC),
            }
            | fields,
        )
        message = Message.of(header, contract, body.model_dump(mode="json") if body else None)
        self.log.append(message)
        return message

    def grant(self, identity: UUID) -> Message:
        """A right, as intake gives it."""
        return self.record(right(identity), identity)

    def head(self, **fields: Any) -> HighWaterMark:
        """What its relay announces."""
        numbers = [sum(each.header.partition == partition for each in self.log) for partition in range(PARTITIONS)]
        honest: dict[str, Any] = {
            "publisher": self.name,
            "log_id": self.log_id,
            "position": len(self.log),
            "numbers": numbers,
            "until": datetime.now(UTC),
        }
        return HighWaterMark(**(honest | fields))

    def page(self, partition: int | None, after: int, limit: int) -> Page:
        limit = min(limit, MAX_PAGE_EVENTS)
        rows = [(each.header.position, each) for each in self.log]
        if partition is not None:
            rows = [(each.header.number, each) for each in self.log if each.header.partition == partition]
        rows = [row for row in rows if row[0] > after][:limit]
        following = rows[-1][0] if len(rows) == limit else None
        return {"log_id": self.log_id, "events": [message for _, message in rows], "next": following, "since": 0}

    def answer(self, query: dict[str, list[str]]) -> bytes:
        self.asked += 1
        asked = {name: int(values[0]) for name, values in query.items()}
        page = self.page(asked.get("partition"), asked["after"], asked["limit"])
        return msgspec.json.encode(self.lie(page) if self.lie else page)


@contextmanager
def feeds_of(*services: PlayedService) -> Iterator[dict[str, str]]:
    """The addresses of their feeds, over HTTP."""
    by_name = {service.name: service for service in services}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            content = by_name[address.path.split("/")[1]].answer(parse_qs(address.query))
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
            """Nothing on the error output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="feeds")
    thread.start()
    try:
        yield {name: f"http://127.0.0.1:{server.server_port}/{name}" for name in by_name}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def with_events(*messages: Message, **others: Any) -> Callable[[Page], Page]:
    """A lie: these events instead of the honest ones."""
    return lambda page: page | {"events": list(messages)} | others
