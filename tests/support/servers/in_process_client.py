"""Starlette's test client with one change of thread for each request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal
from fastapi.testclient import TestClient


class InProcessClient(TestClient):
    """The same client, whose answers are whole before they are given: Starlette's own hands each part of each answer
    from thread to thread, nine times a request, which took two thirds of the time of tests that send many.

    Where nothing enters it, each request has an event loop of its own, as Starlette's has."""

    __test__ = False

    def __init__(self, app: Any, *, client: tuple[str, int] = ("testclient", 50000), **given: Any) -> None:
        super().__init__(app, client=client, **given)
        raised = given.get("raise_server_exceptions", True)
        whole = httpx.ASGITransport(self.app, raise_app_exceptions=raised, client=client)
        self._transport = _WholeAnswers(whole, self._portal_factory)


class _WholeAnswers(httpx.BaseTransport):
    def __init__(
        self, inner: httpx.ASGITransport, portal_factory: Callable[[], AbstractContextManager[BlockingPortal]]
    ) -> None:
        self._inner, self._portal_factory = inner, portal_factory

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        with self._portal_factory() as portal:
            return portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        stream = httpx.ByteStream(b"".join([part async for part in answer.aiter_raw()]))
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream, request=request)
