"""Documents of a diagnosis: the shared diagnosis, and the plan agreed from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diagnostic.domain.content.content import DiagnosisContent, DiagnosisSection
from diagnostic.domain.content.content_diff import DECISION_LABELS, EMPLOYMENT_LABELS
from diagnostic.domain.content.difficulty import Difficulty, Scenario
from diagnostic.domain.content.economics import AMOUNT_LABELS, Economics
from diagnostic.domain.content.employment import Employment
from diagnostic.domain.content.problem import Problem
from diagnostic.domain.lifecycle import DiagnosisStatus
from diagnostic.domain.plan import PlanAgreed
from diagnostic.domain.state import Diagnosis
from diagnostic.domain.validation import DiagnosisValidated
from shared.documents import (
    Block,
    Bullets,
    Column,
    Document,
    DocumentSource,
    DocumentTemplate,
    Facts,
    Heading,
    Paragraph,
    Table,
    Validation,
)
from shared.kernel import (
    DifficultyLevel,
    Encrypted,
    capitalize_first,
    format_date,
    format_day,
    format_euros,
    format_indicator,
    format_number,
)
from shared.kernel.vocabulary.indicators import indicator_definition

EMPTY = "Le diagnostic est encore vide\u00a0: rien n’y a été relevé."
NO_PLAN = "Le plan d’accompagnement n’est pas encore convenu avec la structure."
STATUS_NOTES = {
    DiagnosisStatus.OPEN: "Document de travail, qui n’a pas été soumis à la validation de la structure.",
    DiagnosisStatus.SUBMITTED: "Soumis à la validation de la structure, qui ne s’est pas encore prononcée.",
    DiagnosisStatus.CONTESTED: "Contesté par la structure\u00a0: ce document est à reprendre avec elle.",
    DiagnosisStatus.VALIDATED: "Validé par la structure.",
    DiagnosisStatus.STOPPED: "Document de travail\u00a0: la structure a renoncé avant qu’il soit achevé.",
    DiagnosisStatus.AGREED: "Validé par la structure, et suivi d’un plan d’accompagnement.",
}


def of_diagnosis(diagnosis: Diagnosis) -> Iterable[DocumentTemplate[Diagnosis]]:
    lacking = None if diagnosis.content_version else EMPTY
    yield DocumentTemplate(
        "diagnostic-partage", "Diagnostic partagé", write=shared_diagnosis, unavailable_because=lacking
    )
    yield DocumentTemplate(
        "plan-d-accompagnement",
        "Plan d’accompagnement",
        write=plan,
        unavailable_because=None if diagnosis.plan else NO_PLAN,
    )


def shared_diagnosis(source: DocumentSource[Diagnosis]) -> Document:
    diagnosis, content = source.state, source.state.content
    return source.document(
        "Diagnostic partagé",
        f"Unité {diagnosis.unit}",
        [
            Paragraph(f"{STATUS_NOTES[diagnosis.status]} Contenu en version {diagnosis.content_version}.", aside=True),
            *_sessions(source, content),
            *_axes(source, content),
            *_employment(content.employment),
            *_economics(content.economics),
            *_indicators(content),
            *_difficulty(source, content.difficulty),
            *_problem(source, content.problem),
            *_scenarios(source, content.scenarios),
            *_schemes(source, content),
        ],
        validation=_validation(source),
        adviser=diagnosis.adviser,
    )


def plan(source: DocumentSource[Diagnosis]) -> Document:
    agreed = source.last_of(PlanAgreed)
    assert agreed is not None
    event = agreed.event
    axes = tuple((str(rank), axis.label) for rank, axis in enumerate(event.axes, 1))
    blocks: list[Block] = [
        Paragraph(
            f"Convenu le {format_day(agreed.recorded_at)}, à partir de la version {event.validated_version} du"
            " diagnostic, validée par la structure."
        ),
        *_problem_statement(source, source.state.content.problem),
        Heading("Les objectifs"),
        Paragraph(source.decrypt(event.objectives)),
        Heading("Les axes de changement"),
        Table("Axes retenus, dans l’ordre", (Column("Rang"), Column("Axe", 8)), rows=axes),
        Heading("D’où part la structure"),
        Paragraph("Ces chiffres serviront de repère au suivi, avec les mêmes définitions.", aside=True),
        _baseline(event),
        *_corrections(source, event),
    ]
    return source.document("Plan d’accompagnement", f"Unité {event.unit}", blocks, validation=_validation(source))


def _validation(source: DocumentSource[Diagnosis]) -> Validation | None:
    """Only of a version that is validated."""
    diagnosis = source.state
    if diagnosis.submission is None or diagnosis.status not in (DiagnosisStatus.VALIDATED, DiagnosisStatus.AGREED):
        return None
    submission = diagnosis.submission
    agreeing = [
        fact
        for fact in source.all_of(DiagnosisValidated)
        if fact.event.content_hash == submission.content_hash and fact.event.leader in diagnosis.validations
    ]
    by = tuple(f"dirigeant·e {source.person(fact.by)}" for fact in agreeing)
    return Validation(submission.version, submission.content_hash, by=by, at=agreeing[-1].recorded_at)


def _sessions(source: DocumentSource[Diagnosis], content: DiagnosisContent) -> Iterator[Block]:
    if not content.sessions:
        return
    rows = []
    for session in content.sessions:
        people = (f"{source.decrypt(who.name)} ({who.quality.label})" for who in session.participants)
        notes = (
            f"Annulée\u00a0: {source.decrypt(session.cancelled)}"
            if session.cancelled
            else source.plaintext(session.notes)
        )
        rows.append((format_date(session.held_on), "\n".join(people), notes))
    yield Heading(DiagnosisSection.SESSIONS.label)
    columns = (Column("Date", 2), Column("Avec", 4), Column("Notes", 5))
    yield Table("Séances tenues avec la structure", columns, rows=tuple(rows))


def _axes(source: DocumentSource[Diagnosis], content: DiagnosisContent) -> Iterator[Block]:
    if not content.axes:
        return
    yield Heading(DiagnosisSection.AXES.label)
    ratings = tuple((axis.label, f"{assessment.rating}\u00a0sur\u00a05") for axis, assessment in content.axes.items())
    yield Table(
        "Vue d’ensemble, de 1 (fragile) à 5 (solide)", (Column("Axe", 6), Column("Note", number=True)), rows=ratings
    )
    for axis, assessment in content.axes.items():
        yield Heading(axis.label, 3)
        yield Paragraph(source.decrypt(assessment.findings))
        yield from _points(source, "Points forts", assessment.strengths)
        yield from _points(source, "Points faibles", assessment.weaknesses)
        if assessment.evidence:
            yield Paragraph(f"Éléments à l’appui\u00a0: {source.decrypt(assessment.evidence)}", aside=True)


def _employment(employment: Employment | None) -> Iterator[Block]:
    if employment is None:
        return
    yield Heading(DiagnosisSection.EMPLOYMENT.label)
    as_of = (("Situation au", format_date(employment.as_of)),) if employment.as_of else ()
    yield Facts(
        (*as_of, *((EMPLOYMENT_LABELS[code], format_number(value)) for code, value in employment.figures.items()))
    )


def _economics(economics: Economics | None) -> Iterator[Block]:
    if economics is None:
        return
    yield Heading(DiagnosisSection.ECONOMICS.label)
    caption = f"Exercice clos en {economics.fiscal_year}, {economics.perimeter.label}"
    rows = tuple((AMOUNT_LABELS[name], format_euros(cents)) for name, cents in economics.amounts.items())
    yield Table(caption, (Column("Poste", 4), Column("Montant", 2, number=True)), rows=rows)


def _indicators(content: DiagnosisContent) -> Iterator[Block]:
    if not content.indicators:
        return
    yield Heading(DiagnosisSection.INDICATORS.label)
    rows = tuple((each.definition, format_number(each.value)) for each in content.indicators.values())
    yield Table(
        "Indicateurs propres à la structure", (Column("Ce qui est compté", 5), Column("Valeur", number=True)), rows=rows
    )


def _difficulty(source: DocumentSource[Diagnosis], difficulty: Difficulty | None) -> Iterator[Block]:
    if difficulty is None or difficulty.level is DifficultyLevel.NONE:
        return
    nature = (("Nature", capitalize_first(difficulty.nature.label)),) if difficulty.nature else ()
    causes = (
        (("Causes", capitalize_first(", ".join(cause.label for cause in difficulty.causes))),)
        if difficulty.causes
        else ()
    )
    yield Heading(DiagnosisSection.DIFFICULTY.label)
    yield Facts((("Niveau", capitalize_first(difficulty.level.label)), *nature, *causes))
    yield from _points(source, "Causes profondes", difficulty.deep_causes)
    if difficulty.strategic_plan:
        yield Heading("Plan stratégique", 3)
        yield Paragraph(source.decrypt(difficulty.strategic_plan))


def _problem(source: DocumentSource[Diagnosis], problem: Problem | None) -> Iterator[Block]:
    yield from _problem_statement(source, problem)
    if problem:
        yield from _points(source, "Causes", problem.causes)
        yield from _points(source, "Préconisations", problem.recommendations)


def _problem_statement(source: DocumentSource[Diagnosis], problem: Problem | None) -> Iterator[Block]:
    if problem:
        yield Heading("La problématique")
        yield Paragraph(source.decrypt(problem.problem))


def _scenarios(source: DocumentSource[Diagnosis], scenarios: tuple[Scenario, ...]) -> Iterator[Block]:
    if scenarios:
        yield Heading(DiagnosisSection.SCENARIOS.label)
    for scenario in scenarios:
        yield Heading(f"{scenario.rank}. {source.decrypt(scenario.title)} ({DECISION_LABELS[scenario.retained]})", 3)
        yield from _points(source, "Hypothèses", scenario.hypotheses)
        yield from _points(source, "Besoins", scenario.needs)


def _schemes(source: DocumentSource[Diagnosis], content: DiagnosisContent) -> Iterator[Block]:
    if not content.schemes:
        return
    yield Heading(DiagnosisSection.SCHEMES.label)
    yield Bullets(
        tuple(
            source.decrypt(scheme.name) + (f"\u00a0: {source.decrypt(scheme.note)}" if scheme.note else "")
            for scheme in content.schemes
        )
    )


def _points(source: DocumentSource[Diagnosis], title: str, points: tuple[Encrypted, ...]) -> Iterator[Block]:
    if points:
        yield Paragraph(f"{title}\u00a0:")
        yield Bullets(source.plaintexts(points))


def _corrections(source: DocumentSource[Diagnosis], agreed: PlanAgreed) -> Iterator[Block]:
    corrected = source.state.baseline_corrections
    if corrected:
        yield Paragraph("Corrigé depuis, sans rien changer à ce que la structure a validé\u00a0:")
        yield Bullets(
            tuple(
                f"{indicator_definition(each.code, agreed.definitions)}\u00a0:"
                f" {format_indicator(each.code, each.value)},"
                f" au lieu de {format_indicator(each.code, each.before)}, depuis le {format_date(each.effective_on)}."
                f" {source.decrypt(each.reason)}"
                for each in corrected
            )
        )


def _baseline(event: PlanAgreed) -> Table:
    rows = tuple(
        (indicator_definition(code, event.definitions), format_indicator(code, value))
        for code, value in event.baseline.items()
    )
    year = f", exercice clos en {event.fiscal_year}" if event.fiscal_year else ""
    return Table(
        f"Situation de départ{year}", (Column("Ce qui est compté", 5), Column("Valeur", 2, number=True)), rows=rows
    )
