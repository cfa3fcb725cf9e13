"""What people type, before anything looks at it: bounded, and without blanks or characters nobody sees."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.web.problems import ProblemError

LARGEST = 256 * 1024


class BoundedRequest(Request):
    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            received = bytearray()
            async for chunk in self.stream():
                received += chunk
                if len(received) > LARGEST:
                    raise ProblemError(
                        413,
                        "body-too-large",
                        "Demande trop volumineuse",
                        f"Le maximum est de {LARGEST // 1024}\u00a0Kio.",
                    )
            self._body = bytes(received)
        return self._body

    async def json(self) -> Any:
        try:
            return _cleaned(json.loads(await self.body(), parse_constant=_no_such_number))
        except RecursionError:
            raise ProblemError(400, "malformed-request", "Demande illisible", "Le JSON est trop imbriqué.") from None


class BoundedRoute(APIRoute):
    """The route class of every service's router."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            return await handle(BoundedRequest(request.scope, request.receive))

        return bounded


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        if "\0" in value:
            raise ProblemError(422, "invalid-request", "Données invalides", "Le caractère nul n’est pas permis.")
        return value.strip() if any(char.isprintable() and not char.isspace() for char in value) else ""
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return value


def _no_such_number(name: str) -> Any:
    raise ProblemError(422, "invalid-request", "Données invalides", f"{name} n’est pas un nombre.")
