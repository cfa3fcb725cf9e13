"""Files as people send them, made in memory: each of a type that is kept."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(17) + b"\0\0\0\0IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01" + bytes(40) + b"\xff\xd9"


def pdf(said: bytes = b"Convention", size: int = 0) -> bytes:
    """`said` again and again, up to a size in bytes."""
    start, end = b"%PDF-1.7\n", b"\n%%EOF\n"
    wanted = max(size - len(start) - len(end), len(said))
    return start + (said * (wanted // len(said) + 1))[:wanted] + end


def archive(entries: dict[str, str | bytes]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return packed.getvalue()


def open_document(kind: str, **more: str) -> bytes:
    return archive({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<c/>", **more})


def office(main: str = WORD, more: dict[str, str] | None = None, declared: str | None = None) -> bytes:
    types = declared or (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    )
    return archive({"[Content_Types].xml": types, "word/document.xml": "<w/>", **(more or {})})
