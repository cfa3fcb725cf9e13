"""Versions of a content over HTTP: what each said, and the changes between two."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.servers.served_service import Serve, Served

from parcours.domain.lifecycle import OpenParcours
from parcours.domain.parcours import decider
from parcours.domain.state import ReceivedPlan
from parcours.main import service
from shared.kernel import Actor, Role, uuid7

NOW = datetime.now(UTC)
PLAN = ReceivedPlan(
    uuid7(), "dla-44", adviser="some-adviser", admitted_at=NOW - timedelta(days=40), axes=("strategy", "finance")
)


def day(ahead: int) -> str:
    return (NOW.date() + timedelta(days=ahead)).isoformat()


def shown(ahead: int) -> str:
    return (NOW.date() + timedelta(days=ahead)).strftime("%d/%m/%Y")


ACTION = {
    "kind": "own_action",
    "axis": "finance",
    "title": "Tenir un tableau de bord",
    "who": "Maëlle Kerdoncuff",
    "starts_on": day(10),
    "ends_on": day(90),
}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ranking", {"ranking": ["finance", "strategy"]}),
    ("actions", ACTION),
    ("deferrals", {"axis": "strategy", "reason": "Après l’élection"}),
    ("sharing", {"starts_on": day(1), "ends_on": day(180)}),
)


@pytest.fixture
def parcours(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def case(parcours: Served) -> str:
    """Version 4 is shared."""
    app: Any = parcours.http.app.state.application  # type: ignore[attr-defined]
    opened = uuid7()
    app.handle(decider, opened, OpenParcours(PLAN), app.context(opened, Actor("diagnostic", Role.SERVICE)))
    for step, body in STEPS:
        answer = parcours.by("adviser").post(f"/api/v1/parcours/{opened}/{step}", body)
        assert answer.status_code == 200, answer.text
    return str(opened)


def test_each_version_tells_who_made_it_when_and_what_leaders_said_of_it(parcours: Served, case: str) -> None:
    adviser, leader = parcours.by("adviser"), parcours.by("leader", unit=None, case=case)
    path = f"/api/v1/parcours/{case}"
    leader.post(f"{path}/contestation", {"version": 4, "reason": "Le calendrier est trop serré."})
    adviser.post(f"{path}/sharing", {"starts_on": day(1), "ends_on": day(200)})
    seen = leader.get(path).json()["shared"]["content_hash"]
    leader.post(f"{path}/validation", {"version": 5, "content_hash": seen})
    adviser.post(f"{path}/adjustment", {"reason": "Un départ"})

    body = leader.get(f"{path}/versions").json()
    assert [version["version"] for version in body] == [1, 2, 3, 4, 5, 6]
    assert [version["edit"] for version in body[:2]] == [
        "Axes de changement hiérarchisés",
        "Action ajoutée au parcours",
    ]
    assert {version["made_by"] for version in body} == {Served.id_of("some-adviser")}
    assert (body[2]["submitted_at"], body[3]["submitted_at"]) == (None, body[3]["made_at"])
    assert [(word["by"], word["reason"]) for word in body[3]["contested"]] == [
        (Served.id_of("some-leader"), "Le calendrier est trop serré.")
    ]
    assert (body[4]["content_hash"], [word["by"] for word in body[4]["validated"]]) == (
        seen,
        [Served.id_of("some-leader")],
    )
    assert (body[3]["voided_at"], body[4]["voided_at"]) == (None, body[5]["made_at"])


def test_the_difference_says_in_french_what_was_added_changed_and_removed(parcours: Served, case: str) -> None:
    adviser, path = parcours.by("adviser"), f"/api/v1/parcours/{case}"
    [number] = adviser.get(path).json()["actions"]
    expertise = ACTION | {"kind": "adviser_expertise", "axis": "strategy", "title": "Animer un séminaire"}
    adviser.post(f"{path}/ranking", {"ranking": ["strategy", "finance"]})
    adviser.post(f"{path}/actions", expertise)
    later = {"starts_on": day(20), "ends_on": day(90), "reason": "Congés"}
    adviser.post(f"{path}/actions/{number}/dates", later)
    body = adviser.get(f"{path}/versions/7/changes", since=4).json()
    own = "action de la structure, Gestion et finances, par Maëlle Kerdoncuff"
    assert [(c["section_label"], c["kind_label"], c["label"], c["before"], c["after"]) for c in body["changes"]] == [
        ("Hiérarchie des axes", "Modifié", "Rang 1", "Gestion et finances", "Projet et stratégie"),
        ("Hiérarchie des axes", "Modifié", "Rang 2", "Projet et stratégie", "Gestion et finances"),
        (
            "Actions",
            "Ajouté",
            "Action «\u202fAnimer un séminaire\u202f»",
            None,
            "expertise de la ou du chargé·e d’accompagnement, Projet et stratégie, par Maëlle Kerdoncuff,"
            f" du {shown(10)} au {shown(90)}",
        ),
        (
            "Actions",
            "Modifié",
            "Action «\u202fTenir un tableau de bord\u202f»",
            f"{own}, du {shown(10)} au {shown(90)}",
            f"{own}, du {shown(20)} au {shown(90)}",
        ),
        ("Axes différés", "Retiré", "Projet et stratégie", "Après l’élection", None),
    ]
    last = adviser.get(f"{path}/versions/4/changes").json()
    assert (last["since"], [change["section"] for change in last["changes"]]) == (3, ["period"])


def test_a_version_is_read_as_it_was(parcours: Served, case: str) -> None:
    adviser, path = parcours.by("adviser"), f"/api/v1/parcours/{case}"
    [number] = adviser.get(path).json()["actions"]
    adviser.post(f"{path}/actions/{number}/removal", {"reason": "Déjà faite"})
    before, after = (adviser.get(f"{path}/versions/{n}").json() for n in (4, 5))
    assert before["content"]["actions"][number]["title"] == "Tenir un tableau de bord"
    assert (before["about"]["version"], before["content"]["period"]) == (4, {"starts_on": day(1), "ends_on": day(180)})
    assert after["content"]["actions"] == {}


def test_versions_are_read_by_who_may_read_the_parcours(parcours: Served, case: str) -> None:
    path = f"/api/v1/parcours/{case}/versions"
    for url in (path, f"{path}/1", f"{path}/2/changes"):
        for role in ("committee", "resource_centre", "pilot", "ops", "dpo"):
            assert parcours.by(role).get(url).status_code == 403, role
        assert parcours.by("provider", case=case).get(url).status_code == 403
        assert parcours.by("leader", case=str(uuid7())).get(url).status_code == 403
        assert parcours.by("leader", case=case).get(url).status_code == 200


def test_a_version_that_was_never_made_is_not_found(parcours: Served, case: str) -> None:
    adviser, path = parcours.by("adviser"), f"/api/v1/parcours/{case}/versions"
    for url, since in (("5", {}), ("5/changes", {}), ("4/changes", {"since": 5})):
        answer = adviser.get(f"{path}/{url}", **since)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, "unknown-version")
        assert answer.json()["detail"] == "Le parcours en est à la version 4."
    assert adviser.get(f"/api/v1/parcours/{uuid7()}/versions").status_code == 404
