"""Request bodies: read within bounds, as strict JSON, and without surrounding blanks or invisible characters."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.kernel import OVERRIDE, clean_text
from shared.web.http.problems import ProblemError

MAX_BODY_BYTES = 256 * 1024
BODY_TIMEOUT_SECONDS = 20.0
"""For a JSON body, from its first byte to its last."""
MAX_MARKS = 2_000
"""Colons, commas and opening brackets outside of texts: about the keys and values of a body. The largest that an
operation takes, 250 scenarios, has half of it."""
MAX_DEPTH = 16
"""Objects and lists within each other."""
UNIT_BYTES, UNIT_MARKS = 8 * 1024, 100
"""Each of these counts as one request more of whoever pays for it."""
LONG_BODY_BYTES = 16 * 1024
"""A body from this size on is read by a thread, so that nobody else waits for it in the event loop."""
MARKS = (b":", b",", b"[", b"{")
TEXTS = re.compile(rb'"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
"""One that never ends counts to the end, so that the time is in proportion to the size."""
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
        body = await self.body()
        return await run_in_threadpool(self.parse, body) if len(body) >= LONG_BODY_BYTES else self.parse(body)

    def parse(self, body: bytes) -> Any:
        """The cleaned value, charged to whoever pays for the request. Raises like `read_json`."""
        if (payer := self.scope.get("payer")) is not None:
            payer.charge(len(body) // UNIT_BYTES + sum(map(body.count, MARKS)) // UNIT_MARKS)
        return read_json(body)


def read_json(body: bytes) -> Any:
    """The cleaned value. Raises ProblemError: 413 for more keys and values than any operation takes, before anything
    is read, 400 for a deep one, 422 for what is no text or number; json.JSONDecodeError for what is no JSON."""
    if _has_too_many_marks(body):
        detail = "Elle compte bien plus de champs et de valeurs qu’aucune opération n’en attend."
        raise ProblemError(413, "body-too-large", "Demande trop volumineuse", detail)
    try:
        return _clean(json.loads(body, parse_constant=_no_such_number), MAX_DEPTH)
    except RecursionError:
        raise _too_deep() from None


def _has_too_many_marks(body: bytes) -> bool:
    """Texts are passed over only where their own commas could matter, and where they are not too many themselves."""
    if sum(map(body.count, MARKS)) <= MAX_MARKS:
        return False
    fewest_texts = (body.count(b'"') - body.count(b'\\"')) // 2
    return fewest_texts > MAX_MARKS + 1 or sum(map(TEXTS.sub(b"", body).count, MARKS)) > MAX_MARKS


def _too_deep() -> ProblemError:
    return ProblemError(400, "malformed-request", "Demande illisible", "Le JSON est trop imbriqué.")


def _clean(value: Any, depth: int) -> Any:
    """`depth`: how many more levels there may be."""
    if isinstance(value, str):
        if value.isascii() and value.isprintable():
            return value.strip()  # what is looked for below is in none of them
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
    if not isinstance(value, list | dict):
        return value
    if not depth:
        raise _too_deep()
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value]
    return {_clean(key, depth): _clean(item, depth - 1) for key, item in value.items()}


def _no_such_number(name: str) -> Any:
    raise ProblemError(422, "invalid-request", "Données invalides", f"{name} n’est pas un nombre.")
