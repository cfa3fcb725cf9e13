"""What a command creates is answered by id and address, and is read and acted on there."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest
from tests.support.generated.golden_samples import openapi_of, service
from tests.support.histories.validated_parcours import validated_case
from tests.support.servers.served_service import Serve

from intake.main import service as intake_service
from parcours.main import service as parcours_service
from shared.kernel import paris_date
from shared.web.requests import command_endpoints

CHOSEN_IN_THE_BODY = {
    "OpenTender.action": "the tender is not a part of the action",
    "AwardTender.provider": "one of all those that answered",
    "CorrectAgreement.provider": "a name, not one of a tender's providers",
    "RetainProvider.provider": "a name, not one of a tender's providers",
    "RequestParcoursUpdate.review": "the review says why",
    "RecordMandate.leader": "it may be the first of this leader",
    "AssessAxis.axis": "it may be the first of this axis",
    "AssessCriterion.criterion": "it may be the first of this criterion",
    "GrantDerogation.criterion": "from a criterion that nobody may have assessed",
    "RecordIndicator.code": "it may be the first of this code",
    "RecordEconomics.fiscal_year": "it may be the first of this year",
    "DeferAxis.axis": "of the plan, which is another service's",
    "AddAction.axis": "of the plan, which is another service's",
}


@pytest.mark.parametrize("name", ["intake", "diagnostic", "parcours", "followup"])
def test_a_command_on_a_part_stands_at_its_address_and_its_body_does_not_name_it(name: str) -> None:
    endpoints = list(command_endpoints(service(name).routers))
    parts = {part for each in endpoints for part in re.findall(r"\{(\w+)\}", each.path)} - {"id", "case"}
    in_body = {
        f"{each.command.__name__}.{field.name}"
        for each in endpoints
        for field in fields(each.command)
        if field.name in parts | {"axis", "leader", "criterion"} and f"{{{field.name}}}" not in each.path
    }
    assert in_body <= CHOSEN_IN_THE_BODY.keys()
    shapes = openapi_of(name)
    for each in endpoints:
        operation = shapes["paths"][each.path].get("post")
        body = (operation or {}).get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        shape = shapes["components"]["schemas"].get(body.get("$ref", "").rpartition("/")[2], {})
        assert not shape.get("properties", {}).keys() & set(re.findall(r"\{(\w+)\}", each.path)), each.path


def test_an_action_is_created_read_and_started_at_its_address(serve: Serve) -> None:
    running = serve(parcours_service)
    case, _ = validated_case(running.application)
    adviser, path = running.by("adviser"), f"/api/v1/parcours/{case}"
    adviser.post(f"{path}/adjustment", {"reason": "Une action manquait."})
    today = paris_date(running.application.clock.now()).isoformat()
    action = {"kind": "own_action", "axis": "finance", "title": "Suivre", "who": "Le bureau"}
    key = {"Idempotency-Key": "une-action"}
    added = adviser.post(f"{path}/actions", action | {"starts_on": today, "ends_on": today}, **key)
    created = added.json()["created"]
    assert created == {"action": {"id": created["action"]["id"], "href": f"{path}/actions/{created['action']['id']}"}}
    again = adviser.post(f"{path}/actions", action | {"starts_on": today, "ends_on": today}, **key)
    assert (again.headers["Idempotency-Replayed"], again.json()["created"]) == ("true", created)

    href = created["action"]["href"]
    read = adviser.get(href).json()
    assert (read["planned"]["title"], read["version"]) == ("Suivre", added.json()["version"])
    assert adviser.get(href, version=read["version"]).json()["planned"]["title"] == "Suivre"
    assert adviser.get(href, version=1).status_code == 404
    assert f"{href}/removal" in {link["href"] for link in read["links"]}
    assert all(link["href"].startswith(f"{href}/") for link in read["links"])
    moved = adviser.post(f"{href}/dates", {"starts_on": today, "ends_on": today, "reason": "Plus tôt."})
    assert (moved.status_code, moved.json()["created"]) == (200, {})
    assert adviser.post(f"{href}/dates", {"action": created["action"]["id"]}).status_code == 422
    assert adviser.post(f"{path}/actions/{case}/removal", {"reason": "Inconnue."}).json()["status"] == 404
    assert adviser.get(f"{path}/actions/{case}").status_code == 404


def test_what_is_created_has_an_address_that_answers(serve: Serve) -> None:
    running = serve(intake_service)
    adviser = running.by("adviser")
    request: dict[str, Any] = {
        "structure": {"name": "Les Jardins", "legal_form": "association", "department": "44", "rna": "W443001234"},
        "contact": {"name": "Maëlle Kerdoncuff"},
        "need": "Une seule subvention.",
    }
    opened = adviser.post("/api/v1/requests", request)
    case = opened.json()["created"]["request"]["href"]
    assert case == opened.headers["Location"]
    for place, body, what in (
        ("meetings", {"held_on": "2026-03-02", "participants": [{"name": "La présidente"}]}, "meeting"),
        ("criteria", {"criterion": "employer", "verdict": "met", "evidence": "Une DSN."}, "criterion"),
        ("orientations", {"target": "CRESS", "reason": "Un appui à la gestion."}, "orientation"),
    ):
        created = adviser.post(f"{case}/{place}", body).json()["created"]
        assert created.keys() == {what}
        assert adviser.get(created[what]["href"]).json()["id"] == created[what]["id"]
    again = adviser.post(f"{case}/criteria", {"criterion": "employer", "verdict": "met", "evidence": "La même."})
    assert again.json()["created"] == {}, "it was there already"
