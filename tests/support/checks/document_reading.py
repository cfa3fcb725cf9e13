"""Documents under test: read from a history without a server, and looked at as text."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any, TypeVar
from uuid import UUID

from pypdf import PdfReader

from shared.crypto import ERASED_TEXT
from shared.documents import Document, DocumentSource, DocumentTemplates, RecordedFact, rendering
from shared.kernel import Encrypted, Role
from shared.testing.scenarios import CASE, NOW, MemoryLog

S = TypeVar("S")


def read(
    log: MemoryLog[S], at: datetime = NOW, *, by: Role = Role.ADVISER, erased: Collection[UUID] = (), **more: Any
) -> DocumentSource[S]:
    """`erased`: the keys that are gone."""

    def shown(sealed: Encrypted) -> str:
        return ERASED_TEXT if UUID(str(sealed.key)) in erased else log.key_store.display_text(sealed)

    facts = tuple(RecordedFact(event, at, by=f"some-{by}", role=by) for event in log.events)
    return DocumentSource(CASE, CASE, state=log.state, facts=facts, decrypt=shown, **more)


def written(papers: DocumentTemplates[S], name: str, reading: DocumentSource[S]) -> Document:
    (paper,) = (paper for paper in papers(reading.state) if paper.name == name)
    assert paper.unavailable_because is None, paper.unavailable_because
    return paper.write(reading)


def lacking(papers: DocumentTemplates[S], name: str, state: S) -> str | None:
    (paper,) = (paper for paper in papers(state) if paper.name == name)
    return paper.unavailable_because


def on_screen(document: Document) -> str:
    """The text of the HTML, blanks made one."""
    body = rendering.render_html(document).partition("</style>")[2]
    return _one_line(unescape(re.sub(r"<[^>]*>", " ", body)))


def on_paper(document: Document) -> str:
    return text_of(rendering.render_pdf(document))


def text_of(pdf: bytes) -> str:
    """The text of a PDF, blanks made one and ligatures undone."""
    pages = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return _one_line(pages)


def _one_line(text: str) -> str:
    for ligature, letters in {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}.items():
        text = text.replace(ligature, letters)
    return " ".join(text.replace("\u200b", "").split())
