"""Refuses sessions that have ended, before anything else is done for a request."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from console.auth.ended_sessions import EndedSessionsUnavailable
from console.auth.request_session import get_session, is_static
from console.pages.error_pages import sessions_unavailable_page


class SessionCheckMiddleware:
    """Inside RequestSessionMiddleware. Where nobody can tell whether a session has ended, it opens nothing (503)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_static(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            await get_session(request).check()
        except EndedSessionsUnavailable:
            await sessions_unavailable_page(request)(scope, receive, send)
            return
        await self._app(scope, receive, send)
