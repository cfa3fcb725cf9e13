"""Uploads: a file read within bounds, and its name and title from the header Content-Disposition."""

from __future__ import annotations

from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import PureWindowsPath

from fastapi import Request
from starlette.requests import ClientDisconnect

from shared.kernel import OVERRIDE, clean_line
from shared.web.http import BodyTooLarge, BodyTooSlow, ProblemError, read_bounded

MAX_FILE_BYTES = 10 * 1024 * 1024
UPLOAD_TIMEOUT_SECONDS = 120.0
"""For one file to arrive."""
MAX_NAME_CHARACTERS = 200


async def read_upload(request: Request) -> bytearray:
    """The whole body, which is the file. Raises ProblemError: 400, 408, 413, 415, or 422 for an empty file."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        raise ProblemError(
            415,
            "multipart-refused",
            "Formulaire non accepté",
            "Envoyez le fichier tel quel, comme corps de la demande, et non dans un formulaire.",
        )
    try:
        content = await read_bounded(request, MAX_FILE_BYTES, UPLOAD_TIMEOUT_SECONDS)
    except BodyTooLarge:
        raise ProblemError(
            413, "file-too-large", "Fichier trop volumineux", f"Le maximum est de {MAX_FILE_BYTES // 1024**2}\u00a0Mio."
        ) from None
    except BodyTooSlow:
        raise ProblemError(
            408,
            "upload-too-slow",
            "Envoi trop lent",
            f"Le fichier n’est pas arrivé en {UPLOAD_TIMEOUT_SECONDS:.0f}\u00a0secondes.",
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
    # Only the last part: the sender's folders are private.
    name = PureWindowsPath(_parameter(header, "filename")).name.strip(". ")
    title = _parameter(header, "title") or name
    if not name or len(name) > MAX_NAME_CHARACTERS or len(title) > MAX_NAME_CHARACTERS:
        raise ProblemError(
            422,
            "wrong-file-name",
            "Nom de fichier attendu",
            f"Nommez le fichier, et au besoin son titre, en {MAX_NAME_CHARACTERS} caractères au plus"
            " (Content-Disposition).",
        )
    return title, name


def _parameter(header: Message, name: str) -> str:
    value = header.get_param(name, "", "Content-Disposition")
    text = collapse_rfc2231_value(value) if value else ""
    return OVERRIDE.sub("", clean_line(text))
