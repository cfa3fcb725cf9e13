"""What can be asked of a diagnosis."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, Len

from diagnostic.domain.axes import Axis
from diagnostic.domain.content import Quality
from shared.events import command
from shared.fields import Count, FullTimeEquivalents, Line, Motive, Text

Points = Annotated[tuple[Line, ...], Len(0, 20)]
"""A list as one jots it down, one line a point."""
Rating = Annotated[int, Ge(1), Le(5)]
"""From 1, fragile, to 5, solid."""
ContentHash = Annotated[str, Len(64, 64)]
"""SHA-256, in hexadecimal."""


@command
class OpenDiagnosis:
    """A structure entered the DLA: its diagnosis begins. `headcount` null: not known."""

    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    headcount: int | None = None


@command
class Participant:
    """Somebody who took part in a session, as typed in."""

    name: Line
    quality: Quality


@command
class RecordSession:
    """The adviser and the structure have worked on the diagnosis together."""

    held_on: date
    participants: Annotated[tuple[Participant, ...], Len(1, 50)]
    notes: Text | None = None


@command
class AssessAxis:
    """The adviser and the structure say how it stands on one axis; saying it again replaces what was said."""

    axis: Axis
    findings: Text
    rating: Rating
    strengths: Points = ()
    weaknesses: Points = ()
    evidence: Text | None = None


@command
class RecordEmployment:
    """How many people the structure employs, and how: what follow-up will compare with.

    `cdi` and `cdd` count people; `aided` those of them whose contract is aided; `fte`: full-time equivalents (ETP)."""

    cdi: Count
    cdd: Count
    aided: Count
    fte: FullTimeEquivalents


@command
class RecordIndicator:
    """An indicator's value, and what exactly it counts: follow-up compares only by the same definition.

    `code`: small letters, digits and underscores; the same code again replaces the value. Code and definition are
    told to follow-up as they are: they say what is counted, never who."""

    code: Annotated[str, Len(1, 40)]
    definition: Line
    value: Annotated[float, Ge(-1e12), Le(1e12)]


@command
class StateProblem:
    """The precise problem of the structure (problématique), where it comes from, and what is recommended."""

    problem: Text
    causes: Points = ()
    recommendations: Points = ()


@command
class ListOtherScheme:
    """Another scheme is under way for the structure: the DLA complements it."""

    name: Line
    note: Text | None = None


@command
class SubmitDiagnosis:
    """The adviser asks the structure's leaders to validate the diagnosis as it stands."""


@command
class ValidateDiagnosis:
    """A leader of the structure agrees with the version that they have read, known by its number and its hash."""

    version: Count
    content_hash: ContentHash


@command
class ContestDiagnosis:
    """A leader of the structure does not agree with the version that they have read, and says why."""

    version: Count
    reasons: Motive


@command
class AgreePlan:
    """From the validated diagnosis, adviser and structure agree on what will be worked on, first things first."""

    axes: Annotated[tuple[Axis, ...], Len(1, len(Axis))]
    objectives: Text


EditCommand = RecordSession | AssessAxis | RecordEmployment | RecordIndicator | StateProblem | ListOtherScheme
"""Each makes a new version of the content."""
