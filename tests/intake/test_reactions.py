"""Reactions of intake to the other services."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from tests.support.servers.integration import integration_header
from tests.support.servers.served_service import Serve, Served

from intake.domain.request import request
from intake.domain.request.ending import (
    CloseCase,
    EndAccompaniment,
    StartAccompaniment,
)
from intake.main import service
from intake.reactions import (
    close_abandoned_case,
    close_followed_up_case,
    end_accompaniment,
    open_linked_request,
    start_accompaniment,
)
from shared.contracts.diagnostic import PlanAgreed
from shared.contracts.followup import FollowUpClosed, NeedFound, need_aad
from shared.contracts.parcours import ParcoursAbandoned, ParcoursCompleted
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Ending, EndingKind, Role, uuid7
from shared.messaging import Header
from shared.testing.scenarios import CASE, NOW, UNIT


def header(case: UUID) -> Header:
    return integration_header("followup", "need-found", case, unit=UNIT)


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
        (
            close_abandoned_case(ParcoursAbandoned(), header(CASE)),
            CloseCase(Ending(EndingKind.ABANDONED, NOW.date()), NOW),
        ),
        (
            close_abandoned_case(ParcoursAbandoned(kind="closed_down", on=date(2026, 1, 5)), header(CASE)),
            CloseCase(Ending(EndingKind.CLOSED_DOWN, date(2026, 1, 5)), NOW),
        ),
        (
            close_followed_up_case(FollowUpClosed(kind="closed_down", on=date(2026, 1, 5)), header(CASE)),
            CloseCase(Ending(EndingKind.CLOSED_DOWN, date(2026, 1, 5)), NOW),
        ),
    ):
        assert (to.decider, to.stream, to.case, to.command) == (request.decider, CASE, None, command)


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


NEED = "Un emprunt à négocier pour l’atelier."


def need_found(app: ServiceApplication) -> NeedFound:
    """As follow-up sends it, under the key that all services have."""
    request = uuid7()
    ciphertext = app.key_store.transit.encrypt(NEED, need_aad(request))
    return NeedFound(theme="finance", request=request, ciphertext=ciphertext)


def test_a_need_without_its_text_opens_a_request_all_the_same(intake: Served) -> None:
    """Follow-up had no transit key, or the case was erased since."""
    adviser = intake.by("adviser")
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "siret": "73282932000074"}
    body = {"structure": structure, "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Une seule subvention."}
    origin = adviser.post("/api/v1/requests", body).json()["id"]
    to = open_linked_request(NeedFound(theme="finance", request=uuid7()), header(UUID(origin)), intake.application)
    assert (to.command.theme, to.command.need) == ("finance", None)


def test_a_new_need_opens_a_request_where_the_same_person_speaks_for_the_structure(intake: Served) -> None:
    adviser = intake.by("adviser")
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "siret": "73282932000074"}
    body = {"structure": structure, "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Une seule subvention."}
    origin = adviser.post("/api/v1/requests", body).json()["id"]

    application: Any = intake.http.app.state.application  # type: ignore[attr-defined]
    found = need_found(application)
    to = open_linked_request(found, header(UUID(origin)), application)
    assert to.case == to.stream
    context = application.context(to.case, Actor("service:intake", Role.SERVICE))
    first = application.handle(to.decider, to.stream, to.command, context)
    again = application.handle(to.decider, to.stream, to.command, context)
    assert (first.version, again.version, again.events) == (1, 1, ())

    linked = adviser.get(f"/api/v1/requests/{to.stream}").json()
    assert (linked["origin"], linked["theme"], linked["status"]) == (origin, "finance", "received")
    assert (linked["contact"]["name"], linked["need"]) == ("Maëlle Kerdoncuff", NEED)


def test_a_request_opened_by_the_follow_up_of_a_confidential_one_says_nothing_of_it(intake: Served) -> None:
    adviser = intake.by("adviser", subject="ines")
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "siret": "73282932000074"}
    body = {"structure": structure, "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Une seule subvention."}
    origin = adviser.post("/api/v1/requests", body).json()["id"]
    reasons = {"ground": "conciliation", "reason": "Une conciliation est ouverte."}
    assert adviser.post(f"/api/v1/requests/{origin}/confidentiality", reasons).status_code == 200

    application: Any = intake.http.app.state.application  # type: ignore[attr-defined]
    found = need_found(application)
    to = open_linked_request(found, header(UUID(origin)), application)
    application.handle(
        to.decider, to.stream, to.command, application.context(to.case, Actor("service:intake", Role.SERVICE))
    )
    linked = intake.by("adviser", subject="a-colleague").get(f"/api/v1/requests/{to.stream}")
    assert (linked.status_code, linked.json()["origin"], linked.json()["confidential"]) == (200, None, None)
    assert linked.json()["need"] is None, "what was typed in a confidential case"
    assert origin not in linked.text
    history = intake.by("adviser", subject="a-colleague").get(f"/api/v1/requests/{to.stream}/history")
    assert origin not in history.text


@pytest.mark.parametrize("part", ["structure", "contact"])
def test_a_misspelt_field_is_refused_rather_than_lost(intake: Served, part: str) -> None:
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "siret": "73282932000074"}
    body: dict[str, Any] = {"structure": structure, "contact": {"name": "Maëlle"}, "need": "Une seule subvention."}
    body[part] = body[part] | {"headcuont": 12}
    assert intake.by("adviser").post("/api/v1/requests", body).status_code == 422
