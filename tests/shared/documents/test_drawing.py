"""Rendering of documents: texts as they are, the same bytes each time, and never as markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.support.checks.document_reading import on_paper, on_screen

from shared.documents import (
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Heading,
    Origin,
    Paragraph,
    Party,
    QrCode,
    SignatureBlock,
    Table,
    Validation,
    rendering,
)
from shared.testing.scenarios import CASE

AT = datetime(2027, 3, 11, 23, 30, tzinfo=UTC)
HOSTILE = (
    '#import "@preview/x:1.0.0": *',
    '#read("/etc/passwd") #panic() $ x $ \\ _a_ *b* `c` <d> @e ~ // f /* g */ = h\n= titre\n- puce',
    "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;'\"",
    "{{ 7 * 7 }}{% raw %}",
    "x" * 10_000,
    "שלום עולם مرحبا بالعالم \u202egnal",
    "👩🏽‍🌾 🌻 é́\x01\x0b\ufffd\U0010fffd",
    "]]] ))) }}} \"\"\" '''",
)


def everywhere(text: str) -> Document:
    """The same text in each place where a document has one, cut to a line where only a line is typed."""
    line = text[:200]
    blocks: tuple[Block, ...] = (
        Heading(line),
        Paragraph(text),
        Paragraph(text, aside=True),
        Facts(((text, text),)),
        Table(line, (Column(line), Column("Nombre", number=True), Column("Reste", 3)), rows=((text, text, text),)),
        Bullets((text,)),
        SignatureBlock((Party(line, line, note=line), Party("Le prestataire"))),
    )
    validation = Validation(3, "ab" * 32, by=(line,), at=AT)
    return Document(
        line,
        line,
        unit=line,
        blocks=blocks,
        origin=Origin(CASE, CASE, version=14, recorded_at=AT),
        validation=validation,
    )


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


def tags(document: Document) -> Tags:
    found = Tags()
    found.feed(rendering.render_html(document))
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_people_typed_is_never_markup(text: str) -> None:
    plain, hostile = tags(everywhere("Bonjour")), tags(everywhere(text))
    assert hostile.seen == plain.seen
    assert hostile.attributes == plain.attributes
    assert " ".join(text.split()) in on_screen(everywhere(text))
    paper = everywhere(text)
    assert PdfReader(BytesIO(rendering.render_pdf(paper))).pages


@pytest.mark.parametrize("text", [HOSTILE[1], HOSTILE[2], HOSTILE[3], HOSTILE[7]])
def test_paper_shows_markup_as_it_was_typed(text: str) -> None:
    typed = replace(everywhere("Bonjour"), blocks=(Paragraph(text),))
    assert "".join(text.split()) in "".join(on_paper(typed).split())


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_any_text_can_be_drawn(text: str) -> None:
    assert rendering.render_pdf(everywhere(text)).startswith(b"%PDF")
    assert rendering.render_html(everywhere(text)).endswith("</html>")


def test_a_word_that_no_line_holds_stays_on_the_page() -> None:
    long = replace(everywhere("Bonjour"), blocks=(Paragraph("y" * 4_000),))
    reader = PdfReader(BytesIO(rendering.render_pdf(long)))
    assert sum(page.extract_text().count("y") for page in reader.pages) >= 4_000
    assert max(len(line) for page in reader.pages for line in page.extract_text().splitlines()) < 250


def test_the_same_document_is_the_same_bytes_and_another_is_not() -> None:
    document = everywhere("Bonjour")
    assert rendering.render_pdf(document) == rendering.render_pdf(document)
    assert rendering.render_html(document) == rendering.render_html(document)
    other = replace(document, blocks=(*document.blocks, Paragraph("Un mot de plus")))
    assert other.fingerprint != document.fingerprint
    assert rendering.render_pdf(other) != rendering.render_pdf(document)


def test_a_heading_is_not_a_paragraph_that_says_the_same() -> None:
    document = everywhere("Bonjour")
    assert (
        replace(document, blocks=(Heading("a"),)).fingerprint != replace(document, blocks=(Paragraph("a"),)).fingerprint
    )


def test_the_foot_tells_the_day_in_paris_the_version_and_the_fingerprint() -> None:
    document = replace(everywhere("Bonjour"), structure="Les Jardins de l’Erdre")
    foot = f"DLA · Les Jardins de l’Erdre · 12 mars 2027 · version 14 · empreinte {document.fingerprint[:12]}"
    for text in (on_screen(document), on_paper(document)):
        assert foot in text
        assert document.fingerprint in text.replace(" ", "")
        assert "jusqu’au 12 mars 2027 à 0 h 30" in text


def test_a_validation_is_told_from_a_signature() -> None:
    document = everywhere("Bonjour")
    for text in (on_screen(document), on_paper(document)):
        assert "non d’une signature électronique" in text
        assert "ab" * 32 in text.replace(" ", "")
    assert "signature électronique" not in on_screen(replace(document, validation=None))


def test_the_pdf_is_tagged_french_and_dated_by_its_last_event() -> None:
    reader: Any = PdfReader(BytesIO(rendering.render_pdf(everywhere("Bonjour"))))
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == "Bonjour – Bonjour"
    assert reader.metadata.creation_date.date().isoformat() == "2027-03-12"


def test_the_page_asks_for_nothing_outside_and_runs_nothing() -> None:
    page = rendering.render_html(everywhere("Bonjour"))
    assert '<html lang="fr">' in page
    assert "<caption>" in page
    for outside in ("http:", "https:", "<script", "<link", "src=", "url(", "@import"):
        assert outside not in page


def test_a_qr_code_is_whole_at_any_size_on_the_page_and_on_paper() -> None:
    address = "https://console.example/empreinte/" + "0" * 100
    document = replace(everywhere("Reçu"), blocks=(QrCode(address, "Ce code mène à une page publique."),))
    modules = segno.make(address, error="m").symbol_size(border=2)[0]
    page = rendering.render_html(document)
    svg = page.partition("<svg")[2].partition(">")[0]
    assert f'viewBox="0 0 {modules} {modules}"' in svg and "height=" not in svg, "else a smaller one is cut off"
    assert b"/Alt" in rendering.render_pdf(document) and "Ce code mène à une page publique." in page
    data = rendering.render_data(document)
    assert (data["blocks"][0]["text"], data["fingerprint"]) == (address, document.fingerprint)
