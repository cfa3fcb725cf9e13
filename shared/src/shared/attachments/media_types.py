"""Media types of files, recognised from their content. Only a few types are accepted; the declared one is ignored."""

from __future__ import annotations

import re
import struct
import zlib
from codecs import getincrementaldecoder
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from xml.etree.ElementTree import ParseError, fromstring
from zipfile import BadZipFile, LargeZipFile, ZipFile

import puremagic

from shared.kernel import Refusal, Refused


@dataclass(frozen=True, slots=True)
class MediaType:
    """`suffixes`: those that a file of this type may be named with, the usual one first."""

    name: str
    suffixes: tuple[str, ...]


PDF = MediaType("application/pdf", (".pdf",))
PNG = MediaType("image/png", (".png",))
JPEG = MediaType("image/jpeg", (".jpg", ".jpeg"))
ODT = MediaType("application/vnd.oasis.opendocument.text", (".odt",))
ODS = MediaType("application/vnd.oasis.opendocument.spreadsheet", (".ods",))
OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCX = MediaType(f"{OPEN_XML}wordprocessingml.document", (".docx",))
XLSX = MediaType(f"{OPEN_XML}spreadsheetml.sheet", (".xlsx",))
CSV = MediaType("text/csv", (".csv",))
TEXT = MediaType("text/plain", (".txt",))
ACCEPTED_TYPES = {accepted.name: accepted for accepted in (PDF, PNG, JPEG, ODT, ODS, DOCX, XLSX, CSV, TEXT)}

REFUSED_TYPE = Refusal("file-type-refused", "Type de fichier refusé", status=415)
ACTIVE_CONTENT = Refusal("active-content-refused", "Fichier actif refusé", status=415)
DAMAGED = Refusal("damaged-file", "Fichier illisible", status=422)
ACCEPTED = "Sont acceptés\u00a0: PDF, PNG, JPEG, ODT, ODS, DOCX, XLSX, CSV et texte en UTF-8."

PDF_HEADER = re.compile(rb"%PDF-\d")
PDF_HEADER_BYTES = 1024
"""Readers look for the header in the first 1,024 bytes: servers and scanners write a little before it."""
PDF_END, PDF_END_BYTES = b"%%EOF", 4096
"""Some programs write a little after the end, padding apart."""
PADDING = b"\0 \t\r\n\x1a"
PNG_SIGNATURE_BYTES, PNG_CHUNK = 8, struct.Struct(">I4s")
JPEG_MARKER = re.compile(rb"\xff([^\x00\xff])")
JPEG_ALONE = {0x01, *range(0xD0, 0xD9)}
"""Markers of JPEG that no segment follows: restarts, the start of an image."""
JPEG_END = 0xD9
ZIP_END, ZIP_END_BYTES = b"PK\x05\x06", 22
ACTIVE_PART = re.compile(r"(?:^|/)activeX/|(?:^|/)oleObject\d*\.bin$", re.IGNORECASE)
TEMPLATE_RELATIONS = "word/_rels/settings.xml.rels"
REMOTE = re.compile(r"(?!file:///[a-z/])[a-z]{2,}:|[\\/]{2}", re.IGNORECASE)
"""An address of another machine: http, a share of Windows, `file://` with a host."""
MAX_ENTRIES = 5_000
MAX_ENTRY_BYTES = 1024 * 1024
DECODED_BYTES = 64 * 1024
MARKUP_START_CHARACTERS = 4096
"""Characters: no browser looks further to guess, and a text may speak of HTML."""
MARKUP = re.compile(r"<(?:!|\?|(?:html|head|body|script|svg|iframe|object|embed)\b)", re.IGNORECASE)
ACTIVE_TRAILER = re.compile(
    rb"<(?:!doctype\s+html|(?:html|head|body|script|svg|iframe|object|embed)\b)|PK\x05\x06|^\s*(?:#!|MZ|\x7fELF)",
    re.IGNORECASE,
)
"""A page, an archive or a program behind an image or a document. A telephone's own trailer (a film, a second picture,
metadata in XML) is none."""
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def media_type_of(content: bytes | bytearray, file_name: str) -> MediaType:
    """The head decides, whatever follows the end; the name only tells a CSV from another text. Raises Refused, 415 or
    422."""
    guessed = _guess_types(content)
    if PDF.name in guessed:
        return _pdf(content)
    if PNG.name in guessed:
        return _image(PNG, content, _png_end(content))
    if JPEG.name in guessed:
        return _image(JPEG, content, _jpeg_end(content))
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if _has_late_pdf_header(content) and _ends_as_pdf(content):
        return _pdf(content)
    return _text(content, file_name)


def safe_file_name(file_name: str, media_type: str) -> str:
    """The name to save it under: never one that would have it opened as something else."""
    suffixes = ACCEPTED_TYPES[media_type].suffixes
    return file_name if PurePath(file_name).suffix.lower() in suffixes else f"{file_name}{suffixes[0]}"


def _guess_types(content: bytes | bytearray) -> set[str]:
    try:
        return {match.mime_type for match in puremagic.magic_string(bytes(content[:4096]))}
    except (puremagic.PureError, ValueError):
        return set()


def _require_whole(media_type: MediaType, ends: bool) -> MediaType:
    if not ends:
        raise _damaged_error()
    return media_type


def _pdf(content: bytes | bytearray) -> MediaType:
    _require_whole(PDF, _ends_as_pdf(content))
    _refuse_active_trailer(content, content.rfind(PDF_END) + len(PDF_END))
    return PDF


def _ends_as_pdf(content: bytes | bytearray) -> bool:
    """Whether the end of a PDF stands at the end, with padding of any length behind it."""
    end = len(content)
    while end > 0 and not content[max(0, end - PDF_END_BYTES) : end].strip(PADDING):
        end -= PDF_END_BYTES
    return PDF_END in content[max(0, end - 2 * PDF_END_BYTES) : max(0, end)]


def _has_late_pdf_header(content: bytes | bytearray) -> bool:
    """Whether a PDF begins a little after the first byte, and nothing else does before it."""
    header = PDF_HEADER.search(content, 0, PDF_HEADER_BYTES + len(b"%PDF-1"))
    if header is None:
        return False
    before = content[: header.start()]
    return not (MARKUP.search(before.decode("latin-1")) or ACTIVE_TRAILER.search(before))


def _image(media_type: MediaType, content: bytes | bytearray, end: int | None) -> MediaType:
    _require_whole(media_type, end is not None)
    _refuse_active_trailer(content, end or 0)
    return media_type


def _png_end(content: bytes | bytearray) -> int | None:
    """Where a PNG ends, from chunk to chunk; null when it is cut."""
    at = PNG_SIGNATURE_BYTES
    while at + PNG_CHUNK.size <= len(content):
        length, kind = PNG_CHUNK.unpack_from(content, at)
        at += PNG_CHUNK.size + length + 4  # the chunk's checksum
        if kind == b"IEND":
            return at if at <= len(content) else None
    return None


def _jpeg_end(content: bytes | bytearray) -> int | None:
    """Where a JPEG ends, from segment to segment: a thumbnail inside one has an end of its own. Null when it is cut."""
    at = 2
    while marker := JPEG_MARKER.search(content, at):
        code, at = content[marker.start(1)], marker.end()
        if code == JPEG_END:
            return at
        if code not in JPEG_ALONE:
            at += int.from_bytes(content[at : at + 2], "big")
    return None


def _refuse_active_trailer(content: bytes | bytearray, end: int) -> None:
    if ACTIVE_TRAILER.search(memoryview(content)[end:]):
        raise ACTIVE_CONTENT(
            "Une page, une archive ou un programme est caché derrière ce fichier\u00a0: ouvrez-le, enregistrez-le à "
            "nouveau, et recommencez."
        )


def _damaged_error() -> Refused:
    return DAMAGED("Ce fichier est incomplet ou abîmé\u00a0: ouvrez-le, enregistrez-le à nouveau, et recommencez.")


def _macros_error() -> Refused:
    return ACTIVE_CONTENT("Ce document contient des macros\u00a0: enregistrez-le sans elles, ou en PDF.")


def _office(content: bytes | bytearray) -> MediaType:
    if content.count(b"PK\x01\x02") > MAX_ENTRIES:  # before the directory is read: each entry costs memory
        raise _damaged_error()
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            _refuse_active_trailer(content, content.rfind(ZIP_END) + ZIP_END_BYTES)
            if "mimetype" in names:
                return _open_document(archive, names)
            if "[Content_Types].xml" in names:
                return _office_open_xml(archive, names)
    except (BadZipFile, LargeZipFile, zlib.error, ParseError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise _damaged_error() from None
    raise REFUSED_TYPE(f"Une archive n’est pas acceptée\u00a0: ajoutez chaque document à part. {ACCEPTED}")


def _open_document(archive: ZipFile, names: list[str]) -> MediaType:
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise _macros_error()
    found = ACCEPTED_TYPES.get(_read(archive, "mimetype").strip())
    if found not in (ODT, ODS):
        raise REFUSED_TYPE(f"Ce document n’est ni un texte ni un tableur. {ACCEPTED}")
    return found


def _office_open_xml(archive: ZipFile, names: list[str]) -> MediaType:
    declared = _read(archive, "[Content_Types].xml")
    if "<!" in declared:  # no entity is ever expanded
        raise _damaged_error()
    types = {str(part.get("ContentType")) for part in fromstring(declared)}  # noqa: S314  without a DTD
    if any("macroenabled" in each.lower() or "vbaproject" in each.lower() for each in types) or any(
        PurePath(name).name.lower() == "vbaproject.bin" for name in names
    ):
        raise _macros_error()
    if any(ACTIVE_PART.search(name) for name in names) or _has_remote_template(archive, names):
        raise ACTIVE_CONTENT(
            "Ce document contient un objet actif (ActiveX, OLE) ou prend son modèle sur un serveur : enregistrez-le "
            "en PDF."
        )
    for accepted in (DOCX, XLSX):
        if f"{accepted.name}.main+xml" in types:
            return accepted
    raise REFUSED_TYPE(f"Ce document n’est ni un texte ni un tableur. {ACCEPTED}")


def _has_remote_template(archive: ZipFile, names: list[str]) -> bool:
    """One that Word fetches as it opens the document. A template on the author's own disk is usual, and harmless."""
    if TEMPLATE_RELATIONS not in names:
        return False
    relations = _read(archive, TEMPLATE_RELATIONS)
    if "<!" in relations:
        raise _damaged_error()
    targets = (str(each.get("Target")) for each in fromstring(relations) if each.get("TargetMode") == "External")  # noqa: S314
    return any(REMOTE.match(target) for target in targets)


def _read(archive: ZipFile, name: str) -> str:
    with archive.open(name) as entry:
        read = entry.read(MAX_ENTRY_BYTES + 1)
    if len(read) > MAX_ENTRY_BYTES:
        raise _damaged_error()
    return read.decode("utf-8-sig")


def _text(content: bytes | bytearray, file_name: str) -> MediaType:
    start = _decoded_start(content)
    if start is None or start.lstrip().startswith("{\\rtf"):
        raise REFUSED_TYPE(f"Ce type de fichier n’est pas accepté. {ACCEPTED}")
    if start.startswith("#!") or MARKUP.search(start):
        raise ACTIVE_CONTENT(
            f"Une page HTML, une image SVG ou un programme n’est pas accepté\u00a0: enregistrez-le en PDF. {ACCEPTED}"
        )
    return CSV if PurePath(file_name).suffix.lower() == ".csv" else TEXT


def _decoded_start(content: bytes | bytearray) -> str | None:
    """The first characters; null when the whole is not text in UTF-8. A long text decoded at once takes four times
    its size."""
    decoder, start = getincrementaldecoder("utf-8-sig")(), ""
    for n in range(0, len(content), DECODED_BYTES):
        try:
            text = decoder.decode(content[n : n + DECODED_BYTES], final=n + DECODED_BYTES >= len(content))
        except UnicodeDecodeError:
            return None
        if CONTROLS.search(text):
            return None
        start = start or text[:MARKUP_START_CHARACTERS]
    return start
