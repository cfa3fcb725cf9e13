"""The accreditation file: each risk names what holds against it, and that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "homologation.md").read_text()
RISKS = {row.split("|")[1].strip(): row for row in PAGE.splitlines() if re.match(r"\| R\d+ \|", row)}


def test_risks_are_numbered_without_a_hole() -> None:
    assert list(RISKS) == [f"R{number}" for number in range(1, len(RISKS) + 1)]
    assert len(RISKS) > 10


@pytest.mark.parametrize("number", RISKS)
def test_each_risk_names_tests_that_exist(number: str) -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", RISKS[number])
    assert named
    assert [each for each in named if not (TOP / each).exists()] == []


def test_each_risk_has_a_gravity_and_a_likelihood_or_says_who_gives_it() -> None:
    for row in RISKS.values():
        _, _, _, gravity, *_, likelihood, _ = row.split("|")
        assert gravity.strip() in "1234"
        assert likelihood.strip() in ("1", "2", "3", "4", "**À compléter**")
