"""A server that is up while a test needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres

Server = TypeVar("Server", Nats, Postgres)


@contextmanager
def up(server: Server) -> Iterator[Server]:
    try:
        server.start()
        server.wait_until_ready()
        yield server
    finally:
        server.stop()
