"""The Helm chart: every object that it renders is valid, confined, and says what the programs need."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.helm.conftest import CHART, REGION, Render, run
from tests.support.generated.helm_values_schema import FILE, PROGRAMS, variables, written

kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="`make charts` fetches it")
KUBERNETES = ("1.29", "1.33", "1.36")
CUSTOM = json.loads(Path(__file__).with_name("custom_resources.json").read_text())
"""The fields that we use of resources that operators define, with their types."""
TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool}
Objects = list[dict[str, Any]]


def of_kind(objects: Objects, *kinds: str) -> Objects:
    return [each for each in objects if each["kind"] in kinds]


def pods(objects: Objects) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in of_kind(objects, "Deployment", "StatefulSet", "Job"):
        yield each["metadata"]["name"], each["spec"]["template"]


def faults(path: str, value: Any, known: Any) -> Iterator[str]:
    """What a value has that the description of a custom resource does not know."""
    if isinstance(known, dict) and isinstance(value, dict):
        yield from (f"{path}.{name}: unknown" for name in value.keys() - known.keys())
        for name in value.keys() & known.keys():
            yield from faults(f"{path}.{name}", value[name], known[name])
    elif isinstance(known, list) and isinstance(value, list):
        for number, each in enumerate(value):
            yield from faults(f"{path}[{number}]", each, known[0])
    elif not isinstance(known, str) or type(value) is not TYPES[known]:
        yield f"{path}: {value!r} is no {known}"


def test_the_chart_has_no_fault(helm: Path) -> None:
    linted = run(helm, "lint", "--strict", CHART, "--values", REGION)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("version", KUBERNETES)
def test_every_object_is_what_kubernetes_knows(deployment: Objects, version: str) -> None:
    builtin = [each for each in deployment if each["kind"] not in CUSTOM]
    assert len(builtin) > 15
    for each in builtin:
        kubernetes_validate.validate(each, version, strict=True)


def test_an_unknown_field_would_be_noticed(region: Objects) -> None:
    (job, *_) = of_kind(region, "Job")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job | {"spec": job["spec"] | {"retries": 3}}, KUBERNETES[0], strict=True)
    (cluster,) = of_kind(region, "Cluster")
    assert list(faults("spec", cluster["spec"] | {"replicas": 3}, CUSTOM["Cluster"]["spec"])) == [
        "spec.replicas: unknown"
    ]


def test_custom_resources_have_the_fields_that_we_know(deployment: Objects) -> None:
    for kind, known in CUSTOM.items():
        found = of_kind(deployment, kind)
        assert found, kind
        for each in found:
            assert each["apiVersion"] == known["apiVersion"]
            assert list(faults(kind, each["spec"], known["spec"])) == []


def test_names_are_unique_and_every_object_is_labelled(deployment: Objects) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in deployment]
    assert len(names) == len(set(names))
    unlabelled = [each for each in deployment if each["kind"] != "NetworkPolicy" and "labels" not in each["metadata"]]
    assert unlabelled == []


def test_no_pod_has_more_rights_than_it_needs(deployment: Objects) -> None:
    for name, pod in pods(deployment):
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            confined = container["securityContext"]
            assert confined["readOnlyRootFilesystem"] is True, name
            assert confined["allowPrivilegeEscalation"] is False, name
            assert confined["capabilities"] == {"drop": ["ALL"]}, name
            assert "memory" in container["resources"]["limits"], name


def test_each_role_of_each_service_is_a_deployment_of_its_own(region: Objects) -> None:
    found = {each["metadata"]["name"]: each["spec"]["template"] for each in of_kind(region, "Deployment")}
    for program in PROGRAMS:
        for role in ("api", "work", "relay"):
            (container,) = found[f"dla-{program}-{role}"]["spec"]["containers"]
            assert container["args"] == ["serve", "--role", role]
            assert container["livenessProbe"]["httpGet"]["path"] == "/livez", "it depends on nothing"
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
            served = {each["name"]: each["containerPort"] for each in container["ports"]}
            said = {each["name"]: each["value"] for each in container["env"]}
            assert (str(served["http"]), str(served["metrics"])) == (said["DLA_PORT"], said["DLA_METRICS_PORT"])


def test_several_processes_where_they_are_asked_for(render: Render) -> None:
    objects = render("services.parcours.roles.api.workers=4")
    args = {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]["containers"][0]["args"]
        for each in of_kind(objects, "Deployment")
    }
    assert args["dla-parcours-api"] == ["serve", "--role", "api", "--workers", "4"]
    assert args["dla-intake-api"] == ["serve", "--role", "api"]


def test_only_the_migration_is_given_what_owns_and_what_deploys(region: Objects) -> None:
    for name, pod in pods(region):
        (container,) = pod["spec"]["containers"]
        secrets = {each["secretRef"]["name"] for each in container.get("envFrom", ())}
        privileged = {each for each in secrets if each.endswith("-owner") or each == "dla-deployer"}
        assert (len(privileged) == 2) == name.endswith("-migrate-1"), name


def test_no_secret_stands_in_the_chart(deployment: Objects) -> None:
    secret = set(variables("shared", *PROGRAMS, "console", secret=True))
    assert {"DLA_SEALING_KEY", "DLA_DATABASE_URL", "DLA_SERVICE_TOKEN", "DLA_CONSOLE_CLIENT_SECRET"} <= secret
    for name, pod in pods(deployment):
        said = {each["name"] for container in pod["spec"]["containers"] for each in container.get("env", ())}
        assert said & secret == set(), name
    assert of_kind(deployment, "Secret") == []


def test_workers_are_scaled_by_our_own_lag_and_never_beyond_the_partitions(region: Objects) -> None:
    scaled = of_kind(region, "ScaledObject")
    assert [each["spec"]["scaleTargetRef"]["name"] for each in scaled] == sorted(f"dla-{p}-work" for p in PROGRAMS)
    for each in scaled:
        (trigger,) = each["spec"]["triggers"]
        assert trigger["type"] == "prometheus"
        assert trigger["metadata"]["query"].startswith("max(dla_lag_seconds{")
        assert each["spec"]["maxReplicaCount"] <= 8
        assert each["spec"]["fallback"]["replicas"] == each["spec"]["minReplicaCount"]
    replicas = {each["metadata"]["name"]: each["spec"].get("replicas") for each in of_kind(region, "Deployment")}
    assert replicas["dla-intake-work"] is None, "an upgrade would undo what was scaled"
    assert replicas["dla-intake-api"] == 2


def test_without_operators_the_chart_uses_none_of_them(render: Render) -> None:
    off = (
        "autoscaling.enabled=false",
        "postgres.enabled=false",
        "nats.enabled=false",
        "nats.url=tls://nats.example:4222",
    )
    objects = render(*off)
    assert {each["kind"] for each in objects} & (CUSTOM.keys() | {"StatefulSet"}) == set()
    for name, pod in pods(objects):
        said = {each["name"]: each["value"] for each in pod["spec"]["containers"][0]["env"]}
        assert said.get("DLA_NATS_URL", "tls://nats.example:4222") == "tls://nats.example:4222", name


def test_every_setting_has_its_place_in_the_chart() -> None:
    assert FILE.read_text() == written(), "run `make schemas`"
    schema = json.loads(written())
    services = schema["properties"]["services"]["properties"]
    places = {name: each["properties"]["settings"]["propertyNames"]["enum"] for name, each in services.items()}
    for program in PROGRAMS:
        assert set(variables("shared", program, secret=False)) == set(places[program])
    guide = (CHART.parents[2] / "docs" / "guides" / "kubernetes.md").read_text()
    missing = [each for each in variables("shared", *PROGRAMS, "console", secret=True) if f"`{each}`" not in guide]
    assert missing == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("settings.DLA_SEALING_KEY=abc", "DLA_SEALING_KEY"),
        ("services.intake.settings.DLA_NOTHING=1", "DLA_NOTHING"),
        ("services.intake.secret=", "secret"),
        ("identity.issuer=http://example.org", "issuer"),
        ("nats.replicas=2", "replicas"),
        ("nats.url=nats://in-clear:4222", "url"),
        ("services.parcours.roles.api.workers=0", "workers"),
        ("region=Pays de la Loire", "region"),
    ],
)
def test_a_wrong_value_is_refused(helm: Path, changed: str, said: str) -> None:
    refused = run(helm, "template", "dla", CHART, "--values", REGION, "--set", changed)
    assert refused.returncode != 0
    assert said in refused.stderr


def test_the_images_are_written_as_they_should_be() -> None:
    program = shutil.which("hadolint", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("no hadolint here: `make charts` fetches it")
    dockerfile = CHART.parents[1] / "images" / "Dockerfile"
    checked = subprocess.run(
        [program, "--config", CHART.parents[2] / ".hadolint.yaml", dockerfile],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
