"""Ids in bodies: what a command names in its body, and is not of its case, is answered as an id that nothing has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.sql_statements import SqlStatements
from tests.support.generated.api_surface import REQUEST
from tests.support.generated.golden_samples import service
from tests.support.histories.automatic_openings import opened_by_itself
from tests.support.histories.validated_parcours import given_signatures, validated_case
from tests.support.samples import sample_files
from tests.support.servers.served_service import Client, Serve, Served

from intake.domain.register import register
from intake.domain.register.rights import GrantRight
from parcours.domain import parcours
from parcours.domain.assignment import selection
from parcours.domain.funding import fund, payments
from shared.access.replicated_rights import ReplicateRight
from shared.access.replicated_rights import decider as replicated_rights
from shared.kernel import Actor, Decider, Right, Role, paris_date, uuid7
from shared.settings import RightsSource

HERE, ELSEWHERE = "dla-44", "dla-75"
TODAY = paris_date(datetime.now(UTC))
REASON = {"reason": "Un essai."}
ID = "the id"
"""Where a body names something."""


@dataclass(frozen=True)
class Tried:
    """A command of the own unit, with `ID` in its body. `slug`: of the refusal of an id that nothing has."""

    by: str
    path: str
    body: dict[str, Any]
    slug: str


def filled(value: Any, id_: str) -> Any:
    match value:
        case dict():
            return {name: filled(each, id_) for name, each in value.items()}
        case list():
            return [filled(each, id_) for each in value]
    return id_ if value == ID else value


def ids_by_kind(running: Served, *without: str) -> dict[str, str]:
    """The last stream of each kind that the log holds."""
    app = running.application
    rows = app.recorder.fetch("SELECT topic, originator_id AS id FROM {events} WHERE originator_version = 1")
    own = {*without}
    return {str(app.kind_of_event(row["topic"])): str(row["id"]) for row in rows if str(row["id"]) not in own}


def answered(client: Client, statements: SqlStatements, tried: Tried, id_: str) -> tuple[Any, ...]:
    statements.take()
    answer = client.post(tried.path, filled(tried.body, id_))
    return answer.status_code, answer.text.replace(id_, ID), statements.take()


def check(running: Served, tried: list[Tried], ids: dict[str, str], statements: SqlStatements) -> None:
    for each in tried:
        client = running.by(each.by, unit=HERE)
        nothing = answered(client, statements, each, str(uuid7()))
        assert f'/{each.slug}"' in nothing[1], f"{each.path}: {nothing[1]}"
        for kind, id_ in ids.items():
            found = answered(client, statements, each, id_)
            assert found == nothing, f"{each.path} with the id of a {kind}: {found} and not {nothing}"


def received(running: Served, siret: str, unit: str) -> str:
    body = REQUEST | {"structure": REQUEST["structure"] | {"siret": siret}}
    answer = running.by("adviser", unit=unit).post("/api/v1/requests", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_of_intake(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    running = serve(service("intake"))
    own, theirs = received(running, "73282932000074", HERE), received(running, "55208131766522", ELSEWHERE)
    there = running.by("adviser", unit=ELSEWHERE)
    proposal = {"target": "CRESS", "reason": "Un appui à la gestion."}
    assert there.post(f"/api/v1/requests/{theirs}/orientations", proposal).status_code == 201
    link = {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": "Pour valider."}
    assert there.post(f"/api/v1/requests/{theirs}/access-links", link).status_code == 201
    file = "attachment; filename=statuts.pdf"
    path = f"/api/v1/requests/{theirs}/attachments?kind=statutes"
    assert there.upload(path, sample_files.pdf(), file).status_code == 201
    right = {"identity": ID, "role": "leader", "reason": "Présidente."}
    check(
        running,
        [
            Tried(
                "adviser",
                f"/api/v1/requests/{own}/orientation",
                body=REASON | {"orientations": [ID]},
                slug="no-orientation",
            ),
            Tried("adviser", "/api/v1/requests/take-over", body={"origin": ID}, slug="unknown-case"),
            Tried(
                "adviser",
                "/api/v1/identities/rights",
                body=right | {"identity": str(uuid7()), "case": ID},
                slug="right-beyond-yours",
            ),
        ],
        ids_by_kind(running, own),
        SqlStatements(monkeypatch),
    )


def test_an_order_to_erase_tells_a_case_of_another_territory_from_a_person_known_there_by_nothing(
    serve: Serve,
) -> None:
    running = serve(service("intake"))
    theirs = received(running, "55208131766522", ELSEWHERE)
    contact = running.by("adviser", unit=ELSEWHERE).get(f"/api/v1/requests/{theirs}").json()["contact"]["person"]
    dpo = running.by("dpo", unit=None, units=[HERE])
    refused = {each: dpo.delete(f"/api/v1/people/{each}", REASON) for each in (theirs, contact)}
    assert {answer.status_code for answer in refused.values()} == {403}, refused[theirs].text
    assert refused[theirs].json()["type"].endswith("/person-known-elsewhere")
    assert refused[theirs].text == refused[contact].text
    also = dpo.delete(f"/api/v1/people/{uuid7()}", REASON | {"also": [theirs]})
    assert also.json()["type"].endswith("/person-known-elsewhere")
    here = running.by("dpo", unit=None, units=[ELSEWHERE]).delete(f"/api/v1/people/{theirs}", REASON)
    assert here.json()["type"].endswith("/not-a-person"), "in its own territory it is named"


def assigned(running: Served) -> tuple[str, str, str]:
    """A case of the own unit, an action whose provider is chosen and paid for, and one of several structures."""
    app, manager = running.application, Actor("some-manager", Role.MANAGER, unit=HERE)
    case, action = validated_case(app)
    opened = fund.fund_id(HERE, TODAY.year)
    opening = fund.OpenFund(HERE, TODAY.year, allocated_cents=1_000_000)
    app.handle(fund.decider, opened, opening, app.context(opened, manager))
    retain = selection.RetainProvider(action, "Cabinet Aubépine", amount_cents=400_000, days=5, exception="Seul ici")
    for command in (retain, payments.CommitFunds(action)):
        app.handle(parcours.decider, case, command, app.context(case, manager))
    planned = running.by("adviser").post("/api/v1/operations", {"unit": HERE, "title": "Mutualiser"})
    return str(case), str(action), str(planned.json()["id"])


def of_another_unit(running: Served) -> None:
    """A parcours, a fund, an operation, a tender, and a file."""
    opened_by_itself("parcours", running.application)
    there = running.by("manager", unit=ELSEWHERE)
    assert there.post("/api/v1/funds", {"unit": ELSEWHERE, "year": 2026, "allocated_cents": 100}).status_code == 201
    mission = {
        "axis": "finance",
        "who": "À choisir",
        "starts_on": str(TODAY + timedelta(days=20)),
        "ends_on": str(TODAY + timedelta(days=90)),
        "planned_days": 5,
    }
    planned = there.post("/api/v1/operations", {"unit": ELSEWHERE, "title": "Acheter", "mission": mission})
    operation = planned.json()["id"]
    tender = {
        "action": operation,
        "terms_of_reference": "Recalculer les prix.",
        "grid": [{"label": "Prix", "weight": 100}],
        "deadline": (running.application.clock.now() + timedelta(days=10)).isoformat(),
    }
    assert there.post(f"/api/v1/operations/{operation}/tenders", tender).status_code == 201
    file = "attachment; filename=piece.pdf"
    added = there.upload(f"/api/v1/operations/{operation}/attachments?kind=other", sample_files.pdf(), file)
    assert added.status_code == 201, added.text
    app, identity = running.application, uuid7()
    known = ReplicateRight(Right(uuid7(), Role.ADVISER, unit=ELSEWHERE))
    app.handle(replicated_rights, identity, known, app.context(identity, Actor("service:intake", Role.SERVICE)))


def test_of_parcours(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    running = serve(service("parcours"))
    case, action, operation = assigned(running)
    of_another_unit(running)
    path, here = f"/api/v1/parcours/{case}", f"/api/v1/parcours/{case}/actions/{action}"
    together = {
        "kind": "local_support",
        "axis": "finance",
        "title": "Ensemble",
        "who": "Le réseau",
        "starts_on": str(TODAY + timedelta(days=20)),
        "ends_on": str(TODAY + timedelta(days=90)),
        "collective_operation": ID,
    }
    tender = {
        "action": ID,
        "terms_of_reference": "Recalculer les prix.",
        "grid": [{"label": "Prix", "weight": 100}],
        "deadline": (running.application.clock.now() + timedelta(days=10)).isoformat(),
    }
    signatures = given_signatures(TODAY.isoformat())
    check(
        running,
        [
            Tried("adviser", f"{path}/actions", body=together, slug="unknown-operation"),
            Tried("adviser", f"{here}/operation", body=REASON | {"operation": ID}, slug="unknown-operation"),
            Tried("adviser", f"{path}/tenders", body=tender, slug="unknown-action"),
            Tried("adviser", f"/api/v1/operations/{operation}/tenders", body=tender, slug="unknown-action"),
            Tried(
                "adviser",
                f"{here}/agreement",
                body={"signatures": signatures, "attachment": ID},
                slug="unknown-attachment",
            ),
            Tried(
                "adviser",
                f"/api/v1/operations/{operation}/shares",
                body=REASON | {"weights": [{"case": ID, "weight": 1}]},
                slug="unknown-beneficiary",
            ),
        ],
        ids_by_kind(running, case, operation, str(fund.fund_id(HERE, TODAY.year))),
        SqlStatements(monkeypatch),
    )


def give(running: Served, decider: Decider[Any], subject: str, right: Right) -> None:
    app, identity = running.application, UUID(Served.id_of(subject))
    command: Any = ReplicateRight(right)
    by = Actor("service:intake", Role.SERVICE)
    if decider is register.decider:
        command, by = GrantRight(identity, right.role, reason="Arrivée.", unit=right.unit), Actor("ops", Role.OPS)
    app.handle(decider, identity, command, app.context(identity, by))


@pytest.mark.parametrize("name", ["intake", "diagnostic", "parcours"])
def test_of_an_account(name: str, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who has no right to it, of whatever unit, is told apart from what is nobody by nothing."""
    running = serve(service(name), rights_from=RightsSource.TOKEN)
    prepare: dict[str, Callable[[Served], list[Tried]]] = {
        "intake": of_an_adviser,
        "diagnostic": of_a_leader,
        "parcours": of_a_provider,
    }
    tried = prepare[name](running)
    decider = register.decider if name == "intake" else replicated_rights
    for role in (Role.ADVISER, Role.MANAGER):
        give(running, decider, f"some-{role}", Right(uuid7(), role, unit=HERE))
    give(running, decider, "elsewhere", Right(uuid7(), Role.ADVISER, unit=ELSEWHERE))
    authenticator = running.web.state.authenticator
    monkeypatch.setattr(authenticator, "_from", RightsSource.REGISTER)
    own = [each.path.split("/")[4] for each in tried]
    colleagues = [Served.id_of(f"some-{role}") for role in (Role.ADVISER, Role.MANAGER)]
    check(running, tried, ids_by_kind(running, *own, *colleagues), SqlStatements(monkeypatch))


def of_an_adviser(running: Served) -> list[Tried]:
    own = received(running, "73282932000074", HERE)
    received(running, "55208131766522", ELSEWHERE)
    path = f"/api/v1/requests/{own}/assignment"
    return [Tried("manager", path, body=REASON | {"adviser": ID}, slug="identity-without-right")]


def of_a_leader(running: Served) -> list[Tried]:
    own, _ = (opened_by_itself("diagnostic", running.application)["/api/v1/diagnoses"][0] for _ in range(2))
    path = f"/api/v1/diagnoses/{own}/mandates"
    return [Tried("adviser", path, body={"leader": ID, "starts_on": "2026-01-01"}, slug="identity-without-right")]


def of_a_provider(running: Served) -> list[Tried]:
    case, action, _ = assigned(running)
    of_another_unit(running)
    path = f"/api/v1/parcours/{case}/actions/{action}/provider"
    body = {"provider": "Cabinet Loire", "amount_cents": 1, "days": 1, "exception": "Seul ici", "account": ID}
    return [Tried("adviser", path, body=body, slug="identity-without-right")]
