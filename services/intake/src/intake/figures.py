"""What do requests tell of a unit's work? Each number with its formula, and the cases behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, Field

from intake import words
from intake.domain import events, orientation
from intake.domain.difficulty import DifficultyQualified, Level
from intake.domain.state import Status
from shared.eventlog.application import ServiceApplication
from shared.eventlog.recorder import LogRecorder
from shared.events import name_of
from shared.views import Document, View
from shared.web.problems import ProblemError

OPENED = (events.RequestReceived, events.TransferReceived, events.LinkedRequestOpened)
ACKNOWLEDGED = (orientation.OrientationSent, orientation.OrientationAcknowledged)
BEHIND: dict[str, tuple[type, ...]] = {
    "requests": OPENED,
    "structures": OPENED,
    "oriented": (events.RequestOriented,),
    "hours_to_triage": (*OPENED, DifficultyQualified),
    "orientations_acknowledged": ACKNOWLEDGED,
    "crisis_orientations_acknowledged": (DifficultyQualified, *ACKNOWLEDGED),
    **{f"difficulty_{level}": (DifficultyQualified,) for level in Level},
}


class Figure(BaseModel):
    """`value` null: nothing to divide by, or nobody to count. `counted` over `among`, or `counted` alone. `by_case`:
    each case's own, where the figure is a median. `events`: the address of what was recorded behind it."""

    code: str
    label: str
    value: float | None
    counted: float
    among: int | None = None
    formula: str
    cases: list[UUID]
    by_case: dict[UUID, float] = Field(default_factory=dict)
    events: str = ""


class Figures(BaseModel):
    """`unit` null: all units that the caller may see."""

    unit: str | None
    figures: list[Figure]


class FigureEvent(BaseModel):
    """One recorded fact behind a figure."""

    case: UUID
    id: UUID
    event: str
    label: str
    recorded_at: datetime


class FigureEvents(BaseModel):
    """Case after case; give `next` back as `after` to go on, until it is null."""

    items: list[FigureEvent]
    next: UUID | None


def figures_of(recorder: LogRecorder, view: View, unit: str | None, within: Sequence[str]) -> Figures:
    """Of one unit, or of all of those `within` which the caller may see; of no other in any case."""
    rows = recorder.fetch(
        "SELECT document FROM {schema}.views WHERE view = %(view)s"
        " AND (%(unit)s::text IS NULL OR document->>'unit' = %(unit)s) AND document->>'unit' = ANY(%(within)s)"
        " ORDER BY case_id",
        {"view": view.name, "unit": unit, "within": list(within)},
    )
    query = f"?{urlencode({'unit': unit})}" if unit else ""
    figures = [
        each.model_copy(update={"events": f"/api/v1/requests/figures/{each.code}/events{query}"})
        for each in counted([row["document"] for row in rows])
    ]
    return Figures(unit=unit, figures=figures)


def events_behind(
    asked: ServiceApplication, figures: Figures, code: str, after: UUID | None, limit: int
) -> FigureEvents:
    """What was recorded in `limit` of the cases that a figure counts. Raises ProblemError 404 for an unknown figure."""
    figure = next((each for each in figures.figures if each.code == code), None)
    if figure is None:
        raise ProblemError(404, "unknown-figure", "Chiffre inconnu", "Aucun chiffre ne porte ce code.")
    wanted = [case for case in sorted(figure.cases) if after is None or case > after]
    topics = tuple(f"{name_of(event).name}:" for event in BEHIND[code])
    items = [each for case in wanted[:limit] for each in _behind(asked, case, topics)]
    return FigureEvents(items=items, next=wanted[limit - 1] if len(wanted) > limit else None)


def _behind(asked: ServiceApplication, case: UUID, topics: tuple[str, ...]) -> Iterator[FigureEvent]:
    entries = [entry for entry in asked.recorder.entries_of_case(case) if entry.topic.startswith(topics)]
    for entry, recorded in asked.events_of(entries):
        name = name_of(recorded.data)
        yield FigureEvent(
            case=case, id=recorded.meta.id, event=name.name, label=name.label, recorded_at=entry.recorded_at
        )


def counted(rows: Sequence[Document]) -> Iterator[Figure]:
    yield _count("requests", "Demandes reçues", "nombre de demandes, reçues d’une autre unité ou liées comprises", rows)
    structures = {row["structure_id"] for row in rows}
    yield Figure(
        code="structures",
        label="Structures",
        value=len(structures),
        counted=len(structures),
        formula="nombre de structures différentes qui ont fait au moins une demande",
        cases=[row["id"] for row in rows],
    )
    oriented = [row for row in rows if row["status"] == Status.ORIENTED]
    yield _count("oriented", "Structures orientées", "nombre de demandes dont l’issue est une orientation", oriented)
    yield _hours_to_triage(rows)
    for level in Level:
        yield _count(
            f"difficulty_{level}",
            f"Difficulté\u00a0: {words.LEVELS[level]}",
            "nombre de demandes dont c’est le dernier niveau qualifié dans l’unité",
            [row for row in rows if row.get("difficulty") == level],
        )
    yield _acknowledged("orientations_acknowledged", "Part d’orientations bien reçues", "", rows)
    in_crisis = [row for row in rows if "difficulty" in row and Level(row["difficulty"]).is_a_crisis]
    yield _acknowledged(
        "crisis_orientations_acknowledged",
        "Part d’orientations bien reçues, pour les structures en crise",
        ", pour les demandes en situation critique ou en cessation des paiements",
        in_crisis,
    )


def _count(code: str, label: str, formula: str, rows: Iterable[Document]) -> Figure:
    cases = [row["id"] for row in rows]
    return Figure(code=code, label=label, value=len(cases), counted=len(cases), formula=formula, cases=cases)


def _hours_to_triage(rows: Sequence[Document]) -> Figure:
    triaged = [row for row in rows if row.get("triaged_at")]
    hours = {UUID(row["id"]): _hours(row["received_at"], row["triaged_at"]) for row in triaged}
    return Figure(
        code="hours_to_triage",
        label="Heures avant la qualification des difficultés (médiane)",
        value=median(hours.values()) if hours else None,
        counted=len(hours),
        among=len(rows),
        formula="médiane de (première qualification − réception), en heures, pour les seules demandes qualifiées dans"
        " l’unité",
        cases=list(hours),
        by_case=hours,
    )


def _hours(since: str, until: str) -> float:
    return round((datetime.fromisoformat(until) - datetime.fromisoformat(since)) / timedelta(hours=1), 2)


def _acknowledged(code: str, label: str, among: str, rows: Sequence[Document]) -> Figure:
    sent = _sum(rows, lambda row: len(row.get("sent", ())))
    received = _sum(rows, lambda row: len(row.get("acknowledged", ())))
    return Figure(
        code=code,
        label=label,
        value=received / sent if sent else None,
        counted=received,
        among=sent,
        formula=f"orientations bien reçues ÷ orientations transmises{among}",
        cases=[row["id"] for row in rows if row.get("sent")],
    )


def _sum(rows: Sequence[Document], of: Callable[[Document], int]) -> int:
    return sum(map(of, rows))
