"""The provider of a collective operation: by a link to the case of one structure it reads its own, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.support.histories.validated_parcours import given_signatures, validated_case
from tests.support.servers.registered_people import give_right, served_to_registered_people
from tests.support.servers.served_service import Client, Served

from embedded.processes.nats import Nats
from shared.kernel import Right, Role, paris_date, uuid7

TODAY = paris_date(datetime.now(UTC))
TITLE = "Une comptable pour deux"


@pytest.fixture
def running(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    with served_to_registered_people(database, nats, tmp_path) as running:
        yield running


def open_case(running: Served, subject: str, case: UUID) -> Client:
    """What a personal link to the case gives."""
    give_right(running, subject, Right(uuid7(), Role.PROVIDER, case=case))
    return running.by("provider", subject=subject)


def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer


def planned(adviser: Client) -> str:
    dates = {"starts_on": f"{TODAY + timedelta(days=20)}", "ends_on": f"{TODAY + timedelta(days=90)}"}
    mission = {"axis": "finance", "who": "À choisir", "planned_days": 5, **dates}
    body = {"unit": "dla-44", "title": TITLE, "mission": mission}
    return str(done(adviser.post("/api/v1/operations", body)).headers["Location"])


def joined(running: Served, operation: str) -> tuple[UUID, UUID]:
    return validated_case(running.application, operation=UUID(operation.rpartition("/")[2]))


def provider(account: str) -> dict[str, Any]:
    exception = {"exception": "Seul cabinet du territoire", "account": Served.id_of(account)}
    return {"provider": "Cabinet Armen", "amount_cents": 900_00, "days": 5, **exception}


def test_it_reads_its_mission_by_a_link_to_the_case_of_one_structure(running: Served) -> None:
    adviser = running.by("adviser")
    operation = planned(adviser)
    mission = f"{operation}/missions/{operation.rpartition('/')[2]}"
    (first, action), (second, _) = joined(running, operation), joined(running, operation)
    armen, rival = open_case(running, "armen", first), open_case(running, "rival", second)
    done(adviser.post(f"{mission}/provider", provider("armen")))
    (own,) = done(armen.get("/api/v1/provider-cases")).json()["items"]
    assert [(each["operation"], each["agreement"]) for each in own["assignments"]] == [
        (operation.rpartition("/")[2], "to_sign")
    ]
    envelope = {"unit": "dla-44", "year": TODAY.year, "allocated_cents": 5_000_00}
    done(running.by("manager").post("/api/v1/funds", envelope))
    done(adviser.post(f"{mission}/funds"))
    before = done(adviser.get(f"/api/v1/parcours/{first}")).json()["version"]
    signatures = given_signatures(f"{TODAY}", str(first), str(second))
    done(adviser.post(f"{mission}/agreement", {"signatures": signatures}))
    done(adviser.post(f"/api/v1/parcours/{first}/actions/{action}/start"))
    done(adviser.post(f"{mission}/days", {"days": 2}))

    page = f"/api/v1/parcours/{first}/provider"
    (assignment,) = done(armen.get(page)).json()["assignments"]
    assert (assignment["title"], assignment["operation"]) == (TITLE, operation.rpartition("/")[2])
    assert (assignment["amount_cents"], assignment["days"], assignment["days_done"]) == (900_00, 5, 2)
    assert done(armen.get(page, version=before)).json()["assignments"] == [], "it was not agreed then"
    assert str(second) not in armen.get(page).text
    assert armen.get(operation).status_code == 403
    assert armen.get(f"/api/v1/parcours/{first}").status_code == 403
    nothing: dict[str, Any] = {"tenders": [], "assignments": [], "agreements": [], "attachments": None}
    assert done(rival.get(f"/api/v1/parcours/{second}/provider")).json() == nothing


def test_a_candidate_reads_the_terms_and_its_own_proposal(running: Served) -> None:
    adviser = running.by("adviser")
    operation = planned(adviser)
    (first, action), (second, _) = joined(running, operation), joined(running, operation)
    armen, rival = open_case(running, "armen", first), open_case(running, "rival", second)
    terms = {
        "action": operation.rpartition("/")[2],
        "terms_of_reference": "Tenir la comptabilité de deux associations.",
        "grid": [{"label": "Prix", "weight": 100}],
        "deadline": (datetime.now(UTC) + timedelta(days=20)).isoformat(),
    }
    tender = str(done(adviser.post(f"{operation}/tenders", terms)).headers["Location"])
    for name in ("Cabinet Armen", "Coopérative Sillon"):
        done(adviser.post(f"{tender}/providers", {"name": name}))
    candidates = list(done(adviser.get(tender)).json()["candidates"])
    for key, subject in zip(candidates, ("armen", "rival"), strict=True):
        done(adviser.post(f"{tender}/providers/{key}/access", {"account": Served.id_of(subject)}))
    proposal = {"amount_cents": 900_00, "days": 5, "summary": "Deux jours par semaine."}
    done(adviser.post(f"{tender}/providers/{candidates[0]}/proposal", proposal))

    (own,) = done(armen.get(f"/api/v1/parcours/{first}/provider")).json()["tenders"]
    assert (own["terms_of_reference"], own["proposal"]) == (terms["terms_of_reference"], proposal)
    (other,) = done(rival.get(f"/api/v1/parcours/{second}/provider")).json()["tenders"]
    assert other["proposal"] is None
    (listed,) = done(armen.get("/api/v1/provider-cases")).json()["items"]
    assert [(each["operation"], each["href"]) for each in listed["tenders"]] == [(operation.rpartition("/")[2], None)]

    leaving = {"reason": "Une bénévole a repris les comptes."}
    done(adviser.post(f"/api/v1/parcours/{first}/actions/{action}/abandonment", leaving))
    assert done(armen.get(f"/api/v1/parcours/{first}/provider")).json()["tenders"] == []


def test_its_account_is_that_of_a_provider_of_one_of_the_structures(running: Served) -> None:
    adviser = running.by("adviser")
    operation = planned(adviser)
    mission = f"{operation}/missions/{operation.rpartition('/')[2]}"
    joined(running, operation)
    elsewhere, _ = validated_case(running.application)
    open_case(running, "stranger", elsewhere)
    for account in ("stranger", "nobody"):
        refused = adviser.post(f"{mission}/provider", provider(account))
        assert refused.json()["type"].endswith("/identity-without-right"), account
    assert done(adviser.get(operation)).json()["missions"][mission.rpartition("/")[2]]["retained"] is None
