"""Mission of the one provider that works for all beneficiaries: chosen, funded, agreed, reported and paid once.

Its rules are those of a parcours' consulting action, with the same commands and events: the operation is read as a
parcours of one action, which has the operation's own id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

from parcours.domain import availability
from parcours.domain.assignment import agreement, amendments, assignment_corrections, reporting, selection
from parcours.domain.collective.membership import lacks_signature
from parcours.domain.collective.state import ENDED, MissionView, Operation, OperationStatus, require_operation
from parcours.domain.funding import payments
from parcours.domain.state import NO_PLAN, Parcours, ParcoursStatus
from parcours.domain.tender.proposals import OpenTender
from shared.kernel import Context
from shared.kernel.frozen import replace

Command = (
    selection.Command
    | agreement.Command
    | amendments.Command
    | reporting.Command
    | payments.Command
    | assignment_corrections.Command
)
Event = (
    selection.Event
    | agreement.Event
    | amendments.Event
    | reporting.Event
    | payments.Event
    | assignment_corrections.Event
)
DECIDE: dict[type, Callable[[Parcours, Any, Context], Sequence[Any]]] = {
    **dict.fromkeys(get_args(selection.Command), selection.decide),
    **dict.fromkeys(get_args(agreement.Command), agreement.decide),
    amendments.RecordAmendment: amendments.decide,
    **dict.fromkeys(get_args(reporting.Command), reporting.decide),
    **dict.fromkeys(get_args(payments.Command), payments.decide),
    **dict.fromkeys(get_args(assignment_corrections.Command), assignment_corrections.decide),
}
EVOLVE: dict[type, Callable[[Parcours, Any], Parcours]] = {
    **dict.fromkeys(get_args(selection.Event), selection.evolve),
    **dict.fromkeys(get_args(agreement.Event), agreement.evolve),
    amendments.AmendmentSigned: amendments.evolve,
    **dict.fromkeys(get_args(reporting.Event), reporting.evolve),
    **dict.fromkeys(get_args(payments.Event), payments.evolve),
    **dict.fromkeys(get_args(assignment_corrections.Event), assignment_corrections.evolve),
}
AFTER_END = (
    reporting.ReceiveFinalReport,
    reporting.AcceptFinalReport,
    payments.AuthorisePayment,
    *get_args(assignment_corrections.Command),
    *selection.OF_A_TENDER,
)
"""What may still come after the end: the report and the invoice of the provider, corrections, the tender's own end."""
STATUSES = {
    OperationStatus.NEW: ParcoursStatus.NEW,
    OperationStatus.CLOSED: ParcoursStatus.COMPLETED,
    OperationStatus.CANCELLED: ParcoursStatus.ABANDONED,
}


def as_parcours(operation: Operation) -> MissionView:
    """The operation as the rules of a consulting action read it: a parcours of its mission alone, under way."""
    plan = replace(NO_PLAN, unit=operation.unit or "", adviser=operation.adviser or "")
    status = STATUSES.get(operation.status, ParcoursStatus.UNDER_WAY)
    return MissionView(status=status, plan=plan, actions=operation.missions, beneficiaries=operation.beneficiaries)


def decide(operation: Operation, command: Command, context: Context) -> list[Event]:
    if not isinstance(command, AFTER_END):
        require_operation(operation)
    return [*DECIDE[type(command)](as_parcours(operation), command, context)]


def release_unspent(operation: Operation) -> Iterator[payments.FundsReleased]:
    """What a cancellation gives back to the fund: all but what is paid, or due for the days worked."""
    for key, mission in operation.missions.items():
        yield from payments.release_unspent(key, mission)


def available_commands(operation: Operation) -> Iterator[type]:
    mine = {*get_args(Command), OpenTender}
    allowed = AFTER_END if operation.status in ENDED else tuple(mine)
    for each in availability.available_commands(as_parcours(operation)):
        if each in mine and issubclass(each, allowed):
            yield each
    if operation.status not in ENDED and any(lacks_signature(operation, each.case) for each in operation.present):
        yield agreement.SignAgreement


def evolve(operation: Operation, event: Event) -> Operation:
    return replace(operation, missions=EVOLVE[type(event)](as_parcours(operation), event).actions)


def needs_report(operation: Operation) -> bool:
    """Whether the final report of the provider is still to be accepted."""
    return any(not each.report_accepted for each in operation.missions.values())
