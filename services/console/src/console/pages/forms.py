"""Forms: bounded reading, CSRF check, and safe redirects."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from fastapi.exceptions import HTTPException

from console.auth.request_session import get_session
from console.pages.multipart import read_multipart
from shared.kernel import OVERRIDE, clean_text
from shared.web.http import read_body

MAX_FORM_BYTES = 32 * 1024
MAX_FIELDS = 20
MAX_LONG_FORM_BYTES = 1024 * 1024
MAX_LONG_FORM_FIELDS = 1000
MAX_UPLOAD_BYTES = 10 * 1024 * 1024 + 64 * 1024
"""The largest file that a service takes, and the other inputs of its form."""
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
    fields = dict(_parse(await read_body(request, MAX_FORM_BYTES), MAX_FIELDS))
    ours, origin = _is_ours(request, fields.pop("csrf", "")), request.headers.get("origin")
    cleaned = {name: _clean(value) for name, value in fields.items()}
    if not ours:
        raise StaleForm(cleaned) if origin and TYPED_FIELDS & cleaned.keys() else ForgedForm
    return cleaned


@dataclass(frozen=True, slots=True)
class SentForm:
    """The inputs of a long form, in order. `stale`: the page was opened by an earlier session, and nothing may be done
    until the person has sent it again. `file`: its name and content, if one was chosen."""

    pairs: list[tuple[str, str]]
    stale: bool
    file: tuple[str, bytes] | None = None

    def get(self, name: str) -> str:
        return next((value for key, value in self.pairs if key == name), "")


async def read_long_form(request: Request, *, with_file: bool = False) -> SentForm:
    """A form of many fields, perhaps with a file. Raises ForgedForm, or HTTPException for an unreadable, too long or
    slow body."""
    file = None
    if with_file:
        body = await read_body(request, MAX_UPLOAD_BYTES)
        try:
            pairs, file = read_multipart(body, request.headers.get("content-type", ""))
        except ValueError as error:
            raise HTTPException(400) from error
    else:
        pairs = _parse(await read_body(request, MAX_LONG_FORM_BYTES), MAX_LONG_FORM_FIELDS)
    ours = _is_ours(request, next((value for name, value in pairs if name == "csrf"), ""))
    if not ours and request.headers.get("origin") is None:
        raise ForgedForm
    return SentForm([(name, _clean(value)) for name, value in pairs if name != "csrf"], stale=not ours, file=file)


def _parse(body: bytes, max_fields: int) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=max_fields)
    except (UnicodeDecodeError, ValueError) as error:
        raise HTTPException(400) from error


def _clean(value: str) -> str:
    return OVERRIDE.sub("", clean_text(value))


def _is_ours(request: Request, csrf: str) -> bool:
    """Whether a page of this session sent the form. Raises ForgedForm when a page of another site did."""
    origin = request.headers.get("origin")
    if origin is not None and origin != origin_of(request.app.state.settings.address):
        raise ForgedForm
    return hmac.compare_digest(csrf.encode(), get_session(request).session.csrf.encode())


def origin_of(address: str) -> str:
    """As browsers write it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def safe_path(path: str) -> str:
    """A path of the console to redirect to; the first page for anything else."""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if inside and path.isprintable() else "/"
