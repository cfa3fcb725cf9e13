"""Forms: bounded reading, CSRF check, and safe redirects."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from fastapi.exceptions import HTTPException

from console.auth.request_session import get_session
from shared.kernel import OVERRIDE, clean_text
from shared.web.http import read_body

MAX_FORM_BYTES = 32 * 1024
MAX_FIELDS = 20
TYPED_FIELDS = {"motif"}
"""Fields in which a person writes a text, which is never lost."""


class ForgedForm(Exception):
    """A form that no page of this console sent."""


class StaleForm(Exception):
    """A form of a page that an earlier session opened, in another tab. `fields`: what was typed."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__()
        self.fields = fields


async def read_form(request: Request) -> dict[str, str]:
    """The fields, cleaned. Raises ForgedForm, StaleForm, or HTTPException for an unreadable, too long or slow body."""
    body = await read_body(request, MAX_FORM_BYTES)
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except (UnicodeDecodeError, ValueError) as error:
        raise HTTPException(400) from error
    address = request.app.state.settings.address
    origin = request.headers.get("origin")
    sent, expected = fields.pop("csrf", ""), get_session(request).session.csrf
    if origin is not None and origin != _origin(address):
        raise ForgedForm
    cleaned = {name: OVERRIDE.sub("", clean_text(value)) for name, value in fields.items()}
    if not hmac.compare_digest(sent.encode(), expected.encode()):
        raise StaleForm(cleaned) if origin and TYPED_FIELDS & cleaned.keys() else ForgedForm
    return cleaned


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def safe_path(path: str) -> str:
    """A path of the console to redirect to; the first page for anything else."""
    parts = urlsplit(path)
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if inside and path.isprintable() and "\\" not in path else "/"
