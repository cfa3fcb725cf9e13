"""A PostgreSQL over TLS: it takes no connection in clear, and carries the others to the server, which has no TLS."""

from __future__ import annotations

import asyncio
import ssl
import struct

from tests.support.servers.certificate_authority import Files
from tests.support.servers.transport_harness import Loop

SSL_REQUEST = struct.pack("!ii", 8, 80877103)


class TlsFront:
    """`port` is where it answers; `over_tls`, how many came in."""

    def __init__(self, loop: Loop, files: Files, port: int) -> None:
        self._loop, self._to, self.over_tls = loop, port, 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*files)
        self._server = loop.do(self._listening())
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _listening(self) -> asyncio.Server:
        return await asyncio.start_server(self._met, "127.0.0.1", 0)

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readexactly(8) != SSL_REQUEST:
                return
            writer.write(b"S")
            await writer.start_tls(self._context)
            self.over_tls += 1
            theirs, ours = await asyncio.open_connection("127.0.0.1", self._to)
            await asyncio.gather(_carried(reader, ours), _carried(theirs, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass  # who leaves in the middle of the handshake trusts us not
        finally:
            writer.close()

    def close(self) -> None:
        self._loop.loop.call_soon_threadsafe(self._server.close)


async def _carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(65536):
        writer.write(part)
        await writer.drain()
    writer.close()
