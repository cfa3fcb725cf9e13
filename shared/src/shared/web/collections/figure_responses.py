"""What figures are answered with: as JSON, as CSV, and the events behind one of them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from shared.temporal import Basis
from shared.web.http import CsvResponse, csv_file


class FigureResponse(BaseModel):
    """`value` null: nothing to divide by, or nobody to count. `counted` over `among`, or `counted` alone. `key`, or
    `review`: which one, of a figure that has several values. `cases`: those that it counts, and `by_case`: the value
    of each, where the figure is a median; both for one unit only, and empty for several. `rules`: the versions of the
    eligibility criteria by which these cases were decided; these alone are versioned. What else decides is code, or
    part of the events themselves, as the days of reviews do. `events`: the address of what was recorded behind it.
    `group`: the group of cases, where figures were asked for by group. `dated_by`: what puts a case inside the
    period."""

    code: str
    label: str
    group: str | None = None
    group_label: str | None = None
    dated_by: str
    key: str | None = None
    review: str | None = None
    value: float | None
    counted: float
    among: int | None = None
    formula: str
    rules: list[str] = []
    cases: list[UUID]
    by_case: dict[UUID, float] = Field(default_factory=dict)
    events: str = ""


class FiguresResponse(BaseModel):
    """`unit` null: all the units that the caller sees. `basis`: the events that are counted; requested again as of
    then, the answer is the same, byte for byte. `since` and `until`: the days counted, both included, of Paris.
    `groupings`: what these figures can be given `by`."""

    unit: str | None
    since: date | None = None
    until: date | None = None
    by: str | None = None
    groupings: dict[str, str]
    basis: Basis
    figures: list[FigureResponse]


class FigureEvent(BaseModel):
    """One recorded fact behind a figure. `rules`: the version of the eligibility criteria it was decided by, if any."""

    case: UUID
    id: UUID
    event: str
    label: str
    key: str | None = None
    review: str | None = None
    recorded_at: datetime
    effective_at: datetime | None = None
    rules: str | None = None


class FigureEvents(BaseModel):
    """Case after case; give `next` back as `after` to go on, until it is null."""

    items: list[FigureEvent]
    next: UUID | None


COLUMNS = (
    "Code",
    "Clé",
    "Libellé",
    "Valeur",
    "Compté",
    "Parmi",
    "Formule",
    "Règles",
    "Unité",
    "Position",
    "Recueil au",
    "Groupe",
    "Depuis",
    "Jusqu’au",
    "Daté par",
)


def build_csv_file(answer: FiguresResponse) -> CsvResponse:
    basis, unit = answer.basis, answer.unit or "toutes celles de votre droit"
    rows = (
        (
            *(each.code, each.key, each.label, each.value, each.counted, each.among, each.formula),
            *(", ".join(each.rules), unit, basis.position, basis.recorded_at),
            *(each.group_label, answer.since, answer.until, each.dated_by),
        )
        for each in answer.figures
    )
    return csv_file("chiffres", COLUMNS, rows)
