"""What does a diagnosis say? This is what the leaders read, and what their validation is bound to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from diagnostic.domain.axes import Axis
from diagnostic.domain.baseline import Economics, Employment, Indicator
from diagnostic.domain.difficulty import Difficulty, Level, Scenario
from shared.kernel import STANDARD_INDICATORS, Encrypted, PersonalData


class Section(StrEnum):
    """The parts of a diagnosis, as leaders read it and as it is shared."""

    SESSIONS = "sessions"
    AXES = "axes"
    EMPLOYMENT = "employment"
    INDICATORS = "indicators"
    PROBLEM = "problem"
    SCHEMES = "schemes"
    ECONOMICS = "economics"
    DIFFICULTY = "difficulty"
    SCENARIOS = "scenarios"

    @property
    def label(self) -> str:
        return SECTIONS[self]


SECTIONS = {
    Section.SESSIONS: "Séances de travail",
    Section.AXES: "Axes examinés",
    Section.EMPLOYMENT: "Emploi",
    Section.INDICATORS: "Indicateurs",
    Section.PROBLEM: "Problématique et préconisations",
    Section.SCHEMES: "Autres dispositifs en cours",
    Section.ECONOMICS: "Situation économique",
    Section.DIFFICULTY: "Difficultés",
    Section.SCENARIOS: "Scénarios de rebond",
}


class Quality(StrEnum):
    """As what somebody takes part."""

    LEADER = "leader"
    EMPLOYEE = "employee"
    VOLUNTEER = "volunteer"
    PARTNER = "partner"
    ADVISER = "adviser"

    @property
    def label(self) -> str:
        return QUALITIES[self]


QUALITIES = {
    Quality.LEADER: "dirigeant·e",
    Quality.EMPLOYEE: "salarié·e",
    Quality.VOLUNTEER: "bénévole",
    Quality.PARTNER: "partenaire",
    Quality.ADVISER: "chargé·e d’accompagnement",
}


@dataclass(frozen=True, slots=True)
class Attendee:
    """A participant as the log knows them: an id, and a name under that id's key."""

    person: UUID
    name: PersonalData
    quality: Quality


@dataclass(frozen=True, slots=True)
class Session:
    held_on: date
    participants: tuple[Attendee, ...]
    notes: Encrypted | None = None
    cancelled: Encrypted | None = None
    """Why it should never have been recorded: it keeps its number, and counts no more."""

    @property
    def with_a_leader(self) -> bool:
        return self.cancelled is None and any(attendee.quality is Quality.LEADER for attendee in self.participants)


@dataclass(frozen=True, slots=True)
class Assessment:
    """How the structure stands on one axis; `rating` from 1, fragile, to 5, solid."""

    rating: int
    findings: Encrypted
    strengths: tuple[Encrypted, ...] = ()
    weaknesses: tuple[Encrypted, ...] = ()
    evidence: Encrypted | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    problem: Encrypted
    causes: tuple[Encrypted, ...] = ()
    recommendations: tuple[Encrypted, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    name: Encrypted
    note: Encrypted | None = None


@dataclass(frozen=True, slots=True)
class Content:
    sessions: tuple[Session, ...] = ()
    axes: dict[Axis, Assessment] = field(default_factory=dict)
    employment: Employment | None = None
    indicators: dict[str, Indicator] = field(default_factory=dict)
    problem: Problem | None = None
    schemes: tuple[Scheme, ...] = ()
    economics: Economics | None = None
    difficulty: Difficulty | None = None
    scenarios: tuple[Scenario, ...] = ()

    @property
    def baseline(self) -> dict[str, float]:
        """What follow-up compares with, by code: employment, the economy and indicators; money in euro cents."""
        jobs = self.employment.figures if self.employment else {}
        money = self.economics.figures if self.economics else {}
        return jobs | money | {code: indicator.value for code, indicator in self.indicators.items()}

    @property
    def definitions(self) -> dict[str, str]:
        """What each figure counts, by code, where it is not one of employment that always means the same."""
        money = self.economics.figures if self.economics else {}
        own = {code: indicator.definition for code, indicator in self.indicators.items()}
        return {code: STANDARD_INDICATORS[code] for code in money} | own

    @property
    def in_difficulty(self) -> bool:
        return self.difficulty is not None and self.difficulty.level is not Level.NONE

    def missing(self) -> Iterator[tuple[str, str]]:
        """What leaders cannot do without to judge the diagnosis: a code, and the French for it."""
        if not any(session.with_a_leader for session in self.sessions):
            yield "session-with-a-leader", "une séance de travail avec au moins un·e dirigeant·e"
        if not self.axes:
            yield "axis", "l’examen d’au moins un axe"
        if self.employment is None:
            yield "employment", "l’état de l’emploi"
        if self.problem is None:
            yield "problem", "la problématique"
