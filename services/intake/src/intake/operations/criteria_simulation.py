"""What would other criteria have asked of the requests that are in the log?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from intake import labels
from intake.bootstrap import requests
from intake.domain.criteria_simulation import differences
from intake.domain.reference.criteria import Criteria
from intake.domain.reference.reference import Reference
from intake.domain.request.reception import LinkedRequestOpened, RequestReceived
from intake.domain.request.state import Request
from intake.domain.request.transfer import TransferReceived
from shared.eventlog import ServiceApplication
from shared.kernel import Refused, RuleDifference
from shared.temporal import recorded_events

OPENS = (RequestReceived, TransferReceived, LinkedRequestOpened)
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
WOULD = {
    RuleDifference.MORE: "serait nécessaire",
    RuleDifference.LESS: "ne serait plus nécessaire",
    RuleDifference.CANNOT_TELL: "ne peut se dire",
}


def rows(
    app: ServiceApplication, reference: Reference, other: Criteria, since: date | None
) -> Iterator[tuple[UUID, list[dict[str, str]]]]:
    """Each request received since a day, with a row for each derogation that would differ."""
    for entry, event in recorded_events(app, OPENS, since):
        request = app.load(requests, event.originator_id).state
        received_on = entry.recorded_at.date()
        then = _criteria_then(reference, request, received_on)
        yield (
            event.originator_id,
            [
                {
                    "request": str(event.originator_id),
                    "unit": request.unit,
                    "received_on": received_on.isoformat(),
                    "status": labels.STATUSES[request.status],
                    "then": then.version if then else request.rules or "",
                    "criterion": each.criterion,
                    "derogation": WOULD[each.would],
                    "reason": each.reason,
                }
                for each in differences(request, then, other)
            ],
        )


def _criteria_then(reference: Reference, request: Request, received_on: date) -> Criteria | None:
    """Those that it was admitted by; else those in force on the day when it was received."""
    if request.rules:
        return reference.rules(request.rules)
    try:
        return reference.in_force(received_on)
    except Refused:
        return None
