"""A call for tenders on one page: the proposals beside each other."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.support.checks.console_pages import Browser, Switch, World, text

from console.pages.work.tender import candidate_columns


def candidate(name: str, *scores: list[int], amount_cents: int | None = None) -> dict[str, Any]:
    proposal = {"amount_cents": amount_cents, "days": 5, "summary": f"De {name}."} if amount_cents else None
    given = {f"scorer-{n}": each for n, each in enumerate(scores)}
    return {"name": name, "proposal": proposal, "scores": given, "informed_on": None}


TENDER: dict[str, Any] = {
    "status": "open",
    "terms_of_reference": "Recalculer les prix de vente.",
    "grid": [{"label": "Méthode", "weight": 60}, {"label": "Prix", "weight": 40}],
    "deadline": "2026-02-06T16:00:00Z",
    "candidates": {
        "silent": candidate("Atelier"),
        "second": candidate("Sillon", [14, 12], [12, 14], amount_cents=450000),
        "first": candidate("Armen", [17, 15], [16, 14], amount_cents=480000),
    },
    "winner": None,
    "exception": None,
    "questions": {
        "asked": {"provider": "second", "text": "Le soir ?", "answer": None},
        "told": {"provider": "first", "text": "Sur place ?", "answer": "Oui, toujours."},
    },
    "extra": {"scores": {"second": 13.0, "first": 15.7}},
    "links": [
        {
            "rel": "score-proposal",
            "title": "Noter une proposition",
            "href": "/api/v1/parcours/c/tenders/t/providers/first/scores",
            "method": "POST",
        },
        {
            "rel": "answer-tender-question",
            "title": "Répondre à une question",
            "href": "/api/v1/parcours/c/tenders/t/questions/asked/answer",
            "method": "POST",
        },
    ],
}


def test_the_best_score_comes_first_with_each_scorers_points() -> None:
    columns = candidate_columns(TENDER, {})
    assert [(each.id, each.rank, each.score) for each in columns] == [
        ("first", 1, 15.7),
        ("second", 2, 13.0),
        ("silent", None, None),
    ]
    assert columns[0].points == ((17, 16), (15, 14))
    assert columns[2].points == ()


def test_equal_scores_share_a_rank() -> None:
    tender = TENDER | {"extra": {"scores": {"second": 15.7, "first": 15.7}}}
    assert [each.rank for each in candidate_columns(tender, {})] == [1, 1, None]


def test_the_page_shows_the_grid_and_what_may_be_done(browser: Browser, world: World, ways: dict[str, Switch]) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    tender = uuid4()
    ways["parcours"].out = False
    ways["parcours"].instead[f"/api/v1/parcours/{world.case}/tenders/{tender}"] = TENDER
    shown = browser.get(f"/dossiers/{world.case}/consultations/{tender}")
    assert shown.status_code == 200
    said = text(shown)
    assert "Méthode 60 % 17 · 16 14 · 12 –" in said
    assert "Note sur 20 15,7 la meilleure 13 –" in said
    assert "4\u202f800,00 €" in said or "4 800,00 €" in said
    assert f"/dossiers/{world.case}/faire/parcours/parcours/c/tenders/t/providers/first/scores" in shown.text
    assert "Le soir ? Sillon réponse attendue Répondre à une question" in said
    assert "Sur place ? Armen Oui, toujours." in said
