"""Emergency access: a confidential case is read for three hours, in every service, and nothing else of it is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.shared.web.test_confidential import INES, PATHS, confidential, ines, is_unknown
from tests.support.generated.golden_samples import service
from tests.support.histories import confidential_case
from tests.support.histories.audit_events import commit_to_ledger
from tests.support.histories.automatic_openings import UNIT, opened_by_itself
from tests.support.samples.sample_services import eventually
from tests.support.servers.reconciled_intake import receive_messages
from tests.support.servers.served_service import Serve, Served, served

from embedded.processes.nats import Nats
from shared.messaging import messages_of
from shared.runtime.process_role import ProcessRole

REASON = {"reason": "La banque bloque les comptes, et personne ne répond."}
HOURS = timedelta(hours=3)


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service("intake"), ProcessRole.ALL)


def later(running: Served, **time: float) -> None:
    clock = running.application.clock
    clock.set_forward(clock.now() + timedelta(**time))


def open_case(intake: Served, case: str, role: str = "adviser", unit: str = UNIT) -> Any:
    client = intake.by(role, unit=unit, units=(UNIT,))
    return client.post(f"/api/v1/requests/{case}/emergency-access", REASON)


def test_a_colleague_reads_it_for_three_hours_and_changes_nothing(intake: Served) -> None:
    path, case = confidential(intake, "intake")
    here, colleague = f"{path}/{case}", intake.by("adviser")
    assert is_unknown(colleague.get(here))
    opened = open_case(intake, case)
    assert opened.status_code == 200, opened.text
    assert open_case(intake, case).json() == opened.json(), "the same, while it lasts"
    shown = colleague.get(here)
    assert (shown.status_code, shown.json()["links"]) == (200, [])
    assert shown.json()["emergency_accesses"][0]["reason"] == REASON["reason"]
    for read in ("history", "documents"):
        assert colleague.get(f"{here}/{read}").status_code == 200
    meeting = {"held_on": "2026-01-02", "participants": [{"name": "Maëlle"}]}
    refused = colleague.post(f"{here}/meetings", meeting)
    assert (refused.status_code, refused.json()["policy"]) == (403, "confidential")
    assert colleague.get("/api/v1/requests", q="Jardins").json()["items"] == [], "in no list"
    later(intake, hours=2.9)
    assert colleague.get(here).status_code == 200
    later(intake, hours=0.2)
    assert is_unknown(colleague.get(here))


def test_it_is_opened_by_who_works_in_the_unit_and_nobody_else(intake: Served) -> None:
    _, case = confidential(intake, "intake")
    for role, unit in (("adviser", "dla-75"), ("regional", "dla-49")):
        assert open_case(intake, case, role, unit).status_code in (403, 404)
    assert is_unknown(open_case(intake, case, "adviser", "dla-75"))
    assert open_case(intake, "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40").status_code == 404
    assert open_case(intake, case, "manager").json()["policy"] == "role"
    refused = ines(intake).post(f"/api/v1/requests/{case}/emergency-access", REASON)
    assert (refused.status_code, refused.json()["type"].rsplit("/")[-1]) == (409, "emergency-access-not-needed")
    assert open_case(intake, case, "regional").status_code == 200
    assert is_unknown(intake.by("adviser").get(f"/api/v1/requests/{case}")), "another person"


def test_it_is_recorded_first_and_waits_for_who_is_in_charge(intake: Served) -> None:
    _, case = confidential(intake, "intake")
    path = f"/api/v1/requests/{case}"
    open_case(intake, case)

    def tasks() -> list[str]:
        return [task["what"] for task in ines(intake).get("/api/v1/caseload", adviser="me").json()["items"]]

    eventually(lambda: "emergency_access_to_read" in tasks())
    (opened,) = ines(intake).get(path).json()["emergency_accesses"]
    assert opened["by"] == Served.id_of("some-adviser") and opened["acknowledged_by"] is None
    links = {link["rel"]: link["href"] for link in ines(intake).get(path).json()["links"]}
    assert "open-emergency-access" not in links
    assert ines(intake).post(links["acknowledge-emergency-access"], {}).status_code == 200
    eventually(lambda: "emergency_access_to_read" not in tasks())
    assert "acknowledge-emergency-access" not in {link["rel"] for link in ines(intake).get(path).json()["links"]}


@pytest.mark.parametrize(("name", "path"), PATHS.items())
def test_the_phases_know_of_it_and_end_it_by_themselves(
    name: str, path: str, intake: Served, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    _, case = confidential(intake, "intake")
    open_case(intake, case)
    (folder := tmp_path / name).mkdir()
    with served(service(name), database, nats, folder) as running:
        opened_by_itself(name, running.application, UUID(case))
        confidential_case.replicate_case_access(running.application, case, Served.id_of(INES))
        assert is_unknown(running.by("adviser").get(f"{path}/{case}"))
        confidential_case.relay_case(intake, case, name, running.application)
        assert running.by("adviser").get(f"{path}/{case}").status_code == 200
        assert is_unknown(running.by("adviser", subject="another").get(f"{path}/{case}"))
        later(running, hours=3.1)
        assert is_unknown(running.by("adviser").get(f"{path}/{case}"))


def test_audit_shows_the_timeline_while_it_lasts(
    intake: Served, nats: Nats, database: Callable[..., str], tmp_path: Path
) -> None:
    _, case = confidential(intake, "intake")
    open_case(intake, case)
    (folder := tmp_path / "audit").mkdir()
    with served(service("audit"), database, nats, folder) as audit:
        log = intake.application
        entries = log.recorder.entries_of_case(UUID(case))
        receive_messages(audit.application, messages_of(log, service("intake").to_integration_event, entries))
        commit_to_ledger(audit.application)
        address = f"/api/v1/cases/{case}/timeline"
        shown = audit.by("adviser").get(address)
        assert shown.status_code == 200, shown.text
        assert "emergency-access-opened" in {each["event"] for each in shown.json()["events"]}
        assert is_unknown(audit.by("adviser", subject="another").get(address))
        later(audit, hours=3.1)
        assert is_unknown(audit.by("adviser").get(address))
