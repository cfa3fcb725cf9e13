"""Document of a follow-up: the review of the support, compared with the diagnosis."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.document_reading import lacking, on_paper, on_screen, read, text_of, written
from tests.support.servers.served_service import Serve, Served

from followup.documents import of_follow_up
from followup.domain import closure, needs, opening
from followup.domain.follow_up import decider
from followup.domain.reviews import reporting
from followup.domain.reviews.comparison import Measure, PerimeterChange
from followup.domain.state import FollowUp
from followup.main import service
from shared.kernel import Actor, Axis, Encrypted, Role, paris_date, uuid7
from shared.names import RecordStructureName, name_decider, structure_name_id
from shared.testing.scenarios import NOW, UNIT, MemoryLog

SHARE = "Ventes et prestations ÷ total des produits, en %"


def do(log: MemoryLog[Any], command: Any, at: datetime = NOW) -> None:
    outcome = log.do(command, at=at)
    assert outcome.refused_as is None, outcome.refused_as


@pytest.fixture
def log() -> MemoryLog[FollowUp]:
    log = MemoryLog(decider)
    baseline = {"cdi": 7.0, "fte": 9.5, "cash_cents": 5_000_000.0, "own_income_share": 31.0}
    do(
        log,
        opening.OpenFollowUp(
            UUID(int=5),
            NOW,
            structure=UUID(int=9),
            unit=UNIT,
            adviser="some-adviser",
            baseline=baseline,
            definitions={"own_income_share": SHARE},
        ),
    )
    return log


def held(log: MemoryLog[FollowUp], code: str = "M0", at: datetime = NOW) -> None:
    do(
        log,
        reporting.RecordReview(
            code,
            at.date(),
            appropriation=4,
            summary="Les nouveaux prix sont appliqués.",
            indicators={
                "cdi": Measure(8),
                "cash_cents": Measure(6_250_050),
                "own_income_share": Measure(34, "Une autre définition"),
                "members": Measure(120, "Adhérents à jour"),
            },
            satisfaction=5,
        ),
        at=at,
    )


def balance(log: MemoryLog[FollowUp], **more: Any) -> Any:
    return written(of_follow_up, "bilan", read(log, **more))


def test_there_is_nothing_to_write_before_the_first_review(log: MemoryLog[FollowUp]) -> None:
    assert (
        lacking(of_follow_up, "bilan", log.state) == "Aucun bilan n’a encore été réalisé, et le suivi n’est pas clos."
    )


def test_the_balance_sets_each_review_beside_the_diagnosis(log: MemoryLog[FollowUp]) -> None:
    held(log)
    shown = on_screen(balance(log, structure_name="Les Jardins de l’Erdre"))
    for sentence in (
        "Personnes salariées en contrat à durée indéterminée 7 8",
        "Trésorerie à la clôture de l’exercice, négative pour un découvert 50 000,00 € 62 500,50 €",
        f"{SHARE} 31 34 *",
        "Adhérents à jour – 120 *",
        "* Ne se compare pas au diagnostic",
        "Non mesuré depuis le diagnostic : Équivalents temps plein (ETP) de toutes les personnes salariées",
        "Appropriation 4 sur 5 Satisfaction 5 sur 5",
        "Prochain bilan : à 6 mois, le 2 septembre 2026.",
    ):
        assert sentence in shown
    assert "62 500,50 €" in on_paper(balance(log))


def test_the_balance_says_which_baseline_was_corrected_and_when(log: MemoryLog[FollowUp]) -> None:
    held(log)
    later = NOW + timedelta(days=1)
    do(log, opening.ReplicateBaselineCorrection("cdi", 6.0, effective_on=NOW.date(), corrected_at=later), at=later)
    shown = on_screen(balance(log, at=later))
    assert "Personnes salariées en contrat à durée indéterminée 6 8" in shown
    assert "Personnes salariées en contrat à durée indéterminée : référence corrigée le 3 mars 2026." in shown


def test_a_merger_stands_beside_the_review_that_says_it(log: MemoryLog[FollowUp]) -> None:
    merger = reporting.RecordReview(
        "M0",
        NOW.date(),
        appropriation=3,
        summary="Échange bref.",
        indicators={"cdi": Measure(8)},
        perimeter_change=PerimeterChange.MERGER,
        perimeter_notes="Avec Le Potager, au 1er janvier.",
    )
    do(log, merger)
    shown = on_screen(balance(log))
    assert "Personnes salariées en contrat à durée indéterminée 7 8 *" in shown
    assert "Fusion avec une autre structure : aucun indicateur ne se compare au diagnostic" in shown
    assert "Avec Le Potager, au 1er janvier." in shown


def test_a_satisfaction_without_answer_is_said(log: MemoryLog[FollowUp]) -> None:
    do(log, reporting.RecordReview("M0", NOW.date(), appropriation=3, summary="Échange bref."))
    assert "Satisfaction Sans réponse" in on_screen(balance(log))


def test_new_needs_and_the_conclusion_say_what_is_next(log: MemoryLog[FollowUp]) -> None:
    held(log)
    do(log, needs.FindNeed(Axis.HUMAN_RESOURCES, "Une vraie politique de ressources humaines."))
    for code, months in (("M6", 190), ("M18", 560)):
        do(log, reporting.RecordUnreachable(code, 3), at=NOW + timedelta(days=months))
    do(log, closure.CloseFollowUp("Un accompagnement utile."), at=NOW + timedelta(days=561))
    shown = on_screen(balance(log, at=NOW + timedelta(days=561)))
    assert "Ressources humaines et emploi : Une vraie politique de ressources humaines." in shown
    assert "Structure injoignable à la fin du suivi, clos le 14 septembre 2027. Un accompagnement utile." in shown
    assert "Prochain bilan" not in shown


def test_a_follow_up_that_was_held_to_its_end_says_so(log: MemoryLog[FollowUp]) -> None:
    later = NOW + timedelta(days=560)
    do(log, reporting.RecordUnreachable("M0", 3), at=NOW + timedelta(days=10))
    for code in ("M6", "M18"):
        held(log, code, at=later)
    do(log, closure.CloseFollowUp("Un accompagnement utile."), at=later)
    shown = on_screen(balance(log, at=later))
    assert "Suivi mené à son terme, clos le 13 septembre 2027. Un accompagnement utile." in shown


def test_a_structure_that_closed_down_has_its_balance_too(log: MemoryLog[FollowUp]) -> None:
    do(log, closure.RecordClosedDown(date(2026, 3, 1)))
    shown = on_screen(balance(log))
    assert "Structure ayant cessé son activité le 1er mars 2026 ; suivi clos le 2 mars 2026." in shown


# Over HTTP


@pytest.fixture
def running(serve: Serve) -> Served:
    return serve(service)


def test_over_http_the_balance_waits_for_a_review_and_is_for_those_who_may_read_the_case(running: Served) -> None:
    app, case = running.application, uuid7()
    opened = opening.OpenFollowUp(
        uuid7(),
        app.clock.now(),
        structure=UUID(int=9),
        unit="dla-44",
        adviser="some-adviser",
        baseline={"cdi": 7},
        definitions={},
    )
    ourselves = app.context(case, Actor("service:followup", Role.SERVICE))
    app.handle(decider, case, opened, ourselves)
    named = RecordStructureName(UUID(int=9), Encrypted(case, "Les Jardins de l’Erdre"))
    app.handle(name_decider, structure_name_id(case), named, ourselves)
    adviser, path = running.by("adviser"), f"/api/v1/follow-ups/{case}"
    (waiting,) = adviser.get(f"{path}/documents").json()
    assert (waiting["name"], waiting["html"], waiting["pdf"]) == ("bilan", None, None)
    early = adviser.get(f"{path}/documents/bilan.pdf")
    assert (early.status_code, early.json()["detail"]) == (409, waiting["lacking"])

    today = paris_date(app.clock.now()).isoformat()
    review = {"held_on": today, "appropriation": 4, "summary": "Tout est en place."}
    assert adviser.post(f"{path}/reviews/M0/report", review).status_code == 200
    (ready,) = adviser.get(f"{path}/documents").json()
    assert adviser.get(ready["html"]).headers["Content-Type"] == "text/html; charset=utf-8"
    pdf = adviser.get(f"{path}/documents/bilan.pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    for sentence in ("Les Jardins de l’Erdre", "Tout est en place.", "Bilan en fin de parcours"):
        assert sentence in text_of(pdf.content)
    assert running.by("leader", case=str(case)).get(ready["pdf"]).status_code == 200
    for stranger in (
        running.by("leader", case=str(UUID(int=7))),
        running.by("provider", case=str(case)),
        running.by("committee"),
    ):
        assert stranger.get(ready["pdf"]).status_code == 403
        assert stranger.get(f"{path}/documents").status_code == 403
    assert running.anonymous().get(ready["html"]).status_code == 401
