"""Tables of `docs/reference/vocabulary.md`: each code of an API that has a French label.

python -m tests.support.generated.vocabulary_tables      writes them anew"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.generated.golden_samples import SERVICES, openapi_of

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "vocabulary.md"
HEADING = "\n## Codes\n"
INTRODUCTION = "Written from the code by `make schemas`. OpenAPI has the same labels in `x-labels`.\n"


def labels() -> dict[str, Mapping[str, str]]:
    """The labels of each enumeration, by its name. `ValueError` where two services differ."""
    found: dict[str, Mapping[str, str]] = {}
    for name in SERVICES:
        for kind, schema in openapi_of(name)["components"]["schemas"].items():
            labelled = schema.get("x-labels")
            if labelled and found.setdefault(kind, labelled) != labelled:
                raise ValueError(f"{kind} has other codes or labels in {name}")
    return dict(sorted(found.items()))


def tables() -> str:
    rows = {
        kind: "\n".join(f"| `{code}` | {label} |" for code, label in labelled.items())
        for kind, labelled in labels().items()
    }
    return "".join(f"\n### {kind}\n\n| code | French |\n|---|---|\n{body}\n" for kind, body in rows.items())


def page() -> str:
    before, heading, _ = PAGE.read_text("utf-8").partition(HEADING)
    return f"{before}{heading}\n{INTRODUCTION}{tables()}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
