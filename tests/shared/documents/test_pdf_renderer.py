"""PDFs are made by a process of their own: the same bytes, within limits, and another process when one has ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.documents import (
    MAX_PAGES,
    Document,
    DocumentTooLarge,
    Origin,
    Paragraph,
    PdfRenderer,
    pdf_renderer,
    rendering,
)
from shared.testing.scenarios import CASE

SHEET = Document(
    "Fiche d’accueil",
    "Les Jardins de l’Erdre",
    unit="dla-44",
    blocks=(Paragraph("Bonne écoute, 北京, et rien d’autre."),),
    origin=Origin(CASE, CASE, version=3, recorded_at=datetime(2027, 3, 11, 23, 30, tzinfo=UTC)),
)


def of_pages(number: int) -> Document:
    return replace(SHEET, blocks=tuple(Paragraph(f"Le point {n} est fait. " * 180) for n in range(number - 1)))


@pytest.fixture(scope="module")
def renderer() -> Iterator[PdfRenderer]:
    renderer = PdfRenderer()
    yield renderer
    renderer.close()


def test_it_makes_the_same_bytes_as_in_this_process_one_after_the_other(renderer: PdfRenderer) -> None:
    made = [renderer.render(SHEET) for _ in range(2)]
    assert made == [rendering.render_pdf(SHEET)] * 2


def test_it_has_none_of_the_secrets_of_the_service_and_a_limit_of_memory(
    renderer: PdfRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLA_SEALING_KEY", "secret")
    renderer.close()
    renderer.render(SHEET)
    process = Path(f"/proc/{renderer.pid}")
    assert b"DLA_" not in (process / "environ").read_bytes()
    (limit,) = (line for line in (process / "limits").read_text().splitlines() if line.startswith("Max address space"))
    assert str(pdf_renderer.MEMORY_BYTES) in limit


def test_a_document_of_too_many_pages_is_not_begun(renderer: PdfRenderer) -> None:
    with pytest.raises(DocumentTooLarge) as refused:
        renderer.render(of_pages(MAX_PAGES + 10))
    assert MAX_PAGES < (refused.value.pages or 0) < MAX_PAGES * 1.3
    lines = replace(SHEET, blocks=(Paragraph("\n" * 50 * MAX_PAGES),))
    with pytest.raises(DocumentTooLarge):
        renderer.render(lines)


def test_a_document_that_takes_too_much_time_is_told_and_the_next_is_made() -> None:
    impatient = PdfRenderer(timeout_seconds=0.001)
    with pytest.raises(DocumentTooLarge):
        impatient.render(SHEET)
    assert impatient.pid is None
    impatient._timeout_seconds = 30.0
    assert impatient.render(SHEET).startswith(b"%PDF")
    impatient.close()


def test_a_document_that_takes_too_much_memory_is_told_and_the_next_is_made() -> None:
    """The limit holds whatever the estimate says."""
    narrow = PdfRenderer(memory_bytes=130 * 1024**2)
    with pytest.raises(DocumentTooLarge):
        narrow.render(of_pages(MAX_PAGES - 20))
    assert narrow.render(SHEET).startswith(b"%PDF")
    narrow.close()


def test_a_process_that_was_ended_is_replaced(renderer: PdfRenderer) -> None:
    renderer.render(SHEET)
    before = renderer.pid
    assert before is not None
    os.kill(before, 9)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert renderer.render(SHEET).startswith(b"%PDF")
    assert renderer.pid != before


def test_a_process_that_has_grown_is_replaced_before_the_next_document(renderer: PdfRenderer) -> None:
    renderer.render(SHEET)
    before = renderer.pid
    while renderer.pid == before:
        renderer.render(of_pages(MAX_PAGES // 2))
    assert renderer.pid is not None, "it is started at once, so that nobody waits for it"
