"""Names for a timeline: intake gives them in the reader's own name, and its silence is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tests.support.servers.served_service import listening

from audit.names import fetch_names
from audit.phase_services import PhaseServices
from embedded.processes.nats import Nats
from intake.main import service as intake

REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": "Nolwenn Pichon"},
    "need": "Consolider l’équipe.",
}


def test_a_timeline_has_the_names_that_intake_shows_its_reader(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with listening(intake, database, nats, tmp_path) as running:
        adviser = running.by("adviser")
        case = UUID(adviser.post("/api/v1/requests", REQUEST).json()["id"])
        link = {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": "Elle dirige l’association."}
        leader = adviser.post(f"/api/v1/requests/{case}/access-links", link).json()["id"]
        services = PhaseServices({"intake": str(running.http.base_url)})

        def names(role: str, unit: str = "dla-44") -> dict[str, str] | None:
            token = running.issuer.mint(role, subject=f"some-{role}", unit=unit)
            return fetch_names(services, case, [leader, str(uuid4())], {"Authorization": f"Bearer {token}"})

        assert names("adviser") == {leader: "Maëlle Kerdoncuff"}
        assert names("ops") is None, "who may not read the case"
        assert names("adviser", "dla-35") is None, "nor whose case it is not"
        assert fetch_names(PhaseServices({}), case, [leader], {}) is None
    assert names("adviser") is None, "intake is down, and the timeline is shown all the same"
