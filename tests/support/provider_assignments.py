"""What parcours tells a provider: a consultation, an assignment, and a service that answers as one wishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response

from parcours.provider import Assignment, OwnConsultation, OwnProposal, ProviderPage, ScoredOn

ASKED = OwnConsultation(
    UUID(int=1),
    "open",
    "ouverte",
    UUID(int=2),
    "Étude de marché\net refonte de la tarification.",
    [ScoredOn("Compréhension du besoin", 60), ScoredOn("Prix", 40)],
    datetime(2027, 3, 12, 16, 0, tzinfo=UTC),
    OwnProposal(480_000, 5, "Cinq jours sur place."),
    None,
    None,
    None,
)
AGREED = Assignment(
    UUID(int=3), "Refonte de la tarification", UUID(int=1), date(2027, 4, 1), date(2027, 6, 30), "started", "commencée",
    date(2027, 3, 20), 480_000, 5, 2, 3, None, False, 0,
)  # fmt: skip


def parcours_telling(answer: Callable[[], ProviderPage | Response]) -> FastAPI:
    parcours = FastAPI()

    @parcours.get("/api/v1/parcours/{case}/provider")
    def page() -> Response:
        told = answer()
        return told if isinstance(told, Response) else JSONResponse(msgspec.to_builtins(told))

    return parcours
