"""What a resource centre reads and answers over HTTP."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.support.checks.projection_waits import tasks
from tests.support.servers.served_service import served

from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service
from embedded.processes.nats import Nats
from shared.kernel import Actor, Role, paris_date, uuid7
from shared.projections import Projector


def project(application: Any) -> None:
    """The inboxes, as far as the log goes."""
    projector = Projector(application, service.projections)
    for view in service.projections:
        while projector.advance(view):
            pass


def test_a_resource_centre_reads_and_answers_what_it_is_asked_and_nothing_else(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as diagnostic:
        application: Any = diagnostic.http.app.state.application  # type: ignore[attr-defined]
        case, now = uuid7(), application.clock.now()
        command = OpenDiagnosis(uuid7(), "dla-44", adviser="some-adviser", admitted_at=now, headcount=12)
        application.handle(decider, case, command, application.context(case, Actor("service", Role.SERVICE)))
        path, adviser = f"/api/v1/diagnoses/{case}", diagnostic.by("adviser")
        centre = diagnostic.by("resource_centre", unit="crdla-environnement")
        elsewhere = diagnostic.by("resource_centre", unit="crdla-culture")

        assert centre.get(f"{path}/advice").status_code == 404, "it was asked nothing"
        question = {"centre": "CRDLA Environnement", "question": "Quels financements ?", "unit": "crdla-environnement"}
        adviser.post(f"{path}/advice", question)
        adviser.post(f"{path}/advice", {"centre": "CRDLA Culture", "question": "Quels publics ?"})
        project(application)
        (asked_of_it,) = centre.get("/api/v1/advice").json()["items"]
        (waiting,) = asked_of_it["questions"]
        assert (asked_of_it["id"], waiting["unit"], waiting["received_on"]) == (
            str(case),
            "crdla-environnement",
            None,
        )
        assert elsewhere.get("/api/v1/advice").json()["items"] == []
        (task,) = tasks(centre)
        assert (task["what"], task["item"], task["unit"]) == (
            "advice_to_give",
            waiting["advice"],
            "crdla-environnement",
        )
        assert (task["structure"], task["adviser"]) == (None, None), (
            "a centre is told the question, and not whose it is"
        )
        assert date.fromisoformat(task["due_on"]) == paris_date(now) + timedelta(days=30)
        assert centre.get(task["href"]).json()[0]["advice"] == task["item"]
        assert tasks(elsewhere) == []
        assert [each["what"] for each in tasks(adviser)] == ["session_to_hold"], "it is not the adviser's to do"
        assert adviser.get("/api/v1/advice").status_code == 403
        (listed,) = centre.get(f"{path}/advice").json()
        assert (listed["question"], listed["answer"]) == ("Quels financements ?", None)
        assert len(adviser.get(f"{path}/advice").json()) == 2
        for everything_else in (path, f"{path}/history", f"{path}/versions", f"{path}/shared"):
            assert centre.get(everything_else).status_code == 403, everything_else

        asked = f"{path}/advice/{listed['advice']}/answer"
        answer = {"received_on": f"{now:%Y-%m-%d}", "answer": "Voir le fonds vert."}
        assert elsewhere.get(f"{path}/advice").status_code == 404
        assert (
            elsewhere.post(f"{path}/advice/{listed['advice']}/answer", answer).json()["type"].endswith("/unknown-case")
        )
        assert centre.post(asked, answer).json()["events"] == ["advice-received"]
        project(application)
        (answered,) = centre.get("/api/v1/advice").json()["items"][0]["questions"]
        assert (answered["advice"], answered["received_on"]) == (listed["advice"], answer["received_on"])
        assert tasks(centre) == []
        other = question | {"centre": "CRDLA Culture", "unit": "crdla-culture", "question": "Quels lieux ?"}
        adviser.post(f"{path}/advice", other)
        adviser.post(f"{path}/advice", question)
        project(application)
        for status, number in (("awaited", 1), ("answered", 1), (None, 2)):
            (row,) = centre.get("/api/v1/advice", **({"status": status} if status else {})).json()["items"]
            assert [each["status"] for each in row["questions"] if status] == ([status] if status else [])
            assert len(row["questions"]) == number
            assert set(row) == {"id", "version", "units", "requested_at", "questions"}, "and nothing of other centres"
        assert elsewhere.get("/api/v1/advice", status="answered").json()["items"] == [], (
            "the other centre's is answered"
        )
        assert centre.get("/api/v1/advice", status="lost").status_code == 422
        assert adviser.get(f"{path}/advice").json()[0]["answer"] == "Voir le fonds vert."
        wrong = question | {"unit": "le CRDLA de Nantes"}
        assert adviser.post(f"{path}/advice", wrong).json()["type"].endswith("/wrong-unit")
