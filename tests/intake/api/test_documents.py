"""Documents of a request over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.document_reading import text_of
from tests.support.servers.served_service import Client, Served, served

from embedded.processes.nats import Nats
from intake.main import service
from shared.documents import pdf_renderer

# Over HTTP

RECEIVED: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Nous voulons garder nos emplois.",
}


OTHER = RECEIVED["structure"] | {"name": "L’Atelier", "siret": None, "rna": "W442000123"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("intake-documents")


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, folder: Path) -> Iterator[Served]:
    with served(service, database, nats, folder) as running:
        yield running


@pytest.fixture
def adviser(intake: Served) -> Client:
    return intake.by("adviser")


@pytest.fixture
def case(adviser: Client) -> str:
    return str(adviser.post("/api/v1/requests", RECEIVED).headers["Location"])


def test_the_documents_of_a_case_are_listed_with_where_to_ask_for_them(adviser: Client, case: str) -> None:
    (listed,) = adviser.get(f"{case}/documents").json()
    assert listed["title"] == "Fiche d’accueil"
    assert listed["pdf"] == f"{case}/documents/fiche-d-accueil.pdf?version=1"
    assert adviser.get(listed["html"]).headers["Content-Type"] == "text/html; charset=utf-8"
    pdf = adviser.get(listed["pdf"])
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert "Maëlle Kerdoncuff" in text_of(pdf.content)


def test_a_past_version_stays_the_same_bytes_and_the_newest_tells_what_came_since(adviser: Client, case: str) -> None:
    pdf = f"{case}/documents/fiche-d-accueil.pdf"
    first = adviser.get(pdf)
    adviser.post(f"{case}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "Yann Prigent"}]})
    assert adviser.get(pdf, version=1).content == first.content
    assert adviser.get(pdf, version=1).headers["ETag"] == first.headers["ETag"]
    newest = adviser.get(pdf)
    assert newest.headers["ETag"] != first.headers["ETag"]
    assert "Yann Prigent" in text_of(newest.content)
    assert "Yann Prigent" not in text_of(first.content)
    assert newest.headers["Content-Disposition"] == 'inline; filename="fiche-d-accueil-v2.pdf"'


def test_what_there_is_not_is_said_in_french(adviser: Client, case: str) -> None:
    unknown = adviser.get(f"{case}/documents/roman.pdf")
    assert (unknown.status_code, unknown.json()["title"]) == (404, "Document inconnu")
    later = adviser.get(f"{case}/documents/fiche-d-accueil.html", version=9)
    assert (later.status_code, later.json()["title"]) == (404, "Version inconnue")
    nobody = f"/api/v1/requests/{UUID(int=7)}/documents/fiche-d-accueil.pdf"
    assert adviser.get(nobody).status_code == 404
    assert adviser.get(f"{case}/documents/fiche-d-accueil.doc").status_code == 422


def test_documents_are_for_those_who_may_read_the_case(intake: Served, case: str) -> None:
    html = f"{case}/documents/fiche-d-accueil.html"
    own = intake.by("leader", case=case.rpartition("/")[2])
    assert own.get(html).status_code == 200
    assert intake.by("leader", case=str(UUID(int=7))).get(html).status_code == 403
    assert intake.by("provider", case=case.rpartition("/")[2]).get(html).status_code == 403
    assert intake.by("committee").get(html).status_code == 403
    assert intake.by("committee").get(f"{case}/documents").status_code == 403
    assert intake.anonymous().get(html).status_code == 401


def test_a_document_is_neither_kept_on_the_way_nor_let_run_anything(adviser: Client, case: str) -> None:
    headers = adviser.get(f"{case}/documents/fiche-d-accueil.html").headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_letter_tells_the_structure_as_it_was_known_then(adviser: Client, case: str) -> None:
    proposed = {"target": "Bpifrance", "reason": "Un prêt d’amorçage."}
    where = adviser.post(f"{case}/orientations", proposed).headers["Location"]
    pdf = f"{where}/documents/lettre-d-orientation.pdf"
    first = adviser.get(pdf)
    structure = RECEIVED["structure"] | {"name": "Les Jardins de l’Erdre et du Canal"}
    correction = {"structure": structure, "effective_on": "2026-03-02", "reason": "Nouveau nom."}
    assert adviser.post(f"{case}/corrections", correction).status_code == 200
    assert adviser.get(pdf).content == first.content
    adviser.post(f"{where}/consent")
    assert "et du Canal" in text_of(adviser.get(pdf).content)
    other = str(adviser.post("/api/v1/requests", RECEIVED | {"structure": OTHER}).headers["Location"])
    elsewhere = pdf.replace(case.rpartition("/")[2], other.rpartition("/")[2])
    assert adviser.get(elsewhere).status_code == 404


def test_a_paper_of_many_pages_is_refused_as_a_pdf_and_shown_as_a_page(
    adviser: Client, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """150 meetings of 7 KB: 22 versions of it took the process from 211 to 919 MiB."""
    monkeypatch.setattr(pdf_renderer, "MAX_PAGES", 3)
    meeting = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle"}], "notes": "une ligne\n" * 200}
    assert adviser.post(f"{case}/meetings", meeting).status_code == 200
    refused = adviser.get(f"{case}/documents/fiche-d-accueil.pdf")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/document-too-large")
    assert "environ 5\u00a0pages" in refused.json()["detail"]
    assert adviser.get(f"{case}/documents/fiche-d-accueil.html").status_code == 200
    assert adviser.get(f"{case}/documents/fiche-d-accueil.pdf", version=1).status_code == 200


def test_whoever_asks_for_all_their_pdfs_at_once_is_told_to_wait(intake: Served, adviser: Client, case: str) -> None:
    def ask(_: int) -> int:
        return int(adviser.get(f"{case}/documents/fiche-d-accueil.pdf").status_code)

    with ThreadPoolExecutor(12) as at_once:
        answers = Counter(at_once.map(ask, range(12)))
    assert answers.keys() == {200, 429}, answers
