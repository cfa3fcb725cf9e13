"""Was this form ours, sent by who it was given to, and what does it say?"""

from __future__ import annotations

import hmac
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from fastapi.exceptions import HTTPException

from console.visit import visit_of
from shared.web.http import read_body

LARGEST = 32 * 1024
MOST_FIELDS = 20


class Forged(Exception):
    """A form that did not come from a page of ours, or from one of a session that is over."""


async def form_of(request: Request) -> dict[str, str]:
    """What was typed, without blanks around it. Raises Forged, or what is told of a body that is too large or slow."""
    body = await read_body(request, LARGEST)
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (UnicodeDecodeError, ValueError) as error:
        raise HTTPException(400) from error
    address = request.app.state.settings.address
    origin = request.headers.get("origin")
    given, own = fields.pop("csrf", ""), visit_of(request).session.csrf
    if not hmac.compare_digest(given.encode(), own.encode()) or (origin is not None and origin != _origin(address)):
        raise Forged
    return {name: "".join(filter(str.isprintable, value)).strip() for name, value in fields.items()}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def within(path: str) -> str:
    """A place of the console to go on to; the first page for anything else."""
    parts = urlsplit(path)
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if inside and path.isprintable() and "\\" not in path else "/"
