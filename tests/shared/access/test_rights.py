"""Rights: which cases a role may read and change in every service, by unit and territory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import iter_route_contexts
from tests.support.checks.declared import declared
from tests.support.checks.policy_questions import (
    OF_NO_RIGHT,
    PUBLIC_ADDRESS,
    PolicyQuestions,
    is_answered_by,
    needs_no_question,
)
from tests.support.checks.rights_cells import ELSEWHERE, THE_HASHES_ALONE, Cell, OtherKinds, cells
from tests.support.checks.wrong_cursors import check_wrong_cursors, lists_of
from tests.support.generated import rights_table
from tests.support.generated.api_surface import REQUEST, ask, one_of, operations
from tests.support.generated.golden_samples import SERVICES, openapi_of, service
from tests.support.histories.automatic_openings import UNIT
from tests.support.samples.existing_resources import Known, caught_up, placed, standing
from tests.support.servers.served_service import REASON, Client, Served, served

from embedded.identity.issuer import Issuer
from embedded.processes.nats import Nats
from shared.access import AccessAction
from shared.access.policy import rule_names
from shared.kernel import Role, uuid7
from shared.runtime.process_role import ProcessRole

PUBLIC = OF_NO_RIGHT - {"GET /api/v1/me", "GET /api/v1/units"}


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rsplit("/", 1)[1])


# The policy


def test_the_table_is_what_the_policy_says() -> None:
    assert rights_table.FILE.read_text() == rights_table.table(), "run: python -m tests.support.generated.rights_table"


def test_every_rule_of_the_policy_decides_something() -> None:
    used = {
        rights_table.decision(role, whose, action)[1] for role in Role for whose in WHOSE for action in AccessAction
    }
    assert set(rule_names().values()) <= used


WHOSE = (*rights_table.WHOSE, *rights_table.ONES)


# Over HTTP


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_answers_each_role_as_the_table_says(
    name: str, database: Callable[..., str], nats: Nats, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each that OpenAPI lists, of what stands there, and of what is of another kind: one without a rule fails, one that
    answers without having asked the policy, and one of a kind that nobody opened. What is allowed to change something
    comes last."""
    questions = PolicyQuestions(monkeypatch)
    with standing(name, database, nats, tmp_path) as (running, known):
        caught_up(running, name)
        roles, listed = declared(name), {f"{each.method.upper()} {each.path}": each for each in operations(name)}
        assert listed.keys() == roles.keys()
        kinds = OtherKinds(running, known)
        tried = [cell for which in listed for cell in cells(which, roles[which], known, kinds)]
        asking = {which: Asking(running, listed[which], known) for which in {cell.which for cell in tried}}
        own, found_at, unknown, asked_of = ids_of_dossiers(known), set(), set(), set()
        for cell in sorted(tried, key=lambda cell: cell.changes):
            questions.take()
            answer = asking[cell.which](cell)
            told = f"{cell}: {answer.status_code} {answer.text[:300]}"
            if is_answered_by(cell.which, questions.take()):
                asked_of.add(cell.which)
            else:
                owed = not needs_no_question(cell.which) and (cell.which, cell.role) != THE_HASHES_ALONE
                assert not answer.is_success or not owed, f"nobody asked the policy: {told}"
            if cell.refused:
                assert answer.status_code == 403, told
                assert answer.json().get("policy") == cell.refused, told
            elif cell.unknown:
                unknown.add(answer.text)
                assert answer.status_code == 404, told
                assert slug(answer) == ("unknown-event" if "/events/{" in cell.which else "unknown-case"), told
            elif not answer.is_success:
                fits = answer.status_code == 409 or (answer.status_code == 422 and cell.changes)
                assert fits or (cell.which, slug(answer)) in OF_WHAT_IT_NAMES or slug(answer) == "not-published", told
            elif "GET" in cell.which and "{" not in cell.which and any(each in answer.text for each in own):
                covered = UNIT in cell.right.get("units", ()) or cell.right.get("case") in own
                assert covered or cell.role in EVERYWHERE, f"shown elsewhere: {told}"
                found_at.add(cell.which)
        assert "GET /events" in found_at or name == "audit"
        assert len(unknown) == (2 if name == "audit" else 1), "an event is no case; else one answer for all"
        assert listed.keys() - asked_of <= {each for each in listed if needs_no_question(each)}
        for path in lists_of(running):
            reader = next(each for each in Role if each in (roles[f"GET {path}"] or ()))
            check_wrong_cursors(running.by(reader, units=[UNIT]), path)


OF_WHAT_IT_NAMES = {
    ("GET /api/v1/caseload", "service-unavailable"),
    ("GET /api/v1/diagnoses/{id}/advice", "unknown-case"),
    ("POST /api/v1/diagnoses/{id}/advice/{advice}/answer", "unknown-case"),
    ("GET /api/v1/diagnoses/{id}/plan/baseline/{code}", "unknown-case"),
    ("POST /api/v1/identities/{id}/rights/{right}/revocation", "right-beyond-yours"),
    ("GET /api/v1/parcours/{id}/actions/{action}/agreement", "not-your-assignment"),
    ("POST /api/v1/parcours/{id}/actions/{action}/agreement/signatures/provider", "not-your-assignment"),
    ("POST /api/v1/parcours/{id}/actions/{action}/final-report/receipt", "not-your-assignment"),
    ("POST /api/v1/parcours/{case}/tenders/{id}/providers/{provider}/proposal", "not-your-proposal"),
    ("POST /api/v1/parcours/{case}/tenders/{id}/providers/{provider}/questions", "not-your-candidacy"),
    ("GET /api/v1/parcours/{case}/attachments/{id}", "unknown-case"),
    ("GET /api/v1/directory/{siren}", "unknown-company"),
    ("GET /api/v1/requests/{case}/transmission", "unknown-case"),
    ("GET /api/v1/requests/{case}/transmission/attachments/{attachment}", "unknown-case"),
    ("POST /api/v1/requests/{case}/orientations/{id}/acknowledgment", "not-your-orientation"),
    ("POST /api/v1/requests/{case}/orientations/{id}/outcome", "not-your-orientation"),
    ("POST /api/v1/requests/{case}/orientations/{id}/refusal", "not-your-orientation"),
    ("POST /api/v1/diagnoses/{case}/attachments", "kind-of-the-unit"),
    ("POST /api/v1/follow-ups/{case}/attachments", "kind-of-the-unit"),
    ("POST /api/v1/parcours/{case}/attachments", "kind-of-the-unit"),
    ("POST /api/v1/parcours/{case}/attachments", "not-your-assignment"),
    ("GET /api/v1/funds/figures/{code}/events", "unknown-figure"),
    ("DELETE /api/v1/people/{id}", "person-known-elsewhere"),
    ("GET /api/v1/people/{id}/erasure", "person-known-elsewhere"),
    ("GET /api/v1/people/{id}/erasure/certificate.{form}", "person-known-elsewhere"),
    ("POST /api/v1/diagnoses/{id}/contestation", "no-mandate"),
    ("POST /api/v1/diagnoses/{id}/sharing-agreement", "no-mandate"),
    ("POST /api/v1/diagnoses/{id}/sharing-withdrawal", "no-mandate"),
    ("POST /api/v1/diagnoses/{id}/validation", "no-mandate"),
    ("POST /api/v1/funds", "other-unit"),
    ("POST /api/v1/identities/rights", "right-beyond-yours"),
    ("POST /api/v1/operations", "other-unit"),
    ("POST /api/v1/operations/{case}/tenders", "unknown-action"),
    ("POST /api/v1/operations/{case}/tenders/{id}/award", "unknown-provider"),
    ("POST /api/v1/operations/{case}/tenders/{id}/providers/{provider}/proposal", "not-your-proposal"),
    ("POST /api/v1/operations/{case}/tenders/{id}/providers/{provider}/questions", "not-your-candidacy"),
    ("POST /api/v1/parcours/{case}/tenders", "unknown-action"),
    ("POST /api/v1/parcours/{case}/tenders/{id}/award", "unknown-provider"),
    ("POST /api/v1/follow-ups/{id}/parcours-update", "unknown-review"),
    ("POST /api/v1/requests/take-over", "unknown-case"),
}
"""What somebody who may ask is told of what their request names, or a centre of a dossier that asked it nothing, or a
provider of what another added, or of a plan that is not agreed yet."""
EVERYWHERE = {Role.SERVICE, Role.OPS}
"""Programs follow every event; the operator gives rights everywhere, and reads the register."""


def ids_of_dossiers(known: Known) -> list[str]:
    """And of what stands within them."""
    of_units = rights_table.OF_DOSSIERS - {"/api/v1/sheets"}
    own = (there for kind, there in known.items() if kind.partition("/{")[0] in of_units)
    return [each for each in own if len(each) == len(str(uuid7()))]


class Asking:
    """One operation, with something that somebody may well ask of it; what is optional is left out."""

    def __init__(self, running: Served, operation: Any, known: Known) -> None:
        self._running, self._known, self._path = running, known, operation.path
        told = running.web.openapi()["paths"][operation.path][operation.method.lower()]
        needed = {each["name"] for each in told.get("parameters", ()) if each["required"] and each["in"] != "path"}
        self._example = one_of(operation) if needed or "requestBody" in told else operation.Case()
        self._example.query = {name: value for name, value in self._example.query.items() if name in needed}
        self._example.headers = {name: value for name, value in self._example.headers.items() if name in needed}
        if self._path.endswith(
            "/confidentiality"
        ):  # taken in earnest, it would change who sees the dossier from here on
            self._example.headers["If-Match"] = '"999999"'

    def __call__(self, cell: Cell) -> Any:
        self._example.path_parameters = placed(self._path, self._known, **cell.instead)
        token = minted(self._running.issuer, cell.role, tuple(cell.right.items()))
        return ask(self._running, token, self._example, {"DLA-Reason": quote(REASON)})


@cache
def minted(issuer: Issuer, role: Role, right: tuple[tuple[str, Any], ...]) -> str:
    return issuer.mint(role, subject=f"some-{role}", **dict(right))


@pytest.mark.parametrize("name", SERVICES)
def test_what_asks_for_no_right_is_known_by_name(name: str) -> None:
    """A new operation without a rule, or one whose roles cannot be read from its code, fails here."""
    unruled = {
        operation for operation, roles in declared(name).items() if not roles and not PUBLIC_ADDRESS.match(operation)
    }
    assert unruled <= PUBLIC | {"GET /api/v1/me"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_asks_who_calls(name: str) -> None:
    for path, told in openapi_of(name)["paths"].items():
        for method, operation in told.items():
            which = f"{method.upper()} {path}"
            assert operation.get("security") or which in PUBLIC or PUBLIC_ADDRESS.match(which), f"{which} asks nobody"


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_is_described_where_it_is_tried(name: str) -> None:
    """One that OpenAPI leaves out would be tried by no test: these show words of the program alone."""
    web = service(name).web()
    left_out = {route.path_format for route in iter_route_contexts(web.routes) if route.path_format} - web.openapi()[
        "paths"
    ].keys()
    assert left_out == {"/docs", "/openapi.json", "/problems", "/problems/{slug}"}


def test_a_role_that_may_not_is_told_who_may_and_whom_to_ask(intake: Served) -> None:
    case = intake.by("adviser").post("/api/v1/requests", REQUEST).json()["id"]
    derogation = {"criterion": "ess", "reason": "Emplois à sauver."}
    answer = intake.by("adviser").post(f"/api/v1/requests/{case}/derogations", derogation)
    assert (answer.status_code, answer.json()["policy"]) == (403, "role")
    detail = answer.json()["detail"]
    assert "responsable de la structure porteuse" in detail
    assert "Vous agissez ici comme chargé·e d’accompagnement" in detail
    leader = intake.by("leader", unit=None, case=case).post(f"/api/v1/requests/{case}/derogations", derogation)
    assert "la personne du DLA qui suit votre dossier" in leader.json()["detail"]


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Any) -> Iterator[Served]:
    with served(service("intake"), database, nats, tmp_path, ProcessRole.ALL) as running:
        yield running


def test_lists_and_searches_show_what_the_right_covers_and_nothing_else(intake: Served) -> None:
    numbers = {"dla-44": "73282932000074", "dla-49": "55208131766522", ELSEWHERE: "35600000000048"}
    for unit, siret in numbers.items():
        structure = REQUEST["structure"] | {"siret": siret, "name": f"Structure de {unit}"}
        answer = intake.by("adviser", unit=unit).post("/api/v1/requests", REQUEST | {"structure": structure})
        assert answer.status_code == 201, answer.text

    def seen(caller: Client, **asked: Any) -> set[str]:
        return {row["unit"] for row in caller.get("/api/v1/requests", **asked).json()["items"]}

    end = time.monotonic() + 15
    everywhere = intake.by("regional", unit=None, units=list(numbers))
    while len(seen(everywhere)) < 3:
        assert time.monotonic() < end, "the view never caught up"
        time.sleep(0.05)
    assert seen(intake.by("adviser", unit=UNIT)) == {UNIT}
    assert seen(intake.by("regional", unit="dla-49", units=[UNIT])) == {UNIT, "dla-49"}
    assert seen(intake.by("adviser", unit=UNIT), q="structure") == {UNIT}
    assert seen(intake.by("adviser", unit=UNIT), q=ELSEWHERE) == set()
    assert seen(intake.by("adviser", unit=None)) == set()
    page = intake.by("adviser", unit=UNIT).get("/api/v1/requests", limit=1).json()
    assert [row["unit"] for row in page["items"]] == [UNIT]


def test_a_transferred_request_is_of_both_units(intake: Served) -> None:
    path = intake.by("adviser").post("/api/v1/requests", REQUEST).headers["Location"]
    there = intake.by("adviser", unit=ELSEWHERE)
    assert there.get(path).status_code == 404
    transfer = {"to_unit": ELSEWHERE, "reason": "Le siège est dans l’autre département."}
    assert intake.by("adviser").post(f"{path}/transfer", transfer).status_code == 200
    assert there.get(path).status_code == 200
    assert intake.by("adviser").get(path).status_code == 200
