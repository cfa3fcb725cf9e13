"""Published statistics of followup: the follow-ups closed in a quarter, and what became of the structures."""

from __future__ import annotations

from followup.figures import APPROPRIATED_FROM, SATISFIED_FROM
from followup.projections import follow_ups
from shared.kernel import EndingKind
from shared.projections import Row
from shared.statistics import UNKNOWN, Dimension, Release

ENDINGS = (EndingKind.FOLLOWED_UP, EndingKind.UNREACHABLE, EndingKind.CLOSED_DOWN)
OPINION_LABELS = {"high": "4 ou 5 sur 5", "low": "1 à 3 sur 5", UNKNOWN: "aucune réponse"}
CHANGE_LABELS = {"more": "davantage", "same": "autant", "fewer": "moins", UNKNOWN: "non comparable"}


def _ending(row: Row) -> str:
    return str((row.get("ending") or {}).get("kind", EndingKind.FOLLOWED_UP))


def _last_opinion(notes: dict[str, int | None], threshold: int) -> str:
    """By the last review with an answer."""
    answered = [note for note in notes.values() if note is not None]
    if not answered:
        return UNKNOWN
    return "high" if answered[-1] >= threshold else "low"


def _satisfaction(row: Row) -> str:
    return _last_opinion(row["satisfaction"], SATISFIED_FROM)


def _appropriation(row: Row) -> str:
    return _last_opinion(row["appropriation"], APPROPRIATED_FROM)


def _jobs(row: Row) -> str:
    """Full-time equivalents at the last review that can be compared with the diagnosis."""
    measured = [values["fte"] for values in row["measured"].values() if "fte" in values]
    if not measured or "fte" not in row["baseline"]:
        return UNKNOWN
    change = measured[-1] - row["baseline"]["fte"]
    return "more" if change > 0 else "fewer" if change < 0 else "same"


def _needs(row: Row) -> str:
    return "found" if row["needs"] else "none"


release = Release(
    follow_ups,
    "suivis clos dans la période",
    counted_at="closed_at",
    dimensions=(
        Dimension("ending", "Fin du suivi", keys={kind.value: kind.label for kind in ENDINGS}, of=_ending),
        Dimension("satisfaction", "Satisfaction", keys=OPINION_LABELS, of=_satisfaction),
        Dimension("appropriation", "Appropriation des changements", keys=OPINION_LABELS, of=_appropriation),
        Dimension("jobs", "ETP au dernier bilan, comparés au diagnostic", keys=CHANGE_LABELS, of=_jobs),
        Dimension("needs", "Nouveaux besoins", keys={"found": "repérés", "none": "aucun"}, of=_needs),
    ),
)
