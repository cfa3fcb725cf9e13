"""The example of the package's README runs."""

from __future__ import annotations

import re
from pathlib import Path

import audit.tlog


def test_the_example_of_the_readme_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", Path(audit.tlog.__file__).with_name("README.md").read_text(), re.S)
    exec(compile(example, "README.md", "exec"), {})
