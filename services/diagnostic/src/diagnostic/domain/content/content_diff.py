"""Differences between two versions of the content, in French."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain

from diagnostic.domain.content.axes import Assessment
from diagnostic.domain.content.content import Content, Section
from diagnostic.domain.content.difficulty import Difficulty, Scenario
from diagnostic.domain.content.economics import AMOUNT_LABELS, Economics
from diagnostic.domain.content.employment import Employment
from diagnostic.domain.content.sessions import Session
from shared.kernel import CHANGE_LABELS, Encrypted, diff_facts, format_euros

Value = str | int | float
Show = Callable[[Encrypted], str]
"""Decrypts a value for a person who may read it."""


class Kind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        return CHANGE_LABELS[self]


@dataclass(frozen=True, slots=True)
class Change:
    """`label` names what changed, in French; `before` is null for what was added, `after` for what was removed."""

    kind: Kind
    kind_label: str
    section: Section
    section_label: str
    label: str
    before: Value | None = None
    after: Value | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a content says. A `point` of a list is there or not; anything else has one value at a time."""

    section: Section
    label: str
    value: Value
    point: bool = False

    @property
    def identity(self) -> tuple[Section, str, Value | None]:
        return self.section, self.label, self.value if self.point else None


def changes(before: Content, after: Content, show: Show) -> list[Change]:
    """In the order of the sections. Texts are compared as `show` gives them."""
    order = list(Section)
    found = [_change(Kind(kind), then, now) for kind, then, now in diff_facts(facts(before, show), facts(after, show))]
    return sorted(found, key=lambda change: (order.index(change.section), change.label, change.kind))


def facts(content: Content, show: Show) -> Iterator[Fact]:
    """All that a content says, one fact at a time."""
    sessions = (_session(n, session, show) for n, session in enumerate(content.sessions, 1))
    axes = (_axis(axis.label, assessment, show) for axis, assessment in content.axes.items())
    yield from chain.from_iterable((*sessions, *axes))
    if content.employment:
        yield from _employment(content.employment)
    for code, indicator in content.indicators.items():
        yield Fact(Section.INDICATORS, f"Indicateur «\u202f{code}\u202f»", value=indicator.value)
        yield Fact(Section.INDICATORS, f"Indicateur «\u202f{code}\u202f»\u00a0: définition", value=indicator.definition)
    if content.problem:
        yield Fact(Section.PROBLEM, "Problématique", value=show(content.problem.problem))
        yield from _points(Section.PROBLEM, "Cause", content.problem.causes, show)
        yield from _points(Section.PROBLEM, "Préconisation", content.problem.recommendations, show)
    for scheme in content.schemes:
        named = show(scheme.name) + (f" ({show(scheme.note)})" if scheme.note else "")
        yield Fact(Section.SCHEMES, "Dispositif", value=named, point=True)
    if content.economics:
        yield from _economics(content.economics)
    if content.difficulty:
        yield from _difficulty(content.difficulty, show)
    for scenario in content.scenarios:
        yield from _scenario(scenario, show)


def _change(kind: Kind, before: Fact | None, after: Fact | None) -> Change:
    fact = after or before
    assert fact is not None
    return Change(
        kind,
        kind.label,
        section=fact.section,
        section_label=fact.section.label,
        label=fact.label,
        before=before.value if before else None,
        after=after.value if after else None,
    )


def _session(n: int, session: Session, show: Show) -> Iterator[Fact]:
    yield Fact(Section.SESSIONS, f"Séance {n}", value=_day(session.held_on))
    if session.cancelled:
        yield Fact(Section.SESSIONS, f"Séance {n}\u00a0: annulation", value=show(session.cancelled))
    for attendee in session.participants:
        who = f"{show(attendee.name)} ({attendee.quality.label})"
        yield Fact(Section.SESSIONS, f"Séance {n}\u00a0: participant·e", value=who, point=True)
    if session.notes:
        yield Fact(Section.SESSIONS, f"Séance {n}\u00a0: notes", value=show(session.notes))


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _axis(axis: str, assessment: Assessment, show: Show) -> Iterator[Fact]:
    yield Fact(Section.AXES, f"{axis}\u00a0: note sur 5", value=assessment.rating)
    yield Fact(Section.AXES, f"{axis}\u00a0: constats", value=show(assessment.findings))
    yield from _points(Section.AXES, f"{axis}\u00a0: point fort", assessment.strengths, show)
    yield from _points(Section.AXES, f"{axis}\u00a0: point faible", assessment.weaknesses, show)
    if assessment.evidence:
        yield Fact(Section.AXES, f"{axis}\u00a0: éléments à l’appui", value=show(assessment.evidence))


def _difficulty(difficulty: Difficulty, show: Show) -> Iterator[Fact]:
    yield Fact(Section.DIFFICULTY, "Niveau de difficulté", value=difficulty.level.label)
    if difficulty.nature:
        yield Fact(Section.DIFFICULTY, "Nature de la difficulté", value=difficulty.nature.label)
    yield from _points(Section.DIFFICULTY, "Cause profonde", difficulty.causes, show)
    if difficulty.strategic_plan:
        yield Fact(Section.DIFFICULTY, "Plan stratégique", value=show(difficulty.strategic_plan))


def _scenario(scenario: Scenario, show: Show) -> Iterator[Fact]:
    label = f"Scénario {scenario.rank}"
    yield Fact(Section.SCENARIOS, label, value=show(scenario.title))
    yield Fact(Section.SCENARIOS, f"{label}\u00a0: décision", value=DECISION_LABELS[scenario.retained])
    yield from _points(Section.SCENARIOS, f"{label}\u00a0: hypothèse", scenario.hypotheses, show)
    yield from _points(Section.SCENARIOS, f"{label}\u00a0: besoin", scenario.needs, show)


DECISION_LABELS = {None: "à décider", True: "retenu", False: "écarté"}


def _economics(economics: Economics) -> Iterator[Fact]:
    yield Fact(Section.ECONOMICS, "Exercice", value=economics.fiscal_year)
    yield Fact(Section.ECONOMICS, "Périmètre", value=economics.perimeter.label)
    for name, cents in economics.amounts.items():
        yield Fact(Section.ECONOMICS, AMOUNT_LABELS[name], value=format_euros(cents))


def _points(section: Section, label: str, points: tuple[Encrypted, ...], show: Show) -> Iterator[Fact]:
    for point in points:
        yield Fact(section, label, value=show(point), point=True)


def _employment(employment: Employment) -> Iterator[Fact]:
    for code, value in employment.figures.items():
        yield Fact(Section.EMPLOYMENT, EMPLOYMENT_LABELS[code], value=value)
    if employment.as_of:
        yield Fact(Section.EMPLOYMENT, "Situation au", value=_day(employment.as_of))


EMPLOYMENT_LABELS = {
    "cdi": "Salarié·es en CDI",
    "cdd": "Salarié·es en CDD",
    "aided": "Dont contrats aidés",
    "fte": "Équivalents temps plein (ETP)",
    "apprentices": "Dont apprenti·es",
    "volunteers": "Bénévoles actifs",
}
