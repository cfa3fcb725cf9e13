"""Forms that hold a secret are answered by a redirect, whatever became of them.

Browsers keep the body of a form beside the page that answers it, on the disk too (Chromium: `Session_…`), so that the
back button can send it again. A redirect leaves no such page: the secret stands nowhere."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECRET_FORMS = {"/acces": "/acces", "/connexion/jeton": "/connexion", "/lien": "/lien"}
"""Paths that a secret is sent to, and the page that says what became of it."""


class SecretFormMiddleware:
    """Outside whatever refuses a request: each of its refusals (400 and above) becomes a redirect with its status."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in SECRET_FORMS:
            await self._app(scope, receive, send)
            return
        passed = False
        refusal: FormRefusal | None = None

        async def answer(message: Message) -> None:
            nonlocal passed, refusal
            if message["type"] == "http.response.start" and message["status"] >= 400:
                refusal = FormRefusal(message["status"], Headers(raw=message["headers"]))
            if refusal is None:
                passed = True
                await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            refusal = FormRefusal(500, Headers())
            raise
        finally:
            if refusal and not passed:
                await refusal.redirect(SECRET_FORMS[scope["path"]])(scope, receive, send)


class FormRefusal(NamedTuple):
    status: int
    headers: Headers

    def redirect(self, page: str) -> RedirectResponse:
        wait = self.headers.get("Retry-After")
        query = {"refus": self.status} | ({"attente": wait} if wait else {})
        connection = {name: self.headers[name] for name in ("Connection",) if name in self.headers}
        return RedirectResponse(f"{page}?{urlencode(query)}", 303, headers=connection)
