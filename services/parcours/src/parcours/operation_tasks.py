"""What a row of the caseload keeps of a collective operation: since when it is short of structures, and which of them
have not signed its agreement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from parcours.domain.agreement_signatures import AgreementSignatures
from parcours.domain.assignment.agreement import AgreementCountersigned, AgreementRecorded
from parcours.domain.assignment.assignment_corrections import AgreementCorrected
from parcours.domain.assignment.selection import ProviderDismissed
from parcours.domain.collective.conclusion import OperationCancelled, OperationClosed
from parcours.domain.collective.membership import (
    BeneficiaryJoined,
    BeneficiaryLeft,
    OperationContinued,
    OperationFellShort,
    OperationRestored,
)
from parcours.domain.collective.operation import OperationPlanned
from parcours.domain.funding.payments import AgreementVoided
from parcours.domain.state import ActionStatus, PlannedAction
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Row


def project_operation(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    """A collective operation, which is a row of its own. `structures`: by the case of each that has not left, its
    actions and since when it takes part; `to_sign`: since when they all sign the agreement; `signed`: who has."""
    now = entry.recorded_at
    match recorded.data:
        case OperationPlanned(unit, _, adviser=adviser, mission=mission, planned=planned):
            missions = {str(mission): new_action(planned) | {"validated": True}} if planned else {}
            opened = {"unit": unit, "adviser": adviser, "actions": missions, "tenders": {}}
            signatures: Row = {"structures": {}, "to_sign": None, "signed": []}
            return row | opened | signatures | {"short_since": None, "over": False}
        case OperationFellShort():
            return row | {"short_since": now}
        case OperationRestored() | OperationContinued():
            return row | {"short_since": None}
        case OperationClosed() | OperationCancelled():
            return row | {"over": True}
    return _signatures(row, recorded.data, now) if "structures" in row else row


def _signatures(row: Row, event: Any, now: Any) -> Row:
    match event:
        case BeneficiaryJoined(case, action):
            known = row["structures"].get(str(case), {"actions": [], "since": now})
            joined = known | {"actions": [*known["actions"], str(action)]}
            return row | {"structures": row["structures"] | {str(case): joined}}
        case BeneficiaryLeft(case, action):
            return row | {"structures": _without_action(row["structures"], str(case), str(action))}
        case AgreementRecorded(signatures=signatures):
            return row | {"to_sign": None if signatures.structure else now, "signed": _signed(signatures)}
        case AgreementCountersigned(signatures=signatures) | AgreementCorrected(signatures=signatures):
            return row | {"signed": _signed(signatures)}
        case AgreementVoided() | ProviderDismissed():
            return row | {"to_sign": None, "signed": []}
    return row


def _without_action(structures: Row, case: str, action: str) -> Row:
    """A structure leaves with its last action."""
    left = [each for each in structures[case]["actions"] if each != action]
    others = {key: each for key, each in structures.items() if key != case}
    return others | ({case: structures[case] | {"actions": left}} if left else {})


def _signed(signatures: AgreementSignatures) -> list[str]:
    return [str(case) for case, each in signatures.structures.items() if each]


def unsigned_since(row: Row) -> datetime | None:
    """Since when the first structure that has not signed could have; null where there is none."""
    if row["to_sign"] is None:
        return None
    waiting = [_instant(each["since"]) for case, each in row["structures"].items() if case not in row["signed"]]
    return max(_instant(row["to_sign"]), min(waiting)) if waiting else None


def _instant(value: str | datetime) -> datetime:
    """A stored row holds it as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def new_action(planned: PlannedAction) -> Row:
    return {
        "starts_on": planned.starts_on,
        "ends_on": planned.ends_on,
        "status": ActionStatus.PLANNED,
        "validated": False,
        "left": 0,
        "chosen": None,
        "committed": None,
        "agreed": False,
        "received": None,
        "accepted": None,
        "collective": None,
        "collective_since": None,
    }
