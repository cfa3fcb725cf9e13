"""What people type, before anything looks at it: bounded, and without blanks or characters nobody sees."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.web.http.problems import ProblemError

MAX_BODY_BYTES = 256 * 1024
BODY_TIMEOUT_SECONDS = 20.0
"""Seconds that a body may take from its first byte to its last."""
UNREADABLE_BODY = re.compile("[\0\ud800-\udfff]")
JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;|$)", re.IGNORECASE)


class JsonBody:
    """Annotates a body: it is read as JSON is, where a number is no text, and true is no number.

    FastAPI would read it as Python does: strictly, no date could then be given; laxly, "12" would be 12."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        body = handler(source)
        return core_schema.no_info_before_validator_function(
            json.dumps, core_schema.json_schema(body), json_schema_input_schema=body
        )


async def read_body(request: Request, largest: int) -> bytes:
    """A whole body. Raises ProblemError: 408 when it comes too slowly, 413 when it is too large."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    detail = f"Le maximum est de {largest // 1024}\u00a0Kio."
                    raise ProblemError(413, "body-too-large", "Demande trop volumineuse", detail)
    except TimeoutError:
        raise ProblemError(
            408,
            "body-too-slow",
            "Demande interrompue",
            "Le corps de la demande n’est pas arrivé en entier dans le temps imparti\u00a0: recommencez.",
            {"Connection": "close"},
        ) from None
    return bytes(body)


class BoundedRequest(Request):
    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            self._body = await read_body(self, MAX_BODY_BYTES)
            if self._body and not JSON.match(self.headers.get("content-type", "")):
                raise ProblemError(
                    415,
                    "not-json",
                    "Format non pris en charge",
                    "Le corps de la demande est attendu en JSON\u00a0: Content-Type: application/json.",
                )
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
        if UNREADABLE_BODY.search(value):
            raise ProblemError(
                422, "invalid-request", "Données invalides", "Un texte contient des caractères illisibles."
            )
        return value.strip() if any(char.isprintable() and not char.isspace() for char in value) else ""
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return value


def _no_such_number(name: str) -> Any:
    raise ProblemError(422, "invalid-request", "Données invalides", f"{name} n’est pas un nombre.")
