"""Simulation of other criteria on the requests in the log. It writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from intake.domain.criteria_simulation import differences
from intake.domain.reference.criteria import Criteria
from intake.domain.reference.reference import ReferenceData
from intake.domain.request import request as requests
from intake.domain.request.state import Request
from shared.eventlog import ServiceApplication
from shared.kernel import Refused, RuleDifference, paris_date
from shared.temporal import recorded_events

COLUMNS = {
    "request": "Demande",
    "unit": "Unité",
    "received_on": "Reçue le",
    "status": "État",
    "then": "Critères d’alors",
    "criterion": "Critère",
    "derogation": "Dérogation",
    "reason": "Pourquoi",
}
CHANGE_LABELS = {
    RuleDifference.MORE: "serait nécessaire",
    RuleDifference.LESS: "ne serait plus nécessaire",
    RuleDifference.CANNOT_TELL: "ne peut se dire",
}


def simulate_criteria(
    app: ServiceApplication, reference: ReferenceData, other: Criteria, since: date | None
) -> Iterator[tuple[UUID, list[dict[str, str]]]]:
    """Each request received since a day, with a row for each derogation that would differ under `other` criteria."""
    for entry, event in recorded_events(app, requests.OPENING_EVENTS, since):
        request = app.load(requests.decider, event.originator_id).state
        received_on = paris_date(entry.recorded_at)
        then = _applied_criteria(reference, request, received_on)
        yield (
            event.originator_id,
            [
                {
                    "request": str(event.originator_id),
                    "unit": request.unit,
                    "received_on": received_on.isoformat(),
                    "status": request.status.label,
                    "then": then.version if then else request.rules or "",
                    "criterion": each.criterion,
                    "derogation": CHANGE_LABELS[each.change],
                    "reason": each.reason,
                }
                for each in differences(request, then, other)
            ],
        )


def _applied_criteria(reference: ReferenceData, request: Request, received_on: date) -> Criteria | None:
    """Those under which the request was admitted; else those in force on the day of its reception."""
    if request.rules:
        return reference.find_criteria(request.rules)
    try:
        return reference.in_force(received_on)
    except Refused:
        return None
