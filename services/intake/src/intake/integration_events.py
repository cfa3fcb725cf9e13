"""Integration events: the only bridge from intake's private events to the published contracts."""

from __future__ import annotations

from typing import Any

from intake.domain import erasure, retention
from intake.domain.register.rights import RightGranted, RightRevoked
from intake.domain.request.archive import CaseArchived, CaseUnarchived
from intake.domain.request.confidentiality import CaseAssigned, CaseMadeConfidential, ConfidentialityLifted
from intake.domain.request.emergency import EmergencyAccessOpened
from intake.domain.request.ending import CaseClosed, CaseEndingCorrected, CaseGivenUp
from intake.domain.request.outcome import RequestAdmitted, RequestNotAdmitted, RequestOriented
from intake.domain.request.reception import LinkedRequestOpened
from intake.domain.request.stand_in import StandInAppointed, StandInEnded
from intake.domain.request.transfer import TransferReceived, TransferTakenOver
from shared.access import AccessLogSealed
from shared.contracts import intake as contracts
from shared.contracts.base import PublicEvent
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.kernel import EndingKind
from shared.names import PersonNameRecorded, StructureNameRecorded
from shared.names.transit import to_name_recorded


def to_integration_event(recorded: RecordedEvent[Any], _entry: LogEntry, app: ServiceApplication) -> PublicEvent | None:
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
        case RequestNotAdmitted():
            return contracts.RequestNotAdmitted()
        case TransferTakenOver(request):
            return contracts.TransferTakenOver(request=request)
        case TransferReceived(origin):
            return contracts.TransferReceived(origin=origin)
        case LinkedRequestOpened(origin, theme=theme):
            return contracts.LinkedRequestOpened(origin=origin, theme=theme)
        case CaseClosed(ending) | CaseEndingCorrected(ending):
            return contracts.CaseClosed(kind=ending.kind, on=ending.on)
        case CaseGivenUp(on=on):
            return contracts.CaseClosed(kind=EndingKind.GIVEN_UP, on=on)
        case CaseMadeConfidential(adviser=adviser):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=True)
        case ConfidentialityLifted(adviser=adviser):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=False)
        case (
            CaseAssigned(adviser=adviser, confidential=confidential)
            | StandInAppointed(adviser=adviser, confidential=confidential)
            | StandInEnded(adviser=adviser, confidential=confidential)
        ):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=confidential)
        case CaseArchived(_, adviser, confidential=confidential):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=confidential, archived=True)
        case CaseUnarchived(adviser, confidential):
            return contracts.CaseAccessChanged(adviser=adviser, confidential=confidential)
        case EmergencyAccessOpened(by, until=until):
            return contracts.EmergencyAccessOpened(person=by, until=until)
        case RightGranted(right):
            return contracts.RightGranted(
                right=right.id,
                role=right.role,
                unit=right.unit,
                units=right.units,
                case=right.case,
                since=right.since,
                until=right.until,
                person=right.person,
            )
        case StructureNameRecorded() | PersonNameRecorded() as named:
            return to_name_recorded(named, app)
        case retention.CaseDestroyed(retention_class):
            return contracts.CaseErasureOrdered(retention=retention_class)
        case erasure.ErasureOrdered(person, units=units):
            return contracts.PersonErasureOrdered(person=person, units=units)
        case RightRevoked(right):
            return contracts.RightRevoked(right=right)
        case AccessLogSealed(day, entries, digest=digest):
            return contracts.AccessLogSealed(day=day, entries=entries, digest=digest)
    return None
