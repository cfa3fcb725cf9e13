"""Tasks that wait for an adviser in a parcours: leaders' answers and comments, actions, tenders, reports, payments, the
debrief."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

from parcours.domain.assignment.agreement import AgreementCountersigned, AgreementRecorded
from parcours.domain.assignment.reporting import FinalReportAccepted, FinalReportReceived
from parcours.domain.assignment.selection import ProviderDismissed, ProviderRetained, ResultAnnounced
from parcours.domain.building.edits import ActionAdded, ActionRemoved, ActionRescheduled
from parcours.domain.building.validation import (
    ParcoursAdjusted,
    ParcoursContested,
    ParcoursShared,
    ParcoursValidated,
    SharedVersionVoided,
)
from parcours.domain.collective.membership import (
    AgreementCompleted,
)
from parcours.domain.collective.standing import (
    UNDECIDED,
    ActionContinuedAlone,
    ActionMovedToOperation,
    CollectiveActionLeftShort,
    CollectiveActionReleased,
    CollectiveActionRestored,
)
from parcours.domain.coordination import ActionAbandoned, ActionCarriedOver, ActionFinished, ActionStarted
from parcours.domain.corrections import ParcoursEndingCorrected
from parcours.domain.ending import ParcoursAbandoned, ParcoursCompleted, UpdateAbandoned
from parcours.domain.funding.payments import FundsCommitted, FundsReleased, PaymentAuthorised
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.state import OPEN_STATUSES, ActionStatus, CollectiveStatus
from parcours.domain.tender.award import CandidateInformed, ProposalScored, TenderAwarded, TenderCancelled
from parcours.domain.tender.proposals import ProposalSubmitted, TenderOpened
from parcours.domain.tender.questions import TenderQuestionAnswered, TenderQuestionSubmitted
from parcours.operation_tasks import new_action, project_operation, unsigned_since
from parcours.settings import load_settings
from shared.eventlog import LogEntry, RecordedEvent
from shared.projections import Projection, Row
from shared.queries import (
    COMMENT,
    WITH_TASKS,
    Caseload,
    TaskKind,
    comment_task,
    due_entry,
    project_comments,
    unanswered,
)

SHARING, ANSWER, DEBRIEF = "parcours_to_share", "leader_to_answer", "debrief_to_hold"
START, END = "action_to_start", "action_to_end"
QUESTION = "tender_question_to_answer"
SCORES, AWARD, CANDIDATES = "proposals_to_score", "award_to_decide", "candidates_to_inform"
FUNDING, AGREEMENT = "funds_to_commit", "agreement_to_sign"
REPORT, PAYMENT = "report_to_accept", "payment_to_authorise"
DECISION, SHORT, STRUCTURES = "collective_action_to_decide", "operation_fell_short", "operation_structures_to_sign"
PARCOURS = "/api/v1/parcours/{case}"
OPERATION = "/api/v1/operations/{case}"
TENDER = f"{PARCOURS}/tenders/{{item}}"
TASK_KINDS = {
    SHARING: TaskKind("Parcours à construire et à partager avec la structure", PARCOURS, days=60),
    ANSWER: TaskKind("Parcours partagé\u00a0: réponse de la structure attendue", PARCOURS, days=15),
    START: TaskKind("Action à commencer", PARCOURS),
    END: TaskKind("Action à terminer", PARCOURS),
    QUESTION: TaskKind("Question d’un prestataire consulté\u00a0: réponse à donner à tous", TENDER, days=3),
    SCORES: TaskKind("Date limite passée\u00a0: propositions à noter", TENDER, days=15),
    AWARD: TaskKind("Consultation à attribuer", TENDER, days=15),
    CANDIDATES: TaskKind("Candidats à informer du résultat", TENDER, days=7),
    FUNDING: TaskKind("Prestataire retenu\u00a0: financement à engager", PARCOURS, days=15),
    AGREEMENT: TaskKind("Financement engagé\u00a0: convention à faire signer, ou financement à rendre", PARCOURS),
    REPORT: TaskKind("Rapport final à accepter", PARCOURS, days=15),
    PAYMENT: TaskKind("Paiement à autoriser", PARCOURS, days=30),
    DEBRIEF: TaskKind("Bilan de fin de parcours à tenir", PARCOURS, days=30),
    DECISION: TaskKind(
        "Opération collective à court de structures, ou annulée\u00a0: suite à décider", PARCOURS, days=15
    ),
    SHORT: TaskKind("Opération collective à court de structures\u00a0: suite à décider", OPERATION, days=15),
    STRUCTURES: TaskKind("Convention de l’opération\u00a0: des structures ne l’ont pas encore signée", OPERATION),
    COMMENT: comment_task(PARCOURS),
}
OF_OPERATION = {SHORT: SHORT, STRUCTURES: STRUCTURES} | {
    kind: f"operation_{kind}" for kind in (QUESTION, SCORES, AWARD, CANDIDATES, FUNDING, AGREEMENT, REPORT, PAYMENT)
}
"""The same tasks where the tender and its agreement are those of a collective operation."""
TASK_KINDS |= {
    OF_OPERATION[kind]: replace(task, href=task.href.replace(PARCOURS, OPERATION))
    for kind, task in TASK_KINDS.items()
    if kind in OF_OPERATION and OF_OPERATION[kind] != kind
}
"""Days are ours, and no official delay; those of an agreement are a setting. An action is listed from the day on which
it should start or end."""


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    projected = project_operation(_collective_action(row, entry, recorded), entry, recorded)
    projected = _stage(_tender(_action(projected, entry, recorded), entry, recorded), entry, recorded)
    projected = project_comments(projected, entry, recorded)
    return row if projected is row else projected | {"due": _due_entries(projected)}


def _collective_action(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    """What became of the operation of an action, and since when."""
    match recorded.data:
        case CollectiveActionLeftShort(action):
            status = CollectiveStatus.FELL_SHORT
        case CollectiveActionReleased(action):
            status = CollectiveStatus.CANCELLED
        case CollectiveActionRestored(action) | ActionMovedToOperation(action):
            status = CollectiveStatus.TOGETHER
        case ActionContinuedAlone(action):
            status = CollectiveStatus.ALONE
        case _:
            return row
    return _update_action(row, action, collective=status, collective_since=entry.recorded_at)


def _stage(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    """The parcours as a whole: being built, shared with the structure, under way, or over."""
    now = entry.recorded_at
    match recorded.data:
        case ParcoursOpened(plan):
            opened = {"unit": plan.unit, "adviser": plan.adviser, "actions": {}, "tenders": {}}
            return row | opened | {"stage": due_entry(SHARING, now), "settled_at": None, "over": False}
        case ParcoursContested() | SharedVersionVoided() | ParcoursAdjusted():
            return row | {"stage": due_entry(SHARING, now), "over": False}
        case ParcoursShared():
            return row | {"stage": due_entry(ANSWER, now)}
        case ParcoursValidated():
            actions = {key: action | {"validated": True} for key, action in row["actions"].items()}
            return row | {"stage": None, "settled_at": now, "actions": actions}
        case ActionFinished() | ActionAbandoned() | ActionCarriedOver():
            return row | {"settled_at": now}
        case ParcoursCompleted() | ParcoursAbandoned() | ParcoursEndingCorrected() | UpdateAbandoned():
            return row | {"stage": None, "over": True}
    return row


def _action(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    """Each action: its status and dates, its report, and what is left to pay of a consulting one."""
    match recorded.data:
        case ActionAdded(action, planned):
            return row | {"actions": row["actions"] | {str(action): new_action(planned)}}
        case ActionRemoved(action):
            return row | {"actions": {key: other for key, other in row["actions"].items() if key != str(action)}}
        case ActionRescheduled(action, starts_on, ends_on=ends_on):
            return _update_action(row, action, starts_on=starts_on, ends_on=ends_on)
        case ActionStarted(action):
            return _update_action(row, action, status=ActionStatus.STARTED)
        case ActionFinished(action):
            return _update_action(row, action, status=ActionStatus.DONE)
        case ActionAbandoned(action):
            return _update_action(row, action, status=ActionStatus.ABANDONED)
        case ActionCarriedOver(action):
            return _update_action(row, action, status=ActionStatus.CARRIED_OVER)
        case FinalReportReceived(action, received_on):
            return _update_action(row, action, received=received_on)
        case FinalReportAccepted(action):
            return _update_action(row, action, accepted=entry.recorded_at)
        case ProviderRetained(action, tender=None) | ResultAnnounced(action):
            return _update_action(row, action, chosen=entry.recorded_at)
        case ProviderDismissed(action):
            return _update_action(row, action, chosen=None)
        case AgreementCompleted(action):
            return _update_action(row, action, agreed=True)
        case AgreementRecorded(action, signatures=signatures) | AgreementCountersigned(action, signatures):
            return _update_action(row, action, agreed=not signatures.missing)
        case FundsCommitted(action, amount):
            known = row["actions"][str(action)]
            since = known["committed"] or entry.recorded_at
            return _update_action(row, action, left=known["left"] + amount, committed=since)
        case FundsReleased(action, amount):
            known = row["actions"][str(action)]
            left = known["left"] - amount
            return _update_action(row, action, left=left, committed=known["committed"] if left else None)
        case PaymentAuthorised(action, amount):
            return _update_action(row, action, left=row["actions"][str(action)]["left"] - amount)
    return row


def _update_action(row: Row, action: Any, **changes: Any) -> Row:
    return row | {"actions": row["actions"] | {str(action): row["actions"][str(action)] | changes}}


def _tender(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    stream, now = str(entry.originator_id), entry.recorded_at
    match recorded.data:
        case TenderOpened(deadline=deadline):
            return _at(row, stream, SCORES, deadline.astimezone(UTC), [])
        case ProposalSubmitted(provider):
            tender = row["tenders"][stream]
            return _at(row, stream, SCORES, tender["since"], sorted({*tender["candidates"], str(provider)}))
        case ProposalScored() if row["tenders"][stream]["what"] == SCORES:
            return _at(row, stream, AWARD, now, row["tenders"][stream]["candidates"])
        case TenderQuestionSubmitted(question):
            return row | {"questions": row.get("questions", {}) | {str(question): {"tender": stream, "since": now}}}
        case TenderQuestionAnswered(question):
            open_ones = {key: other for key, other in row.get("questions", {}).items() if key != str(question)}
            return row | {"questions": open_ones}
        case TenderAwarded():
            return _at(row, stream, CANDIDATES, now, row["tenders"][stream]["candidates"])
        case CandidateInformed(provider) if stream in row["tenders"]:
            tender = row["tenders"][stream]
            left = [each for each in tender["candidates"] if each != str(provider)]
            return _at(row, stream, CANDIDATES, tender["since"], left) if left else _without(row, stream)
        case TenderCancelled():
            return _without(row, stream)
    return row


def _without(row: Row, stream: str) -> Row:
    return row | {"tenders": {key: other for key, other in row["tenders"].items() if key != stream}}


def _at(row: Row, stream: str, what: str, since: Any, candidates: list[str]) -> Row:
    tender = {"what": what, "since": since, "candidates": candidates}
    return row | {"tenders": row["tenders"] | {stream: tender}}


def _due_entries(row: Row) -> Row:
    if "stage" in row:
        return _waiting(row) | unanswered(row)
    return {key: entry | {"what": OF_OPERATION[entry["what"]]} for key, entry in _waiting(row).items()}


def _waiting(row: Row) -> Row:
    """Once the parcours is over, only a provider is still waiting: for the acceptance of its report, and its pay."""
    waits: Row = {}
    for key, action in row["actions"].items():
        if action["accepted"] and action["left"] > 0:
            waits[f"{key}/payment"] = due_entry(PAYMENT, action["accepted"], item=key)
        if action["received"] and not action["accepted"]:
            waits[f"{key}/report"] = due_entry(REPORT, action["received"], item=key)
    if row["over"]:
        return waits
    for key, action in row["actions"].items():
        if action["status"] in OPEN_STATUSES and action["collective"] in UNDECIDED:
            waits[f"{key}/operation"] = due_entry(DECISION, action["collective_since"], item=key)
            continue
        if not action["validated"] or action["status"] not in OPEN_STATUSES:
            continue
        if "stage" in row:
            waits[key] = _next_step(key, action)
        if action["committed"] and not action["agreed"]:
            waits[f"{key}/agreement"] = due_entry(AGREEMENT, action["committed"], item=key)
        elif action["chosen"] and not action["agreed"]:
            waits[f"{key}/funds"] = due_entry(FUNDING, action["chosen"], item=key)
    for stream, tender in row["tenders"].items():
        waits[stream] = due_entry(tender["what"], tender["since"], item=stream)
    for key, question in row.get("questions", {}).items():
        if row["tenders"].get(question["tender"], {}).get("what") in (SCORES, AWARD):
            waits[key] = due_entry(QUESTION, question["since"], item=question["tender"])
    if "stage" not in row:
        return waits | _waiting_of_operation(row)
    if row["stage"]:
        waits["parcours"] = row["stage"]
    elif not any(action["status"] in OPEN_STATUSES for action in row["actions"].values()):
        waits["parcours"] = due_entry(DEBRIEF, row["settled_at"])
    return waits


def _waiting_of_operation(row: Row) -> Row:
    waits = {"operation": due_entry(SHORT, row["short_since"])} if row["short_since"] else {}
    if since := unsigned_since(row):
        waits["structures"] = due_entry(STRUCTURES, since)
    return waits


def _next_step(key: str, action: Row) -> Row:
    what, day = (START, "starts_on") if action["status"] == ActionStatus.PLANNED else (END, "ends_on")
    return due_entry(what, action[day], on=action[day], item=key)


caseload = Caseload(
    Projection("caseload:v4", _project, queried=WITH_TASKS),
    TASK_KINDS,
    pace_days=lambda: dict.fromkeys((AGREEMENT, OF_OPERATION[AGREEMENT], STRUCTURES), load_settings().signature_days),
)
