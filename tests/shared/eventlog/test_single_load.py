"""Loads and evolutions of one command: each aggregate is loaded once, and each new event evolved once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.support.samples.note_aggregate import ADVISER, Note, decider
from tests.support.servers.served_service import Serve

from intake.main import service as intake_service
from shared.eventlog import LogRecorder, ServiceApplication, StaleVersion
from shared.eventlog.command_options import CommandOptions
from shared.kernel import uuid7

UNIT = "dla-44"
REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
        "headcount": 12,
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Counter[UUID]:
    """How often each aggregate was read from the log."""
    counted: Counter[UUID] = Counter()

    def counting(read: Callable[..., Any]) -> Callable[..., Any]:
        def count(self: LogRecorder, stream: UUID, *args: Any) -> Any:
            counted[stream] += 1
            return read(self, stream, *args)

        return count

    for name in ("history", "read_stream"):
        monkeypatch.setattr(LogRecorder, name, counting(getattr(LogRecorder, name)))
    return counted


def test_a_command_over_http_loads_its_aggregate_once(serve: Serve, loads: Counter[UUID]) -> None:
    """For the policy, the checks and the decision together."""
    adviser = serve(intake_service).by("adviser", unit=UNIT)
    received = adviser.post("/api/v1/requests", REQUEST)
    case = UUID(received.json()["id"])
    loads.clear()
    verdict = {"criterion": "employer", "verdict": "not_met", "evidence": "Premier emploi prévu en mai."}
    assert adviser.post(f"{received.headers['Location']}/criteria", verdict).status_code == 200
    assert loads[case] == 1
    loads.clear()
    assert adviser.get(received.headers["Location"]).json()["version"] == 2
    assert loads[case] == 1


def test_a_new_event_is_evolved_once(app: ServiceApplication) -> None:
    evolved: list[Any] = []

    def evolve(state: Any, event: Any) -> Any:
        evolved.append(event)
        return decider.evolve(state, event)

    case, counting = uuid7(), replace(decider, evolve=evolve)
    app.handle(counting, case, Note(1, "Léa", claim="x"), app.context(case, ADVISER))
    assert len(evolved) == 1


def test_what_a_request_loaded_is_loaded_anew_when_another_writer_was_faster(app: ServiceApplication) -> None:
    """The version is checked on append: a stale state costs a second attempt, never a lost event."""
    case = uuid7()
    app.handle(decider, case, Note(1, "Léa"), app.context(case, ADVISER))
    request = app.for_request()
    assert request.load(decider, case).version == 1
    app.handle(decider, case, Note(2, "Léa"), app.context(case, ADVISER))
    assert request.load(decider, case).version == 1
    receipt = request.handle(decider, case, Note(4, "Léa"), request.context(case, ADVISER))
    assert (receipt.version, receipt.state.total) == (3, 7)
    assert request.load(decider, case).state.total == 7


def test_a_version_that_was_seen_and_is_no_more_is_refused_after_the_reload(app: ServiceApplication) -> None:
    case = uuid7()
    app.handle(decider, case, Note(1, "Léa"), app.context(case, ADVISER))
    request = app.for_request()
    request.load(decider, case)
    app.handle(decider, case, Note(2, "Léa"), app.context(case, ADVISER))
    with pytest.raises(StaleVersion):
        request.handle(
            decider, case, Note(4, "Léa"), request.context(case, ADVISER), CommandOptions(expected_version=1)
        )
