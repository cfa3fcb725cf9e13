"""A program of two worker processes that answer with their own ids: `python worker_program.py PORT`.

`/slow` is answered once the process is to stop, `/place` with its place.
With ENDS_WITH in the environment each ends at once, with that code."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.types import Receive, Scope, Send

from shared.runtime.worker_processes import WorkerProcesses


class Answers:
    def __init__(self, place: int) -> None:
        self._place, self._under_way = place, 0
        self.is_stopping: Callable[[], bool] = lambda: False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/slow":
            self._under_way += 1
            while not self.is_stopping():  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.02)
            self._under_way -= 1
        body = f"{os.getpid()} {self._place if scope['path'] == '/place' else self._under_way}".encode()
        headers = [(b"content-length", b"%d" % len(body)), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def serve(place: int, listener: socket.socket, call_when_parent_ends: Callable[[Callable[[], None]], None]) -> int:
    if code := os.environ.get("ENDS_WITH"):
        return int(code)
    answers = Answers(place)
    server = uvicorn.Server(uvicorn.Config(answers, lifespan="off", log_config=None))
    answers.is_stopping = lambda: server.should_exit

    def stop() -> None:
        server.should_exit = True

    call_when_parent_ends(stop)
    server.run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(WorkerProcesses(2, "127.0.0.1", int(sys.argv[1]), backlog=16, serve=serve).run())
