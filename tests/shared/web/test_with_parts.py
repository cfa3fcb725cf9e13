"""A case with its parts in one answer: the same as their own addresses give, to the same readers, recorded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.support.generated.api_surface import REQUEST
from tests.support.samples import sample_files
from tests.support.servers.served_service import Serve, Served

from intake.main import service as intake_service
from shared.eventlog.storage.statements import StatementRunner

PDF = "attachment; filename=statuts.pdf"


def test_each_part_is_as_its_own_address_gives_it(serve: Serve) -> None:
    intake = serve(intake_service)
    adviser, case = intake.by("adviser"), _case_with_parts(intake)
    whole = adviser.get(f"{case}/with-parts")
    answer = whole.json()
    alone = adviser.get(case)
    assert answer["state"] == alone.json()
    assert whole.headers["ETag"] == alone.headers["ETag"]
    listed = adviser.get(f"{case}/orientations").json()
    assert answer["orientations"] == [adviser.get(f"{case}/orientations/{each['id']}").json() for each in listed]
    assert len(listed) == 2
    assert answer["access_links"] == adviser.get(f"{case}/access-links").json() != []
    assert answer["attachments"] == adviser.get(f"{case}/attachments").json() != []


def test_a_list_that_a_role_does_not_read_is_null(serve: Serve) -> None:
    intake = serve(intake_service)
    case = _case_with_parts(intake)
    leader = intake.by("leader", case=case.rpartition("/")[2])
    assert leader.get(f"{case}/access-links").status_code == 403
    answer = leader.get(f"{case}/with-parts").json()
    assert answer["access_links"] is None
    assert len(answer["orientations"]) == 2 and len(answer["attachments"]) == 1
    assert intake.by("adviser", unit="dla-75").get(f"{case}/with-parts").status_code == 404
    assert intake.by("provider", case=case.rpartition("/")[2]).get(f"{case}/with-parts").status_code == 403


def test_one_entry_of_the_access_log_stands_for_all_of_it(serve: Serve) -> None:
    intake = serve(intake_service)
    case = _case_with_parts(intake)
    assert intake.by("adviser").get(f"{case}/with-parts").status_code == 200
    reads = [each for each in _reads(intake, case) if each["address"].startswith(f"{case}/with-parts")]
    assert [each["operation"] for each in reads] == ["requests_get_with_parts"]


def test_no_part_has_statements_of_its_own(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's right, the record of the read, the case, its parts, the names of people, and those without one."""
    intake = serve(intake_service)
    adviser, case = intake.by("adviser"), _case_with_parts(intake)
    adviser.get(f"{case}/with-parts")
    run, statements = StatementRunner._with_connection, list[object]()

    def counted(self: StatementRunner, use: Callable[[Any], Any]) -> Any:
        statements.append(use)
        return run(self, use)

    monkeypatch.setattr(StatementRunner, "_with_connection", counted)
    assert adviser.get(f"{case}/with-parts").status_code == 200
    assert len(statements) <= 6


def _reads(intake: Served, case: str) -> list[dict[str, Any]]:
    dpo = intake.by("dpo").because("Contrôle")
    items: list[dict[str, Any]] = dpo.get("/api/v1/access-log", case=case.rpartition("/")[2]).json()["items"]
    return items


def _case_with_parts(intake: Served) -> str:
    adviser = intake.by("adviser")
    case = f"/api/v1/requests/{adviser.post('/api/v1/requests', REQUEST).json()['id']}"
    for target in ("cress", "La banque"):
        body = {"target": target, "reason": "Trésorerie."}
        assert adviser.post(f"{case}/orientations", body).status_code == 201
    link = {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": "Elle dirige l’association."}
    assert adviser.post(f"{case}/access-links", link).status_code == 201
    assert adviser.upload(f"{case}/attachments?kind=statutes", sample_files.pdf(), PDF).status_code == 201
    return case
