"""The page of the vocabulary: its codes are those of the code, with the same French labels."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.generated.golden_samples import SERVICES, service

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "vocabulary.md"
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)


def test_the_codes_of_the_page_are_those_of_the_apis() -> None:
    schemas = [shape for name in SERVICES for shape in service(name).web().openapi()["components"]["schemas"].items()]
    labels = {name: schema["x-labels"] for name, schema in schemas if "x-labels" in schema}
    _, *sections = PAGE.read_text("utf-8").partition("## Codes")[2].split("\n### ")
    tables = {section.partition("\n")[0]: dict(ROW.findall(section)) for section in sections}
    assert tables.keys() >= {"Role", "DifficultyLevel", "EndingKind", "TenderStatus"}
    assert {name: labels.get(name) for name in tables} == tables


def test_both_services_speak_of_difficulty_in_the_same_codes() -> None:
    found = [service(name).web().openapi()["components"]["schemas"] for name in ("intake", "diagnostic")]
    for name in ("DifficultyLevel", "DifficultyNature", "DifficultyCause"):
        assert found[0][name]["enum"] == found[1][name]["enum"]
