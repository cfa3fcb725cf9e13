"""The plan of a history and its shares: without any service, and at full scale."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from deploy.history import shares, texts
from deploy.history.plan import Plan
from intake.domain.reference import codes
from shared.kernel import Axis, DifficultyLevel

UNTIL = datetime(2026, 10, 30, 18, tzinfo=UTC)
DRAWS = 20_000
FULL = Plan(1, 1.0, until=UNTIL)


def test_full_scale_has_every_dossier_and_every_department() -> None:
    units = FULL.units()
    assert sum(unit.cases for unit in units) == shares.DOSSIERS
    assert len({unit.unit for unit in units}) == len(units) == 101


def test_a_small_one_has_fewer_units_with_some_dossiers_each() -> None:
    units = Plan(1, 0.001, until=UNTIL).units()
    assert sum(unit.cases for unit in units) == 60
    assert len(units) == 10
    assert min(unit.cases for unit in units) > 0
    assert "dla-44" in {unit.unit for unit in units}


def test_the_same_seed_gives_the_same_plan_and_another_one_another() -> None:
    again, other = Plan(1, 1.0, until=UNTIL), Plan(2, 1.0, until=UNTIL)
    assert again.units() == FULL.units() != other.units()
    assert again.units()[0].arrivals() == FULL.units()[0].arrivals()


def test_arrivals_are_in_working_hours_since_2002_and_as_many_a_year_as_published() -> None:
    arrivals = [at for unit in FULL.units() for at in unit.arrivals()]
    assert all(at.weekday() < 5 and at < UNTIL for at in arrivals)
    by_year = Counter(at.year for at in arrivals)
    assert min(by_year) == 2002
    assert max(by_year, key=lambda year: by_year[year]) == 2006
    assert by_year[2006] / by_year[2020] == pytest.approx(79 / 60, rel=0.08)
    assert by_year[2006] / by_year[2010] == pytest.approx(79 / 66, rel=0.08)


def test_headcounts_are_as_published() -> None:
    rng = Random(1)
    counts = [shares.draw_headcount(rng) for _ in range(DRAWS)]
    assert sum(n < 10 for n in counts) / DRAWS == pytest.approx(0.71, abs=0.015)
    assert counts.count(0) / DRAWS == pytest.approx(0.10, abs=0.01)
    assert sum(n >= 50 for n in counts) / DRAWS == pytest.approx(0.08, abs=0.01)


def test_themes_and_difficulties_are_as_published() -> None:
    rng = Random(1)
    themes = Counter(shares.draw(rng, shares.THEMES) for _ in range(DRAWS))
    assert themes[Axis.STRATEGY] / DRAWS == pytest.approx(0.40, abs=0.015)
    assert themes[Axis.ORGANISATION] / DRAWS == pytest.approx(0.11, abs=0.01)
    before, since = shares.DIFFICULTIES, shares.DIFFICULTIES_SINCE_2022
    assert since[DifficultyLevel.NONE] < before[DifficultyLevel.NONE]
    assert all(since[level] > before[level] for level in DifficultyLevel if level is not DifficultyLevel.NONE)


def test_numbers_are_valid_and_nobody_has_them() -> None:
    rng = Random(1)
    for _ in range(200):
        siret = texts.siret(rng)
        assert codes.siret(siret) == siret
        assert siret.startswith("0")
        assert codes.rna(texts.rna(rng, "2A"))
