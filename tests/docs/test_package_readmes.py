"""Front doors of the packages of `shared`: a README for each, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pytest

PACKAGES = sorted(each.parent for each in (Path(__file__).parents[2] / "shared/src/shared").glob("*/__init__.py"))
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_the_example_of_the_readme_runs(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DLA_DATABASE_URL", "DLA_NATS_URL"):
        monkeypatch.delenv(name, raising=False)
    text = (package / "README.md").read_text()
    examples = EXAMPLE.findall(text)
    assert examples, f"{package.name}/README.md has no example"
    module = ModuleType("readme")
    with patch.dict("sys.modules", {"readme": module}):
        for example in examples:
            exec(compile(example, f"{package.name}/README.md", "exec"), vars(module))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_the_readme_says_what_is_not_there(package: Path) -> None:
    assert "**Not here:**" in (package / "README.md").read_text()
