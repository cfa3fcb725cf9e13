"""Archives of closed cases, at the end of their term, as intake's hourly housekeeping makes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from deploy.history.timeline import Timeline, service_actor
from intake.domain.request.archive import ArchiveCase
from intake.domain.request.request import OPENING_EVENTS
from intake.domain.request.state import RequestStatus
from intake.main import deployment
from intake.operations.retention import IGNORED_TOPICS
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import add_months, paris_date, start_of_day

SERVICE = "intake"


class Archives:
    """Listens to a timeline. Destruction is not its matter: the DPO decides it, case by case."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._last: dict[UUID, datetime] = {}
        self._awaited: set[UUID] = set()
        self._requests: set[UUID] = set()
        timeline.listeners.append(self._listen)

    def _listen(self, _: Timeline, service: str, entry: LogEntry, recorded: RecordedEvent[Any]) -> None:
        if service != SERVICE or entry.topic in IGNORED_TOPICS:
            return
        case = entry.case_id
        if isinstance(recorded.data, OPENING_EVENTS):
            self._requests.add(case)
        self._last[case] = entry.recorded_at
        if case in self._requests and case not in self._awaited and self._is_closed(case):
            self._await(case)

    def _is_closed(self, case: UUID) -> bool:
        return self._timeline.state(SERVICE, deployment.requests, case).status is RequestStatus.CLOSED

    def _await(self, case: UUID) -> None:
        since = add_months(paris_date(self._last[case]), deployment.settings.keep_closed_months)
        self._awaited.add(case)
        self._timeline.at(start_of_day(since), lambda: self._archive(case))

    def _archive(self, case: UUID) -> None:
        self._awaited.discard(case)
        if not self._is_closed(case):
            return
        since = add_months(paris_date(self._last[case]), deployment.settings.keep_closed_months)
        if since > self._timeline.today:  # something was recorded since
            self._await(case)
            return
        archive = ArchiveCase(since)
        self._timeline.handle(SERVICE, deployment.requests, case, archive, service_actor(SERVICE))
