"""Whose dossiers may somebody read and change? Those of the own unit, or of the territory, in every service."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
import rights_table
from declared import declared
from opening import UNIT, opened_by_itself
from samples import SERVICES, service
from serving import Client, Served, served
from surface import REQUEST, ask, one_of, operations

from embedded.nats import Nats
from shared.decider import Actor, Role
from shared.ids import uuid7
from shared.rights.policy import Action, names
from shared.service import Part
from shared.transport.wire import messages_of

ELSEWHERE = "dla-75"
PUBLIC = {"GET /livez", "GET /readyz", "GET /api/v1/self-checks/questions", "POST /api/v1/self-checks"}


def opened(running: Served, name: str) -> dict[str, list[str]]:
    """By collection, what stands in the unit dla-44."""
    known = opened_by_itself(name, running.application)
    if name == "intake":
        known["/api/v1/requests"] = [running.by("adviser").post("/api/v1/requests", REQUEST).json()["id"]]
    if name == "parcours":
        fund = {"unit": UNIT, "year": 2026, "allocated": 100_000}
        operation = {"unit": UNIT, "title": "Mutualiser"}
        known["/api/v1/funds"] = [running.by("manager").post("/api/v1/funds", fund).json()["id"]]
        known["/api/v1/operations"] = [running.by("adviser").post("/api/v1/operations", operation).json()["id"]]
    return known


# The policy


def test_the_table_is_what_the_policy_says() -> None:
    assert rights_table.FILE.read_text() == rights_table.table(), "run: python tests/support/rights_table.py"


def test_every_rule_of_the_policy_decides_something() -> None:
    used = {rights_table.decision(role, whose, action)[1] for role in Role for whose in WHOSE for action in Action}
    assert set(names().values()) <= used


WHOSE = (*rights_table.WHOSE, *rights_table.ONES)


# Over HTTP


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_answers_each_role_as_the_table_says(
    name: str, database: Callable[..., str], nats: Nats, tmp_path: Any
) -> None:
    """Each that OpenAPI lists, so that one without a rule fails; what is allowed to change something comes last."""
    with served(service(name), database, nats, tmp_path) as running:
        known, roles = opened(running, name), declared(name)
        asked = {f"{each.method.upper()} {each.path}": each for each in operations(name)}
        assert asked.keys() == roles.keys()
        tried = [(which, *cell) for which in asked for cell in cells(which, roles[which], known)]
        examples = {which: one_of(operation) for which, operation in asked.items()}
        for which, role, token, case, expected in sorted(
            tried, key=lambda cell: cell[-1] is None and "POST" in cell[0]
        ):
            example = examples[which]
            if named := re.match(r"/api/v1/[a-z-]+/\{(id|case)\}", asked[which].path) if case else None:
                example.path_parameters = example.path_parameters | {named[1]: case}
            answer = ask(running, running.issuer.mint(role, subject=f"some-{role}", **token), example)
            told = f"{role} {token} {which}: {answer.status_code} {answer.text[:300]}"
            policy = answer.json().get("policy") if answer.status_code == 403 else None
            if expected is None:
                assert policy in (None, "confidential"), told
            elif answer.status_code == 404:
                assert case is None or ("{case}" in which and "{id}" in which), told
            else:
                assert policy == expected, told


Cell = tuple[Role, dict[str, Any], str | None, str | None]


def cells(which: str, roles: frozenset[Role] | None, known: dict[str, list[str]]) -> Iterator[Cell]:
    """A role, its token, the dossier it asks for, and the rule that refuses; null when it may."""
    if roles is None:
        return
    named = re.match(r"[A-Z]+ (/api/v1/[a-z-]+)/\{(?:id|case)\}", which)
    case, action = known.get(named[1], [None])[0] if named else None, rights_table.action_on_a_dossier(which)
    for role in Role:
        for whose, token in tokens(role, case or str(uuid7())):
            if role not in roles:
                yield role, token, case, "role"
                break
            bound = role in rights_table.BOUND
            if case is None or action is None:
                yield role, token, case, "own-dossier" if bound else None
                break
            allowed, policy = rights_table.decision(role, whose, action)
            yield role, token, case, None if allowed else "own-dossier" if bound else policy


def tokens(role: Role, case: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if role in rights_table.BOUND:
        yield "the one dossier", {"case": case}
        yield "another dossier", {"case": str(uuid7())}
        return
    yield "own unit", {"unit": UNIT, "units": [UNIT, "dla-49"]}
    yield "another unit of the territory", {"unit": "dla-49", "units": ["dla-49", UNIT]}
    yield "elsewhere", {"unit": ELSEWHERE, "units": [ELSEWHERE]}


@pytest.mark.parametrize("name", SERVICES)
def test_what_asks_for_no_right_is_known_by_name(name: str) -> None:
    """A new operation without a rule, or one whose roles cannot be read from its code, fails here."""
    unruled = {operation for operation, roles in declared(name).items() if not roles and " /tlog/" not in operation}
    assert unruled <= PUBLIC | {"GET /api/v1/me"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_asks_who_calls(name: str) -> None:
    for path, told in service(name).web().openapi()["paths"].items():
        for method, operation in told.items():
            which = f"{method.upper()} {path}"
            assert operation.get("security") or which in PUBLIC or path.startswith("/tlog"), f"{which} asks nobody"


def test_a_role_that_may_not_is_told_who_may_and_whom_to_ask(intake: Served) -> None:
    case = intake.by("adviser").post("/api/v1/requests", REQUEST).json()["id"]
    derogation = {"criterion": "ess", "motive": "Emplois à sauver."}
    answer = intake.by("adviser").post(f"/api/v1/requests/{case}/derogations", derogation)
    assert (answer.status_code, answer.json()["policy"]) == (403, "role")
    detail = answer.json()["detail"]
    assert "responsable de la structure porteuse" in detail
    assert "Vous agissez ici comme chargé·e d’accompagnement" in detail
    leader = intake.by("leader", unit=None, case=case).post(f"/api/v1/requests/{case}/derogations", derogation)
    assert "la personne du DLA qui suit votre dossier" in leader.json()["detail"]


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Any) -> Iterator[Served]:
    with served(service("intake"), database, nats, tmp_path, Part.ALL) as running:
        yield running


def callers(intake: Served, case: str) -> Iterator[tuple[Role, str, Client]]:
    """Each cell of the table that speaks of dossiers by unit."""
    for role in Role:
        own = intake.by(role, unit=UNIT, units=[UNIT, "dla-49"])
        if role in rights_table.BOUND:
            yield role, "the one dossier", intake.by(role, unit=None, case=case)
            yield role, "another dossier", intake.by(role, unit=None, case=str(uuid7()))
            continue
        yield role, "own unit", own
        yield role, "another unit of the territory", intake.by(role, unit="dla-49", units=["dla-49", UNIT])
        yield role, "elsewhere", intake.by(role, unit=ELSEWHERE, units=[ELSEWHERE])


READERS = {Role.ADVISER, Role.MANAGER, Role.REGIONAL, Role.LEADER, Role.AUDITOR}
WRITERS = {Role.ADVISER, Role.MANAGER, Role.REGIONAL}


def test_each_cell_of_the_table_holds_over_http(intake: Served) -> None:
    case = intake.by("adviser").post("/api/v1/requests", REQUEST).json()["id"]
    path = f"/api/v1/requests/{case}"
    meeting = {"held_on": "2026-03-02", "with_whom": "Maëlle Kerdoncuff"}
    for role, whose, caller in callers(intake, case):
        for action, roles, answer in (
            (Action.READ, READERS, caller.get(path)),
            (Action.WRITE, WRITERS, caller.post(f"{path}/meetings", meeting)),
        ):
            allowed, policy = rights_table.decision(role, whose, action)
            if allowed and role in roles:
                assert answer.status_code == 200, f"{role} {whose} {action}: {answer.text}"
            else:
                assert answer.status_code == 403, f"{role} {whose} {action}: {answer.text}"
                told = answer.json()["policy"]
                assert told == (
                    "role" if role not in roles else "own-dossier" if role in rights_table.BOUND else policy
                )


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
    assert there.get(path).status_code == 403
    transfer = {"to_unit": ELSEWHERE, "motive": "Le siège est dans l’autre département."}
    assert intake.by("adviser").post(f"{path}/transfer", transfer).status_code == 200
    assert there.get(path).status_code == 200
    assert intake.by("adviser").get(path).status_code == 200


def test_audit_knows_whose_a_case_is_by_those_who_began_it(
    intake: Served, database: Callable[..., str], nats: Nats, tmp_path: Any
) -> None:
    case = UUID(intake.by("adviser").post("/api/v1/requests", REQUEST).json()["id"])
    audit, folder = service("audit"), tmp_path / "audit"
    folder.mkdir()
    with served(audit, database, nats, folder) as running:
        log = intake.application
        for message in messages_of(log, service("intake").published, log.recorder.entries_of_case(case)):
            to = audit.reactions.to(message, running.application)
            assert to is not None
            context = running.application.context(case, Actor("service:audit", Role.SERVICE))
            running.application.handle(to.decider, to.stream, to.command, context)
        timeline = f"/api/v1/cases/{case}/timeline"
        assert running.by("adviser").get(timeline).status_code == 200
        assert running.by("auditor", unit=None, units=[UNIT]).get(timeline).status_code == 200
        for role in ("adviser", "auditor", "regional"):
            answer = running.by(role, unit=ELSEWHERE).get(timeline)
            assert (answer.status_code, answer.json()["policy"]) == (403, "no-rule")
