"""What is not for a reader is told apart from nothing by nothing: words, headers, statements to the database, time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.support.checks.sql_statements import SqlStatements
from tests.support.generated.api_surface import REQUEST
from tests.support.generated.golden_samples import service
from tests.support.histories.audit_events import commit_to_ledger, header, store_events
from tests.support.histories.automatic_openings import UNIT, opened_by_itself
from tests.support.histories.confidential_case import REASONS, replicate_case_access
from tests.support.samples.existing_resources import LESSON, caught_up
from tests.support.servers.served_service import Client, Serve, Served

from intake.domain.request import request
from intake.domain.request.reception import OpenLinkedRequest
from shared.kernel import Actor, Role, uuid7
from shared.web.http import REDACTED

ELSEWHERE = "dla-75"
NUMBERS = ("73282932000074", "55208131766522", "35600000000048", "21440109300015")
SECTIONS = ("", "/history", "/stored", "/changes", "/documents", "/documents/fiche.html", "/attachments")
MAX_TRIES = 10
ROUNDS = 40
MARGIN_SECONDS = 0.002
"""Far more than one statement takes, and far less than a whole answer."""


@dataclass(frozen=True)
class Kept:
    """The ids that a colleague of dla-44 asks for, by what stands there, and one of their own."""

    collection: str
    own: str
    ids: dict[str, str]
    command: tuple[str, Any] | None
    sections: tuple[str, ...] = SECTIONS


def archive(running: Served, case: str) -> None:
    """As the last event of a case says, in the row that the policy reads."""
    running.application.recorder.fetch(
        "INSERT INTO {schema}.case_access VALUES (%s, NULL, false, true) ON CONFLICT (case_id) DO UPDATE"
        " SET confidential = false, archived = true",
        (UUID(case),),
    )


def in_intake(running: Served) -> Kept:
    def received(number: str, unit: str = UNIT) -> str:
        body = REQUEST | {"structure": REQUEST["structure"] | {"siret": number}}
        answer = running.by("adviser", subject="ines", unit=unit).post("/api/v1/requests", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    own, secret, archived, elsewhere = (
        received(number, unit) for number, unit in zip(NUMBERS, (UNIT, UNIT, UNIT, ELSEWHERE), strict=True)
    )
    ines = running.by("adviser", subject="ines")
    assert ines.post(f"/api/v1/requests/{secret}/confidentiality", REASONS).status_code == 200
    archive(running, archived)
    right = {"identity": str(uuid7()), "role": "adviser", "unit": UNIT, "reason": "Arrivée dans l’équipe."}
    assert running.by("manager").post("/api/v1/identities/rights", right).status_code == 201
    ids = {"secret": secret, "archived": archived, "elsewhere": elsewhere, "another kind": right["identity"]}
    return Kept(
        "/api/v1/requests",
        own,
        ids=ids,
        command=("/meetings", {"held_on": "2026-03-02", "participants": [{"name": "La présidente"}]}),
    )


def in_a_phase(name: str, collection: str, command: tuple[str, Any]) -> Callable[[Served], Kept]:
    def given(running: Served) -> Kept:
        def opened(unit: str = UNIT) -> str:
            return opened_by_itself(name, running.application, unit=unit)[collection][0]

        own, secret, archived, elsewhere, unopened = opened(), opened(), opened(), opened(ELSEWHERE), str(uuid7())
        replicate_case_access(running.application, secret, Served.id_of("ines"))
        archive(running, archived)
        replicate_case_access(running.application, unopened, Served.id_of("some-adviser"), confidential=False)
        ids = {"secret": secret, "archived": archived, "elsewhere": elsewhere, "of which it only heard": unopened}
        return Kept(collection, own, ids=ids, command=command)

    return given


def in_parcours(running: Served) -> Kept:
    kept = in_a_phase("parcours", "/api/v1/parcours", ("/deferrals", {"axis": "finance", "reason": "Plus tard."}))
    found, there = kept(running), running.by("manager", unit=ELSEWHERE)
    fund = there.post("/api/v1/funds", {"unit": ELSEWHERE, "year": 2026, "allocated_cents": 100}).json()["id"]
    found.ids["another kind"] = fund
    return found


def in_followup(running: Served) -> Kept:
    need = ("/needs", {"theme": "digital", "description": "Un logiciel."})
    found = in_a_phase("followup", "/api/v1/follow-ups", need)(running)
    sheet = {"lesson": LESSON, "names": ["Les Jardins de l’Erdre"]}
    found.ids["another kind"] = running.by("adviser", unit=ELSEWHERE).post("/api/v1/sheets", sheet).json()["id"]
    return found


def in_audit(running: Served) -> Kept:
    """Of two cases, one of another unit; what is hidden of them is found by the same way."""
    app, own, theirs = running.application, uuid7(), uuid7()
    for case, unit in ((own, UNIT), (theirs, ELSEWHERE)):
        store_events(app, [msgspec.structs.replace(header(case.int % 10**9, case=case), unit=unit)])
    commit_to_ledger(app)
    sections = ("/timeline", "/changes", "/bundle", "/timeline?transfers=true")
    return Kept("/api/v1/cases", str(own), ids={"elsewhere": str(theirs)}, command=None, sections=sections)


def answered(client: Client, statements: SqlStatements, kept: Kept, id_: str, section: str) -> Any:
    statements.take()
    path = f"{kept.collection}/{id_}{section}"
    is_command = kept.command is not None and section == kept.command[0]
    answer = client.post(path, kept.command[1]) if kept.command and is_command else client.get(path)
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name.lower() not in ("date", "content-length", "x-request-id")
    }
    return answer.status_code, answer.text, headers, statements.take()


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("intake", in_intake),
        ("diagnostic", in_a_phase("diagnostic", "/api/v1/diagnoses", ("/submission", {}))),
        ("parcours", in_parcours),
        ("followup", in_followup),
        ("audit", in_audit),
    ],
    ids=["intake", "diagnostic", "parcours", "followup", "audit"],
)
def test_what_is_hidden_is_answered_as_what_does_not_exist(
    name: str, given: Callable[[Served], Kept], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proof where a clock gives none: word for word, and statement for statement."""
    running = serve(service(name))
    kept, statements = given(running), SqlStatements(monkeypatch)
    colleague = running.by("adviser")
    for section in (*kept.sections, *([kept.command[0]] if kept.command else [])):
        unknown = answered(colleague, statements, kept, str(uuid7()), section)
        assert unknown[0] == 404 and unknown[3], "it was looked for"
        for what, id_ in kept.ids.items():
            found = answered(colleague, statements, kept, id_, section)
            assert found == unknown, f"{what} {section}: {found} and not {unknown}"
    shown = colleague.get(f"{kept.collection}/{kept.own}{kept.sections[0]}")
    assert shown.status_code == 200, shown.text


def test_what_is_hidden_takes_no_longer_than_what_does_not_exist(serve: Serve) -> None:
    """The quickest of many answers, asked in turn: what the machine does besides only ever adds to a time. While it is
    busy more are asked: a difference that is there stays."""
    running = serve(service("intake"))
    kept, colleague = in_intake(running), running.by("adviser")
    quickest = dict.fromkeys([*kept.ids, "nothing"], 1.0)
    for _ in range(MAX_TRIES):
        for what in [*quickest] * ROUNDS:
            path = f"{kept.collection}/{kept.ids.get(what) or uuid7()}"
            began = time.perf_counter()
            assert colleague.get(path).status_code == 404
            quickest[what] = min(quickest[what], time.perf_counter() - began)
        if max(quickest.values()) - min(quickest.values()) < MARGIN_SECONDS:
            return
    pytest.fail(f"some take longer than others: {quickest}")


def test_a_link_to_what_became_confidential_is_left_out_wherever_it_stood(serve: Serve) -> None:
    """Of a request that goes on from another case of its structure, and of one whose structure had come before."""
    running = serve(service("intake"))
    app, ines, colleague = running.application, running.by("adviser", subject="ines"), running.by("adviser")
    origin = UUID(ines.post("/api/v1/requests", REQUEST).json()["id"])
    former = f"/api/v1/requests/{origin}"
    assert ines.post(f"{former}/withdrawal", {"reason": "La structure préfère attendre."}).status_code == 200
    caught_up(running, "intake")
    again = colleague.post("/api/v1/requests", REQUEST).headers["Location"]
    opening = OpenLinkedRequest(origin, app.load(request.decider, origin).state, theme="digital")
    linked = uuid7()
    app.handle(request.decider, linked, opening, app.context(linked, Actor("service:followup", Role.SERVICE)))
    caught_up(running, "intake")
    sections = ("", "?version=1", "/history", "/changes", "/documents/fiche-d-accueil.html")

    def shown(client: Client) -> list[str]:
        answers = [client.get(f"{path}{each}") for path in (again, f"/api/v1/requests/{linked}") for each in sections]
        assert {answer.status_code for answer in answers} == {200}
        return [answer.text for answer in (*answers, client.get("/api/v1/requests", id=[str(linked)]))]

    assert sum(str(origin) in each for each in shown(colleague)) == 9, "all but the two papers, which name no id"
    assert "fait suite à un autre dossier" in shown(colleague)[9]
    assert colleague.get(f"{again}/stored").status_code == 200
    assert ines.post(f"{former}/confidentiality", REASONS).status_code == 200
    hidden = shown(colleague)
    assert not any(str(origin) in each or REDACTED in each for each in hidden), "it reads as one that was never linked"
    assert "fait suite à un autre dossier" not in hidden[9] and "déjà venue" not in hidden[4]
    assert colleague.get(f"/api/v1/requests/{linked}").json()["origin"] is None
    assert colleague.get(again).json()["earlier"] == []
    assert colleague.get(f"{again}/stored").json()["policy"] == "linked-case", "bytes are shown whole, or not at all"
    assert (
        sum(str(origin) in each for each in shown(ines))
        == 9
        == sum(str(origin) in each for each in shown(running.by("manager")))
    )
