"""A rehearsed upgrade: each difference between two versions is named, by the command, on a real log."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.support.checks.projection_waits import up_to_date
from tests.support.servers.served_service import Serve, Served
from typer.testing import CliRunner

from intake.domain.request import request
from intake.domain.request.reception import RequestReceived
from intake.integration_events import to_integration_event
from intake.main import service
from intake.projections import requests
from shared.access import policy
from shared.documents import DocumentedAggregate, DocumentTemplate
from shared.runtime import Service, command_line
from shared.runtime.rehearsal import facts

UNIT, PATH = "dla-44", "/api/v1/requests"
SECRET = "Maëlle Kerdoncuff"


@pytest.fixture
def intake(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Served:
    """One request, received and confidential, whose lists are up to date."""
    intake = serve(service)
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "rna": "W442000001"}
    asked = {"structure": structure, "contact": {"name": SECRET}, "need": "Garder nos emplois."}
    adviser = intake.by("adviser", unit=UNIT)
    received = adviser.post(PATH, asked)
    assert received.status_code == 201, received.text
    kept = adviser.post(
        f"{received.headers['Location']}/confidentiality", {"ground": "conciliation", "reason": "Hier."}
    )
    assert kept.status_code == 200, kept.text
    up_to_date(intake, service)
    intake.speak_to(monkeypatch)
    return intake


@pytest.fixture
def record(intake: Served, tmp_path: Path) -> Path:
    """What the running version made of the log."""
    run = rehearse(service, "--record", tmp_path / "running.gz")
    assert run.exit_code == 0, run.stderr
    return tmp_path / "running.gz"


def rehearse(version: Service, *arguments: object) -> Any:
    return CliRunner().invoke(command_line(version), ["rehearse", *map(str, arguments)])


def differences(run: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.stdout.splitlines()]


def changes(run: Any) -> set[tuple[str, str, str]]:
    return {(each["kind"], each["name"], each["change"]) for each in differences(run)}


def with_request(**changed: Any) -> Service:
    """The service with another decider of its requests."""
    deciders = (replace(each, **changed) if each.name == "request" else each for each in service.deciders)
    return replace(service, deciders=tuple(deciders))


def test_the_same_version_differs_in_nothing_and_writes_nothing(intake: Served, record: Path) -> None:
    before = intake.everything()
    run = rehearse(service, "--against", record)
    assert (run.exit_code, run.stdout) == (0, ""), run.stderr
    assert rehearse(service).exit_code == 0
    assert intake.everything() == before


def test_its_connections_could_not_write(intake: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    deleting = intake.application.recorder.fetch

    def delete(_service: Service, app: Any, _progress: Any) -> list[Any]:
        app.recorder.fetch("DELETE FROM {schema}.projection_rows")
        return []

    monkeypatch.setattr("shared.runtime.cli_rehearsal.gather_facts", delete)
    refused = rehearse(service)
    assert "read-only transaction" in repr(refused.exception)
    assert deleting("SELECT count(*) AS n FROM {schema}.projection_rows")[0]["n"] > 0


def test_a_state_that_is_another_is_named_with_its_field(intake: Served, record: Path) -> None:
    def evolve(state: Any, event: Any) -> Any:
        evolved = request.decider.evolve(state, event)
        return replace(evolved, unit="dla-99") if isinstance(event, RequestReceived) else evolved

    run = rehearse(with_request(evolve=evolve), "--against", record)
    assert run.exit_code == 1
    assert ("state", "request", "unit") in changes(run)
    assert all(each["change"] == "unit" for each in differences(run) if each["kind"] == "state")
    assert ("access", "request", "adviser") not in changes(run), "no decision differs: another unit has the same rules"


def test_a_row_is_compared_with_the_record_and_with_what_is_kept(intake: Served, record: Path) -> None:
    def project(*given: Any) -> Any:
        return requests.project(*given) | {"unit": "dla-99"}

    changed = tuple(replace(each, project=project) if each is requests else each for each in service.projections)
    run = rehearse(replace(service, projections=changed), "--against", record)
    assert run.exit_code == 1
    found = [each for each in differences(run) if each["change"] == "unit"]
    assert [(each["kind"], each["name"]) for each in found] == [("row", requests.name)] * 2
    assert rehearse(replace(service, projections=changed)).exit_code == 1


def test_a_renamed_list_is_not_compared_with_rows_that_nobody_keeps(intake: Served, record: Path) -> None:
    changed = tuple(replace(each, name="other-v1") if each is requests else each for each in service.projections)
    run = rehearse(replace(service, projections=changed), "--against", record)
    assert "other-v1: no rows are kept" in run.stderr
    assert {("row", "other-v1", "appeared"), ("row", requests.name, "vanished")} <= changes(run)


def test_an_integration_event_is_named_by_its_position(intake: Served, record: Path) -> None:
    def nothing(*_: Any) -> None:
        return None

    def other(recorded: Any, entry: Any, app: Any) -> Any:
        body = to_integration_event(recorded, entry, app)
        return body.model_copy(update={"confidential": False}) if body else body

    silent = rehearse(replace(service, to_integration_event=nothing), "--against", record)
    assert {each["change"] for each in differences(silent)} == {"vanished"}
    assert {each["id"] for each in differences(silent)} <= {f"{n:012}" for n in range(1, 50)}
    changed = rehearse(replace(service, to_integration_event=other), "--against", record)
    assert changes(changed) == {("integration-event", "", "confidential")}


def test_a_document_is_named_by_its_fingerprint(intake: Served, record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def retitled(template: DocumentTemplate[Any]) -> DocumentTemplate[Any]:
        return replace(template, write=lambda source: replace(template.write(source), title="Autre titre"))

    def documented(service: Service) -> list[DocumentedAggregate]:
        return [replace(each, templates=partial(templates, each)) for each in known(service)]

    def templates(documented: DocumentedAggregate, state: Any) -> list[DocumentTemplate[Any]]:
        return [retitled(found) for found in documented.templates(state)]

    known = facts._documented
    monkeypatch.setattr(facts, "_documented", documented)
    run = rehearse(service, "--against", record)
    assert {(kind, change) for kind, _, change in changes(run)} == {("document", "fingerprint")}


def test_a_decision_on_access_says_what_was_permitted(
    intake: Served, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = policy._text()
    assert '["adviser", "manager"].contains(principal.role) && principal has unit' in text
    monkeypatch.setattr(
        policy, "_text", lambda: text.replace('["adviser", "manager"].contains', '["manager"].contains')
    )
    for cached in (policy.policies, policy.rule_names, policy._evaluate):
        cached.cache_clear()
    try:
        run = rehearse(service, "--against", record)
    finally:
        monkeypatch.undo()
        for cached in (policy.policies, policy.rule_names, policy._evaluate):
            cached.cache_clear()
    assert run.exit_code == 1
    (of_request,) = (each for each in differences(run) if each["name"] == "request")
    assert of_request["change"] == "adviser"
    assert "in charge: read, write" in of_request["before"]
    assert "in charge: nothing" in of_request["after"]


def test_what_fails_is_named_and_no_declaration_covers_it(intake: Served, record: Path, tmp_path: Path) -> None:
    def evolve(_state: Any, _event: Any) -> Any:
        raise KeyError(SECRET)

    declared = tmp_path / "declared.toml"
    declared.write_text('[[difference]]\nkind = "state"\nbecause = "Refait."\n')
    version = with_request(evolve=evolve)
    run = rehearse(version, "--against", record, "--declared", declared)
    assert run.exit_code == 1
    assert ("state", "request", "fails") in changes(run)
    assert SECRET not in run.stdout + run.stderr
    assert "KeyError < runtime/test_rehearsal.py:" in run.stdout
    again = rehearse(version, "--record", tmp_path / "failing.gz")
    assert (again.exit_code, "fail under this version" in again.stderr) == (1, True)


def test_a_declared_difference_lets_the_upgrade_pass_and_says_why(intake: Served, record: Path, tmp_path: Path) -> None:
    def other(recorded: Any, entry: Any, app: Any) -> Any:
        body = to_integration_event(recorded, entry, app)
        return body.model_copy(update={"confidential": False}) if body else body

    version, declared = replace(service, to_integration_event=other), tmp_path / "declared.toml"
    table = (
        '[[difference]]\nkind = "integration-event"\nparts = ["{part}"]\nbecause = "Plus rien n’est confidentiel."\n'
    )
    declared.write_text(table.format(part="contract"))
    assert rehearse(version, "--against", record, "--declared", declared).exit_code == 1
    declared.write_text(table.format(part="confidential"))
    run = rehearse(version, "--against", record, "--declared", declared)
    assert run.exit_code == 0, run.stderr
    assert {each["because"] for each in differences(run)} == {"Plus rien n’est confidentiel."}


def test_a_log_that_went_on_is_not_compared(intake: Served, record: Path) -> None:
    structure = {"name": "Le Relais", "legal_form": "association", "department": "44", "rna": "W442000002"}
    asked = {"structure": structure, "contact": {"name": "Ana"}, "need": "Embaucher."}
    assert intake.by("adviser", unit=UNIT).post(PATH, asked).status_code == 201
    run = rehearse(service, "--against", record)
    assert run.exit_code == 2
    assert "is of position" in run.stderr


def test_the_record_holds_no_name(record: Path) -> None:
    text = gzip.decompress(record.read_bytes()).decode()
    assert '"request"' in text
    assert not [word for word in (SECRET, "Les Jardins", "Garder nos emplois") if word in text]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--record", "a.gz", "--against", "b.gz"), "--record writes a record"),
        (("--against", "missing.gz"), "missing.gz"),
        (("--declared", "missing.toml"), "missing.toml"),
    ],
)
def test_what_cannot_be_done_is_refused(intake: Served, arguments: tuple[str, ...], said: str) -> None:
    run = rehearse(service, *arguments)
    assert run.exit_code == 2
    assert said in run.stderr
