"""What intake hears, what it tells, and what its list shows."""

from typing import Any
from uuid import UUID

import pytest
from tests.support.integration import entry, heard, listed, recorded
from tests.support.served_service import Serve, Served

from intake.domain import orientation
from intake.domain.request import request
from intake.domain.request.ending import (
    AccompanimentEnded,
    CaseClosed,
    CaseGivenUp,
    CaseReopened,
    CloseCase,
    EndAccompaniment,
    StartAccompaniment,
)
from intake.domain.request.outcome import RequestAdmitted, RequestOriented, RequestWithdrawn
from intake.domain.request.reception import LinkedRequestOpened, RequestReceived
from intake.domain.request.state import Ending
from intake.domain.request.transfer import RequestTransferred
from intake.domain.structure import LegalForm, SealedContact, Structure
from intake.integration_events import to_integration_event
from intake.main import service
from intake.projections import requests
from intake.reactions import (
    close_abandoned_case,
    close_followed_up_case,
    end_accompaniment,
    open_linked_request,
    start_accompaniment,
)
from shared.contracts import intake as contracts
from shared.contracts.base import PublicEvent
from shared.contracts.diagnostic import PlanAgreed
from shared.contracts.followup import FollowUpClosed, NeedFound
from shared.contracts.parcours import ParcoursAbandoned, ParcoursCompleted
from shared.kernel import Actor, PersonalData, Role, uuid7
from shared.messaging import Header
from shared.projections import Row
from shared.testing.scenarios import CASE, NOW, UNIT, text

GARDENS = Structure("Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074")
CONTACT = SealedContact(str(UUID(int=9)), PersonalData(UUID(int=9), "Maëlle Kerdoncuff"))
RECEIVED = RequestReceived(GARDENS, UUID(int=8), contact=CONTACT, need=text("Une seule subvention."), unit=UNIT)
LINKED = LinkedRequestOpened(
    UUID(int=5), GARDENS, structure_id=UUID(int=8), contact=CONTACT, theme="finance", unit=UNIT
)
ADMITTED = RequestAdmitted(
    "2021-1",
    UUID(int=8),
    unit=UNIT,
    adviser="adviser-2",
    legal_form=LegalForm.ASSOCIATION,
    department="44",
    headcount=12,
)


def header(case: UUID) -> Header:
    return heard("followup", "need-found", case, unit=UNIT)


def row(*events: object) -> Row:
    return listed(requests, *events)


# Heard


def test_the_later_phases_bring_the_case_to_its_end() -> None:
    completed = ParcoursCompleted(
        structure=UUID(int=8), unit=UNIT, adviser="adviser-1", actions_done=3, actions_abandoned=0
    )
    agreed = PlanAgreed(
        structure=UUID(int=8),
        unit=UNIT,
        adviser="adviser-1",
        admitted_at=NOW,
        validated_version=1,
        content_hash="",
        axes=("finance",),
    )
    for to, command in (
        (start_accompaniment(agreed, header(CASE)), StartAccompaniment()),
        (end_accompaniment(completed, header(CASE)), EndAccompaniment(NOW)),
        (close_abandoned_case(ParcoursAbandoned(), header(CASE)), CloseCase(Ending.ABANDONED, NOW)),
        (
            close_followed_up_case(FollowUpClosed(outcome="completed"), header(CASE)),
            CloseCase(Ending.FOLLOWED_UP, NOW),
        ),
    ):
        assert (to.decider, to.stream, to.case, to.command) == (request.decider, CASE, None, command)


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def test_a_new_need_opens_a_request_where_the_same_person_speaks_for_the_structure(intake: Served) -> None:
    adviser = intake.by("adviser")
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "siret": "73282932000074"}
    body = {"structure": structure, "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Une seule subvention."}
    origin = adviser.post("/api/v1/requests", body).json()["id"]

    application: Any = intake.http.app.state.application  # type: ignore[attr-defined]
    to = open_linked_request(NeedFound(theme="finance", request=uuid7()), header(UUID(origin)), application)
    assert to.case == to.stream
    context = application.context(to.case, Actor("service:intake", Role.SERVICE))
    first = application.handle(to.decider, to.stream, to.command, context)
    again = application.handle(to.decider, to.stream, to.command, context)
    assert (first.version, again.version, again.events) == (1, 1, ())

    linked = adviser.get(f"/api/v1/requests/{to.stream}").json()
    assert (linked["origin"], linked["theme"], linked["status"]) == (origin, "finance", "received")
    assert linked["contact"]["name"] == "Maëlle Kerdoncuff"


def test_a_request_opened_by_the_follow_up_of_a_confidential_one_says_nothing_of_it(intake: Served) -> None:
    adviser = intake.by("adviser", subject="ines")
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "siret": "73282932000074"}
    body = {"structure": structure, "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Une seule subvention."}
    origin = adviser.post("/api/v1/requests", body).json()["id"]
    reasons = {"reason": "conciliation", "motive": "Une conciliation est ouverte."}
    assert adviser.post(f"/api/v1/requests/{origin}/confidentiality", reasons).status_code == 200

    application: Any = intake.http.app.state.application  # type: ignore[attr-defined]
    to = open_linked_request(NeedFound(theme="finance", request=uuid7()), header(UUID(origin)), application)
    application.handle(
        to.decider, to.stream, to.command, application.context(to.case, Actor("service:intake", Role.SERVICE))
    )
    linked = intake.by("adviser", subject="a-colleague").get(f"/api/v1/requests/{to.stream}")
    assert (linked.status_code, linked.json()["origin"], linked.json()["confidential"]) == (200, None, None)
    assert origin not in linked.text
    history = intake.by("adviser", subject="a-colleague").get(f"/api/v1/requests/{to.stream}/history")
    assert origin not in history.text


@pytest.mark.parametrize("part", ["structure", "contact"])
def test_a_misspelt_field_is_refused_rather_than_lost(intake: Served, part: str) -> None:
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "siret": "73282932000074"}
    body: dict[str, Any] = {"structure": structure, "contact": {"name": "Maëlle"}, "need": "Une seule subvention."}
    body[part] = body[part] | {"headcuont": 12}
    assert intake.by("adviser").post("/api/v1/requests", body).status_code == 422


# Told


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (
            ADMITTED,
            contracts.RequestAdmitted(
                structure=UUID(int=8),
                unit=UNIT,
                adviser="adviser-2",
                legal_form="association",
                department="44",
                headcount=12,
                rules="2021-1",
            ),
        ),
        (
            RequestOriented(text("Hors du champ."), (UUID(int=6),)),
            contracts.RequestOriented(orientations=1),
        ),
        (CaseClosed(Ending.ABANDONED), contracts.CaseClosed(ending="abandoned")),
        (CaseGivenUp(text("Renoncement.")), contracts.CaseClosed(ending="given_up")),
    ],
)
def test_the_others_are_told_of_outcomes_and_ends(event: object, told: PublicEvent) -> None:
    assert to_integration_event(recorded(event), entry()) == told


@pytest.mark.parametrize("event", [RECEIVED, LINKED, RequestWithdrawn(text("Plus le temps."))])
def test_the_rest_stays_at_home(event: object) -> None:
    assert to_integration_event(recorded(event), entry()) is None


# Listed


def test_the_list_shows_who_came_where_and_to_whom() -> None:
    assert row(RECEIVED) == {
        "status": "received",
        "structure": "Les Jardins de l’Erdre",
        "department": "44",
        "structure_id": str(UUID(int=8)),
        "unit": UNIT,
        "adviser": "some-adviser",
        "origin": None,
        "received_at": "2026-03-02T09:00:00Z",
        "siren": "732829320",
        "siret": "73282932000074",
        "rna": None,
        "legal_form": "association",
        "section": None,
        "headcount": None,
    }


def test_a_linked_request_has_no_adviser_until_somebody_admits_it() -> None:
    assert (row(LINKED)["adviser"], row(LINKED)["origin"]) == (None, str(UUID(int=5)))
    assert row(LINKED, ADMITTED)["adviser"] == "adviser-2"


def test_the_list_shows_how_a_request_and_its_case_ended() -> None:
    why = text("Trésorerie tendue.")
    proposed = orientation.OrientationProposed(CASE, "France Active", reason=why, code="france_active")
    elsewhere = orientation.OrientationProposed(CASE, None, reason=why, other=text("Maëlle Kerdoncuff"))
    of_before = orientation.OrientationProposed(CASE, "Maëlle Kerdoncuff", reason=why)
    decided = RequestOriented(text("Hors du champ."), (UUID(int=6),))
    oriented = row(RECEIVED, proposed, elsewhere, of_before, decided)
    assert (oriented["status"], oriented["oriented_to"]) == ("oriented", ["France Active", "autre", "autre"])
    assert row(RECEIVED, RequestTransferred("unit-2", text("Siège.")))["status"] == "transferred"
    assert row(RECEIVED, RequestWithdrawn(text("Plus le temps.")))["status"] == "withdrawn"
    ended = row(RECEIVED, ADMITTED, AccompanimentEnded(), CaseClosed(Ending.FOLLOWED_UP))
    assert (ended["status"], ended["accompaniment_ended"], ended["ending"]) == ("closed", True, "followed_up")
    assert row(RECEIVED, ADMITTED, CaseGivenUp(text("Renoncement.")))["ending"] == "given_up"
    resumed = row(RECEIVED, ADMITTED, CaseClosed(Ending.FOLLOWED_UP), CaseReopened())
    assert (resumed["status"], resumed["ending"]) == ("admitted", None)
