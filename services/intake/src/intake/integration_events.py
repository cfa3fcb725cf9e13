"""What of intake's own log the others are told: the only bridge."""

from __future__ import annotations

from typing import Any

from intake.domain import erasure, retention
from intake.domain.register import commands as register
from intake.domain.request.archive import CaseArchived, CaseUnarchived
from intake.domain.request.confidentiality import CaseAssigned, CaseMadeConfidential, ConfidentialityLifted
from intake.domain.request.ending import CaseClosed, CaseGivenUp
from intake.domain.request.outcome import RequestAdmitted, RequestOriented
from intake.domain.request.state import Ending
from shared.contracts import intake as contracts
from shared.contracts.base import PublicEvent
from shared.eventlog import LogEntry, RecordedEvent


def published(recorded: RecordedEvent[Any], _entry: LogEntry) -> PublicEvent | None:
    match recorded.data:
        case RequestAdmitted() as admitted:
            return contracts.RequestAdmitted(
                structure=admitted.structure_id,
                unit=admitted.unit,
                adviser=admitted.adviser,
                legal_form=admitted.legal_form,
                department=admitted.department,
                headcount=admitted.headcount,
                rules=admitted.rules,
            )
        case RequestOriented(_, orientations):
            return contracts.RequestOriented(orientations=len(orientations))
        case CaseClosed(ending):
            return contracts.CaseClosed(ending=ending)
        case CaseGivenUp():
            return contracts.CaseClosed(ending=Ending.GIVEN_UP)
        case CaseMadeConfidential(adviser=adviser):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=True)
        case ConfidentialityLifted(adviser=adviser):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=False)
        case CaseAssigned(adviser, _, confidential=confidential):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=confidential)
        case CaseArchived(_, adviser, confidential=confidential):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=confidential, archived=True)
        case CaseUnarchived(adviser, confidential):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=confidential)
        case register.RightGranted() as given:
            return contracts.RightGranted(
                right=given.right,
                role=given.role,
                unit=given.unit,
                units=given.units,
                case=given.case,
                since=given.since,
                until=given.until,
                person=given.person,
            )
        case retention.DossierDestroyed(kept):
            return contracts.CaseErased(retention=kept)
        case erasure.ErasureOrdered(person):
            return contracts.PersonErasureOrdered(person=person)
        case register.RightRevoked(right):
            return contracts.RightRevoked(right=right)
    return None
