"""What do follow-ups tell of a unit's work? Each number with its formula, and the cases behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel

from followup.domain import events
from followup.domain.events import Outcome
from shared.eventlog.application import ServiceApplication
from shared.eventlog.recorder import LogRecorder
from shared.events import name_of
from shared.views import Document, View
from shared.web.problems import ProblemError

SATISFIED_FROM = APPROPRIATED_FROM = 4
JOBS = {"cdi": "CDI", "cdd": "CDD", "aided": "contrats aidés", "fte": "ETP"}


class Figure(BaseModel):
    """`value` null: nothing to divide by, or nobody to compare. `counted` over `among`, or `counted` alone. `events`:
    the address of what was recorded behind it."""

    code: str
    label: str
    review: str | None = None
    value: float | None
    counted: float
    among: int | None = None
    formula: str
    cases: list[UUID]
    events: str = ""


class FigureEvent(BaseModel):
    """One recorded fact behind a figure."""

    case: UUID
    id: UUID
    event: str
    label: str
    review: str | None
    recorded_at: datetime
    effective_at: datetime | None


class FigureEvents(BaseModel):
    """Case after case; give `next` back as `after` to go on, until it is null."""

    items: list[FigureEvent]
    next: UUID | None


class Figures(BaseModel):
    """`unit` null: all the units that the caller sees."""

    unit: str | None
    figures: list[Figure]


def figures_of(recorder: LogRecorder, view: View, unit: str | None, within: Sequence[str]) -> Figures:
    """Of one unit, or of all of those `within` which the caller may see; of no other in any case."""
    rows = recorder.fetch(
        "SELECT document FROM {schema}.views WHERE view = %(view)s"
        " AND (%(unit)s::text IS NULL OR document->>'unit' = %(unit)s) AND document->>'unit' = ANY(%(within)s)"
        " ORDER BY case_id",
        {"view": view.name, "unit": unit, "within": list(within)},
    )
    found = _figures([row["document"] for row in rows])
    return Figures(unit=unit, figures=[each.model_copy(update={"events": _address(each, unit)}) for each in found])


def _address(figure: Figure, unit: str | None) -> str:
    asked = {"unit": unit, "review": figure.review}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/api/v1/follow-ups/figures/{figure.code}/events" + (f"?{query}" if query else "")


def events_behind(
    asked: ServiceApplication, figures: Figures, code: str, review: str | None, after: UUID | None, limit: int
) -> FigureEvents:
    """What was recorded in `limit` of the cases that a figure counts. Raises ProblemError 404 for an unknown figure."""
    figure = next((each for each in figures.figures if (each.code, each.review) == (code, review)), None)
    if figure is None:
        raise ProblemError(404, "unknown-figure", "Chiffre inconnu", "Aucun chiffre ne porte ce code, pour ce bilan.")
    wanted = [case for case in sorted(figure.cases) if after is None or case > after]
    topics = tuple(f"{name_of(event).name}:" for event in BEHIND.get(code, MEASURED))
    items = [each for case in wanted[:limit] for each in _behind(asked, case, topics, review)]
    return FigureEvents(items=items, next=wanted[limit - 1] if len(wanted) > limit else None)


def _behind(
    asked: ServiceApplication, case: UUID, topics: tuple[str, ...], review: str | None
) -> Iterator[FigureEvent]:
    entries = [entry for entry in asked.recorder.entries_of_case(case) if entry.topic.startswith(topics)]
    for entry, recorded in asked.events_of(entries):
        about = getattr(recorded.data, "review", None)
        if review is None or about is None or _kind(about) == review:
            name = name_of(recorded.data)
            yield FigureEvent(
                case=case,
                id=recorded.meta.id,
                event=name.name,
                label=name.label,
                review=about,
                recorded_at=entry.recorded_at,
                effective_at=recorded.meta.effective_at,
            )


REPORTED = (events.ReviewRecorded, events.ReviewCorrected, events.ReviewCancelled)
MEASURED = (events.FollowUpOpened, events.BaselineCorrectionHeard, *REPORTED)
BEHIND: dict[str, tuple[type, ...]] = {
    "structures": (events.FollowUpOpened,),
    "follow_ups": (events.FollowUpOpened,),
    "closed_down": (events.StructureClosedDown, events.ClosingDownCorrected),
    "reviews_held": REPORTED,
    "reviews_unreachable": (events.ReviewUnreachable, events.ReviewCancelled),
    "reviews_overdue": (events.ReviewOverdue,),
    "needs": (events.NeedFound,),
    "updates": (events.ParcoursUpdateAsked,),
    "appropriation": REPORTED,
    "satisfaction": REPORTED,
    "response_rate": REPORTED,
}
"""By figure; those that are not here compare with the diagnosis."""


def _figures(rows: list[Document]) -> Iterator[Figure]:
    yield _structures(rows)
    yield _count("follow_ups", "Suivis", "nombre de suivis ouverts, clos compris", rows, lambda _: 1)
    yield _count(
        "closed_down",
        "Structures ayant cessé leur activité",
        "nombre de suivis clos pour cessation d’activité",
        rows,
        lambda row: row.get("outcome") == Outcome.CLOSED_DOWN,
    )
    yield _count("reviews_held", "Bilans réalisés", "nombre de bilans réalisés", rows, lambda row: row["reviews_held"])
    yield _count(
        "reviews_unreachable",
        "Bilans sans réponse de la structure",
        "nombre de bilans où la structure est restée injoignable",
        rows,
        lambda row: row["reviews_unreachable"],
    )
    yield _count(
        "reviews_overdue",
        "Bilans en retard",
        "nombre de bilans encore à faire 60 jours après leur échéance",
        rows,
        lambda row: len(row["overdue"]),
    )
    yield _count(
        "needs",
        "Nouveaux besoins repérés",
        "nombre de besoins qui ont ouvert une demande liée",
        rows,
        lambda row: row["needs"],
    )
    yield _count(
        "updates",
        "Mises à jour du parcours demandées",
        "nombre de demandes, levées comprises",
        rows,
        lambda row: row["updates"],
    )
    yield _appropriation(rows)
    yield _satisfaction(rows)
    yield _response_rate(rows)
    for review in dict.fromkeys(_kind(code) for row in rows for code in row["measured"]):
        for code, label in JOBS.items():
            yield _job_change(rows, review, code, label)


def _count(code: str, label: str, formula: str, rows: list[Document], of: Callable[[Document], int]) -> Figure:
    counted = {row["id"]: of(row) for row in rows}
    total = sum(counted.values())
    cases = [case for case, count in counted.items() if count]
    return Figure(code=code, label=label, value=total, counted=total, formula=formula, cases=cases)


def _structures(rows: list[Document]) -> Figure:
    """A structure that is followed twice is counted once."""
    by_structure = {row["structure"]: row["id"] for row in rows}
    return Figure(
        code="structures",
        label="Structures suivies",
        value=len(by_structure),
        counted=len(by_structure),
        formula="nombre de structures différentes qui ont au moins un suivi",
        cases=[row["id"] for row in rows],
    )


def _appropriation(rows: list[Document]) -> Figure:
    ratings = [(row["id"], rating) for row in rows for rating in row["appropriation"].values()]
    high = sum(rating >= APPROPRIATED_FROM for _, rating in ratings)
    return Figure(
        code="appropriation",
        label="Part de bilans où la structure s’est approprié les changements",
        value=high / len(ratings) if ratings else None,
        counted=high,
        among=len(ratings),
        formula=f"bilans où l’appropriation est notée {APPROPRIATED_FROM} ou 5 sur 5 ÷ bilans réalisés",
        cases=list(dict.fromkeys(case for case, _ in ratings)),
    )


def _satisfaction(rows: list[Document]) -> Figure:
    answers = [(row["id"], answer) for row in rows for answer in row["satisfaction"].values() if answer is not None]
    satisfied = sum(answer >= SATISFIED_FROM for _, answer in answers)
    return Figure(
        code="satisfaction",
        label="Part de réponses satisfaites",
        value=satisfied / len(answers) if answers else None,
        counted=satisfied,
        among=len(answers),
        formula=f"réponses de {SATISFIED_FROM} ou 5 sur 5 ÷ réponses reçues",
        cases=list(dict.fromkeys(case for case, _ in answers)),
    )


def _response_rate(rows: list[Document]) -> Figure:
    asked = [(row["id"], answer) for row in rows for answer in row["satisfaction"].values()]
    answered = sum(answer is not None for _, answer in asked)
    return Figure(
        code="response_rate",
        label="Taux de réponse à la question de satisfaction",
        value=answered / len(asked) if asked else None,
        counted=answered,
        among=len(asked),
        formula="réponses reçues ÷ bilans réalisés où la question a été posée",
        cases=list(dict.fromkeys(case for case, _ in asked)),
    )


def _job_change(rows: list[Document], review: str, code: str, label: str) -> Figure:
    """A structure is counted once for each review, by its latest of that kind."""
    changes: dict[UUID, float] = {}
    for row in rows:
        for held, values in row["measured"].items():
            if _kind(held) == review and code in values and code in row["baseline"]:
                changes[UUID(row["id"])] = values[code] - row["baseline"][code]
    total = round(sum(changes.values()), 2)
    return Figure(
        code=f"job_change_{code}",
        label=f"Évolution de l’emploi entre le diagnostic et le bilan {review}\u00a0: {label}",
        review=review,
        value=total if changes else None,
        counted=total,
        among=len(changes),
        formula=f"Σ ({label} au bilan {review} − {label} au diagnostic), pour les seules structures où les deux sont"
        " mesurés par la même définition\u202f; ce n’est pas un nombre d’emplois sauvés",
        cases=list(changes),
    )


def _kind(review: str) -> str:
    """`M6-2`, after an update of the parcours, is a review of six months like `M6`."""
    return review.partition("-")[0]
