"""Retention: the term of each finished case, archives of closed cases, destruction of keys past their term."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from intake import projections
from intake.domain import retention
from intake.domain.request import request
from intake.domain.request.archive import ArchiveCase, CaseArchived
from intake.domain.request.state import RequestStatus
from intake.domain.retention import DestroyCase, RetentionClass, RetentionHeld, RetentionReleased, retention_id
from intake.settings import IntakeSettings
from shared.eventlog import ServiceApplication, UnreadableEvent, count_values_of, people_only_in
from shared.kernel import Actor, Role, add_months, event_name, paris_date
from shared.projections import wait_until_folded
from shared.temporal import PastBusy

log = logging.getLogger(__name__)
CLASS_BY_STATUS = {
    RequestStatus.ORIENTED: RetentionClass.NOT_ADMITTED,
    RequestStatus.NOT_ADMITTED: RetentionClass.NOT_ADMITTED,
    RequestStatus.WITHDRAWN: RetentionClass.NOT_ADMITTED,
    RequestStatus.TRANSFERRED: RetentionClass.NOT_ADMITTED,
    RequestStatus.CLOSED: RetentionClass.CLOSED,
}
IGNORED_TOPICS = [event_name(each).topic for each in (RetentionHeld, RetentionReleased, CaseArchived)]
"""Recorded of a case without delaying its term."""
COLUMNS = {
    "case": "Dossier",
    "unit": "Unité",
    "retention_class": "Classe",
    "last_on": "Dernier événement",
    "archived_on": "Archive",
    "due_on": "Terme",
    "status": "Ce qui en est fait",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A finished case. `last_on`: the day of its last event here; `archived_on`: from when it is an archive; `due_on`:
    when its keys are to be destroyed; `suspended`: whether the DPO suspended that; `obstacle`: why it is kept longer,
    in French."""

    case: UUID
    unit: str
    retention_class: RetentionClass
    last_on: date
    archived_on: date | None
    due_on: date
    suspended: bool
    obstacle: str | None

    def is_due(self, today: date) -> bool:
        return self.due_on <= today and self.obstacle is None

    def status(self, today: date) -> str:
        if self.obstacle:
            return f"gardé\u00a0: {self.obstacle}"
        if self.due_on <= today:
            return "à détruire"
        return "en archive" if self.archived_on and self.archived_on <= today else "conservé"

    def row(self, today: date) -> dict[str, str]:
        return {
            "case": str(self.case),
            "unit": self.unit,
            "retention_class": self.retention_class.label,
            "last_on": self.last_on.isoformat(),
            "archived_on": self.archived_on.isoformat() if self.archived_on else "",
            "due_on": self.due_on.isoformat(),
            "status": self.status(today),
        }


def require_whole_list(app: ServiceApplication) -> None:
    """Raises PastBusy while the list of requests is folded anew: a case that was taken up again might look finished,
    and destruction cannot be undone."""
    if not wait_until_folded(app, projections.requests):
        raise PastBusy


def find_terms(app: ServiceApplication, settings: IntakeSettings, territory: Sequence[str] | None = None) -> list[Term]:
    """Of every finished case of these units that is not destroyed, the oldest term first; null for every unit.

    While the list of requests is folded anew, they are not all: see `require_whole_list`."""
    rows = app.recorder.fetch(
        "SELECT v.case_id, v.document->>'unit' AS unit, v.document->>'status' AS status, max(e.recorded_at) AS last,"
        " bool_or(e.topic LIKE 'case-destroyed:%%') AS destroyed,"
        " EXISTS (SELECT FROM {schema}.projection_rows o WHERE o.projection = v.projection"
        "         AND o.document->>'origin' = v.case_id::text"
        "         AND NOT EXISTS (SELECT FROM {events} d WHERE d.case_id = o.case_id"
        "                         AND d.topic LIKE 'case-destroyed:%%')) AS went_on"
        " FROM {schema}.projection_rows v JOIN {events} e ON e.case_id = v.case_id"
        " WHERE v.projection = %s AND v.document->>'status' = ANY(%s) AND e.topic <> ALL(%s)"
        " AND (%s::text[] IS NULL OR v.document->'units' ?| %s::text[])"
        " GROUP BY v.projection, v.case_id, v.document",
        (
            projections.requests.name,
            [str(status) for status in CLASS_BY_STATUS],
            IGNORED_TOPICS,
            *(2 * [None if territory is None else list(territory)]),
        ),
    )
    terms = [_build_term(app, row, settings) for row in rows if not row["destroyed"]]
    return sorted(terms, key=lambda term: (term.due_on, term.case))


def archive_cases(app: ServiceApplication, keep_closed_months: int) -> list[UUID]:
    """Archives the closed cases without an event for `keep_closed_months`. From then on only those who may consult
    archives read them. None while the list of requests is folded anew."""
    if not wait_until_folded(app, projections.requests):
        log.warning("no case is archived: the list of requests does not show the whole log yet")
        return []
    rows = app.recorder.fetch(
        "SELECT v.case_id, last.recorded_at FROM {schema}.projection_rows v"
        " LEFT JOIN {schema}.case_access i USING (case_id)"
        " CROSS JOIN LATERAL (SELECT e.recorded_at FROM {events} e WHERE e.case_id = v.case_id"
        " AND e.topic <> ALL(%(ignored)s) ORDER BY e.position DESC LIMIT 1) last"
        " WHERE v.projection = %(projection)s AND v.document->>'status' = %(closed)s AND i.archived IS NOT TRUE"
        " AND NOT EXISTS (SELECT FROM {schema}.data_keys k WHERE k.key_id = v.case_id AND k.wrapped IS NULL)"
        " ORDER BY v.case_id",
        {"projection": projections.requests.name, "closed": str(RequestStatus.CLOSED), "ignored": IGNORED_TOPICS},
    )
    today, actor = paris_date(app.clock.now()), Actor(f"service:{app.service}", Role.SERVICE)
    archived = []
    for row in rows:
        since = add_months(paris_date(row["recorded_at"]), keep_closed_months)
        if since <= today:
            case = row["case_id"]
            try:
                receipt = app.handle(request.decider, case, ArchiveCase(since), app.context(case, actor))
            except UnreadableEvent:
                log.exception("case %s cannot be archived: its log cannot be read", case)
                continue
            if receipt.events:
                archived.append(case)
    return archived


def destroy_cases(app: ServiceApplication, due: list[Term], actor: Actor) -> Iterator[Term]:
    """Destroys each in a transaction of its own, with its event. Raises Refused for a case put on hold meanwhile."""
    for term in due:
        persons = tuple(people_only_in(app, term.case))
        values = sum(count_values_of(app, person) for person in persons)
        command = DestroyCase(term.retention_class, term.due_on, persons=persons, values=values)
        app.handle(retention.decider, retention_id(term.case), command, app.context(term.case, actor))
        yield term


def _build_term(app: ServiceApplication, row: dict[str, object], settings: IntakeSettings) -> Term:
    case, status, last = row["case_id"], RequestStatus(str(row["status"])), row["last"]
    assert isinstance(case, UUID)
    assert isinstance(last, datetime)
    last_on = paris_date(last)
    retention_class, archived_on = CLASS_BY_STATUS[status], None
    if retention_class is RetentionClass.NOT_ADMITTED:
        due_on = add_months(last_on, settings.keep_not_admitted_months)
    else:
        archived_on = add_months(last_on, settings.keep_closed_months)
        due_on = add_months(archived_on, settings.keep_archived_months)
    suspended = app.load(retention.decider, retention_id(case)).state.hold_reason is not None
    obstacle = None
    if suspended:
        obstacle = "destruction suspendue par le ou la DPO"
    elif status is RequestStatus.TRANSFERRED and row["went_on"]:
        obstacle = "l’unité qui l’a repris en a encore besoin"
    return Term(
        case,
        str(row["unit"]),
        retention_class=retention_class,
        last_on=last_on,
        archived_on=archived_on,
        due_on=due_on,
        suspended=suspended,
        obstacle=obstacle,
    )
