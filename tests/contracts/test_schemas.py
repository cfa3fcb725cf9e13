"""The committed schemas: equal to what the programs describe, and compared so that a breaking change is found."""

from __future__ import annotations

import copy
import importlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
from tests.support.generated.nats_accounts import FILE, written
from typer.testing import CliRunner

from audit.main import cli as audit_cli
from shared.runtime import Service
from shared.runtime.schemas import breaking_changes, schema_drift
from shared.web.http.request_body import MAX_MARKS

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "shared" / "schemas"
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/src/*/reactions.py"))


def service(name: str) -> Service:
    found: Service = importlib.import_module(f"{name}.main").service
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_the_committed_schemas_are_what_the_program_says(name: str) -> None:
    assert not schema_drift(service(name), SCHEMAS)


def test_what_services_may_do_on_nats_is_what_they_tell_and_hear() -> None:
    assert FILE.read_text() == written(), "run `make schemas`"


def test_a_change_nobody_committed_is_noticed(tmp_path: Path) -> None:
    for file in SCHEMAS.glob("intake.*"):
        (tmp_path / file.name).write_text(file.read_text().replace("x-recorded", "x-kept"))
    assert schema_drift(service("intake"), tmp_path) == ["intake.openapi.json", "intake.asyncapi.json"][1:]
    assert schema_drift(service("intake"), tmp_path / "nowhere") == ["intake.openapi.json", "intake.asyncapi.json"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_operation_takes_a_body_that_is_refused_for_its_many_values(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.openapi.json").read_text())
    bodies = {
        f"{method} {path}": most_values(each["requestBody"]["content"]["application/json"]["schema"], schema)
        for path, operations in schema["paths"].items()
        for method, each in operations.items()
        if "application/json" in each.get("requestBody", {}).get("content", {})
    }
    assert {where: most for where, most in bodies.items() if most > MAX_MARKS * 0.75} == {}


def most_values(shape: dict[str, Any], schema: dict[str, Any]) -> float:
    """The keys and values of the largest body of this shape; infinite where a list has no limit."""
    if "$ref" in shape:
        return most_values(schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]], schema)
    if several := shape.get("anyOf") or shape.get("oneOf"):
        return max(most_values(each, schema) for each in several)
    if shape.get("type") == "array":
        return 1 + float(shape.get("maxItems", math.inf)) * most_values(shape["items"], schema)
    if (values := shape.get("additionalProperties")) not in (None, False):
        return 1 + float(shape.get("maxProperties", math.inf)) * (1 + most_values(values, schema))
    return 1 + sum(1 + most_values(each, schema) for each in shape.get("properties", {}).values())


@pytest.fixture
def openapi() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / "intake.openapi.json").read_text())
    return schema


def test_what_is_the_same_breaks_nothing(openapi: dict[str, Any]) -> None:
    assert breaking_changes(openapi, copy.deepcopy(openapi)) == []


def test_a_new_optional_field_breaks_nothing(openapi: dict[str, Any]) -> None:
    now = copy.deepcopy(openapi)
    now["components"]["schemas"]["Structure"]["properties"]["website"] = {"type": "string"}
    now["paths"]["/api/v1/requests/{id}/new"] = {"post": {"responses": {}}}
    assert breaking_changes(openapi, now) == []


def changed(schema: dict[str, Any], field: str, to: dict[str, Any]) -> None:
    fields = schema["components"]["schemas"]["Structure"]["properties"]
    fields[field] = {key: fields[field][key] for key in ("title",) if key in fields[field]} | to


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s["paths"].pop("/api/v1/requests/{id}/admission"), "POST /api/v1/requests/{id}/admission is gone"),
        (lambda s: s["components"]["schemas"]["Structure"]["properties"].pop("rna"), "Structure.rna is gone"),
        (
            lambda s: s["components"]["schemas"]["Structure"]["required"].append("rna"),
            "Structure.rna is newly required",
        ),
        (lambda s: s["components"]["schemas"]["Verdict"]["enum"].remove("met"), "Verdict no longer knows met"),
        (lambda s: s["components"]["schemas"].pop("Verdict"), "Verdict is gone"),
        (
            lambda s: changed(s, "headcount", {"anyOf": [{"type": "string"}, {"type": "null"}]}),
            "Structure.headcount is no longer integer",
        ),
        (lambda s: changed(s, "name", {"type": "string", "maxLength": 3}), "Structure.name has a lower maxLength"),
        (
            lambda s: s["paths"]["/api/v1/requests"]["post"].update(operationId="autrement"),
            "POST /api/v1/requests is no longer called requests_receive_request",
        ),
    ],
)
def test_a_broken_promise_is_named(openapi: dict[str, Any], change: Any, said: str) -> None:
    now = copy.deepcopy(openapi)
    change(now)
    assert breaking_changes(openapi, now) == [said]


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_heard_is_told_by_somebody(name: str) -> None:
    told = {contract for other in SERVICES for contract in service(other).publishes}
    assert set(service(name).reactions.contracts) <= told


@pytest.mark.parametrize("name", SERVICES)
def test_each_contract_told_comes_out_of_the_bridge(name: str) -> None:
    """A contract that `integration_events.py` never makes would be a promise nobody keeps."""
    source = (ROOT / "services" / name / "src" / name / "integration_events.py").read_text()
    for contract in service(name).publishes:
        assert f"{contract.__name__}(" in source


def test_a_breaking_change_is_written_only_on_demand_and_listed(tmp_path: Path) -> None:
    assert CliRunner().invoke(audit_cli, ["schemas", str(tmp_path)]).exit_code == 0
    file = tmp_path / "audit.openapi.json"
    promised = json.loads(file.read_text())
    promised["paths"]["/api/v1/gone"] = {"get": {"operationId": "gone", "responses": {"200": {}}}}
    file.write_text(json.dumps(promised))
    refused = CliRunner().invoke(audit_cli, ["schemas", str(tmp_path)])
    assert (refused.exit_code, "GET /api/v1/gone is gone" in refused.stderr) == (1, True)
    assert "/api/v1/gone" in file.read_text()
    written = CliRunner().invoke(audit_cli, ["schemas", str(tmp_path), "--break"])
    assert (written.exit_code, "GET /api/v1/gone is gone" in written.stderr) == (0, True)
    assert "/api/v1/gone" not in file.read_text()
