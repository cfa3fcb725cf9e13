"""The structure’s difficulty, and the scenarios of recovery."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from diagnostic.domain.content.difficulty import (
    Difficulty,
    DifficultyQualified,
    PrioritiseScenarios,
    QualifyDifficulty,
    RecoveryScenario,
    Scenario,
    ScenariosPrioritised,
)
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened
from shared.kernel import DifficultyLevel, DifficultyNature
from shared.testing.scenarios import NOW, Scenarios, text

given = Scenarios(decider)


OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)


QUALIFIED = DifficultyQualified(
    Difficulty(
        DifficultyLevel.CRITICAL,
        DifficultyNature.STRUCTURAL,
        deep_causes=(text("Un seul financeur"),),
    )
)


def test_the_level_of_difficulty_is_qualified_with_its_deep_causes_and_a_strategic_plan() -> None:
    plan = QualifyDifficulty(
        DifficultyLevel.CRITICAL,
        DifficultyNature.STRUCTURAL,
        deep_causes=("Un seul financeur",),
        strategic_plan="Diversifier en trois ans.",
    )
    (qualified,) = given(OPENED).when(plan).events
    assert qualified.difficulty == replace(QUALIFIED.difficulty, strategic_plan=text("Diversifier en trois ans."))
    assert given(OPENED, qualified).state.content.difficulty == qualified.difficulty


@pytest.mark.parametrize("level", [level for level in DifficultyLevel if level is not DifficultyLevel.NONE])
def test_a_difficulty_has_deep_causes(level: DifficultyLevel) -> None:
    given(OPENED).when(QualifyDifficulty(level)).refused("difficulty-without-causes")


def test_no_difficulty_needs_no_cause() -> None:
    given(OPENED).when(QualifyDifficulty(DifficultyLevel.NONE)).then(
        DifficultyQualified(Difficulty(DifficultyLevel.NONE))
    )


def test_after_a_crisis_scenarios_of_recovery_are_prioritised() -> None:
    merge = RecoveryScenario(2, "Fusion", hypotheses=("Accord du voisin",), needs=("Un·e juriste",), retained=False)
    recover = RecoveryScenario(
        1, "Recentrage", hypotheses=("Deux ateliers gardés",), needs=("De la trésorerie",), retained=True
    )
    given(OPENED, QUALIFIED).when(PrioritiseScenarios((merge, recover))).then(
        ScenariosPrioritised(
            (
                Scenario(
                    1,
                    text("Recentrage"),
                    hypotheses=(text("Deux ateliers gardés"),),
                    needs=(text("De la trésorerie"),),
                    retained=True,
                ),
                Scenario(
                    2,
                    text("Fusion"),
                    hypotheses=(text("Accord du voisin"),),
                    needs=(text("Un·e juriste"),),
                    retained=False,
                ),
            )
        )
    )


def test_two_scenarios_do_not_share_a_rank() -> None:
    both = PrioritiseScenarios((RecoveryScenario(1, "Fusion"), RecoveryScenario(1, "Recentrage")))
    assert given(OPENED, QUALIFIED).when(both).refused("repeated-rank").extra == {"ranks": [1]}


@pytest.mark.parametrize(
    "history", [(), (DifficultyQualified(Difficulty(DifficultyLevel.NONE)),)], ids=["unknown", "none"]
)
def test_there_is_no_recovery_without_a_difficulty(history: tuple[Any, ...]) -> None:
    given(OPENED, *history).when(PrioritiseScenarios((RecoveryScenario(1, "Fusion"),))).refused("no-difficulty")
