"""How does a file come in over HTTP? Read within bounds and named by its headers, before anything looks at it."""

from __future__ import annotations

import asyncio
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import PureWindowsPath

from fastapi import Request
from starlette.requests import ClientDisconnect

from shared.web.http import ProblemError

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_CONCURRENT_UPLOADS = 4
"""Files that one process holds in memory; others wait for their turn."""
UPLOAD_WAIT_SECONDS = 120.0
"""Seconds that a file may take to arrive: a slow sender keeps others waiting."""
LONGEST = 200


async def read_upload(request: Request) -> bytearray:
    """The whole body, which is the file. Raises ProblemError as soon as it is known to be too large."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        raise ProblemError(
            415,
            "multipart-refused",
            "Formulaire non accepté",
            "Envoyez le fichier tel quel, comme corps de la demande, et non dans un formulaire.",
        )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MAX_FILE_BYTES:
        raise _too_large()
    content = bytearray()
    try:
        async with asyncio.timeout(UPLOAD_WAIT_SECONDS):
            async for chunk in request.stream():
                if len(content) + len(chunk) > MAX_FILE_BYTES:
                    raise _too_large()
                content += chunk
    except TimeoutError:
        raise ProblemError(
            408,
            "upload-too-slow",
            "Envoi trop lent",
            f"Le fichier n’est pas arrivé en {UPLOAD_WAIT_SECONDS:.0f}\u00a0secondes.",
        ) from None
    except ClientDisconnect:
        raise ProblemError(400, "upload-interrupted", "Envoi interrompu", "Le fichier n’est pas arrivé.") from None
    if not content:
        raise ProblemError(422, "empty-file", "Fichier vide", "Ce fichier ne contient rien.")
    return content


def title_and_name(disposition: str) -> tuple[str, str]:
    """`title` and `filename` of a Content-Disposition header, in UTF-8 when marked with a star; the title is the name
    unless it is given. Raises ProblemError without a name."""
    header = Message()
    header["Content-Disposition"] = disposition
    name = PureWindowsPath(_parameter(header, "filename")).name.strip(
        ". "
    )  # the folders of whoever sends it are nobody's business
    title = _parameter(header, "title") or name
    if not name or len(name) > LONGEST or len(title) > LONGEST:
        raise ProblemError(
            422,
            "wrong-file-name",
            "Nom de fichier attendu",
            f"Nommez le fichier, et au besoin son titre, en {LONGEST} caractères au plus (Content-Disposition).",
        )
    return title, name


def _parameter(header: Message, name: str) -> str:
    told = header.get_param(name, "", "Content-Disposition")
    text = collapse_rfc2231_value(told) if told else ""
    return "".join(char for char in text if char.isprintable()).strip()


def _too_large() -> ProblemError:
    return ProblemError(
        413, "file-too-large", "Fichier trop volumineux", f"Le maximum est de {MAX_FILE_BYTES // 1024**2}\u00a0Mio."
    )
