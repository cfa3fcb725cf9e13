"""The header timeout counts the requests of a connection: with pipelining, two may be open at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.web.http import header_timeout
from shared.web.http.header_timeout import GuardedConnection


class Connection(asyncio.Transport):
    """A transport that notes whether it was closed."""

    closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 5000) if name == "peername" else default

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("still_open", "cut"), [(1, False), (0, True)])
def test_a_body_is_not_cut_while_its_request_is_open(
    still_open: int, cut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header_timeout, "HEADER_TIMEOUT_SECONDS", 0.01)

    async def play() -> bool:
        transport = Connection()
        guard = GuardedConnection(asyncio.Protocol(), {})
        guard.connection_made(transport)
        guard.begin_request()
        if still_open:
            guard.begin_request()  # the next request began before the answer to the first one had ended
        guard.end_request()
        guard.data_received(b"a part of a body, or the first bytes of another request")
        await asyncio.sleep(0.05)
        return transport.closed

    assert asyncio.run(play()) is cut
