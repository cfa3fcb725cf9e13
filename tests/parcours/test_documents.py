"""Documents of parcours: the road map, the agreement, and those of a tender."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.document_reading import lacking, on_paper, on_screen, read, written

from parcours.documents.parcours import parcours_documents
from parcours.documents.tender import tender_documents
from parcours.domain import coordination
from parcours.domain.assignment import agreement, amendments, selection
from parcours.domain.assignment.signatures import GivenSignature, GivenSignatures
from parcours.domain.building import edits, validation
from parcours.domain.funding import payments
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.parcours import decider
from parcours.domain.state import ActionKind, Parcours, ReceivedPlan
from parcours.domain.tender import award, proposals, tender
from parcours.domain.tender.state import Tender
from shared.attachments import attachment
from shared.kernel import Role
from shared.testing.scenarios import NOW, UNIT, MemoryLog, text

PLAN = ReceivedPlan(
    UUID(int=9), UNIT, adviser="some-adviser", admitted_at=NOW, axes=("business_model", "governance", "digital")
)
DEADLINE = datetime(2026, 3, 16, 16, tzinfo=UTC)
LATER = DEADLINE + timedelta(days=1)
NAMED = "Les Jardins de l’Erdre"


def do(log: MemoryLog[Any], *commands: Any, by: Role = Role.ADVISER, at: datetime = NOW) -> None:
    for command in commands:
        outcome = log.do(command, by, at)
        assert outcome.refused_as is None, (command, outcome.refused_as)


@pytest.fixture
def log() -> MemoryLog[Parcours]:
    log = MemoryLog(decider)
    start, end = date(2026, 3, 20), date(2026, 9, 30)
    do(
        log,
        OpenParcours(PLAN),
        edits.RankAxes(("business_model", "governance", "digital")),
        edits.AddAction(
            ActionKind.CONSULTING,
            "business_model",
            title="Refonte de la tarification",
            who="À choisir",
            starts_on=start,
            ends_on=end,
            planned_days=5,
        ),
        edits.AddAction(
            ActionKind.OWN_ACTION,
            "business_model",
            title="Suivi mensuel des ventes de paniers",
            who="Yann Prigent",
            starts_on=start,
            ends_on=end,
        ),
        edits.AddAction(
            ActionKind.LOCAL_SUPPORT,
            "governance",
            title="Formation «\u202fprendre sa place au conseil d’administration\u202f»",
            who="Mouvement associatif Pays de la Loire",
            starts_on=start,
            ends_on=end,
        ),
        edits.DeferAxis("digital", "Le site attendra les nouveaux tarifs."),
        validation.ShareParcours(start, end),
    )
    shared = log.state.shared
    assert shared is not None
    do(log, validation.ValidateParcours(shared.version, shared.content_hash), by=Role.LEADER)
    return log


@pytest.fixture
def prestation(log: MemoryLog[Parcours]) -> UUID:
    return next(iter(log.state.actions))


SIGNATURES = GivenSignatures(
    GivenSignature("Maëlle Kerdoncuff", date(2026, 3, 18)),
    GivenSignature("Paul Rivoal", date(2026, 3, 17)),
    provider=GivenSignature("Gaël Armen", date(2026, 3, 18)),
)


def agree(log: MemoryLog[Parcours], prestation: UUID, proof: UUID | None = None) -> None:
    do(
        log,
        selection.RetainProvider(
            prestation,
            "Cabinet Armen Conseil",
            amount_cents=480_000,
            days=5,
            exception="Un suivi de la même étude.",
        ),
        payments.CommitFunds(prestation),
        agreement.RecordAgreement(prestation, SIGNATURES, attachment=proof),
        at=LATER + timedelta(days=3),
    )


def test_the_road_map_tells_each_axis_in_its_rank_with_its_actions(log: MemoryLog[Parcours]) -> None:
    text_shown = on_screen(
        written(parcours_documents, "feuille-de-route", read(log, by=Role.LEADER, structure_name=NAMED))
    )
    for expected in (
        "Validé par la structure, en cours.",
        "du 20 mars 2026 au 30 septembre 2026",
        "1. Modèle économique",
        "Refonte de la tarification Prestation de conseil, 5 jours",
        "Suivi mensuel des ventes de paniers Action de la structure Yann Prigent",
        "3. Numérique Cet axe attendra : Le site attendra les nouveaux tarifs.",
        "Contenu validé version",
        "Par dirigeant·e some-leader",
        "non d’une signature électronique",
    ):
        assert expected in text_shown


def test_an_adjusted_road_map_is_no_longer_told_as_validated(log: MemoryLog[Parcours]) -> None:
    do(log, validation.AdjustParcours("Un imprévu."))
    document = written(parcours_documents, "feuille-de-route", read(log))
    assert document.validation is None
    assert "En construction avec la structure." in on_screen(document)


def test_the_road_map_ends_with_what_the_actions_led_to(log: MemoryLog[Parcours]) -> None:
    own = list(log.state.actions)[1]
    do(log, coordination.StartAction(own), coordination.FinishAction(own, "Tenu chaque mois par l’équipe."))
    text_shown = on_screen(written(parcours_documents, "feuille-de-route", read(log)))
    assert "Suivi mensuel des ventes de paniers (terminée) : Tenu chaque mois par l’équipe." in text_shown


def test_the_agreement_is_written_once_it_is_signed(log: MemoryLog[Parcours], prestation: UUID) -> None:
    name = f"convention-{prestation}"
    assert lacking(parcours_documents, name, log.state) is not None
    agree(log, prestation)
    document = written(parcours_documents, name, read(log, structure_name=NAMED))
    for text_shown in (on_screen(document), on_paper(document)):
        for expected in (
            "Refonte de la tarification",
            "Cabinet Armen Conseil",
            "5 jours",
            "4 800,00 €",
            "Maëlle Kerdoncuff Signé le 18 mars 2026",
            "Paul Rivoal Signé le 17 mars 2026",
            "Gaël Armen Signé le 18 mars 2026",
        ):
            assert expected in text_shown
    assert "Avenants" not in on_screen(document)


def test_an_amendment_adds_its_days_to_those_first_agreed(log: MemoryLog[Parcours], prestation: UUID) -> None:
    agree(log, prestation)
    at = LATER + timedelta(days=40)
    signers = [GivenSignature(name, date(2026, 4, 20)) for name in ("Maëlle Kerdoncuff", "Paul Rivoal", "Gaël Armen")]
    signed = GivenSignatures(signers[0], signers[1], provider=signers[2])
    do(log, amendments.RecordAmendment(prestation, signed, extra_days=2, extra_amount_cents=90_000), at=at)
    text_shown = on_screen(written(parcours_documents, f"convention-{prestation}", read(log, at)))
    assert "Jours convenus, avenants compris 7 jours" in text_shown
    assert "20 avril 2026 + 2 + 900,00 €" in text_shown
    assert "5 700,00 €" in text_shown


def test_several_agreements_are_told_apart() -> None:
    log = MemoryLog(decider)
    start, end = date(2026, 3, 20), date(2026, 9, 30)
    do(log, OpenParcours(PLAN), edits.RankAxes(("business_model", "governance", "digital")))
    for title in ("Une étude", "Une autre"):
        do(
            log,
            edits.AddAction(
                ActionKind.CONSULTING,
                "governance",
                title=title,
                who="À choisir",
                starts_on=start,
                ends_on=end,
                planned_days=2,
            ),
        )
    titles = [paper.title for paper in parcours_documents(log.state)]
    assert titles == ["Feuille de route", "Convention tripartite (1 sur 2)", "Convention tripartite (2 sur 2)"]


# The tender


@pytest.fixture
def tender_log(log: MemoryLog[Parcours], prestation: UUID) -> MemoryLog[Tender]:
    tender_log = MemoryLog(tender.decider, sibling=log)
    grid = (proposals.GridLine("Compréhension du besoin", 60), proposals.GridLine("Prix", 40))
    do(
        tender_log,
        proposals.OpenTender(prestation, "Recalculer les prix de vente avec l’équipe.", grid=grid, deadline=DEADLINE),
        *(proposals.InviteProvider(name) for name in ("Cabinet Armen", "Atelier des Deux Rives", "Coop Sillon")),
    )
    armen, _, sillon = tender_log.state.candidates
    do(
        tender_log,
        proposals.SubmitProposal(armen, 480_000, days=5, summary="Cinq journées sur place."),
        proposals.SubmitProposal(sillon, 450_000, days=4, summary="Quatre journées, dont deux à distance."),
    )
    return tender_log


def scored(tender_log: MemoryLog[Tender]) -> None:
    armen, _, sillon = tender_log.state.candidates
    for by, marks in ((Role.ADVISER, ((17, 12), (14, 15))), (Role.LEADER, ((15, 12), (12, 15)))):
        do(tender_log, award.DeclareInterests(conflict=False), by=by, at=LATER)
        do(tender_log, award.ScoreProposal(armen, marks[0]), award.ScoreProposal(sillon, marks[1]), by=by, at=LATER)


def paper(name: str, tender_log: MemoryLog[Tender], log: MemoryLog[Parcours]) -> Any:
    return written(tender_documents, name, read(tender_log, LATER, parent=log.state, structure_name=NAMED))


def test_the_terms_of_reference_tell_what_is_expected_until_when_and_how_it_is_judged(
    tender_log: MemoryLog[Tender], log: MemoryLog[Parcours]
) -> None:
    text_shown = on_screen(paper("cahier-des-charges", tender_log, log))
    for expected in (
        "Prestation Refonte de la tarification",
        "Jours prévus 5 jours",
        "Recalculer les prix de vente avec l’équipe.",
        "jusqu’au 16 mars 2026 à 17 h 00 (heure de Paris)",
        "Compréhension du besoin 60 %",
    ):
        assert expected in text_shown
    assert "Armen" not in text_shown


def test_the_analysis_waits_for_scores_then_shows_each_mark_and_the_weighted_mean(
    tender_log: MemoryLog[Tender], log: MemoryLog[Parcours]
) -> None:
    assert lacking(tender_documents, "grille-d-analyse", tender_log.state) == "Aucune proposition n’a encore été notée."
    scored(tender_log)
    text_shown = on_screen(paper("grille-d-analyse", tender_log, log))
    assert "Cabinet Armen 4 800,00 € 5 14,4 Coop Sillon 4 500,00 € 4 13,8" in text_shown
    assert "Compréhension du besoin 60 % 17 · 15 16" in text_shown
    assert "2 évaluations, chaque note sur 20" in text_shown
    assert "Atelier des Deux Rives" not in text_shown


def test_the_minutes_say_who_was_asked_who_answered_who_was_chosen_and_who_knows(
    tender_log: MemoryLog[Tender], log: MemoryLog[Parcours]
) -> None:
    scored(tender_log)
    assert lacking(tender_documents, "proces-verbal", tender_log.state) == "La consultation n’a pas encore d’issue."
    armen, _, sillon = tender_log.state.candidates
    do(tender_log, award.AwardTender(armen), award.InformCandidate(sillon, date(2026, 3, 17)), at=LATER)
    text_shown = on_screen(paper("proces-verbal", tender_log, log))
    for expected in (
        "3 prestataires consultés",
        "Atelier des Deux Rives Non –",
        "Coop Sillon Oui 17 mars 2026",
        "(some-leader) Aucun conflit",
        "Prestataire retenu Cabinet Armen Note sur 20 14,4 Décision du 17 mars 2026",
    ):
        assert expected in text_shown


def test_a_tender_without_issue_says_why(tender_log: MemoryLog[Tender], log: MemoryLog[Parcours]) -> None:
    do(tender_log, award.CancelTender("Le besoin a changé."), at=LATER)
    assert "restée sans suite. Le besoin a changé." in on_screen(paper("proces-verbal", tender_log, log))


# The agreement, before the three have signed it and afterwards


def awarded(tender_log: MemoryLog[Tender]) -> UUID:
    scored(tender_log)
    armen, _, sillon = tender_log.state.candidates
    do(tender_log, award.AwardTender(armen), award.InformCandidate(sillon, date(2026, 3, 17)), at=LATER)
    return armen


def test_the_draft_of_the_agreement_waits_for_the_award_and_for_each_candidate_to_know(
    tender_log: MemoryLog[Tender],
) -> None:
    before_award = lacking(tender_documents, "projet-de-convention", tender_log.state)
    assert "une fois le prestataire retenu" in (before_award or "")
    armen = awarded(tender_log)
    assert "d’abord informé" in (lacking(tender_documents, "projet-de-convention", tender_log.state) or "")
    do(tender_log, award.InformCandidate(armen, date(2026, 3, 17)), at=LATER)
    assert lacking(tender_documents, "projet-de-convention", tender_log.state) is None


def test_a_tender_without_issue_leads_to_no_agreement(tender_log: MemoryLog[Tender]) -> None:
    do(tender_log, award.CancelTender("Le besoin a changé."), at=LATER)
    assert "aucune convention" in (lacking(tender_documents, "projet-de-convention", tender_log.state) or "")


def test_the_draft_of_the_agreement_is_ready_to_be_signed_by_the_three(
    tender_log: MemoryLog[Tender], log: MemoryLog[Parcours]
) -> None:
    do(tender_log, award.InformCandidate(awarded(tender_log), date(2026, 3, 17)), at=LATER)
    document = paper("projet-de-convention", tender_log, log)
    for text_shown in (on_screen(document), on_paper(document)):
        for expected in (
            "Projet de convention tripartite",
            "n’engage personne tant que toutes les parties ne l’ont pas signé",
            "La structure accompagnée Les Jardins de l’Erdre",
            "Le prestataire Cabinet Armen",
            "Recalculer les prix de vente avec l’équipe.",
            "Cinq journées sur place.",
            "Du 20 mars 2026 au 30 septembre 2026",
            "5 jours",
            "4 800,00 €",
            "Le paiement est autorisé une fois ce rapport reçu et accepté",
            "L’accompagnement est volontaire : la structure peut y mettre fin à tout moment.",
            "un modèle que propose ce logiciel, et non un texte officiel",
        ):
            assert expected in text_shown
        assert text_shown.count("Nom et qualité :") == text_shown.count("Signature :") == 3


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (None, "il n’est pas encore joint au dossier"),
        (attachment.AttachmentStatus.ACTIVE, "c’est la pièce jointe « Convention signée » (convention.pdf)"),
        (attachment.AttachmentStatus.WITHDRAWN, "a été retirée du dossier"),
    ],
)
def test_the_agreement_says_which_attachment_proves_it(
    log: MemoryLog[Parcours], prestation: UUID, file: attachment.AttachmentStatus | None, expected: str
) -> None:
    proof = UUID(int=78) if file else None
    agree(log, prestation, proof)
    joined = attachment.Attachment(
        file or attachment.AttachmentStatus.NEW, title=text("Convention signée"), file_name=text("convention.pdf")
    )

    def beside(_: Any, key: UUID) -> Any:
        assert key == proof
        return joined

    text_shown = on_screen(written(parcours_documents, f"convention-{prestation}", read(log, load_other=beside)))
    assert expected in text_shown
    assert "Il n’y a pas eu de consultation : Un suivi de la même étude." in text_shown


def test_once_there_is_an_agreement_the_road_map_names_its_provider(log: MemoryLog[Parcours], prestation: UUID) -> None:
    assert "À choisir" in on_screen(written(parcours_documents, "feuille-de-route", read(log)))
    agree(log, prestation)
    text_shown = on_screen(written(parcours_documents, "feuille-de-route", read(log)))
    assert "Refonte de la tarification Prestation de conseil, 5 jours Cabinet Armen Conseil" in text_shown
