"""Forms: bounded reading, CSRF check, and safe redirects."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from fastapi.exceptions import HTTPException

from console.auth.request_session import get_session
from shared.web.http import read_body

MAX_FORM_BYTES = 32 * 1024
MAX_FIELDS = 20


class ForgedForm(Exception):
    """A form that no page of this session sent."""


async def read_form(request: Request) -> dict[str, str]:
    """The fields, stripped. Raises ForgedForm, or HTTPException for a body that is unreadable, too long or slow."""
    body = await read_body(request, MAX_FORM_BYTES)
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except (UnicodeDecodeError, ValueError) as error:
        raise HTTPException(400) from error
    address = request.app.state.settings.address
    origin = request.headers.get("origin")
    sent, expected = fields.pop("csrf", ""), get_session(request).session.csrf
    if not hmac.compare_digest(sent.encode(), expected.encode()) or (origin is not None and origin != _origin(address)):
        raise ForgedForm
    return {name: "".join(filter(str.isprintable, value)).strip() for name, value in fields.items()}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def safe_path(path: str) -> str:
    """A path of the console to redirect to; the first page for anything else."""
    parts = urlsplit(path)
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if inside and path.isprintable() and "\\" not in path else "/"
