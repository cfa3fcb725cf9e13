"""Headers that may be given once. Of two, a proxy may believe one and the service the other: they are refused (400)."""

from __future__ import annotations

from collections import Counter

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.http.problems import problem_response

SINGLE_HEADERS = frozenset(
    {
        "authorization",
        "content-disposition",
        "content-length",
        "content-type",
        "host",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "prefer",
    }
)
"""Those that services read, besides their own (`DLA-…`); a test compares them with OpenAPI."""


def repeated_headers(scope: Scope) -> list[str]:
    """The names, in lower case, of the headers that a request gives more than once and may not."""
    names = [name for name, _ in scope["headers"]]
    if len({*names}) == len(names) and all(map(bytes.islower, names)):
        return []
    counted = Counter(name.decode("latin-1").lower() for name in names)
    return sorted(
        name for name, times in counted.items() if times > 1 and (name in SINGLE_HEADERS or name.startswith("dla-"))
    )


class SingleHeadersMiddleware:
    """ASGI middleware: refuses a request that gives such a header twice, with the same value too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (repeated := repeated_headers(scope)):
            detail = f"Un en-tête est donné plus d’une fois\u00a0: {', '.join(repeated)}. Rien n’a été enregistré."
            await problem_response(400, "repeated-header", "En-tête répété", detail)(scope, receive, send)
            return
        await self._app(scope, receive, send)
