"""How often may somebody ask for pages, and try to come in? Counted as the services do."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.pages import page
from console.visit import is_fixed, visit_of
from shared.web.http import RateLimiter, address_of

WAYS_IN = frozenset({"/acces", "/connexion/jeton", "/retour"})
"""Where a secret is tried: before the services are asked, which take all who try here for one address."""
FAILED = frozenset({401, 403})


class Pacing:
    """Within Visits, which knows who is signed in: they count by themselves, and others by address."""

    def __init__(self, app: ASGIApp, rates: RateLimiter) -> None:
        self._app, self._rates = app, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_fixed(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if wait := self._wait(request):
            detail = f"Vous demandez plus souvent qu’il n’est permis ici\u00a0: réessayez dans {wait}\u00a0secondes."
            refused = page(request, "failure.html", 429, heading="Trop de demandes", detail=detail)
            refused.headers["Retry-After"] = str(wait)
            await refused(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in FAILED and _tries(request):
                self._rates.failed(address_of(scope))
            await send(message)

        await self._app(scope, receive, answer)

    def _wait(self, request: Request) -> int:
        address = address_of(request.scope)
        if _tries(request) and (wait := self._rates.guesses(address)):
            return wait
        if token := visit_of(request).session.token:
            return self._rates.person(sha256(token.encode()).hexdigest())
        return self._rates.anybody(address)


def _tries(request: Request) -> bool:
    return request.url.path in WAYS_IN and (request.method == "POST" or request.url.path == "/retour")
