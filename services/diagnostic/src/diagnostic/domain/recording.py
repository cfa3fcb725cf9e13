"""What people typed in, checked for sense and as the content holds it: their words go in sealed."""

from __future__ import annotations

import re
from datetime import date

from diagnostic.domain.baseline import Economics, Employment, Indicator
from diagnostic.domain.commands import (
    AssessAxis,
    CorrectEconomics,
    CorrectEmployment,
    CorrectIndicator,
    CorrectSession,
    PrioritiseScenarios,
    QualifyDifficulty,
    RecordEconomics,
    RecordEmployment,
    RecordIndicator,
    RecordSession,
)
from diagnostic.domain.content import Assessment, Attendee, Content, Session
from diagnostic.domain.difficulty import Difficulty, Level, Scenario
from shared.kernel import STANDARD_INDICATORS, Context, Encrypted, PersonalData, Refusal, require_past

WRONG_INDICATOR = Refusal("wrong-indicator-code", "Code d’indicateur irrecevable", status=422)
NO_FIGURE = Refusal("no-figure", "Aucun montant", status=422)
UNEXPLAINED = Refusal("difficulty-without-causes", "Difficulté sans causes", status=422)
NO_DIFFICULTY = Refusal("no-difficulty", "Aucune difficulté qualifiée")
REPEATED_RANK = Refusal("repeated-rank", "Rang donné deux fois", status=422)


def session(command: RecordSession | CorrectSession, context: Context) -> Session:
    require_past(command.held_on, context.now, "La date de la séance")
    attendees = []
    for participant in command.participants:
        person = context.new_id()
        attendees.append(Attendee(person, PersonalData(person, participant.name), quality=participant.quality))
    return Session(command.held_on, tuple(attendees), notes=context.optional_text(command.notes))


def assessment(command: AssessAxis, context: Context) -> Assessment:
    return Assessment(
        command.rating,
        context.text(command.findings),
        strengths=points(command.strengths, context),
        weaknesses=points(command.weaknesses, context),
        evidence=context.optional_text(command.evidence),
    )


def employment(command: RecordEmployment | CorrectEmployment, as_of: date | None, context: Context) -> Employment:
    if as_of:
        require_past(as_of, context.now, "La date de l’état de l’emploi")
    people = Employment(
        command.cdi,
        command.cdd,
        aided=command.aided,
        fte=command.fte,
        apprentices=command.apprentices,
        volunteers=command.volunteers,
        as_of=as_of,
    )
    return people.checked()


def economics(command: RecordEconomics | CorrectEconomics, context: Context) -> Economics:
    require_past(date(command.fiscal_year, 1, 1), context.now, "L’exercice")
    figures = Economics(
        command.fiscal_year,
        command.perimeter,
        budget=command.budget,
        own_income=command.own_income,
        subsidies=command.subsidies,
        result=command.result,
        cash=command.cash,
    )
    if not figures.amounts:
        raise NO_FIGURE(
            "Donnez au moins un montant\u00a0: budget, ressources propres, subventions, résultat ou trésorerie."
        )
    return figures


def indicator(command: RecordIndicator | CorrectIndicator) -> tuple[str, Indicator]:
    """A code is told to other services and never sealed: it has no room for a name."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", command.code):
        raise WRONG_INDICATOR(
            "Un code commence par une lettre et n’a que des minuscules sans accent, des chiffres et des tirets bas,"
            " par exemple «\u202fbudget_annuel\u202f»."
        )
    if command.code in STANDARD_INDICATORS:
        raise WRONG_INDICATOR(
            f"«\u202f{command.code}\u202f» est déjà compté dans l’état de l’emploi ou la situation économique."
        )
    return command.code, Indicator(command.value, command.definition)


def difficulty(command: QualifyDifficulty, context: Context) -> Difficulty:
    """A difficulty has deep causes, or is not understood yet (source text of 2025)."""
    if command.level is not Level.NONE and not command.causes:
        raise UNEXPLAINED("Dites d’où vient la difficulté\u00a0: au moins une cause profonde est attendue.")
    causes = points(command.causes, context)
    return Difficulty(
        command.level, command.nature, causes=causes, strategic_plan=context.optional_text(command.strategic_plan)
    )


def scenarios(command: PrioritiseScenarios, content: Content, context: Context) -> tuple[Scenario, ...]:
    """By rank. Scenarios of recovery answer a difficulty that was qualified (source text of 2025)."""
    if not content.in_difficulty:
        raise NO_DIFFICULTY("Des scénarios de rebond répondent à une difficulté\u00a0: qualifiez-la d’abord.")
    ranks = [proposed.rank for proposed in command.scenarios]
    if repeated := sorted({rank for rank in ranks if ranks.count(rank) > 1}):
        raise REPEATED_RANK("Chaque scénario a un rang à lui, pour que l’ordre soit clair.", ranks=repeated)
    return tuple(
        Scenario(
            proposed.rank,
            context.text(proposed.title),
            hypotheses=points(proposed.hypotheses, context),
            needs=points(proposed.needs, context),
            retained=proposed.retained,
        )
        for proposed in sorted(command.scenarios, key=lambda proposed: proposed.rank)
    )


def points(jotted: tuple[str, ...], context: Context) -> tuple[Encrypted, ...]:
    return tuple(context.text(point) for point in jotted)
