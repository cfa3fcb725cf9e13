"""A program that drains: `python drained_program.py PORT SECONDS`. `/slow` takes half a second, all else none."""

from __future__ import annotations

import asyncio
import sys

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from shared.settings import ServerSettings
from shared.web.limits import build_server


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await asyncio.sleep(0.5 if scope["path"] == "/slow" else 0)
        await PlainTextResponse(scope["path"])(scope, receive, send)


if __name__ == "__main__":
    settings = ServerSettings(port=int(sys.argv[1]), drain_seconds=float(sys.argv[2]))
    server = build_server(answer, settings)
    server.config.lifespan = "off"
    server.run()
