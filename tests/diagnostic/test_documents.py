"""Documents of a diagnosis: the one that leaders read and validate, and the plan agreed from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.document_reading import lacking, on_paper, on_screen, read, text_of, written
from tests.support.servers.served_service import served

from diagnostic.documents import of_diagnosis
from diagnostic.domain import lifecycle, plan, validation
from diagnostic.domain.content import axes, difficulty, economics, employment, indicators, problem, sessions
from diagnostic.domain.content.economics import Perimeter
from diagnostic.domain.content.sessions import Quality
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.state import Diagnosis
from diagnostic.main import service
from embedded.processes.nats import Nats
from shared.kernel import Axis, DifficultyCause, DifficultyLevel, DifficultyNature, Encrypted, Role
from shared.names import RecordStructureName, name_decider, structure_name_id
from shared.testing.scenarios import CASE, NOW, UNIT, MemoryLog, context

NAME = Encrypted(CASE, "Les Jardins de l’Erdre")
OPENED = lifecycle.OpenDiagnosis(UUID(int=9), UNIT, adviser="some-adviser", admitted_at=NOW, headcount=12)
CONTENT: tuple[Any, ...] = (
    sessions.RecordSession(
        date(2026, 3, 1),
        (
            sessions.Participant("Maëlle Kerdoncuff", Quality.LEADER),
            sessions.Participant("Soizic Morvan", Quality.EMPLOYEE),
        ),
        notes="Relecture des comptes et du projet associatif.",
    ),
    axes.AssessAxis(
        Axis.BUSINESS_MODEL,
        "64\u00a0% des produits viennent d’un seul financeur\u202f; la vente de paniers progresse.",
        rating=2,
        strengths=("Clientèle fidèle", "Terrain mis à disposition"),
        weaknesses=("Prix de vente sous le coût de revient",),
        evidence="Comptes des trois derniers exercices.",
    ),
    axes.AssessAxis(Axis.GOVERNANCE, "Un conseil renouvelé, mais tout repose sur deux personnes.", rating=3),
    employment.RecordEmployment(7, 2, aided=3, fte=9.5, volunteers=40, as_of=date(2025, 12, 31)),
    economics.RecordEconomics(
        2025,
        Perimeter.STRUCTURE,
        budget_cents=41_200_000,
        own_income_cents=12_800_000,
        subsidies_cents=26_300_050,
        result_cents=-1_845_005,
        cash_cents=5_000_000,
    ),
    indicators.RecordIndicator("own_income_share", "Ventes et prestations ÷ total des produits, en\u00a0%", value=31),
    difficulty.QualifyDifficulty(
        DifficultyLevel.PROVEN,
        DifficultyNature.STRUCTURAL,
        causes=(DifficultyCause.PUBLIC_FUNDING,),
        deep_causes=("Dépendance à un financeur",),
        strategic_plan="Diversifier en deux ans.",
    ),
    problem.StateProblem(
        "Comment diversifier les ressources sans perdre le sens du projet ni les emplois\u202f?",
        ("Dépendance à un financeur", "Prix jamais recalculés"),
        recommendations=("Revoir la tarification", "Ouvrir une restauration solidaire"),
    ),
    difficulty.PrioritiseScenarios(
        (
            difficulty.RecoveryScenario(
                1, "Restauration solidaire", hypotheses=("Cent repas par jour",), needs=("Une cuisine",), retained=True
            ),
        )
    ),
    problem.ListOtherScheme("Fonds de transition", "Demande en cours"),
)


@pytest.fixture
def log() -> MemoryLog[Diagnosis]:
    log = MemoryLog(decider)
    for each in (OPENED, *CONTENT):
        accepted(log, each)
    return log


def accepted(log: MemoryLog[Diagnosis], command: Any, by: Role = Role.ADVISER) -> None:
    assert log.do(command, by).refused_as is None, command


def validate(log: MemoryLog[Diagnosis]) -> None:
    accepted(log, validation.SubmitDiagnosis())
    submission = log.state.submission
    assert submission is not None
    accepted(log, validation.ValidateDiagnosis(submission.version, submission.content_hash), Role.LEADER)


def diagnosis(log: MemoryLog[Diagnosis], **more: Any) -> Any:
    return written(of_diagnosis, "diagnostic-partage", read(log, by=Role.LEADER, **more))


def test_the_diagnosis_is_told_section_by_section(log: MemoryLog[Diagnosis]) -> None:
    shown = on_screen(diagnosis(log, structure_name="Les Jardins de l’Erdre"))
    for sentence in (
        "Diagnostic partagé Les Jardins de l’Erdre",
        "Document de travail, qui n’a pas été soumis à la validation de la structure. Contenu en version 10.",
        "1er mars 2026 Maëlle Kerdoncuff (dirigeant·e) Soizic Morvan (salarié·e)",
        "Modèle économique 2 sur 5",
        "Points forts : Clientèle fidèle Terrain mis à disposition",
        "Points faibles : Prix de vente sous le coût de revient",
        "Éléments à l’appui : Comptes des trois derniers exercices.",
        "Situation au 31 décembre 2025 Salarié·es en CDI 7",
        "Équivalents temps plein (ETP) 9,5",
        "Exercice clos en 2025, toute la structure",
        "Résultat net -18 450,05 €",
        "Ventes et prestations ÷ total des produits, en % 31",
        "Niveau Difficultés avérées Nature Structurelle",
        "Préconisations : Revoir la tarification Ouvrir une restauration solidaire",
        "1. Restauration solidaire (retenu)",
        "Fonds de transition : Demande en cours",
    ):
        assert sentence in shown


def test_a_validation_names_the_version_its_hash_who_and_when(log: MemoryLog[Diagnosis]) -> None:
    validate(log)
    document = diagnosis(log)
    submission = log.state.submission
    assert submission is not None
    for shown in (on_screen(document), on_paper(document)):
        assert "Contenu validé version 10" in shown
        assert submission.content_hash in shown.replace(" ", "")
        assert "Par dirigeant·e some-leader" in shown
        assert "non d’une signature électronique" in shown


def test_what_is_edited_after_its_validation_is_not_told_as_validated(log: MemoryLog[Diagnosis]) -> None:
    validate(log)
    accepted(log, problem.ListOtherScheme("Un autre dispositif"))
    document = diagnosis(log)
    assert document.validation is None
    assert "Document de travail" in on_screen(document)


def test_what_leaders_have_before_them_is_not_told_as_validated(log: MemoryLog[Diagnosis]) -> None:
    accepted(log, validation.SubmitDiagnosis())
    document = diagnosis(log)
    assert document.validation is None
    assert "Soumis à la validation de la structure" in on_screen(document)


def test_the_plan_is_written_once_it_is_agreed(log: MemoryLog[Diagnosis]) -> None:
    validate(log)
    assert lacking(of_diagnosis, "plan-d-accompagnement", log.state) is not None
    accepted(log, plan.AgreePlan((Axis.BUSINESS_MODEL, Axis.GOVERNANCE), "Porter les ressources propres à 45\u00a0%."))
    document = written(of_diagnosis, "plan-d-accompagnement", read(log, by=Role.LEADER))
    shown = on_screen(document)
    for sentence in (
        "Convenu le 2 mars 2026, à partir de la version 10 du diagnostic",
        "Comment diversifier les ressources",
        "Porter les ressources propres à 45 %.",
        "1 Modèle économique 2 Gouvernance et vie associative",
        "Personnes salariées en contrat à durée indéterminée 7",
        "Résultat net de l’exercice, négatif pour une perte -18 450,05 €",
    ):
        assert sentence in shown
    assert document.validation is not None
    assert "Corrigé depuis" not in shown


def test_a_baseline_corrected_since_is_told_under_the_plan(log: MemoryLog[Diagnosis]) -> None:
    validate(log)
    accepted(log, plan.AgreePlan((Axis.BUSINESS_MODEL,), "Diversifier."))
    accepted(log, plan.CorrectBaseline("cdi", 8, effective_on=date(2026, 3, 1), reason="Un contrat avait été oublié."))
    shown = on_screen(written(of_diagnosis, "plan-d-accompagnement", read(log)))
    assert "durée indéterminée : 8, au lieu de 7, depuis le 1er mars 2026. Un contrat avait été oublié." in shown


def test_an_erased_participant_leaves_the_rest_to_be_read(log: MemoryLog[Diagnosis]) -> None:
    person = log.state.content.sessions[0].participants[0].person
    shown = on_screen(diagnosis(log, erased={person}))
    assert "« effacé » (dirigeant·e) Soizic Morvan (salarié·e)" in shown
    assert "Kerdoncuff" not in shown


def test_without_a_name_the_case_stands_for_the_structure(log: MemoryLog[Diagnosis]) -> None:
    assert diagnosis(log).structure == f"Dossier {CASE}"


def test_over_http_the_plan_waits_and_nobody_names_the_structure_as_they_like(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as running:
        app: Any = running.http.app.state.application  # type: ignore[attr-defined]
        app.handle(decider, CASE, OPENED, context())
        adviser, where = running.by("adviser", unit=UNIT), f"/api/v1/diagnoses/{CASE}/documents"
        empty = adviser.get(f"{where}/diagnostic-partage.pdf")
        assert (empty.status_code, empty.json()["title"]) == (409, "Ce document n’existe pas encore")
        app.handle(decider, CASE, CONTENT[0], context())
        pdf = adviser.get(f"{where}/diagnostic-partage.pdf")
        assert f"Dossier {CASE}" in text_of(pdf.content)
        assert adviser.get(f"{where}/diagnostic-partage.pdf", structure="Une autre association").status_code == 422
        app.handle(name_decider, structure_name_id(CASE), RecordStructureName(UUID(int=9), NAME), context())
        pdf = adviser.get(f"{where}/diagnostic-partage.pdf")
        assert "Les Jardins de l’Erdre" in text_of(pdf.content)
        listed = {each["name"]: each for each in adviser.get(where).json()}
        assert listed["diagnostic-partage"]["lacking"] is None
        assert listed["plan-d-accompagnement"]["pdf"] is None
        assert listed["plan-d-accompagnement"]["lacking"].startswith("Le plan d’accompagnement n’est pas encore")
        assert running.by("committee").get(f"{where}/diagnostic-partage.pdf").status_code == 403
