"""Integration events of diagnostic: which of its private events other services receive, and as what."""

from __future__ import annotations

from typing import Any

from diagnostic.domain import plan, validation
from shared.access import AccessLogSealed
from shared.contracts import diagnostic as contracts
from shared.contracts.base import PublicEvent
from shared.erasure import erasure
from shared.eventlog import LogEntry, RecordedEvent


def to_integration_event(recorded: RecordedEvent[Any], _entry: LogEntry) -> PublicEvent | None:
    match recorded.data:
        case plan.PlanAgreed() as agreed:
            return contracts.PlanAgreed(
                structure=agreed.structure,
                unit=agreed.unit,
                adviser=agreed.adviser,
                admitted_at=agreed.admitted_at,
                validated_version=agreed.validated_version,
                content_hash=agreed.content_hash,
                axes=agreed.axes,
                baseline=agreed.baseline,
                definitions=agreed.definitions,
                fiscal_year=agreed.fiscal_year,
                perimeter=agreed.perimeter,
            )
        case plan.BaselineCorrected(code, _, value=value, effective_on=effective_on):
            return contracts.BaselineCorrected(code=code, value=value, effective_on=effective_on)
        case validation.DiagnosisContested(version):
            return contracts.DiagnosisContested(contested_version=version)
        case erasure.PersonErased(person, values, elsewhere=elsewhere):
            return contracts.PersonErased(person=person, values=values, elsewhere=elsewhere)
        case AccessLogSealed(day, entries, digest=digest):
            return contracts.AccessLogSealed(day=day, entries=entries, digest=digest)
    return None
