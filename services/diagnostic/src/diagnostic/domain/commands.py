"""What can be asked of a diagnosis."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, Len

from diagnostic.domain.axes import Axis
from diagnostic.domain.baseline import Perimeter
from diagnostic.domain.content import Quality
from diagnostic.domain.difficulty import Level, Nature
from shared.kernel import ConfidentialLine, Count, Day, FullTimeEquivalents, Line, Motive, PersonalLine, Text
from shared.kernel.events import command

Points = Annotated[tuple[Line, ...], Len(0, 20)]
"""A list as one jots it down, one line a point."""
Rating = Annotated[int, Ge(1), Le(5)]
"""From 1, fragile, to 5, solid."""
Number = Annotated[int, Ge(1), Le(10_000)]
"""A rank, or the number of a session in the order they were recorded, from 1."""
Year = Annotated[int, Ge(2002), Le(2200)]
Amount = Annotated[int, Ge(0), Le(1_000_000_000_00)]
"""Euro cents, at most a billion euros: an annual budget is larger than anything the scheme pays."""
Balance = Annotated[int, Ge(-1_000_000_000_00), Le(1_000_000_000_00)]
"""Euro cents, negative for a loss or an overdraft."""
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

    name: PersonalLine
    quality: Quality


@command(title="Consigner une séance de travail")
class RecordSession:
    """The adviser and the structure have worked on the diagnosis together."""

    held_on: Day
    participants: Annotated[tuple[Participant, ...], Len(1, 50)]
    notes: Text | None = None


@command(title="Examiner un axe")
class AssessAxis:
    """The adviser and the structure say how it stands on one axis; saying it again replaces what was said."""

    axis: Axis
    findings: Text
    rating: Rating
    strengths: Points = ()
    weaknesses: Points = ()
    evidence: Text | None = None


@command(title="Relever l’état de l’emploi")
class RecordEmployment:
    """How many people the structure employs, and how: what follow-up will compare with.

    `cdi` and `cdd` count people; `aided` and `apprentices` those of them who are; `fte`: full-time equivalents (ETP);
    `volunteers` are not employed. `as_of`: the day it was so."""

    cdi: Count
    cdd: Count
    aided: Count
    fte: FullTimeEquivalents
    apprentices: Count | None = None
    volunteers: Count | None = None
    as_of: Day | None = None


@command(title="Relever la situation économique")
class RecordEconomics:
    """The economy of the structure over one fiscal year, in euro cents: what follow-up will compare with.

    `fiscal_year`: the calendar year in which it ends; `result` and `cash` may be negative; null: not known."""

    fiscal_year: Year
    perimeter: Perimeter
    budget: Amount | None = None
    own_income: Amount | None = None
    subsidies: Amount | None = None
    result: Balance | None = None
    cash: Balance | None = None


@command(title="Relever un indicateur")
class RecordIndicator:
    """An indicator's value, and what exactly it counts: follow-up compares only by the same definition.

    `code`: small letters, digits and underscores; the same code again replaces the value. Code and definition are
    told to follow-up as they are: they say what is counted, never who."""

    code: Annotated[str, Len(1, 40)]
    definition: Line
    value: Annotated[float, Ge(-1e12), Le(1e12)]


@command(title="Formuler la problématique")
class StateProblem:
    """The precise problem of the structure (problématique), where it comes from, and what is recommended."""

    problem: Text
    causes: Points = ()
    recommendations: Points = ()


@command(title="Signaler un autre dispositif en cours")
class ListOtherScheme:
    """Another scheme is under way for the structure: the DLA complements it."""

    name: ConfidentialLine
    note: Text | None = None


@command(title="Qualifier les difficultés")
class QualifyDifficulty:
    """How deep the structure's difficulty is, one-off or structural, its deep causes, and the strategic plan to face it
    (source text of 2025); saying it again replaces what was said."""

    level: Level
    nature: Nature | None = None
    causes: Points = ()
    strategic_plan: Text | None = None


@command
class RecoveryScenario:
    """A way to recover, as typed in: what it supposes, what it needs, and whether it is retained (null: open)."""

    rank: Number
    title: ConfidentialLine
    hypotheses: Points = ()
    needs: Points = ()
    retained: bool | None = None


@command(title="Classer les scénarios de rebond")
class PrioritiseScenarios:
    """After a crisis, the scenarios of recovery in their order (source text of 2025); this replaces those before."""

    scenarios: Annotated[tuple[RecoveryScenario, ...], Len(1, 20)]


@command(title="Corriger l’état de l’emploi")
class CorrectEmployment:
    """The employment snapshot was wrong: how it really was, on which day, and why it is corrected."""

    cdi: Count
    cdd: Count
    aided: Count
    fte: FullTimeEquivalents
    effective_on: Day
    reason: Motive
    apprentices: Count | None = None
    volunteers: Count | None = None


@command(title="Corriger la situation économique")
class CorrectEconomics:
    """The economic figures were wrong: how they really were, since which day they hold, and why they are corrected."""

    fiscal_year: Year
    perimeter: Perimeter
    effective_on: Day
    reason: Motive
    budget: Amount | None = None
    own_income: Amount | None = None
    subsidies: Amount | None = None
    result: Balance | None = None
    cash: Balance | None = None


@command(title="Corriger un indicateur")
class CorrectIndicator:
    """An indicator was wrong: its real value and definition, since which day they hold, and why it is corrected."""

    code: Annotated[str, Len(1, 40)]
    definition: Line
    value: Annotated[float, Ge(-1e12), Le(1e12)]
    effective_on: Day
    reason: Motive


@command(title="Corriger une séance")
class CorrectSession:
    """A session was recorded wrongly: when and with whom it was really held, and why it is corrected."""

    session: Number
    held_on: Day
    participants: Annotated[tuple[Participant, ...], Len(1, 50)]
    reason: Motive
    notes: Text | None = None


@command(title="Annuler une séance")
class CancelSession:
    """A session was recorded by mistake: it keeps its number, and counts no more."""

    session: Number
    reason: Motive


@command(title="Soumettre le diagnostic à la structure")
class SubmitDiagnosis:
    """The adviser asks the structure's leaders to validate the diagnosis as it stands."""


@command(title="Valider le diagnostic")
class ValidateDiagnosis:
    """A leader of the structure agrees with the version that they have read, known by its number and its hash."""

    version: Count
    content_hash: ContentHash


@command(title="Contester le diagnostic")
class ContestDiagnosis:
    """A leader of the structure does not agree with the version that they have read, and says why."""

    version: Count
    reasons: Motive


@command(title="Convenir du plan d’accompagnement")
class AgreePlan:
    """From the validated diagnosis, adviser and structure agree on what will be worked on, first things first."""

    axes: Annotated[tuple[Axis, ...], Len(1, len(Axis))]
    objectives: Text


@command(title="Corriger une donnée de départ")
class CorrectBaseline:
    """Once the plan is agreed: a figure of the baseline was wrong; how it really was, since which day, and why.

    What leaders validated stays as it is: this stands beside it. `code`: of employment, the economy or an indicator."""

    code: Annotated[str, Len(1, 40)]
    value: Annotated[float, Ge(-1e12), Le(1e12)]
    effective_on: Day
    reason: Motive


Correction = CorrectEmployment | CorrectEconomics | CorrectIndicator | CorrectSession | CancelSession
"""Nothing is edited in place: what was wrong stays in the log, and a new event says how it was."""
EditCommand = (
    RecordSession
    | AssessAxis
    | RecordEmployment
    | RecordEconomics
    | RecordIndicator
    | StateProblem
    | ListOtherScheme
    | QualifyDifficulty
    | PrioritiseScenarios
    | Correction
)
"""Each makes a new version of the content."""
