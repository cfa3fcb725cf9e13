"""Request bodies: read within bounds, as strict JSON, and without surrounding blanks or invisible characters."""

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

from shared.kernel import OVERRIDE, clean_text
from shared.web.http.problems import ProblemError

MAX_BODY_BYTES = 256 * 1024
BODY_TIMEOUT_SECONDS = 20.0
"""For a JSON body, from its first byte to its last."""
UNREADABLE_BODY = re.compile("[\0\ud800-\udfff]")
JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;|$)", re.IGNORECASE)


class JsonBody:
    """Annotates a body that pydantic validates as JSON, where a number is not a text and `true` is not a number.

    FastAPI validates Python values: strictly, it would accept no date; laxly, it would take "12" for 12."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        body = handler(source)
        return core_schema.no_info_before_validator_function(
            json.dumps, core_schema.json_schema(body), json_schema_input_schema=body
        )


class BodyTooLarge(Exception):
    """The body is, or announces to be, larger than the limit."""


class BodyTooSlow(Exception):
    """The body did not arrive within the time limit."""


async def read_bounded(request: Request, max_bytes: int, timeout_seconds: float) -> bytearray:
    """A whole body, held in memory. Raises BodyTooLarge as soon as that is known, BodyTooSlow, or ClientDisconnect."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise BodyTooLarge
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_seconds):
            async for chunk in request.stream():
                if len(body) + len(chunk) > max_bytes:
                    raise BodyTooLarge
                body += chunk
    except TimeoutError:
        raise BodyTooSlow from None
    return body


async def read_body(request: Request, max_bytes: int) -> bytes:
    """A whole body. Raises ProblemError: 408 when it comes too slowly, 413 when it is too large."""
    try:
        return bytes(await read_bounded(request, max_bytes, BODY_TIMEOUT_SECONDS))
    except BodyTooLarge:
        detail = f"Le maximum est de {max_bytes // 1024}\u00a0Kio."
        raise ProblemError(413, "body-too-large", "Demande trop volumineuse", detail) from None
    except BodyTooSlow:
        raise ProblemError(
            408,
            "body-too-slow",
            "Demande interrompue",
            "Le corps de la demande n’est pas arrivé en entier dans le temps imparti\u00a0: recommencez.",
            {"Connection": "close"},
        ) from None


class BoundedRequest(Request):
    """A request whose body is bounded and JSON."""

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
            return _clean(json.loads(await self.body(), parse_constant=_no_such_number))
        except RecursionError:
            raise ProblemError(400, "malformed-request", "Demande illisible", "Le JSON est trop imbriqué.") from None


class BoundedRoute(APIRoute):
    """The route class of the services' routers: the body of each request is bounded."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_bounded(request: Request) -> Response:
            return await handle(BoundedRequest(request.scope, request.receive))

        return handle_bounded


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        if UNREADABLE_BODY.search(value):
            raise ProblemError(
                422, "invalid-request", "Données invalides", "Un texte contient des caractères illisibles."
            )
        if OVERRIDE.search(value):
            raise ProblemError(
                422,
                "invalid-request",
                "Données invalides",
                "Un texte contient un caractère invisible qui renverse le sens de lecture (U+202D ou U+202E)\u00a0:"
                " retapez-le au lieu de le coller.",
            )
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value


def _no_such_number(name: str) -> Any:
    raise ProblemError(422, "invalid-request", "Données invalides", f"{name} n’est pas un nombre.")
