"""Simulation of another review schedule over every follow-up of the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from uuid import UUID

from followup.domain import follow_up
from followup.domain.opening import FollowUpOpened, FollowUpResumed
from followup.domain.reviews.review import Review
from followup.domain.reviews.schedule_simulation import ReviewDifference, compare_schedules
from shared.eventlog import ServiceApplication
from shared.kernel import RuleDifference, paris_date
from shared.temporal import recorded_events

COLUMNS = {
    "case": "Dossier",
    "unit": "Unité",
    "opened_on": "Parcours terminé, su le",
    "review": "Bilan",
    "due_on": "Échéance",
    "effect": "Avec cette règle",
    "status": "Aujourd’hui",
    "reason": "Pourquoi",
}
EFFECT_LABELS = {
    RuleDifference.MORE: "serait prévu",
    RuleDifference.LESS: "ne serait pas prévu",
    RuleDifference.CANNOT_TELL: "ne peut se dire",
}


def simulate(
    app: ServiceApplication, rule: Mapping[str, int], months: Collection[int], since: date | None
) -> Iterator[tuple[UUID, list[dict[str, str]]]]:
    """Each opening or resumption of a follow-up since a day, with a row for each review that would differ."""
    completions: Counter[UUID] = Counter()
    for entry, event in recorded_events(app, (FollowUpOpened, FollowUpResumed)):
        case, opened_on = event.originator_id, paris_date(entry.recorded_at)
        completions[case] += 1
        if since and opened_on < since:
            continue
        state = app.load(follow_up.decider, case).state
        differences = compare_schedules(event.data.reviews, opened_on, completions[case], rule, months)
        yield (
            case,
            [_row(case, state.unit, opened_on, each, state.reviews.get(each.review)) for each in differences],
        )


def _row(
    case: UUID, unit: str, opened_on: date, difference: ReviewDifference, planned: Review | None
) -> dict[str, str]:
    review = planned if difference.effect is RuleDifference.LESS else None
    moved = f", au {review.due_on:%d/%m/%Y}" if review and review.due_on != difference.due_on else ""
    return {
        "case": str(case),
        "unit": unit,
        "opened_on": opened_on.isoformat(),
        "review": difference.review,
        "due_on": difference.due_on.isoformat() if difference.due_on else "",
        "effect": EFFECT_LABELS[difference.effect],
        "status": review.status.label + moved if review else "",
        "reason": difference.reason,
    }
