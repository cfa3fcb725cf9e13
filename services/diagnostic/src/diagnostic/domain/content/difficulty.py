"""The structure's economic difficulty, its causes, and the scenarios of recovery (source text of 2025)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Len

from diagnostic.domain.content.fields import Points, encrypt_points
from diagnostic.domain.lifecycle import CONTENT_CLOSED, VOIDED
from shared.kernel import (
    ConfidentialLine,
    Context,
    DifficultyCause,
    DifficultyLevel,
    DifficultyNature,
    Encrypted,
    Ordinal,
    Refusal,
    Text,
    event,
)
from shared.kernel.events import command
from shared.kernel.frozen import frozen

NO_CAUSES = Refusal("difficulty-without-causes", "Difficulté sans causes", status=422)
NO_DIFFICULTY = Refusal("no-difficulty", "Aucune difficulté qualifiée")
REPEATED_RANK = Refusal("repeated-rank", "Rang donné deux fois", status=422)


@frozen
class Difficulty:
    """What intake saw in minutes, qualified here with the structure (source text of 2025)."""

    level: DifficultyLevel
    nature: DifficultyNature | None = None
    causes: tuple[DifficultyCause, ...] = ()
    deep_causes: tuple[Encrypted, ...] = ()
    strategic_plan: Encrypted | None = None


@frozen
class Scenario:
    """A way to recover after a crisis; rank 1 comes first. `retained` null: not decided yet."""

    rank: int
    title: Encrypted
    hypotheses: tuple[Encrypted, ...] = ()
    needs: tuple[Encrypted, ...] = ()
    retained: bool | None = None


@event("difficulty-qualified", label="Difficultés qualifiées")
class DifficultyQualified:
    difficulty: Difficulty


@event("scenarios-prioritised", label="Scénarios de rebond classés")
class ScenariosPrioritised:
    """By rank, the first one first."""

    scenarios: tuple[Scenario, ...]


@command(
    title="Qualifier les difficultés",
    leads_to=(DifficultyQualified, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, NO_CAUSES),
)
class QualifyDifficulty:
    """How deep the structure's difficulty is, one-off or structural, its causes by code, as at intake, its deep causes
    in words, and the strategic plan to face it (source text of 2025). Qualifying it again replaces what was before."""

    level: DifficultyLevel
    nature: DifficultyNature | None = None
    causes: Annotated[tuple[DifficultyCause, ...], Len(0, 9)] = ()
    deep_causes: Points = ()
    strategic_plan: Text | None = None


@command
class RecoveryScenario:
    """A way to recover, as typed in: what it supposes, what it needs, and whether it is retained (null: open)."""

    rank: Ordinal
    title: ConfidentialLine
    hypotheses: Points = ()
    needs: Points = ()
    retained: bool | None = None


@command(
    title="Classer les scénarios de rebond",
    leads_to=(ScenariosPrioritised, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, NO_DIFFICULTY, REPEATED_RANK),
)
class PrioritiseScenarios:
    """After a crisis, the scenarios of recovery in their order (source text of 2025). They replace those before."""

    scenarios: Annotated[tuple[RecoveryScenario, ...], Len(1, 20)]


Command = QualifyDifficulty | PrioritiseScenarios
Event = DifficultyQualified | ScenariosPrioritised


def decide(difficulty: Difficulty | None, command: Command, context: Context) -> Event:
    match command:
        case QualifyDifficulty():
            return DifficultyQualified(_build_difficulty(command, context))
        case PrioritiseScenarios():
            return ScenariosPrioritised(_build_scenarios(command, difficulty, context))


def available_commands(difficulty: Difficulty | None) -> Iterator[type]:
    yield QualifyDifficulty
    if has_difficulty(difficulty):
        yield PrioritiseScenarios


def has_difficulty(difficulty: Difficulty | None) -> bool:
    return difficulty is not None and difficulty.level is not DifficultyLevel.NONE


def _build_difficulty(command: QualifyDifficulty, context: Context) -> Difficulty:
    """A difficulty has deep causes, or is not understood yet (source text of 2025)."""
    if command.level is not DifficultyLevel.NONE and not command.deep_causes:
        raise NO_CAUSES("Dites d’où vient la difficulté\u00a0: au moins une cause profonde est attendue.")
    return Difficulty(
        command.level,
        command.nature,
        causes=tuple(dict.fromkeys(command.causes)),
        deep_causes=encrypt_points(command.deep_causes, context),
        strategic_plan=context.optional_text(command.strategic_plan),
    )


def _build_scenarios(
    command: PrioritiseScenarios, difficulty: Difficulty | None, context: Context
) -> tuple[Scenario, ...]:
    """By rank. Scenarios of recovery answer a difficulty that was qualified (source text of 2025)."""
    if not has_difficulty(difficulty):
        raise NO_DIFFICULTY("Des scénarios de rebond répondent à une difficulté\u00a0: qualifiez-la d’abord.")
    ranks = [proposed.rank for proposed in command.scenarios]
    if repeated := sorted({rank for rank in ranks if ranks.count(rank) > 1}):
        raise REPEATED_RANK("Chaque scénario a un rang à lui, pour que l’ordre soit clair.", ranks=repeated)
    return tuple(
        Scenario(
            proposed.rank,
            context.text(proposed.title),
            hypotheses=encrypt_points(proposed.hypotheses, context),
            needs=encrypt_points(proposed.needs, context),
            retained=proposed.retained,
        )
        for proposed in sorted(command.scenarios, key=lambda proposed: proposed.rank)
    )
