"""Facts that a content states, in French: differences between two versions are computed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain

from diagnostic.domain.content.axes import Assessment
from diagnostic.domain.content.content import DiagnosisContent, DiagnosisSection
from diagnostic.domain.content.difficulty import Difficulty, Scenario
from diagnostic.domain.content.economics import AMOUNT_LABELS, Economics
from diagnostic.domain.content.employment import Employment
from diagnostic.domain.content.sessions import Session
from shared.kernel import ContentFact, Encrypted, format_euros

DisplayText = Callable[[Encrypted], str]
"""Decrypts a text for a person who may read it."""
Fact = ContentFact[DiagnosisSection]


def content_facts(content: DiagnosisContent, show: DisplayText) -> Iterator[Fact]:
    """Everything that the content says, one fact at a time."""
    sessions = (_session(n, session, show) for n, session in enumerate(content.sessions, 1))
    axes = (_axis(axis.label, assessment, show) for axis, assessment in content.axes.items())
    yield from chain.from_iterable((*sessions, *axes))
    if content.employment:
        yield from _employment(content.employment)
    for code, indicator in content.indicators.items():
        yield ContentFact(DiagnosisSection.INDICATORS, f"Indicateur «\u202f{code}\u202f»", value=indicator.value)
        yield ContentFact(
            DiagnosisSection.INDICATORS,
            f"Indicateur «\u202f{code}\u202f»\u00a0: définition",
            value=indicator.definition,
        )
    if content.problem:
        yield ContentFact(DiagnosisSection.PROBLEM, "Problématique", value=show(content.problem.problem))
        yield from _points(DiagnosisSection.PROBLEM, "Cause", content.problem.causes, show)
        yield from _points(DiagnosisSection.PROBLEM, "Préconisation", content.problem.recommendations, show)
    for scheme in content.schemes:
        named = show(scheme.name) + (f" ({show(scheme.note)})" if scheme.note else "")
        yield ContentFact(DiagnosisSection.SCHEMES, "Dispositif", value=named, key=("Dispositif", named))
    if content.economics:
        yield from _economics(content.economics)
    if content.difficulty:
        yield from _difficulty(content.difficulty, show)
    for scenario in content.scenarios:
        yield from _scenario(scenario, show)


def _session(n: int, session: Session, show: DisplayText) -> Iterator[Fact]:
    yield ContentFact(DiagnosisSection.SESSIONS, f"Séance {n}", value=_day(session.held_on))
    if session.cancelled:
        yield ContentFact(DiagnosisSection.SESSIONS, f"Séance {n}\u00a0: annulation", value=show(session.cancelled))
    for attendee in session.participants:
        who = f"{show(attendee.name)} ({attendee.quality.label})"
        yield ContentFact(DiagnosisSection.SESSIONS, f"Séance {n}\u00a0: participant·e", value=who, key=(n, who))
    if session.notes:
        yield ContentFact(DiagnosisSection.SESSIONS, f"Séance {n}\u00a0: notes", value=show(session.notes))


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _axis(axis: str, assessment: Assessment, show: DisplayText) -> Iterator[Fact]:
    yield ContentFact(DiagnosisSection.AXES, f"{axis}\u00a0: note sur 5", value=assessment.rating)
    yield ContentFact(DiagnosisSection.AXES, f"{axis}\u00a0: constats", value=show(assessment.findings))
    yield from _points(DiagnosisSection.AXES, f"{axis}\u00a0: point fort", assessment.strengths, show)
    yield from _points(DiagnosisSection.AXES, f"{axis}\u00a0: point faible", assessment.weaknesses, show)
    if assessment.evidence:
        yield ContentFact(DiagnosisSection.AXES, f"{axis}\u00a0: éléments à l’appui", value=show(assessment.evidence))


def _difficulty(difficulty: Difficulty, show: DisplayText) -> Iterator[Fact]:
    yield ContentFact(DiagnosisSection.DIFFICULTY, "Niveau de difficulté", value=difficulty.level.label)
    if difficulty.nature:
        yield ContentFact(DiagnosisSection.DIFFICULTY, "Nature de la difficulté", value=difficulty.nature.label)
    for cause in difficulty.causes:
        yield ContentFact(DiagnosisSection.DIFFICULTY, "Cause de la difficulté", value=cause.label, key=cause)
    yield from _points(DiagnosisSection.DIFFICULTY, "Cause profonde", difficulty.deep_causes, show)
    if difficulty.strategic_plan:
        yield ContentFact(DiagnosisSection.DIFFICULTY, "Plan stratégique", value=show(difficulty.strategic_plan))


def _scenario(scenario: Scenario, show: DisplayText) -> Iterator[Fact]:
    label = f"Scénario {scenario.rank}"
    yield ContentFact(DiagnosisSection.SCENARIOS, label, value=show(scenario.title))
    yield ContentFact(DiagnosisSection.SCENARIOS, f"{label}\u00a0: décision", value=DECISION_LABELS[scenario.retained])
    yield from _points(DiagnosisSection.SCENARIOS, f"{label}\u00a0: hypothèse", scenario.hypotheses, show)
    yield from _points(DiagnosisSection.SCENARIOS, f"{label}\u00a0: besoin", scenario.needs, show)


DECISION_LABELS = {None: "à décider", True: "retenu", False: "écarté"}


def _economics(economics: Economics) -> Iterator[Fact]:
    yield ContentFact(DiagnosisSection.ECONOMICS, "Exercice", value=economics.fiscal_year)
    yield ContentFact(DiagnosisSection.ECONOMICS, "Périmètre", value=economics.perimeter.label)
    for name, cents in economics.amounts.items():
        yield ContentFact(DiagnosisSection.ECONOMICS, AMOUNT_LABELS[name], value=format_euros(cents))


def _points(section: DiagnosisSection, label: str, points: tuple[Encrypted, ...], show: DisplayText) -> Iterator[Fact]:
    for point in points:
        text = show(point)
        yield ContentFact(section, label, value=text, key=(label, text))


def _employment(employment: Employment) -> Iterator[Fact]:
    for code, value in employment.figures.items():
        yield ContentFact(DiagnosisSection.EMPLOYMENT, EMPLOYMENT_LABELS[code], value=value)
    if employment.as_of:
        yield ContentFact(DiagnosisSection.EMPLOYMENT, "Situation au", value=_day(employment.as_of))


EMPLOYMENT_LABELS = {
    "cdi": "Salarié·es en CDI",
    "cdd": "Salarié·es en CDD",
    "aided": "Dont contrats aidés",
    "fte": "Équivalents temps plein (ETP)",
    "apprentices": "Dont apprenti·es",
    "volunteers": "Bénévoles actifs",
}
