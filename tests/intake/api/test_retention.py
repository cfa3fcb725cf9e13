"""Retention on real logs: listed first, then done by class, except what is suspended or needed elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typer
from tests.support.histories.audit_events import commit_to_ledger
from tests.support.servers.all_services import House, house
from tests.support.servers.intake_deployments import intake_command_line
from typer.testing import CliRunner

from embedded.processes.nats import Nats
from intake.main import cli
from intake.main import service as intake
from shared.crypto import ERASED_TEXT
from shared.kernel import Role, paris_date
from shared.projections import Projector, wait_until_folded

STRUCTURE = {"name": "Les Jardins de l’Erdre", "legal_form": "association", "department": "44"}
REASON = {"reason": "Contrôle de l’emploi des fonds en cours."}
NUMBERS = ("73282932000074", "55208131766522", "35600000000048", "38012986646850")


@pytest.fixture
def unfolded_services(
    database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    with house(database, nats, tmp_path) as running:
        running["intake"].speak_to(monkeypatch)
        monkeypatch.setenv("DLA_DEV_CLOCK", str(running["intake"].settings.dev_clock))
        yield running


@pytest.fixture
def services(unfolded_services: House) -> Iterator[House]:
    """With the list of requests folded as a process of the role `work` does."""
    projector = Projector(unfolded_services["intake"].application, intake.projections)
    projector.start()
    yield unfolded_services
    projector.stop()


def received(services: House, number: str, name: str) -> str:
    payload = {"structure": STRUCTURE | {"siret": number}, "contact": {"name": name}, "need": "Consolider l’équipe."}
    answer = services.by("intake", "adviser").post("/api/v1/requests", payload)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def withdrawn(services: House, number: str, name: str) -> str:
    case = received(services, number, name)
    reason = {"reason": "Elle n’en a plus besoin."}
    assert services.by("intake", "adviser").post(f"/api/v1/requests/{case}/withdrawal", reason).status_code == 200
    return case


def later(services: House, months: int) -> None:
    app = services["intake"].application
    app.clock.set_forward(app.clock.now() + timedelta(days=31 * months))


def listed(services: House) -> None:
    """The list of requests, as far as the log goes."""
    projector = Projector(services["intake"].application, intake.projections)
    for view in intake.projections:
        while projector.advance(view):
            pass


(archive_due_cases,) = intake.hourly


def run_retention(*arguments: str, command_line: typer.Typer = cli) -> tuple[list[Any], str]:
    done = CliRunner().invoke(command_line, ["retention", "--format", "json", *arguments])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), done.stderr


def done_with(rows: list[Any]) -> dict[str, str]:
    return {row["case"]: row["status"] for row in rows}


def test_nothing_is_done_by_a_dry_run_and_each_class_has_its_own_term(services: House) -> None:
    over, open_one = withdrawn(services, NUMBERS[0], "Maëlle Kerdoncuff"), received(services, NUMBERS[1], "Tanguy")
    listed(services)
    before = services["intake"].application.recorder.max_notification_id()
    rows, summary = run_retention()
    assert done_with(rows) == {over: "conservé"}
    later(services, 25)
    rows, summary = run_retention("--dry-run")
    assert done_with(rows) == {over: "à détruire"}
    assert "rien n’a été fait" in summary
    assert done_with(run_retention("--class", "closed")[0]) == {}
    assert services["intake"].application.recorder.max_notification_id() == before
    assert open_one not in done_with(rows)
    payload = services.by("intake", "dpo").get("/api/v1/retention").json()
    assert [(term["case"], term["retention_class"], term["due"]) for term in payload] == [(over, "not_admitted", True)]


def test_a_dpo_sees_the_terms_of_their_own_territory_and_holds_nothing_else(services: House) -> None:
    case = withdrawn(services, NUMBERS[0], "Maëlle Kerdoncuff")
    listed(services)
    elsewhere = services.by("intake", "dpo", unit=None, units=["dla-22"])
    assert elsewhere.get("/api/v1/retention").json() == []
    assert [term["case"] for term in services.by("intake", "dpo").get("/api/v1/retention").json()] == [case]
    for command in ("hold", "release", "unarchiving"):
        answer = elsewhere.post(f"/api/v1/retention/{case}/{command}", REASON)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "unknown-case")


def test_what_is_past_its_term_is_destroyed_in_every_service_and_the_history_stays(services: House) -> None:
    case = withdrawn(services, NUMBERS[0], "Maëlle Kerdoncuff")
    shared_contact = services["intake"].application.load(intake.deciders[0], UUID(case)).state.contact
    listed(services)
    later(services, 25)
    stored = services["intake"].application.recorder.entries_of_case(UUID(case))
    rows, summary = run_retention("--act")
    assert done_with(rows) == {case: "à détruire"}
    assert f"{case}\u00a0: détruit" in summary
    app = services["intake"].application
    app.key_store.evict()
    entries = app.recorder.entries_of_case(UUID(case))
    assert entries[: len(stored)] == stored
    assert [entry.topic for entry in entries[len(stored) :]] == ["case-destroyed:v1", "case-keys-destroyed:v1"]
    read = services.by("intake", "adviser").get(f"/api/v1/requests/{case}").json()
    assert (read["need"], read["contact"]["name"]) == (ERASED_TEXT, ERASED_TEXT)
    assert app.recorder.wrapped_keys([UUID(case), UUID(shared_contact.person)]) == {
        UUID(case): None,
        UUID(shared_contact.person): None,
    }
    services.carry()
    for name in ("diagnostic", "parcours", "followup"):
        assert services[name].application.recorder.wrapped_keys([UUID(case)]) == {UUID(case): None}
    assert run_retention("--act")[0] == []
    reason = services.by("intake", "dpo").post(f"/api/v1/retention/{case}/hold", REASON)
    assert reason.status_code == 410


def test_what_the_dpo_holds_is_kept_and_said_to_be(services: House) -> None:
    case = withdrawn(services, NUMBERS[0], "Maëlle Kerdoncuff")
    listed(services)
    later(services, 25)
    hold = services.by("intake", "dpo").post(f"/api/v1/retention/{case}/hold", REASON)
    assert hold.json() == {"case": case, "suspended": True, "reason": REASON["reason"]}
    rows, _ = run_retention("--act")
    assert done_with(rows) == {case: "gardé\u00a0: destruction suspendue par le ou la DPO"}
    assert services.by("intake", "adviser").get(f"/api/v1/requests/{case}").json()["need"] == "Consolider l’équipe."
    released = services.by("intake", "dpo").post(f"/api/v1/retention/{case}/release", REASON)
    assert released.json()["suspended"] is False
    assert done_with(run_retention()[0]) == {case: "à détruire"}


def test_what_another_unit_took_over_is_kept_as_long_as_that_unit_needs_it_and_its_people_too(services: House) -> None:
    case = received(services, NUMBERS[0], "Maëlle Kerdoncuff")
    moved = {"to_unit": "dla-49", "reason": "Le siège est dans l’autre département."}
    assert services.by("intake", "adviser").post(f"/api/v1/requests/{case}/transfer", moved).status_code == 200
    listed(services)
    later(services, 25)
    assert done_with(run_retention()[0]) == {case: "à détruire"}, "nobody took it over"
    there = services.by("intake", "adviser", unit="dla-49")
    taken = there.post("/api/v1/requests/take-over", {"origin": case})
    assert taken.status_code == 201, taken.text
    listed(services)
    assert done_with(run_retention()[0]) == {case: "gardé\u00a0: l’unité qui l’a repris en a encore besoin"}
    reason = {"reason": "Elle n’en a plus besoin."}
    assert there.post(f"{taken.headers['Location']}/withdrawal", reason).status_code == 200
    listed(services)
    later(services, 25)
    assert len(run_retention("--act")[0]) == 2
    assert list(done_with(run_retention()[0])) == [case], "once the second is destroyed, the first one's turn comes"
    run_retention("--act")
    services["intake"].application.key_store.evict()
    assert there.get(taken.headers["Location"]).json()["contact"]["name"] == ERASED_TEXT


def test_a_closed_dossier_is_an_archive_before_it_is_destroyed(services: House) -> None:
    case = withdrawn(services, NUMBERS[0], "Maëlle Kerdoncuff")
    listed(services)
    app = services["intake"].application
    app.recorder.fetch('UPDATE {schema}.projection_rows SET document = document || \'{{"status": "closed"}}\'')
    for months, then in ((35, "conservé"), (3, "en archive"), (84, "à détruire")):
        later(services, months)
        assert done_with(run_retention()[0]) == {case: then}
    longer = intake_command_line(keep_archived_months=200)
    assert done_with(run_retention(command_line=longer)[0]) == {case: "en archive"}


def closed(services: House, number: str) -> str:
    """Admitted, and given up before its parcours."""
    case = received(services, number, "Maëlle Kerdoncuff")
    adviser, path = services.by("intake", "adviser"), f"/api/v1/requests/{case}"
    met = {
        "held_on": paris_date(services["intake"].application.clock.now()).isoformat(),
        "participants": [{"name": "Maëlle"}],
    }
    verdicts = [{"criterion": each, "verdict": "met", "evidence": "Vu."} for each in ("existing", "employer", "ess")]
    steps = [("meetings", met), *(("criteria", each) for each in verdicts), ("admission", {})]
    for step, body in (*steps, ("giving-up", {"reason": "Le projet est reporté."})):
        assert adviser.post(f"{path}/{step}", body).status_code == 200
    return case


def test_after_its_term_a_closed_dossier_is_an_archive_in_every_service_until_it_is_needed_again(
    services: House, caplog: pytest.LogCaptureFixture
) -> None:
    case, app = closed(services, NUMBERS[0]), services["intake"].application
    services.carry()
    listed(services)
    later(services, 35)
    assert archive_due_cases(app) == []
    later(services, 3)
    (before,), _ = run_retention()
    assert archive_due_cases(app) == [UUID(case)]
    assert archive_due_cases(app) == []
    services.carry()
    assert run_retention()[0] == [before], "the term still counts from what happened to it"

    commit_to_ledger(services["audit"].application)
    paths = {"intake": "requests", "diagnostic": "diagnoses", "audit": "cases"}
    for name, collection in paths.items():
        path = f"/api/v1/{collection}/{case}" + ("/timeline" if name == "audit" else "")
        for role in ("adviser", "regional", "leader") if name != "audit" else ("adviser",):
            bound = {"unit": None, "case": case} if role == "leader" else {"units": ["dla-44"]}
            refused = services.by(name, role, **bound).get(path)
            assert refused.status_code == (403 if role == "leader" else 404), f"{name} {role}"
            assert refused.json().get("policy") == ("archived" if role == "leader" else None)
        for role in ("auditor", "dpo") if name == "audit" else ("auditor",):
            assert services.by(name, role, units=["dla-44"]).get(path).status_code == 200
        manager = services.by(name, "manager")
        assert manager.get(path).status_code == 428, "an archive is read for a reason"
        assert manager.because("La structure conteste un versement.").get(path).status_code == 200

    def shown(role: str, path: str = "requests", **rights: Any) -> list[Any]:
        items: list[Any] = services.by("intake", role, **rights).get(f"/api/v1/{path}").json()["items"]
        return items

    def counted(role: str) -> tuple[float, set[str]]:
        """How many requests, and which cases the figures name."""
        figures = services.by("intake", role, units=["dla-44"]).get("/api/v1/requests/figures").json()["figures"]
        number = next(each["value"] for each in figures if each["code"] == "requests")
        return number, {named for each in figures for named in each["cases"]}

    assert shown("adviser") == shown("manager") == shown("regional", units=["dla-44"]) == []
    assert [row["id"] for row in shown("auditor", units=["dla-44"])] == [case]
    assert counted("adviser") == counted("regional") == (0, set()), "no more than their lists show"
    assert counted("manager") == (1, set())
    assert counted("auditor") == (1, {case})
    back = services.by("intake", "adviser").post(
        "/api/v1/requests",
        {
            "structure": STRUCTURE | {"siret": NUMBERS[0]},
            "contact": {"name": "Maëlle Kerdoncuff"},
            "need": "Un autre besoin.",
        },
    )
    assert services.by("intake", "adviser").get(back.headers["Location"]).json()["earlier"] == []

    needed = {"reason": "La structure conteste un versement."}
    out = services.by("intake", "dpo").post(f"/api/v1/retention/{case}/unarchiving", needed)
    assert out.json() == {"case": case, "archived": False}
    services.carry()
    for name, collection in list(paths.items())[:2]:
        assert services.by(name, "adviser").get(f"/api/v1/{collection}/{case}").status_code == 200
    listed(services)
    assert archive_due_cases(app) == [], "its term counts from the day on which it was needed again"

    altered = closed(services, NUMBERS[1])
    listed(services)
    later(services, 38)
    app.recorder.fetch("UPDATE {events} SET state = %s WHERE originator_id = %s", (b"{}", UUID(altered)))
    assert archive_due_cases(app) == [UUID(case)], "one that cannot be read keeps no other from it"
    assert f"case {altered} cannot be archived" in caplog.text


def test_the_role_work_looks_for_archives_each_hour() -> None:
    assert [job.__name__ for job in intake.hourly] == ["archive_due_cases"]


def test_only_the_dpo_sees_and_holds(services: House) -> None:
    case = withdrawn(services, NUMBERS[0], "Maëlle Kerdoncuff")
    for role in set(Role) - {Role.DPO}:
        caller = services.by("intake", role)
        for answer in (
            caller.get("/api/v1/retention"),
            caller.post(f"/api/v1/retention/{case}/hold", REASON),
            caller.post(f"/api/v1/retention/{case}/release", REASON),
            caller.post(f"/api/v1/retention/{case}/unarchiving", REASON),
        ):
            assert answer.status_code == 403, f"{role}: {answer.text}"


def test_the_right_of_a_leader_or_a_provider_opens_nothing_of_an_archive(services: House) -> None:
    """Whether it was given before or after: every read and command of every service, with the id of the case."""
    case, app = closed(services, NUMBERS[0]), services["intake"].application
    services.carry()
    listed(services)
    later(services, 38)
    assert archive_due_cases(app) == [UUID(case)]
    services.carry()
    commit_to_ledger(services["audit"].application)
    tried = 0
    for name, role in product(("intake", "diagnostic", "audit"), ("leader", "provider")):
        bearer = services.by(name, role, unit=None, case=case).because("Pour mon dossier.")
        for path, operations in services[name].web.openapi()["paths"].items():
            if "{" not in path or not path.startswith("/api/v1/"):
                continue
            where = re.sub(r"\{[^}]*\}", case, path)
            for method in operations:
                answer = bearer.get(where) if method == "get" else bearer.post(where, {})
                tried += 1
                assert answer.status_code in (403, 404, 405, 422), f"{role} {method} {name} {path}: {answer.text[:200]}"
                assert STRUCTURE["name"] not in answer.text
        for path in ("/api/v1/access-log", "/api/v1/caseload"):
            answer = bearer.get(path)
            assert answer.status_code == 403 or answer.json().get("items") == [], f"{role} {name} {path} {answer.text}"
    assert tried > 200


def test_nothing_is_destroyed_or_archived_while_the_list_is_folded_anew(
    unfolded_services: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a migration: a part of the log shows a case finished that was taken up again since."""
    monkeypatch.setattr(wait_until_folded, "__defaults__", (0.0,))
    case = withdrawn(unfolded_services, NUMBERS[0], "Maëlle Kerdoncuff")
    later(unfolded_services, 40)
    refused = CliRunner().invoke(cli, ["retention", "--act"])
    assert (refused.exit_code, "rien n’a été détruit" in refused.stderr) == (1, True)
    assert archive_due_cases(unfolded_services["intake"].application) == []
    listed(unfolded_services)
    terms, _ = run_retention("--act")
    assert done_with(terms) == {case: "à détruire"}
