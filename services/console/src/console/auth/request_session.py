"""The session of one request: read from its cookies, written back with the response."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.auth.ended_sessions import EndedSessions
from console.auth.sealed_cookies import SealedCookie
from console.auth.session import ReaderSession, SignInAttempt, decode_attempt, decode_session, encode, new_session
from console.settings import ConsoleSettings
from shared.web.http import SECURITY_HEADERS, UNLIMITED_PATHS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = SECURITY_HEADERS | {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
"""The security headers of the services, plus what pages need: their scripts, their styles, and the origin of a form."""


class RequestSession:
    """`session`: assign another to have it stored. `attempt`: the sign-in in progress, if any."""

    def __init__(self, settings: ConsoleSettings, ended_sessions: EndedSessions, cookies: Mapping[str, str]) -> None:
        self._cookies, self._ended_sessions, self._hours = cookies, ended_sessions, settings.hours
        key = settings.sealing_key()
        self._session_cookie = SealedCookie("dla-session", key, secure=settings.secure)
        self._attempt_cookie = SealedCookie("dla-sign-in", key, secure=settings.secure, same_site="Lax", max_age=600)
        self._found = self._session_cookie.read(cookies)
        self.ended = False
        """Whether the browser brought a session that is over."""
        self.session = self._read() or new_session(self._hours)
        found = self._attempt_cookie.read(cookies)
        self._initial_attempt = self.attempt = _decode(decode_attempt, found)
        self._look: asyncio.Future[bool] | None = None

    def _read(self) -> ReaderSession | None:
        session: ReaderSession | None = _decode(decode_session, self._found)
        if session is not None and session.is_over:
            self.ended = session.signed_in
            return None
        return session

    async def check(self) -> None:
        """Gives up a session that was ended, in this browser or another. Raises EndedSessionsUnavailable."""
        if self.session.signed_in and await self._ended_sessions.contains(self.session):
            self.ended, self.session = True, new_session(self._hours)

    async def is_over(self, session: ReaderSession) -> bool:
        """Whether a session has ended since. Calls that a page makes at once share one look at the folder. Raises
        EndedSessionsUnavailable."""
        if session.is_over:
            return True
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._ended_sessions.contains(session))
        return await asyncio.shield(self._look)

    async def begin(self, session: ReaderSession) -> None:
        """Somebody signs in; what the browser brought ends. Raises EndedSessionsUnavailable."""
        begun = msgspec.structs.replace(session, folder=await self._ended_sessions.folder_id())
        await self.end()
        self.session = begun

    async def end(self) -> None:
        """Ends the session, for every copy of its cookie. Raises EndedSessionsUnavailable, and the session goes on."""
        if self.session.signed_in:
            await self._ended_sessions.add(self.session)
        self.session = new_session(self._hours)

    def set_aside(self) -> None:
        """For this answer nobody is signed in; the browser keeps its cookie."""
        self.session = new_session(self._hours)
        self._found = encode(self.session)

    def cookies(self) -> list[str]:
        """The Set-Cookie headers of what changed."""
        encoded = encode(self.session)
        headers = (
            [] if encoded == self._found else list(self._session_cookie.set_cookie_headers(encoded, self._cookies))
        )
        if self.attempt is not self._initial_attempt:
            encoded_attempt = encode(self.attempt) if isinstance(self.attempt, SignInAttempt) else None
            headers += self._attempt_cookie.set_cookie_headers(encoded_attempt, self._cookies)
        return headers


def _decode(decode: Any, found: bytes | None) -> Any:
    try:
        return None if found is None else decode(found)
    except msgspec.MsgspecError:
        return None


def get_session(request: Request) -> RequestSession:
    request_session: RequestSession = request.scope["state"]["request_session"]
    return request_session


def is_cross_site(request: Request) -> bool:
    """Whether a link of another site led here: the browser held back our strict cookies, and sends them next time."""
    return request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site"


class RequestSessionMiddleware:
    """Gives each request its session, and each response the cookies that changed."""

    def __init__(self, app: ASGIApp, settings: ConsoleSettings, ended_sessions: EndedSessions) -> None:
        self._app, self._settings, self._ended_sessions = app, settings, ended_sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        static = is_static(scope)
        request_session = RequestSession(self._settings, self._ended_sessions, {} if static else _cookies(scope))
        scope.setdefault("state", {})["request_session"] = request_session

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and not static:
                headers = MutableHeaders(scope=message)
                for cookie in request_session.cookies():
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, answer)


def is_static(scope: Scope) -> bool:
    """Whether the response is the same for everybody: static files and health checks."""
    path: str = scope["path"]
    return path.startswith("/statique/") or path in UNLIMITED_PATHS


def _cookies(scope: Scope) -> dict[str, str]:
    header = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    found: dict[str, str] = {}
    for pair in header.split(";"):
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(pair).items()}
        except CookieError:
            continue  # a cookie of another application on this host
    return found
