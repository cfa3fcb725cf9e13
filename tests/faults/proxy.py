"""A TCP proxy in front of one server or several: a load balancer, and the cable that a fault cuts or freezes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from tests.support.servers.transport_harness import Loop


class Proxy:
    """Each connection goes to the next server that accepts it. It listens on `port` of the loopback."""

    def __init__(self, loop: Loop, port: int, servers: Sequence[int]) -> None:
        self.port = port
        self._loop, self._servers, self._turn = loop, list(servers), 0
        self._flows = loop.call(asyncio.Event)
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        async def listen() -> asyncio.Server:
            self._flows.set()
            return await asyncio.start_server(self._serve, "127.0.0.1", self.port)

        self._server = self._loop.do(listen())

    def stop(self) -> None:
        def close() -> None:
            if self._server:
                self._server.close()
            self._abort()

        self._loop.call(close)

    def freeze(self) -> None:
        """Nothing passes any more, not even the end of a connection."""
        self._loop.call(self._flows.clear)

    def cut(self) -> None:
        """Every connection ends, and no new one is served."""

        def cut() -> None:
            self._open = False
            self._abort()

        self._loop.call(cut)

    def heal(self) -> None:
        def heal() -> None:
            self._open = True
            self._flows.set()

        self._loop.call(heal)

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._flows.wait()
            server = await self._connect() if self._open else None
            if server:
                await self._join(reader, writer, *server)
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self._servers:
            self._turn += 1
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", self._servers[self._turn % len(self._servers)])
        return None

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> None:
        self._writers.add(server_writer)
        ways = [
            asyncio.ensure_future(self._pass(reader, server_writer)),
            asyncio.ensure_future(self._pass(server_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            self._writers.discard(server_writer)
            server_writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):  # an end closed it
            while data := await reader.read(65_536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
