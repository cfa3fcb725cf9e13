"""What does each request bring along, and each answer take back? The session."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.sealing import Jar
from console.session import Attempt, Session, begun, decode_attempt, decode_session, encode
from console.settings import ConsoleSettings
from shared.web.http import SECURITY_HEADERS, UNLIMITED_PATHS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
PAGES = SECURITY_HEADERS | {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
"""What the services tell browsers, but for what pages need: their scripts, their styles, and where a form came from."""


class Visit:
    """`session`: put another in its place to have it kept. `attempt`: the sign-in that has begun, if any."""

    def __init__(self, settings: ConsoleSettings, cookies: Mapping[str, str]) -> None:
        self._cookies = cookies
        key = settings.sealing_key()
        self._session_jar = Jar("dla-session", key, secure=settings.secure)
        self._attempt_jar = Jar("dla-sign-in", key, secure=settings.secure, same_site="Lax", max_age=600)
        self._found = self._session_jar.opened(cookies)
        self.ended = False
        """Whether there was a session, which is over."""
        self.session = self._read() or begun(settings.hours)
        found = self._attempt_jar.opened(cookies)
        self._began = self.attempt = _decoded(decode_attempt, found)

    def _read(self) -> Session | None:
        session: Session | None = _decoded(decode_session, self._found)
        if session is not None and session.over:
            self.ended = session.signed_in
            return None
        return session

    def cookies(self) -> list[str]:
        told = encode(self.session)
        kept = [] if told == self._found else list(self._session_jar.kept(told, self._cookies))
        if self.attempt is not self._began:
            sealed = encode(self.attempt) if isinstance(self.attempt, Attempt) else None
            kept += self._attempt_jar.kept(sealed, self._cookies)
        return kept


def _decoded(decode: Any, found: bytes | None) -> Any:
    try:
        return None if found is None else decode(found)
    except msgspec.MsgspecError:
        return None


def visit_of(request: Request) -> Visit:
    visit: Visit = request.scope["state"]["visit"]
    return visit


class Visits:
    """Around the whole application."""

    def __init__(self, app: ASGIApp, settings: ConsoleSettings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fixed = is_fixed(scope)
        visit = Visit(self._settings, {} if fixed else _cookies(scope))
        scope.setdefault("state", {})["visit"] = visit

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and not fixed:
                headers = MutableHeaders(scope=message)
                for cookie in visit.cookies():
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, answer)


def is_fixed(scope: Scope) -> bool:
    """The same for everybody: files, and whether the console is there."""
    path: str = scope["path"]
    return path.startswith("/statique/") or path in UNLIMITED_PATHS


def _cookies(scope: Scope) -> dict[str, str]:
    told = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    found: dict[str, str] = {}
    for pair in told.split(";"):
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(pair).items()}
        except CookieError:
            continue  # another's on this host: not ours to judge
    return found
