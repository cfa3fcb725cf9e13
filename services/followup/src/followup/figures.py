"""Figures of a unit's follow-ups, each with its formula and the cases it is computed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from followup.domain import closure, needs, opening, parcours_update
from followup.domain.reviews import deadlines, reporting
from followup.projections import follow_ups
from shared.kernel import EndingKind
from shared.kernel.frozen import replace
from shared.projections import Row
from shared.statistics import Figure, Figures, count_figure, distinct_figure, share_figure

SATISFIED_FROM = APPROPRIATED_FROM = 4
JOB_LABELS = {"cdi": "CDI", "cdd": "CDD", "aided": "contrats aidés", "fte": "ETP"}

REPORTED = (reporting.ReviewRecorded, reporting.ReviewCorrected, reporting.ReviewCancelled)
MEASURED = (opening.FollowUpOpened, opening.BaselineCorrectionReplicated, *REPORTED)
SOURCES: dict[str, tuple[type, ...]] = {
    "structures": (opening.FollowUpOpened,),
    "follow_ups": (opening.FollowUpOpened,),
    "closed_down": (closure.StructureClosedDown, closure.ClosingDownCorrected),
    "reviews_done": REPORTED,
    "reviews_unreachable": (reporting.ReviewUnreachable, reporting.ReviewCancelled),
    "reviews_overdue": (deadlines.ReviewOverdue,),
    "needs": (needs.NeedFound,),
    "updates": (parcours_update.ParcoursUpdateRequested,),
    "appropriation": REPORTED,
    "satisfaction": REPORTED,
    "response_rate": REPORTED,
}
"""The events that each figure is computed from; figures that are not here compare with the diagnosis."""


def _compute(rows: Sequence[Row]) -> Iterator[Figure]:
    formula = "nombre de structures différentes qui ont au moins un suivi"
    yield distinct_figure("structures", "Structures suivies", formula, rows, "structure")
    yield count_figure("follow_ups", "Suivis", "nombre de suivis ouverts, clos compris", rows)
    yield count_figure(
        "closed_down",
        "Structures ayant cessé leur activité",
        "nombre de suivis clos pour cessation d’activité",
        [row for row in rows if (row.get("ending") or {}).get("kind") == EndingKind.CLOSED_DOWN],
    )
    formula = "nombre de bilans réalisés"
    yield count_figure("reviews_done", "Bilans réalisés", formula, rows, lambda row: row["reviews_done"])
    yield count_figure(
        "reviews_unreachable",
        "Bilans sans réponse de la structure",
        "nombre de bilans où la structure est restée injoignable",
        rows,
        lambda row: row["reviews_unreachable"],
    )
    yield count_figure(
        "reviews_overdue",
        "Bilans en retard",
        "nombre de bilans encore à faire 60 jours après leur échéance",
        rows,
        lambda row: len(row["overdue"]),
    )
    formula = "nombre de besoins qui ont ouvert une demande liée"
    yield count_figure("needs", "Nouveaux besoins repérés", formula, rows, lambda row: row["needs"])
    formula = "nombre de demandes, levées comprises"
    yield count_figure("updates", "Mises à jour du parcours demandées", formula, rows, lambda row: row["updates"])
    yield from _opinions(rows)
    for review in dict.fromkeys(_kind(code) for row in rows for code in row["measured"]):
        for code, label in JOB_LABELS.items():
            yield _job_change(rows, review, code, label)


def _opinions(rows: Sequence[Row]) -> Iterator[Figure]:
    yield share_figure(
        "appropriation",
        "Part de bilans où la structure s’est approprié les changements",
        f"bilans où l’appropriation est notée {APPROPRIATED_FROM} ou 5 sur 5 ÷ bilans réalisés",
        [(row["id"], *_count_at_least(APPROPRIATED_FROM, row["appropriation"])) for row in rows],
    )
    answered = [{code: note for code, note in row["satisfaction"].items() if note is not None} for row in rows]
    yield share_figure(
        "satisfaction",
        "Part de réponses satisfaites",
        f"réponses de {SATISFIED_FROM} ou 5 sur 5 ÷ réponses reçues",
        [(row["id"], *_count_at_least(SATISFIED_FROM, notes)) for row, notes in zip(rows, answered, strict=True)],
    )
    yield share_figure(
        "response_rate",
        "Taux de réponse à la question de satisfaction",
        "réponses reçues ÷ bilans réalisés où la question a été posée",
        [(row["id"], len(notes), len(row["satisfaction"])) for row, notes in zip(rows, answered, strict=True)],
    )


def _count_at_least(threshold: int, notes: dict[str, int]) -> tuple[int, int]:
    """How many notes reach the threshold, among how many."""
    return sum(note >= threshold for note in notes.values()), len(notes)


def _job_change(rows: Sequence[Row], review: str, code: str, label: str) -> Figure:
    """A structure counts once for each kind of review, with its latest of that kind."""
    changes: dict[str, float] = {}
    for row in rows:
        for code_of_review, values in row["measured"].items():
            if _kind(code_of_review) == review and code in values and code in row["baseline"]:
                changes[row["id"]] = values[code] - row["baseline"][code]
    sum_figure = count_figure(
        f"job_change_{code}",
        f"Évolution de l’emploi entre le diagnostic et le bilan {review}\u00a0: {label}",
        f"Σ ({label} au bilan {review} − {label} au diagnostic), pour les seules structures où les deux sont"
        " mesurés par la même définition\u202f; ce n’est pas un nombre d’emplois sauvés",
        [row for row in rows if row["id"] in changes],
        lambda row: changes[row["id"]],
        review,
    )
    return replace(sum_figure, value=sum_figure.counted if changes else None, among=len(changes), cases=list(changes))


def _kind(review: str) -> str:
    """`M6-2`, after an update of the parcours, is a review at six months like `M6`."""
    return review.partition("-")[0]


def _kind_of(event: Any) -> str | None:
    review = getattr(event, "review", None)
    return None if review is None else _kind(review)


figures = Figures(
    follow_ups,
    _compute,
    source_events=lambda code: SOURCES.get(code, MEASURED),
    dates={"opened_at": "ouverture du suivi", "closed_at": "clôture du suivi"},
    dated_by={"closed_down": "closed_at"},
    key_of=_kind_of,
    key_parameter="review",
)
