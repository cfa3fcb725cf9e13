"""Rate limiting of pages and of sign-in attempts, counted as the services count."""

from __future__ import annotations

import asyncio
import hmac
from hashlib import sha256

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.auth.request_session import get_session, is_static
from console.pages.rendering import page
from shared.web.limits import RateLimiter, address_of

SIGN_IN_PATHS = frozenset({"/acces", "/connexion/jeton", "/lien", "/retour"})
"""Paths that try a secret. They are counted here: to the services, every visitor of the console has one address."""
REFUSAL_DELAY_SECONDS = 1.0
"""For an address that was refused 60 times within a minute."""
FAILED_STATUSES = frozenset({401, 403})


class PageRateLimitMiddleware:
    """Inside RequestSessionMiddleware: people who are signed in are counted each, others by address."""

    def __init__(self, app: ASGIApp, rates: RateLimiter) -> None:
        self._app, self._rates = app, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_static(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if wait := self._wait(request):
            if not self._rates.is_patient(address_of(scope)):
                await asyncio.sleep(REFUSAL_DELAY_SECONDS)
            detail = f"Vous demandez plus souvent qu’il n’est permis ici\u00a0: réessayez dans {wait}\u00a0secondes."
            refused = page(request, "failure.html", 429, heading="Trop de demandes", detail=detail)
            refused.headers["Retry-After"] = str(wait)
            await refused(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if (
                message["type"] == "http.response.start"
                and message["status"] in FAILED_STATUSES
                and _is_attempt(request)
            ):
                self._rates.count_failure(address_of(scope))
            await send(message)

        await self._app(scope, receive, answer)

    def _wait(self, request: Request) -> int:
        address = address_of(request.scope)
        if _is_attempt(request) and not _was_begun(request) and (wait := self._rates.failures(address)):
            return wait
        if token := get_session(request).session.token:
            return self._rates.person(sha256(token.encode()).hexdigest())
        return self._rates.address(address)


def _is_attempt(request: Request) -> bool:
    return request.url.path in SIGN_IN_PATHS and (request.method == "POST" or request.url.path == "/retour")


def _was_begun(request: Request) -> bool:
    """A return from the identity provider to the browser that began the sign-in: nobody guesses its `state`, and who
    guesses from the same address must not keep it out."""
    attempt, state = get_session(request).attempt, request.query_params.get("state", "")
    if request.url.path != "/retour" or attempt is None:
        return False
    return hmac.compare_digest(attempt.state.encode(), state.encode())
