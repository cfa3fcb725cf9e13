"""The caseload: requests to triage, to meet or to answer, orientations to chase, and ended links that are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from intake.bootstrap import Deployment
from intake.domain import orientation
from intake.domain.chasing import CHASE_AFTER_DAYS
from intake.domain.mail import MailKind, MailQueued
from intake.domain.personal_link import AccessLinkRenewed, AccessLinkRevoked
from intake.domain.request.assessment import MeetingRecorded
from intake.domain.request.corrections import StructureCorrected
from intake.domain.request.difficulty import DifficultyTriaged
from intake.domain.request.emergency import EmergencyAccessAcknowledged, EmergencyAccessOpened
from intake.domain.request.outcome import RequestAdmitted, RequestNotAdmitted, RequestOriented, RequestWithdrawn
from intake.domain.request.reception import LinkedRequestOpened, RequestReceived
from intake.domain.request.state import Triage
from intake.domain.request.transfer import RequestTransferred, TransferReceived, TransferTakenOver, TransferWithdrawn
from intake.projections import both_units, last_triage
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import DifficultyLevel
from shared.projections import Projection, Row
from shared.queries import WITH_TASKS, Caseload, TaskKind, due_entry

TRIAGE, MEETING, OUTCOME, CHASE = "request_to_triage", "meeting_to_hold", "outcome_to_give", "orientation_to_chase"
EMERGENCY = "emergency_access_to_read"
TAKE_OVER, TRANSFER = "transfer_to_take_over", "transfer_not_taken_over"
ENDED_LINK = "ended_link_requested"
REQUEST = "/api/v1/requests/{case}"
TASKS = {
    TRIAGE: TaskKind("Difficultés de la structure à qualifier", REQUEST, days=2),
    MEETING: TaskKind("Entretien d’accueil à tenir", REQUEST, days=15),
    OUTCOME: TaskKind("Suite à donner à la demande", REQUEST, days=30),
    CHASE: TaskKind("Orientation à relancer", f"{REQUEST}/orientations/{{item}}"),
    EMERGENCY: TaskKind("Accès d’urgence à relire", REQUEST, days=1),
    ENDED_LINK: TaskKind("Accès terminé que son titulaire redemande", f"{REQUEST}/access-links/{{item}}", days=2),
    TAKE_OVER: TaskKind("Demande transférée à reprendre", REQUEST),
    TRANSFER: TaskKind("Demande transférée et pas encore reprise", REQUEST, when_due=True),
}
"""Days are defaults of this program and no official delay. Those of a chase, and of the meeting with a structure in a
crisis, depend on its level of difficulty. After those of a transfer, a setting, it is a task of both units."""


def build_caseload(
    get_chase_days: Callable[[], Mapping[DifficultyLevel, int]], get_transfer_days: Callable[[], int]
) -> Caseload:
    return Caseload(projection, TASKS, pace_days=lambda: _paces(get_chase_days(), get_transfer_days()))


def caseload_of(deployment: Deployment) -> Caseload:
    return build_caseload(lambda: deployment.settings.chase_days, lambda: deployment.settings.transfer_days)


def _paces(chase_days: Mapping[DifficultyLevel, int], transfer_days: int) -> Mapping[str, int]:
    days = {**CHASE_AFTER_DAYS, **chase_days}
    meetings = {f"{MEETING}:{level}": days[level] for level in DifficultyLevel if level.is_a_crisis}
    transfers = dict.fromkeys((TAKE_OVER, TRANSFER), transfer_days)
    return transfers | meetings | {f"{CHASE}:{level}": count for level, count in days.items()}


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    stream, now = str(entry.originator_id), entry.recorded_at
    match recorded.data:
        case RequestReceived() | LinkedRequestOpened() | TransferReceived() as opened:
            difficulty = last_triage(opened)
            triage = {} if difficulty else {TRIAGE: due_entry(TRIAGE, now)}
            # No adviser opens a linked request: the one of the case that it comes from is in charge.
            adviser = opened.adviser if isinstance(opened, LinkedRequestOpened) else recorded.meta.actor
            structure = {"id": str(opened.structure_id), "name": opened.structure.name}
            received = {"structure": structure, "unit": opened.unit, "adviser": adviser, **_pace(difficulty)}
            met = isinstance(opened, TransferReceived) and opened.meetings
            following = {OUTCOME: due_entry(OUTCOME, now)} if met else {MEETING: due_entry(MEETING, now)}
            return row | received | {"due": triage | following}
        case StructureCorrected(structure):
            return row | {"structure": row["structure"] | {"name": structure.name}}
        case DifficultyTriaged(difficulty):
            return _without(row, TRIAGE) | _pace(difficulty)
        case MeetingRecorded() if MEETING in row["due"]:
            return _with(_without(row, MEETING), OUTCOME, due_entry(OUTCOME, now))
        case RequestAdmitted(adviser=adviser):
            return _without(row, TRIAGE, MEETING, OUTCOME) | {"adviser": adviser}
        case RequestTransferred(to_unit):
            waiting = {TAKE_OVER: due_entry(TAKE_OVER, now, unit=to_unit), TRANSFER: due_entry(TRANSFER, now)}
            resumed = {kind: row["due"][kind] for kind in (TRIAGE, MEETING, OUTCOME) if kind in row["due"]}
            others = _without(row, TRIAGE, MEETING, OUTCOME)["due"]
            return row | {"to_unit": to_unit, "due": others | waiting, "resumes": resumed}
        case TransferWithdrawn():
            return row | {"to_unit": None, "due": _without(row, TAKE_OVER, TRANSFER)["due"] | row["resumes"]}
        case TransferTakenOver():
            return _without(row, TAKE_OVER, TRANSFER)
        case RequestOriented() | RequestNotAdmitted() | RequestWithdrawn():
            return _without(row, TRIAGE, MEETING, OUTCOME)
        case EmergencyAccessOpened():
            return _with(row, EMERGENCY, due_entry(EMERGENCY, now))
        case EmergencyAccessAcknowledged():
            return _without(row, EMERGENCY)
        case MailQueued(kind=MailKind.LINK_ENDED, link=link) if str(link) not in row["due"]:
            return _with(row, str(link), due_entry(ENDED_LINK, now, item=str(link)))
        case AccessLinkRenewed() | AccessLinkRevoked() if stream in row["due"]:
            return _without(row, stream)
        case orientation.OrientationSent() | orientation.OrientationChased():
            return _with(row, stream, due_entry(CHASE, now, item=stream))
        case orientation.OrientationAcknowledged() | orientation.OrientationDeclined():
            return _without(row, stream)
    return row


def _pace(difficulty: Triage | None) -> Row:
    return {"pace": difficulty.level if difficulty else DifficultyLevel.NONE}


def _with(row: Row, key: str, entry: Row) -> Row:
    return row | {"due": row["due"] | {key: entry}}


def _without(row: Row, *keys: str) -> Row:
    return row | {"due": {key: entry for key, entry in row["due"].items() if key not in keys}}


projection = Projection("caseload:v1", _project, units_of=both_units, queried=WITH_TASKS)
