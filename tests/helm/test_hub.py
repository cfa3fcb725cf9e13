"""The chart for a national hub, and for a region that is under one."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from secrets import token_bytes
from typing import Any

import pytest
from tests.helm.conftest import CHART, LEAF, REGION, REGIONS, Render, run

from audit.witness.settings import WitnessSettings
from shared.settings import load_settings

Objects = list[dict[str, Any]]
Options = list[str]
PHASES = ("intake", "diagnostic", "parcours", "followup")


def one(objects: Objects, kind: str, name: str) -> dict[str, Any]:
    (found,) = (each for each in objects if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return found


def nats_container(objects: Objects) -> dict[str, Any]:
    (container,) = one(objects, "StatefulSet", "dla-nats")["spec"]["template"]["spec"]["containers"]
    assert isinstance(container, dict)
    return container


@pytest.fixture(scope="module")
def hub(render: Render, hub_values: Options) -> Objects:
    return render(options=hub_values)


@pytest.fixture(scope="module")
def leaf(render: Render, leaf_values: Options) -> Objects:
    return render(options=leaf_values)


def test_a_hub_and_a_leaf_have_no_fault(helm: Path, hub_values: Options, leaf_values: Options) -> None:
    for options in (hub_values, leaf_values):
        linted = run(helm, "lint", "--strict", CHART, *options)
        assert linted.returncode == 0, linted.stdout


def test_a_hub_runs_audit_and_no_phase(hub: Objects) -> None:
    programs = {each["metadata"]["name"] for each in hub if each["kind"] == "Deployment"}
    assert programs == {"dla-audit-api", "dla-audit-work", "dla-audit-relay"}
    databases = [each["metadata"]["name"] for each in hub if each["kind"] == "Database"]
    assert databases == ["dla-audit"]
    cluster = one(hub, "Cluster", "dla-postgres")["spec"]
    assert [each["name"] for each in cluster["managed"]["roles"]] == ["dla_audit", "dla_audit_serve"]
    assert cluster["postgresql"]["parameters"]["max_connections"] == "88"


def test_the_audit_service_of_a_hub_knows_the_services_of_each_region(hub: Objects) -> None:
    (container,) = one(hub, "Deployment", "dla-audit-work")["spec"]["template"]["spec"]["containers"]
    settings = {each["name"]: each["value"] for each in container["env"]}
    assert (settings["DLA_REGION"], settings["DLA_AUDIT_REGIONS"]) == ("national", ",".join(REGIONS))
    assert json.loads(settings["DLA_FEEDS"]) == {
        f"{region}-{phase}": f"https://{phase}.{region}.example.org" for region in REGIONS for phase in PHASES
    }


def test_regions_reach_a_hub_by_the_listener_for_leaf_connections_alone(hub: Objects) -> None:
    service = one(hub, "Service", "dla-nats-leaf")["spec"]
    assert (service["type"], [each["port"] for each in service["ports"]]) == ("LoadBalancer", [7422])
    ports = {each["name"]: each["containerPort"] for each in nats_container(hub)["ports"]}
    assert ports["leaf"] == 7422
    allowed = one(hub, "NetworkPolicy", "dla-nats")["spec"]["ingress"]
    from_outside = [each["ports"] for each in allowed if any("ipBlock" in peer for peer in each["from"])]
    assert from_outside == [[{"port": "leaf"}]]


def test_a_hub_runs_one_witness_with_the_settings_that_the_program_knows(
    hub: Objects, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    witness = one(hub, "StatefulSet", "dla-witness")["spec"]
    assert witness["replicas"] == 1
    (container,) = witness["template"]["spec"]["containers"]
    assert container["args"] == ["witness", "serve"]
    assert container["envFrom"] == [{"secretRef": {"name": "dla-witness"}}]
    settings = {each["name"]: each["value"] for each in container["env"]}
    mounted = {each["mountPath"] for each in container["volumeMounts"]}
    assert {str(Path(settings[f"DLA_WITNESS_{name}"]).parent) for name in ("LOGS", "STORE")} <= mounted
    logs = tmp_path / "logs"
    logs.write_text(one(hub, "ConfigMap", "dla-witness")["data"]["logs"])
    for name, value in (settings | {"DLA_WITNESS_LOGS": str(logs)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DLA_WITNESS_KEY", b64encode(token_bytes(32)).decode())
    known = load_settings(WitnessSettings)
    assert [each.key.name for each in known.log_keys()] == [f"dla.example.org/{region}" for region in REGIONS]
    assert {name.removeprefix("DLA_WITNESS_").lower() for name in settings} - {"dla_mode"} <= known.model_fields_set
    assert known.cosigner().witness_key.name == "temoin.dla.example.org"


def test_the_store_of_a_witness_is_made_when_somebody_says_so(
    hub: Objects, render: Render, hub_values: Options
) -> None:
    """Made by itself, an empty one after a loss would let the same key cosign another history."""
    assert "initContainers" not in one(hub, "StatefulSet", "dla-witness")["spec"]["template"]["spec"]
    new = one(render("witness.initialize=true", options=hub_values), "StatefulSet", "dla-witness")
    (container,) = new["spec"]["template"]["spec"]["initContainers"]
    assert container["args"] == ["witness", "init"]


def test_a_region_runs_no_witness_of_itself(region: Objects) -> None:
    assert [each for each in region if each["metadata"]["name"] == "dla-witness"] == []


def test_a_leaf_is_a_region_with_its_seed_from_a_secret(leaf: Objects, region: Objects) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in region]
    assert [(each["kind"], each["metadata"]["name"]) for each in leaf] == names
    container = nats_container(leaf)
    assert container["envFrom"] == [{"secretRef": {"name": "dla-hub-leaf"}}]
    assert "envFrom" not in nats_container(region)
    volumes = one(leaf, "StatefulSet", "dla-nats")["spec"]["template"]["spec"]["volumes"]
    mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    (authority,) = (each["secret"]["secretName"] for each in volumes if each["name"] == "hub")
    assert (authority, mounted["hub"]) == ("dla-hub-ca", "/etc/nats/hub")
    egress = one(leaf, "NetworkPolicy", "dla-nats")["spec"]["egress"]
    assert [{"port": 7422}] in [each["ports"] for each in egress]
    assert [{"port": 7422}] not in [
        each["ports"] for each in one(region, "NetworkPolicy", "dla-nats")["spec"]["egress"]
    ]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ("hub.regions.corse=https://{service}.corse.example.org", "does not know the region corse"),
        ("hub.configuration=", "deploy.hub hub"),
        ("hub.regions.bretagne=https://bretagne.example.org", "bretagne"),
        ("hub.regions.bretagne=http://{service}.bretagne.example.org", "bretagne"),
        ("hub.regions.Corse=https://{service}.corse.example.org", "Corse"),
        ("hub.seedSecret=dla-hub-leaf", "seedSecret"),
        ("services.intake.secret=dla-intake", "/services/intake/secret"),
        ("console.address=https://dla.example.org", "/console/address"),
        ("services.audit.secret=", "/services/audit/secret"),
        ("witness.logs=", "witness.logs: the published key"),
        ("witness.secret=", "witness.secret: the Secret"),
        ("witness.key=abc", "/witness"),
    ],
)
def test_a_wrong_hub_is_refused(helm: Path, hub_values: Options, changed: str, why: str) -> None:
    refused = run(helm, "template", "dla", CHART, *hub_values, f"--set-literal={changed}")
    assert refused.returncode != 0
    assert why in refused.stderr


def test_a_region_is_refused_without_one_of_its_services(helm: Path) -> None:
    refused = run(helm, "template", "dla", CHART, "--values", REGION, "--set", "services.intake=null")
    assert refused.returncode != 0
    assert "intake" in refused.stderr


def test_a_leaf_without_its_configuration_is_refused(helm: Path) -> None:
    refused = run(helm, "template", "dla", CHART, "--values", REGION, "--values", LEAF)
    assert refused.returncode != 0
    assert "deploy.hub region pays-de-la-loire" in refused.stderr
