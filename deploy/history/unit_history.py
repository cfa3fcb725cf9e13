"""The history of one unit, from its opening to the end of the plan, written into a folder of its own.

The folder appears whole or not at all: a history that was interrupted begins again with the units that it lacks."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from deploy.history.archives import Archives
from deploy.history.parts import PartWriter
from deploy.history.people import Staff
from deploy.history.plan import UnitPlan
from deploy.history.stories import intake as reception
from deploy.history.stories.dossier import Office
from deploy.history.stories.funds import yearly_funds
from deploy.history.timeline import Secrets, Timeline
from diagnostic.main import service as diagnostic
from followup.main import service as followup
from intake.domain.request.reception import LinkedRequestOpened
from intake.main import service as intake
from parcours.main import service as parcours
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import Refused

SERVICES = {each.name: each for each in (intake, diagnostic, parcours, followup)}


class StoryRefused(Exception):
    """A rule refused what a story does: the story is wrong, or the rule. (A refusal itself leaves no other process.)"""


def write_unit(unit: UnitPlan, secrets: Secrets, folder: Path) -> int:
    """Writes `folder`, unless it is there. Returns the number of events."""
    if folder.exists():
        return PartWriter.count(folder)
    draft = folder.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    timeline = Timeline(SERVICES, secrets, unit.rng("timeline"), unit.plan.until)
    with PartWriter(draft) as writer:
        timeline.listeners.append(lambda _, service, entry, __: writer.write_event(service, entry))
        _populate(unit, timeline, secrets)
        try:
            timeline.run()
        except Refused as refused:
            raise StoryRefused(f"{unit.unit}, {timeline.now:%d %B %Y}: {refused}") from refused
        for name, log in timeline.logs.items():
            writer.write_rows(name, log.collected.rows)
            log.close()
    draft.rename(folder)
    return writer.events


def _populate(unit: UnitPlan, timeline: Timeline, secrets: Secrets) -> None:
    arrivals = unit.arrivals()
    opened = arrivals[0] - timedelta(days=30)
    timeline.now = opened
    staff = Staff(unit, secrets, opened)
    office = Office.of(unit, timeline, staff, secrets)
    staff.stories(timeline)
    Archives(timeline)
    timeline.start(opened + timedelta(days=1), lambda: yearly_funds(office))
    timeline.listeners.append(lambda *recorded: _take_up_linked(office, *recorded[1:]))
    for nth, at in enumerate(arrivals):
        timeline.start(at, lambda nth=nth: reception.request(office, nth))  # type: ignore[misc]


def _take_up_linked(office: Office, service: str, entry: LogEntry, recorded: RecordedEvent[Any]) -> None:
    """A request that a follow-up opened waits for its adviser."""
    if service != "intake" or not isinstance(recorded.data, LinkedRequestOpened):
        return
    former = office.dossiers[recorded.data.origin] if recorded.data.origin else None
    if former is not None:
        case = entry.case_id
        office.timeline.start(office.timeline.now, lambda: reception.linked_request(office, case, former))
