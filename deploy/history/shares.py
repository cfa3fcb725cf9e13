"""Published shares by which the history is drawn, each with its source.

(S) is in the source texts of the project; (P) is public material, of one year and sometimes of one region; (D) is an
assumption of ours, where nothing was found. None of them is official here."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TypeVar

from intake.domain.structure import LegalForm
from shared.kernel import Axis, DifficultyLevel

K = TypeVar("K")
Shares = Mapping[K, float]
"""Weights; they need not sum to anything."""

DOSSIERS = 60_000
"""Since 2002, at scale 1. (S): more than 60,000 structures accompanied by 2021."""

YEARS: Shares[int] = {2002: 6, 2003: 25, 2004: 45, 2005: 65, 2006: 79, 2007: 77, 2008: 75, 2009: 73, 2010: 66}
"""By year, in hundreds of structures. (P), IGAS and Caisse des Dépôts: a steep rise from 2004 to 2006, a peak of 7,900,
7,263 in 2009, 6,602 in 2010; (D): between these, and before 2006."""
LATER_YEARS = 60
"""(S): near 6,000 a year today."""

HEADCOUNTS: Shares[tuple[int, int]] = {(0, 0): 10, (1, 2): 24, (3, 9): 37, (10, 19): 12, (20, 49): 9, (50, 250): 8}
"""First and last headcount of a class. (P), IGAS 2012: 71 % below ten employees, 10 % without any, 8 % above fifty;
(D): inside the classes, by a falling curve."""

ACTIVITIES: Shares[tuple[str, str]] = {
    ("90.01Z", "culture"): 18.0,
    ("88.99B", "insertion et emploi"): 17.6,
    ("88.91A", "enfance et jeunesse"): 12.7,
    ("88.10A", "services à la personne"): 9.0,
    ("93.12Z", "sport"): 8.6,
    ("94.99Z", "vie associative"): 14.0,
    ("85.59A", "formation"): 8.0,
    ("38.11Z", "réemploi et environnement"): 6.0,
    ("55.20Z", "tourisme social"): 3.0,
    ("01.13Z", "agriculture solidaire"): 3.1,
}
"""NAF code and sector. (P), le Mouvement associatif, 2011: the first five; (D): the rest."""

LEGAL_FORMS: Shares[LegalForm] = {
    LegalForm.ASSOCIATION: 84,
    LegalForm.SIAE: 8,
    LegalForm.COOPERATIVE: 5,
    LegalForm.ESS_COMPANY: 2,
    LegalForm.FOUNDATION: 0.5,
    LegalForm.MUTUAL: 0.5,
}
"""(S): employing associations, structures of insertion, other companies of the ESS; (D): the shares."""

THEMES: Shares[Axis] = {
    Axis.STRATEGY: 40,
    Axis.ORGANISATION: 11,
    Axis.FINANCE: 8,
    Axis.BUSINESS_MODEL: 9,
    Axis.HUMAN_RESOURCES: 9,
    Axis.GOVERNANCE: 8,
    Axis.PARTNERSHIPS: 6,
    Axis.ACTIVITIES: 4,
    Axis.DIGITAL: 3,
    Axis.ECOLOGY: 2,
}
"""First axis of a plan. (S), 2019: project and strategy 40 %, internal organisation 11 %, restructuring 8 %, others
40 %; (D): how the others divide."""

DIFFICULTIES: Shares[DifficultyLevel] = {
    DifficultyLevel.NONE: 60,
    DifficultyLevel.WEAK_SIGNALS: 22,
    DifficultyLevel.PROVEN: 12,
    DifficultyLevel.CRITICAL: 4,
    DifficultyLevel.INSOLVENT: 2,
}
DIFFICULTIES_SINCE_2022: Shares[DifficultyLevel] = {
    DifficultyLevel.NONE: 42,
    DifficultyLevel.WEAK_SIGNALS: 27,
    DifficultyLevel.PROVEN: 20,
    DifficultyLevel.CRITICAL: 7,
    DifficultyLevel.INSOLVENT: 4,
}
"""(S), February 2025: 94 % of advisers see more structures in difficulty than three years before; (D): the shares."""
HARDER_SINCE = 2022

OUTCOMES: Shares[str] = {"admitted": 66, "oriented": 20, "rejected": 6, "withdrawn": 8}
"""(D)."""

CONSULTING = 0.75
"""Of the supported structures, with a consultancy. (P), 2010: 75 % had at least one."""
PERMANENT = 0.49
"""Of the jobs, under a permanent contract. (P), 2010: 49 %."""
SATISFIED = 0.95
"""Of those who answer. (P), one unit's site: 95 %."""
JOB_GROWTH = 0.044
"""Change of headcount over the follow-up, on average. (P), 2008 to 2010: 4.4 %."""
DAY_RATE_CENTS = (650_00, 950_00)
"""Of a consultant, per day. (D)."""
CONSULTING_DAYS = (3, 9)
"""(D)."""
RETURNING = 0.25
"""Requests of a structure that this unit has already supported. (D)."""


def draw(rng: Random, shares: Shares[K]) -> K:
    """One of them, by its weight."""
    return rng.choices([*shares], weights=[*shares.values()])[0]


def draw_headcount(rng: Random) -> int:
    """Small ones are the most frequent in their class."""
    first, last = draw(rng, HEADCOUNTS)
    return first + int((last - first + 1) * rng.random() ** 1.7)


def year_shares(last: int) -> Shares[int]:
    """By year, from 2002 to the last one."""
    return {year: YEARS.get(year, LATER_YEARS) for year in range(min(YEARS), last + 1)}
