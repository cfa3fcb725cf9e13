"""Which dossiers are past their term, and what keeps one beyond it? Told before anything is destroyed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from intake import bootstrap, projections
from intake.domain import retention
from intake.domain.request.archive import ArchiveCase, CaseArchived
from intake.domain.request.state import RequestStatus
from intake.domain.retention import DestroyDossier, Kept, RetentionHeld, RetentionReleased, retention_of
from intake.settings import Deployment, deployment
from shared.eventlog import ServiceApplication, count_values_of, people_only_in
from shared.kernel import Actor, Role, add_months, event_name
from shared.web.auth import UNREADABLE_EVENT_ERRORS

log = logging.getLogger(__name__)
CLASSES = {
    RequestStatus.ORIENTED: Kept.NOT_ADMITTED,
    RequestStatus.WITHDRAWN: Kept.NOT_ADMITTED,
    RequestStatus.TRANSFERRED: Kept.NOT_ADMITTED,
    RequestStatus.CLOSED: Kept.CLOSED,
}
IN_FRENCH = {Kept.NOT_ADMITTED: "non admis", Kept.CLOSED: "clos"}
CHANGES_NO_TERM = [event_name(each).topic for each in (RetentionHeld, RetentionReleased, CaseArchived)]
"""What is recorded of a dossier without being something that happens to it."""
COLUMNS = {
    "case": "Dossier",
    "unit": "Unité",
    "kept": "Classe",
    "last_on": "Dernier événement",
    "archived_on": "Archive",
    "due_on": "Terme",
    "then": "Ce qui en est fait",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A dossier that is over. `last_on`: the day of the last thing recorded of it here; `archived_on`: from when it is
    kept as an archive; `due_on`: when its keys are to be destroyed; `obstacle`: what keeps it longer, in French."""

    case: UUID
    unit: str
    kept: Kept
    last_on: date
    archived_on: date | None
    due_on: date
    obstacle: str | None

    def due(self, today: date) -> bool:
        return self.due_on <= today and self.obstacle is None

    def then(self, today: date) -> str:
        if self.obstacle:
            return f"gardé\u00a0: {self.obstacle}"
        if self.due_on <= today:
            return "à détruire"
        return "en archive" if self.archived_on and self.archived_on <= today else "conservé"

    def row(self, today: date) -> dict[str, str]:
        return {
            "case": str(self.case),
            "unit": self.unit,
            "kept": IN_FRENCH[self.kept],
            "last_on": self.last_on.isoformat(),
            "archived_on": self.archived_on.isoformat() if self.archived_on else "",
            "due_on": self.due_on.isoformat(),
            "then": self.then(today),
        }


def terms(app: ServiceApplication, rules: Deployment) -> list[Term]:
    """Of every dossier that is over and not destroyed, the oldest term first."""
    rows = app.recorder.fetch(
        "SELECT v.case_id, v.document->>'unit' AS unit, v.document->>'status' AS status, max(e.recorded_at) AS last,"
        " bool_or(e.topic LIKE 'case-destroyed:%%') AS destroyed,"
        " EXISTS (SELECT FROM {schema}.projection_rows o WHERE o.projection = v.projection"
        "         AND o.document->>'origin' = v.case_id::text"
        "         AND NOT EXISTS (SELECT FROM {events} d WHERE d.case_id = o.case_id"
        "                         AND d.topic LIKE 'case-destroyed:%%')) AS went_on"
        " FROM {schema}.projection_rows v JOIN {events} e ON e.case_id = v.case_id"
        " WHERE v.projection = %s AND v.document->>'status' = ANY(%s) AND e.topic <> ALL(%s)"
        " GROUP BY v.projection, v.case_id, v.document",
        (projections.requests.name, [str(status) for status in CLASSES], CHANGES_NO_TERM),
    )
    found = [_term(app, row, rules) for row in rows if not row["destroyed"]]
    return sorted(found, key=lambda term: (term.due_on, term.case))


def archive(app: ServiceApplication) -> list[UUID]:
    """Closed dossiers of which nothing was recorded for as long as the unit may need them. Done by itself: from then on
    only those who may consult archives read them."""
    rows = app.recorder.fetch(
        "SELECT v.case_id, last.recorded_at FROM {schema}.projection_rows v"
        " LEFT JOIN {schema}.case_access i USING (case_id)"
        " CROSS JOIN LATERAL (SELECT e.recorded_at FROM {events} e WHERE e.case_id = v.case_id"
        " AND e.topic <> ALL(%(kept_alike)s) ORDER BY e.position DESC LIMIT 1) last"
        " WHERE v.projection = %(projection)s AND v.document->>'status' = %(closed)s AND i.archived IS NOT TRUE"
        " AND NOT EXISTS (SELECT FROM {schema}.data_keys k WHERE k.key_id = v.case_id AND k.wrapped IS NULL)"
        " ORDER BY v.case_id",
        {"projection": projections.requests.name, "closed": str(RequestStatus.CLOSED), "kept_alike": CHANGES_NO_TERM},
    )
    today, ourselves = app.clock.now().date(), Actor(f"service:{app.service}", Role.SERVICE)
    archived = []
    for row in rows:
        since = add_months(row["recorded_at"].date(), deployment().keep_closed_months)
        if since <= today:
            case = row["case_id"]
            try:
                receipt = app.handle(bootstrap.requests, case, ArchiveCase(since), app.context(case, ourselves))
            except UNREADABLE_EVENT_ERRORS:
                log.exception("%s is past its term and is no archive: its log cannot be read", case)
                continue
            if receipt.events:
                archived.append(case)
    return archived


def destroy(app: ServiceApplication, due: list[Term], actor: Actor) -> Iterator[Term]:
    """Each in a transaction of its own, with the event that says so; raises Refused for one that was held meanwhile."""
    for term in due:
        persons = tuple(people_only_in(app, term.case))
        values = sum(count_values_of(app, person) for person in persons)
        command = DestroyDossier(term.kept, term.due_on, persons=persons, values=values)
        app.handle(retention.decider, retention_of(term.case), command, app.context(term.case, actor))
        yield term


def _term(app: ServiceApplication, row: dict[str, object], rules: Deployment) -> Term:
    case, status, last = row["case_id"], RequestStatus(str(row["status"])), row["last"]
    assert isinstance(case, UUID)
    last_on: date = last.date()  # type: ignore[attr-defined]
    kept, archived_on = CLASSES[status], None
    if kept is Kept.NOT_ADMITTED:
        due_on = add_months(last_on, rules.keep_not_admitted_months)
    else:
        archived_on = add_months(last_on, rules.keep_closed_months)
        due_on = add_months(archived_on, rules.keep_archived_months)
    obstacle = None
    if app.load(retention.decider, retention_of(case)).state.held:
        obstacle = "destruction suspendue par le ou la DPO"
    elif status is RequestStatus.TRANSFERRED and row["went_on"]:
        obstacle = "l’unité qui l’a repris en a encore besoin"
    return Term(
        case, str(row["unit"]), kept=kept, last_on=last_on, archived_on=archived_on, due_on=due_on, obstacle=obstacle
    )
