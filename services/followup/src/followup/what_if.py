"""Which review dates would the follow-ups of the log have had by another rule?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from uuid import UUID

from followup import labels
from followup.domain import follow_up
from followup.domain.events import FollowUpOpened, FollowUpResumed
from followup.domain.reviews import Review
from followup.domain.what_if import Difference, differences
from shared.eventlog import ServiceApplication
from shared.kernel import RuleDifference
from shared.temporal import recorded_events

COLUMNS = {
    "case": "Dossier",
    "unit": "Unité",
    "opened_on": "Parcours terminé, su le",
    "review": "Bilan",
    "due_on": "Échéance",
    "would": "Avec cette règle",
    "status": "Aujourd’hui",
    "reason": "Pourquoi",
}
WOULD = {
    RuleDifference.MORE: "serait prévu",
    RuleDifference.LESS: "ne serait pas prévu",
    RuleDifference.CANNOT_TELL: "ne peut se dire",
}


def rows(
    app: ServiceApplication, rule: Mapping[str, int], months: Collection[int], since: date | None
) -> Iterator[tuple[UUID, list[dict[str, str]]]]:
    """Each end of a parcours heard of since a day, with a row for each review that would differ."""
    ends: Counter[UUID] = Counter()
    for entry, event in recorded_events(app, (FollowUpOpened, FollowUpResumed)):
        case, heard_on = event.originator_id, entry.recorded_at.date()
        ends[case] += 1
        if since and heard_on < since:
            continue
        state = app.load(follow_up.decider, case).state
        found = differences(event.data.reviews, heard_on, ends[case], rule, months)
        yield case, [_row(case, state.unit, heard_on, each, state.reviews.get(each.review)) for each in found]


def _row(case: UUID, unit: str, heard_on: date, each: Difference, planned: Review | None) -> dict[str, str]:
    known = planned if each.would is RuleDifference.LESS else None
    moved = f", au {known.due_on:%d/%m/%Y}" if known and known.due_on != each.due_on else ""
    return {
        "case": str(case),
        "unit": unit,
        "opened_on": heard_on.isoformat(),
        "review": each.review,
        "due_on": each.due_on.isoformat() if each.due_on else "",
        "would": WOULD[each.would],
        "status": labels.REVIEWS[known.status] + moved if known else "",
        "reason": each.reason,
    }
