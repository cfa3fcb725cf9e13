"""An archive: a right that names it opens nothing of it to those who worked on it, and no list of theirs names it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.support.generated.golden_samples import service
from tests.support.histories.automatic_openings import UNIT, opened_by_itself
from tests.support.samples.existing_resources import caught_up
from tests.support.servers.served_service import REASON, Serve

from shared.access import AccessAction, ProtectedCase, evaluate
from shared.access.case_access import ReplicateCaseAccess, decider
from shared.kernel import Actor, Role, uuid7_after

CASE = UUID(int=1)


@pytest.mark.parametrize("role", [Role.LEADER, Role.PROVIDER])
@pytest.mark.parametrize("action", [AccessAction.READ, AccessAction.WRITE, AccessAction.HEADERS])
def test_the_right_of_a_leader_or_a_provider_ends_with_the_archive(role: Role, action: AccessAction) -> None:
    actor, units = Actor("somebody", role), frozenset({"dla-44"})
    assert evaluate(actor, CASE, action, ProtectedCase(CASE, units)).allowed
    refused = evaluate(actor, CASE, action, ProtectedCase(CASE, units, archived=True))
    assert (refused.allowed, refused.policy) == (False, "archived")


PHASES = {"diagnostic": "/api/v1/diagnoses", "parcours": "/api/v1/parcours", "followup": "/api/v1/follow-ups"}
READERS: dict[str, dict[str, Any]] = {
    "adviser": {"unit": UNIT},
    "manager": {"unit": UNIT},
    "regional": {"unit": "dla-r", "units": [UNIT]},
}


@pytest.mark.parametrize(("name", "collection"), PHASES.items())
def test_no_list_search_count_caseload_or_figure_of_its_unit_names_an_archive(
    name: str, collection: str, serve: Serve
) -> None:
    """Of now and of before it was one; what is done to it, and reads of it alone, test_confidential.py tries."""
    running = serve(service(name))
    app = running.application
    kept, archived = (opened_by_itself(name, app)[collection][0] for _ in range(2))
    caught_up(running, name)
    before = {"as_of": app.clock.now().isoformat()}
    context = app.context(UUID(archived), Actor("service:intake", Role.SERVICE))
    app.handle(
        decider, uuid7_after(UUID(archived), "case-access"), ReplicateCaseAccess(None, False, archived=True), context
    )
    caught_up(running, name)
    asked: list[tuple[str, dict[str, Any]]] = [
        (collection, {"count": True}),
        (collection, {"id": [archived]}),
        (collection, {"sort": "opened_at", "limit": 1}),
        (collection, before),
        ("/api/v1/caseload", {}),
        ("/api/v1/caseload", before),
        (f"{collection}/figures", {}),
        (f"{collection}/figures.csv", {}),
    ]
    readers = [running.by(role, **right) for role, right in READERS.items()]
    readers.append(running.by("partner", unit=None, units=[UNIT]))
    for reader in readers[:3]:
        for path, filters in asked:
            answer = reader.get(path, **filters)
            assert (answer.status_code, archived in answer.text) == (200, False), f"{path} {filters}: {answer.text}"
        assert kept in reader.get(collection).text
        assert reader.get(collection, count=True).json()["total"] == 1
    partner = readers[3]
    for path, filters in asked[:3]:
        assert archived not in partner.get(path, **filters).text
    for client in (*readers[1:2], running.by("auditor", unit=None, units=[UNIT])):
        unexplained, told = client.because(None).get(f"{collection}/{archived}"), client.because(REASON)
        assert (unexplained.status_code, told.get(f"{collection}/{archived}").status_code) == (428, 200)
        assert told.post(f"{collection}/{archived}/comments", {"text": "Encore un mot."}).status_code == 403
