"""What a support committee reads over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.checks.projection_waits import days_pass, tasks
from tests.support.servers.served_service import served

from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service
from embedded.processes.nats import Nats
from shared.kernel import Actor, Role, uuid7
from shared.projections import Projector


def project(application: Any) -> None:
    """The inboxes, as far as the log goes."""
    projector = Projector(application, service.projections)
    for view in service.projections:
        while projector.advance(view):
            pass


def test_the_committee_reads_only_the_parts_and_the_version_that_were_shared(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as diagnostic:
        application: Any = diagnostic.http.app.state.application  # type: ignore[attr-defined]
        case, now = uuid7(), application.clock.now()
        command = OpenDiagnosis(uuid7(), "dla-44", adviser="some-adviser", admitted_at=now, headcount=12)
        application.handle(decider, case, command, application.context(case, Actor("service", Role.SERVICE)))
        path = f"/api/v1/diagnoses/{case}"
        adviser, leader = diagnostic.by("adviser"), diagnostic.by("leader", unit=None, case=str(case))
        committee = diagnostic.by("committee")
        axis = {"axis": "digital", "findings": "Des outils anciens.", "rating": 3}
        adviser.post(f"{path}/axes", axis)
        adviser.post(f"{path}/employment", {"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5})

        assert committee.get(f"{path}/shared").json()["type"].endswith("/not-shared")
        until = (now + timedelta(days=30)).date().isoformat()
        assert (
            leader.post(f"{path}/sharing-agreement", {"scope": ["axes", "employment"], "until": until}).status_code
            == 200
        )
        assert adviser.post(f"{path}/committee").json()["events"] == ["shared-with-committee"]
        adviser.post(f"{path}/axes", axis | {"rating": 4})

        project(application)
        (shared,) = committee.get("/api/v1/shares", sort="until").json()["items"]
        assert (shared["id"], shared["until"], shared["sections"]) == (str(case), until, ["axes", "employment"])
        assert diagnostic.by("committee", unit="dla-75").get("/api/v1/shares").json()["items"] == []
        assert adviser.get("/api/v1/shares").status_code == 403
        read = committee.get(f"{path}/shared").json()
        assert (read["version"], read["until"], list(read["content"])) == (2, until, ["axes", "employment"])
        assert read["content"]["axes"]["digital"]["rating"] == 3
        assert committee.get(path).status_code == 403
        (task,) = tasks(committee)
        assert (task["what"], task["due_on"], task["structure"], task["adviser"]) == (
            "opinion_to_give",
            until,
            None,
            None,
        )
        assert committee.get(task["href"]).json() == read
        assert tasks(diagnostic.by("committee", unit="dla-75")) == []
        opinion = {"opinion": "favourable", "comments": "Projet utile."}
        assert committee.post(f"{path}/opinions", opinion).json()["events"] == ["opinion-given"]
        assert leader.get(path).json()["committee"]["opinions"][0]["comments"] == "Projet utile."

        project(application)
        assert tasks(committee) == [], "it was given"
        narrower = {"scope": ["employment"], "until": until}
        assert leader.post(f"{path}/sharing-agreement", narrower).status_code == 200
        at_version_5 = leader.get(f"{path}/shared", version=5).json()
        assert at_version_5 == read, "those who read the whole dossier read what was shared"
        assert committee.get(f"{path}/shared", version=5).json()["content"].keys() == {"employment"}, (
            "the axes are shared no more"
        )

        project(application)
        (shared,) = committee.get("/api/v1/shares").json()["items"]
        assert shared["sections"] == ["employment"], "what the structure agrees to no longer leaves the list too"
        assert leader.post(f"{path}/sharing-withdrawal").json()["events"] == ["sharing-withdrawn"]
        project(application)
        assert committee.get("/api/v1/shares").json()["items"] == [], "it is shared no more"
        assert committee.get(f"{path}/shared").status_code == 409
        assert committee.get(f"{path}/shared", version=5).status_code == 409
        assert leader.get(f"{path}/shared", version=5).json() == read

        leader.post(f"{path}/sharing-agreement", narrower)
        adviser.post(f"{path}/committee")
        project(application)
        assert [each["what"] for each in tasks(committee)] == ["opinion_to_give"]
        days_pass(diagnostic, 31)
        assert tasks(committee) == [], "the sharing has ended, and no opinion is taken any more"
