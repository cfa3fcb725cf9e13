"""The reception record and the orientation letter, as people read them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.document_reading import on_paper, on_screen, read, written

from intake.documents.orientation_letter import orientation_documents
from intake.documents.reception_record import build_request_documents
from intake.domain import orientation
from intake.domain.orientation import ProposeOrientation, RecordConsent, SendOrientation
from intake.domain.reference.criteria import Verdict
from intake.domain.reference.reference import SHIPPED_REFERENCE
from intake.domain.request import request
from intake.domain.request.assessment import AssessCriterion, GrantDerogation, MeetingParticipant, RecordMeeting
from intake.domain.request.difficulty import TriageDifficulty
from intake.domain.request.outcome import AdmitRequest
from intake.domain.request.reception import ReceiveRequest
from intake.domain.request.state import DerogationKind, Request
from intake.domain.structure import Contact, LegalForm, Structure
from shared.kernel import DifficultyCause, DifficultyLevel, Role
from shared.testing.scenarios import MemoryLog

JARDINS = Structure(
    "Les Jardins de l’Erdre",
    LegalForm.ASSOCIATION,
    department="44",
    siret="73282932000074",
    commune="Nort-sur-Erdre",
    headcount=12,
    fte=9.5,
    naf="01.13Z",
)
MAELLE = Contact("Maëlle Kerdoncuff", "Présidente", email="maelle.kerdoncuff@example.org")

REQUEST_DOCUMENTS = build_request_documents(lambda: SHIPPED_REFERENCE)


@pytest.fixture
def log() -> MemoryLog[Request]:
    log = MemoryLog(request.decider)
    log.do(ReceiveRequest(JARDINS, MAELLE, need="Nous voulons garder nos emplois."))
    met = (MeetingParticipant("Maëlle Kerdoncuff"), MeetingParticipant("Yann Prigent", function="trésorier"))
    log.do(RecordMeeting(date(2026, 3, 1), met, notes="Comptes tenus."))
    return log


def record(log: MemoryLog[Request]) -> str:
    return on_screen(written(REQUEST_DOCUMENTS, "fiche-d-accueil", read(log)))


def test_the_record_says_who_came_what_for_and_who_was_met(log: MemoryLog[Request]) -> None:
    page = record(log)
    for expected in (
        "Fiche d’accueil",
        "SIRET 732 829 320 00074",
        "Commune Nort-sur-Erdre (44)",
        "01.13Z – Agriculture, sylviculture et pêche",
        "Effectif 12 personnes",
        "Équivalents temps plein 9,5",
        "Fonction Présidente",
        "Reçue le 2 mars 2026.",
        "Nous voulons garder nos emplois.",
        "Le 1er mars 2026, avec Maëlle Kerdoncuff et Yann Prigent (trésorier).",
        "Situation Demande reçue, à l’étude",
    ):
        assert expected in page


def test_an_unknown_headcount_is_to_be_asked_and_never_zero() -> None:
    log = MemoryLog(request.decider)
    log.do(
        ReceiveRequest(
            Structure("L’Atelier", LegalForm.SIAE, department="44", rna="W442000123"), MAELLE, need="Un besoin."
        )
    )
    assert "Effectif à demander" in record(log)


def test_criteria_are_told_with_their_evidence_and_the_derogation_that_lifts_one(
    log: MemoryLog[Request],
) -> None:
    log.do(AssessCriterion("existing", Verdict.MET, evidence="Déclarée depuis 2009."))
    log.do(AssessCriterion("employer", Verdict.NOT_MET, evidence="Premier emploi en mai."))
    log.do(
        GrantDerogation("employer", "Embauche accompagnée.", kind=DerogationKind.FIRST_TIME_EMPLOYER), by=Role.MANAGER
    )
    page = record(log)
    assert "La structure existe déjà Rempli Déclarée depuis 2009." in page
    assert "Non rempli, dérogation accordée (premier emploi)" in page
    assert "Dérogation : Embauche accompagnée." in page
    assert "Reste à examiner : Sa forme relève de l’économie sociale et solidaire." in page


def test_the_legal_deadline_of_an_insolvent_structure_stands_with_its_caution(log: MemoryLog[Request]) -> None:
    log.do(TriageDifficulty(DifficultyLevel.INSOLVENT, causes=(DifficultyCause.CASH,), cessation_on=date(2026, 2, 20)))
    page = record(log)
    assert "Niveau Cessation des paiements" in page
    assert "Déclaration au plus tard 6 avril 2026" in page
    assert "Elle ne remplace ni un conseil juridique" in page


def test_the_outcome_is_told_with_its_reason(log: MemoryLog[Request]) -> None:
    for criterion in ("existing", "employer", "ess"):
        log.do(AssessCriterion(criterion, Verdict.MET, evidence="Vu."))
    log.do(AdmitRequest("Besoin clair."))
    assert "Situation Admise dans le DLA Date 2 mars 2026 Motif Besoin clair." in record(log)


def test_what_was_erased_is_said_to_be(log: MemoryLog[Request]) -> None:
    before = written(REQUEST_DOCUMENTS, "fiche-d-accueil", read(log))
    person = log.state.contact
    assert person is not None
    erased = read(log, erased={UUID(person.person)})
    after = written(REQUEST_DOCUMENTS, "fiche-d-accueil", erased)
    assert "Nom « effacé » Fonction « effacé » Courriel « effacé »" in on_screen(after)
    assert "« effacé »" in on_paper(after)
    assert "Présidente" not in on_screen(after)
    assert after.fingerprint != before.fingerprint


def letter(log: MemoryLog[Request], *steps: Any, target: str = "france_active") -> str:
    orientation_log = MemoryLog(orientation.decider, sibling=log)
    for step in (ProposeOrientation(target, "Un fonds de roulement à consolider."), *steps):
        assert orientation_log.do(step).refused_as is None
    return on_screen(written(orientation_documents, "lettre-d-orientation", read(orientation_log, parent=log.state)))


def test_an_orientation_is_a_letter_to_its_target(log: MemoryLog[Request]) -> None:
    page = letter(log, RecordConsent(), SendOrientation("La présidente attend votre appel."))
    for expected in (
        "À l’attention de France Active",
        "s’est adressée au dispositif local d’accompagnement, et nous pensons que vous pouvez l’aider",
        "Pour l’unité du DLA",
        "Un fonds de roulement à consolider.",
        "La présidente attend votre appel.",
        "La structure a donné son accord le 2 mars 2026 ; la lettre a été transmise le 2 mars 2026.",
        "SIRET 732 829 320 00074",
        "Fonction Présidente",
    ):
        assert expected in page


def test_a_letter_without_consent_says_that_it_goes_nowhere(log: MemoryLog[Request]) -> None:
    assert "rien ne peut être transmis" in letter(log)


def test_a_letter_may_go_to_somebody_who_is_in_no_list(log: MemoryLog[Request]) -> None:
    assert "À l’attention de Maître Anaïs Roudaut" in letter(log, target="Maître Anaïs Roudaut")


def test_a_letter_keeps_to_itself_what_the_case_knows_of_the_difficulties(log: MemoryLog[Request]) -> None:
    log.do(
        TriageDifficulty(
            DifficultyLevel.INSOLVENT, causes=(DifficultyCause.CASH,), explanation="Deux échéances impayées."
        )
    )
    page = letter(log, RecordConsent())
    assert "impayées" not in page
    assert "Cessation" not in page
    assert "Nous voulons garder nos emplois." not in page
