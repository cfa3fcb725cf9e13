"""What parcours tells a provider: a tender, an assignment, and a service that answers as one wishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response

from parcours.api.provider import Assignment, GridCriterion, OwnProposal, OwnTender, ProviderPage

ASKED = OwnTender(
    UUID(int=1),
    "open",
    status_label="ouverte",
    provider=UUID(int=2),
    terms_of_reference="Étude de marché\net refonte de la tarification.",
    grid=[GridCriterion("Compréhension du besoin", 60), GridCriterion("Prix", 40)],
    deadline=datetime(2027, 3, 12, 16, 0, tzinfo=UTC),
    proposal=OwnProposal(480_000, 5, summary="Cinq jours sur place."),
    informed_on=None,
    retained=None,
    score=None,
    operation=None,
)
AGREED = Assignment(
    UUID(int=3),
    "Refonte de la tarification",
    tender=UUID(int=1),
    starts_on=date(2027, 4, 1),
    ends_on=date(2027, 6, 30),
    status="started",
    status_label="commencée",
    signed_on=date(2027, 3, 20),
    amount_cents=480_000,
    days=5,
    days_done=2,
    days_left=3,
    report_received_on=None,
    report_accepted=False,
    paid_cents=0,
    operation=None,
)


def parcours_telling(answer: Callable[[], ProviderPage | Response]) -> FastAPI:
    parcours = FastAPI()

    @parcours.get("/api/v1/parcours/{case}/provider")
    def page() -> Response:
        response = answer()
        return response if isinstance(response, Response) else JSONResponse(msgspec.to_builtins(response))

    return parcours
