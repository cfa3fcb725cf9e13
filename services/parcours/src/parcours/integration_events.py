"""Integration events of parcours: the only bridge from its private events to the other services."""

from __future__ import annotations

from typing import Any

from parcours.domain import corrections, ending
from parcours.domain.building import validation
from parcours.domain.state import ActionStatus
from shared.access import AccessLogSealed
from shared.contracts import parcours as contracts
from shared.contracts.base import PublicEvent
from shared.erasure import erasure as key_erasure
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import Ending


def to_integration_event(recorded: RecordedEvent[Any], _entry: LogEntry) -> PublicEvent | None:
    match recorded.data:
        case validation.ParcoursValidated(version, content_hash, actions=actions):
            return contracts.ParcoursValidated(validated_version=version, content_hash=content_hash, actions=actions)
        case validation.ParcoursContested(version):
            return contracts.ParcoursContested(contested_version=version)
        case ending.ParcoursCompleted(plan, actions):
            return contracts.ParcoursCompleted(
                structure=plan.structure,
                unit=plan.unit,
                adviser=plan.adviser,
                actions_done=actions.get(ActionStatus.DONE, 0),
                actions_abandoned=actions.get(ActionStatus.ABANDONED, 0),
                actions_carried_over=actions.get(ActionStatus.CARRIED_OVER, 0),
                baseline=plan.baseline,
                definitions=plan.definitions,
            )
        case ending.ParcoursAbandoned(_, None):
            return contracts.ParcoursAbandoned()
        case ending.ParcoursAbandoned(ending=Ending(kind, on)) | corrections.ParcoursEndingCorrected(Ending(kind, on)):
            return contracts.ParcoursAbandoned(kind=kind, on=on)
        case ending.UpdateAbandoned():
            return contracts.ParcoursUpdateAbandoned()
        case key_erasure.PersonErased(person, values, elsewhere=elsewhere):
            return contracts.PersonErased(person=person, values=values, elsewhere=elsewhere)
        case AccessLogSealed(day, entries, digest=digest):
            return contracts.AccessLogSealed(day=day, entries=entries, digest=digest)
    return None
