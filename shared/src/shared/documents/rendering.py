"""Rendering of a document as self-contained HTML or as a tagged PDF (Typst). The same document gives the same bytes."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Required, TypedDict

import msgspec
import segno
import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.documents.model import Block, Column, Document, Party, QrCode, Validation
from shared.documents.printable import TRANSCRIBED, all_printable
from shared.kernel import PARIS, format_day, format_instant

HERE = Path(__file__).parent
QR_TITLE = "Code QR"
_PAGES = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def render_html(document: Document) -> str:
    return _PAGES.get_template("document.html.jinja").render(_template_values(document))


class BlockData(TypedDict, total=False):
    """A block as data: its `kind`, and the fields that blocks of this kind have."""

    kind: Required[str]
    text: str
    level: int
    aside: bool
    caption: str
    columns: list[Column]
    rows: list[list[str]]
    items: list[str]
    parties: list[Party]


class DocumentData(TypedDict):
    """A document as data, for a screen that shows it in its own page. `day`: in French, of the last event that it was
    made from. `fingerprint`: of the whole document."""

    title: str
    structure: str
    unit: str
    day: str
    blocks: list[BlockData]
    fingerprint: str


def render_data(document: Document) -> DocumentData:
    return DocumentData(
        title=document.title,
        structure=document.structure,
        unit=document.unit,
        day=format_day(document.origin.recorded_at),
        blocks=msgspec.to_builtins(document.blocks),
        fingerprint=document.fingerprint,
    )


def render_pdf(document: Document) -> bytes:
    """In this process. `PdfRenderer` makes the same bytes in another one, within limits."""
    return compile_pdf(pdf_values(document), pdf_timestamp(document))


def pdf_timestamp(document: Document) -> int:
    """A PDF is dated by the last event that its document was made from."""
    return int(document.origin.recorded_at.timestamp())


def pdf_values(document: Document) -> dict[str, Any]:
    """What the template is filled in with, as plain data."""
    values: dict[str, Any] = json.loads(json.dumps(_template_values(document)))
    return values


def compile_pdf(values: dict[str, Any], timestamp: int) -> bytes:
    """Texts reach Typst as data, never as markup. Only the fonts of the wheel: those of a machine would make another
    document of it. Raises RuntimeError (typst.TypstError)."""
    printed = all_printable(values)
    if printed != values:
        printed["about"].append(("Transcription", TRANSCRIBED))
    inputs = {"drawn": json.dumps(printed)}
    made: Any = typst.compile(HERE / "document.typ", timestamp=timestamp, sys_inputs=inputs, ignore_system_fonts=True)
    return bytes(made)


def _template_values(document: Document) -> dict[str, Any]:
    fingerprint = document.fingerprint
    at = document.origin.recorded_at
    foot = (
        "DLA",
        document.structure,
        format_day(at),
        f"version\u00a0{document.origin.version}",
        f"empreinte\u00a0{fingerprint[:12]}",
    )
    return {
        "title": document.title,
        "structure": document.structure,
        "unit": document.unit,
        "day": format_day(at),
        "foot": foot,
        "date": _date_parts(at),
        "blocks": [_block_values(block) for block in document.blocks],
        "about": _origin_facts(document, fingerprint),
        "validation": _validation_values(document.validation) if document.validation else None,
    }


def _block_values(block: Block) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(block)
    return values | {"svg": qr_svg(block.text)} if isinstance(block, QrCode) else values


def qr_svg(text: str) -> str:
    """A QR code as SVG, of medium error correction: a quarter of it may be stained."""
    return segno.make(text, error="m", micro=False).svg_inline(border=2, title=QR_TITLE, omitsize=True)


def _date_parts(at: datetime) -> dict[str, int]:
    local = at.astimezone(PARIS)
    return {"year": local.year, "month": local.month, "day": local.day}


def _origin_facts(document: Document, fingerprint: str) -> list[tuple[str, str]]:
    origin = document.origin
    return [
        ("Dossier", str(origin.case)),
        *([("Pièce du dossier", str(origin.stream))] if origin.stream != origin.case else []),
        (
            "Version",
            f"{origin.version}, d’après l’historique enregistré jusqu’au {format_instant(origin.recorded_at)}",
        ),
        ("Empreinte (SHA-256)", fingerprint),
    ]


def _validation_values(validation: Validation) -> dict[str, Any]:
    return {
        "facts": [
            ("Contenu validé", f"version {validation.version}"),
            ("Empreinte du contenu", validation.content_hash),
            ("Validé le", format_instant(validation.at)),
            ("Par", ", ".join(validation.by)),
        ],
        "caution": "Il s’agit d’une validation enregistrée dans le dossier, et non d’une signature électronique.",
    }
