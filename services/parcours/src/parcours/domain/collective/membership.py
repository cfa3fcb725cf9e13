"""Beneficiaries of a collective operation: they join, start, leave, and may leave it short of structures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from parcours.domain.assignment.agreement import release_surplus
from parcours.domain.collective.state import (
    MIN_BENEFICIARIES,
    REQUIRES_OPERATION,
    TOO_FEW_BENEFICIARIES,
    Beneficiary,
    Departure,
    DepartureReason,
    Operation,
    OperationStatus,
    ShareDecision,
    require_operation,
)
from parcours.domain.funding.payments import FundsReleased
from parcours.domain.guards import NO_AGREEMENT, NO_FINAL_REPORT
from parcours.domain.state import ActionStatus
from shared.kernel import Context, event, paris_date
from shared.kernel.events import command
from shared.kernel.frozen import replace


@event("beneficiary-joined", label="Structure associée à l’opération collective")
class BeneficiaryJoined:
    """`beneficiaries`: how many structures there are now."""

    case: UUID
    action: UUID
    joined_on: date
    beneficiaries: int


@event("operation-started", label="Opération collective commencée")
class OperationStarted:
    pass


@event("beneficiary-left", label="Structure retirée de l’opération collective")
class BeneficiaryLeft:
    """An action of a structure leaves the operation, and the structure with its last one. `beneficiaries`: how many
    structures there are now. `share`: what becomes of its share of the price; null: to be decided."""

    case: UUID
    action: UUID
    reason: DepartureReason
    left_on: date
    beneficiaries: int
    share: ShareDecision | None = None


@event("operation-fell-short", label="Trop peu de structures restent dans l’opération collective")
class OperationFellShort:
    left: int


@event("operation-restored", label="L’opération collective réunit de nouveau assez de structures")
class OperationRestored:
    pass


@event("operation-continued", label="Opération collective poursuivie par une seule structure")
class OperationContinued:
    case: UUID


@event("agreement-completed", label="Convention en vigueur\u00a0: toutes les structures qui restent l’ont signée")
class AgreementCompleted:
    """The last structure that had not signed the agreement of the mission left the operation."""

    action: UUID


@command(leads_to=(BeneficiaryJoined, OperationRestored), may_refuse=REQUIRES_OPERATION)
class JoinOperation:
    """A parcours has an action in this operation: its structure is a beneficiary."""

    case: UUID
    action: UUID


@command(
    leads_to=(OperationStarted,),
    may_refuse=(*REQUIRES_OPERATION, TOO_FEW_BENEFICIARIES, NO_AGREEMENT),
)
class StartOperation:
    """The action of a beneficiary, by its case, starts, and the operation with the first of them. One that calls in a
    provider starts once its agreement is in force, which is not before its money is engaged, and an action of it once
    its own structure has signed."""

    case: UUID


@command(may_refuse=(NO_FINAL_REPORT,))
class VerifyReport:
    """A beneficiary's action ends: the final report of the provider, where there is one, must be accepted."""


@command(leads_to=(BeneficiaryLeft, AgreementCompleted, FundsReleased, OperationFellShort))
class LeaveOperation:
    """A beneficiary's action leaves. After the end of the operation, nothing is recorded. An agreement that waited for
    the signature of this structure alone is then in force."""

    action: UUID
    reason: DepartureReason


@command(leads_to=(OperationContinued,))
class ContinueOperation:
    """The one structure that is left carries the operation on, alone: it is no longer short."""

    action: UUID


Command = JoinOperation | StartOperation | VerifyReport | LeaveOperation | ContinueOperation


Event = (
    BeneficiaryJoined
    | OperationStarted
    | BeneficiaryLeft
    | AgreementCompleted
    | OperationFellShort
    | OperationRestored
    | OperationContinued
)


def decide(operation: Operation, command: Command, context: Context) -> list[Event | FundsReleased]:
    match command:
        case JoinOperation(case, action):
            require_operation(operation)
            return _join(operation, case, action, context) if action not in operation.actions else []
        case StartOperation(case):
            require_operation(operation)
            return _start(operation, case)
        case LeaveOperation(action, reason):
            can_leave = can_change(operation) and action in operation.actions
            return _leave(operation, action, reason, context) if can_leave else []
        case VerifyReport():
            _check_report(operation)
            return []
        case ContinueOperation(action):
            if operation.status is not OperationStatus.FELL_SHORT or action not in operation.actions:
                return []
            return [OperationContinued(operation.actions[action])]


def can_change(operation: Operation) -> bool:
    return operation.status in (OperationStatus.PLANNED, OperationStatus.STARTED, OperationStatus.FELL_SHORT)


def can_start(operation: Operation) -> bool:
    """Whether another action of it may start: it has started already, or brings enough structures together."""
    if operation.status is OperationStatus.STARTED:
        return True
    return operation.status is OperationStatus.PLANNED and len(operation.present) >= MIN_BENEFICIARIES


def lacks_agreement(operation: Operation) -> bool:
    """Whether a provider is called in, and its agreement is not in force."""
    return operation.mission is not None and not operation.mission.is_agreed


def lacks_signature(operation: Operation, case: UUID) -> bool:
    """Whether a structure of the operation has not signed an agreement that is in force: it joined since then."""
    return not lacks_agreement(operation) and must_sign(operation, case)


def must_sign(operation: Operation, case: UUID) -> bool:
    """Whether there is an agreement that a structure of the operation has not signed."""
    if operation.mission is None or operation.mission.agreement is None:
        return False
    signatures = operation.mission.agreement.signatures
    return signatures.structure is None and signatures.structures.get(case) is None


def signed_on(operation: Operation, case: UUID) -> date | None:
    """The day on which a structure signed the agreement for itself."""
    agreement = operation.mission.agreement if operation.mission else None
    signature = agreement.signatures.structures.get(case) if agreement else None
    return signature.signed_on if signature else None


def _join(operation: Operation, case: UUID, action: UUID, context: Context) -> list[Event | FundsReleased]:
    """What is restored comes first: the survivors, without the one that joins, are then told so."""
    together = len({each.case for each in operation.present} | {case})
    joined = BeneficiaryJoined(case, action, joined_on=paris_date(context.now), beneficiaries=together)
    is_restored = operation.status is OperationStatus.FELL_SHORT and together >= MIN_BENEFICIARIES
    return [OperationRestored(), joined] if is_restored else [joined]


def _start(operation: Operation, case: UUID) -> list[Event | FundsReleased]:
    if lacks_signature(operation, case):
        raise NO_AGREEMENT("Cette structure n’a pas encore signé la convention de l’opération.")
    if operation.status is OperationStatus.STARTED:
        return []
    if not can_start(operation):
        raise TOO_FEW_BENEFICIARIES(
            f"Une opération collective réunit au moins {MIN_BENEFICIARIES} structures avant de "
            f"commencer\u00a0: celle-ci en compte {len(operation.present)}."
        )
    if lacks_agreement(operation):
        raise NO_AGREEMENT("La convention de cette opération n’est pas signée par toutes les parties.")
    return [OperationStarted()]


def _check_report(operation: Operation) -> None:
    if operation.mission and not operation.mission.report_accepted:
        raise NO_FINAL_REPORT("Le rapport final de l’opération est accepté avant que ses actions se terminent.")


def _leave(
    operation: Operation, action: UUID, reason: DepartureReason, context: Context
) -> list[Event | FundsReleased]:
    before = len(operation.present)
    left = len({case for key, case in operation.actions.items() if key != action})
    left_event = BeneficiaryLeft(
        operation.actions[action],
        action,
        reason=reason,
        left_on=paris_date(context.now),
        beneficiaries=left,
        share=None if operation.price else ShareDecision.REDISTRIBUTED,
    )
    completed = _complete_agreement(operation, evolve(operation, left_event))
    falls_short = left < MIN_BENEFICIARIES <= before or (operation.started and left == 0)
    if operation.status is OperationStatus.FELL_SHORT or not falls_short:
        return [left_event, *completed]
    return [left_event, *completed, OperationFellShort(left)]


def _complete_agreement(before: Operation, after: Operation) -> Iterator[Event | FundsReleased]:
    """Once all that remain have signed, what the agreement leaves of its funds goes back."""
    for key, mission in after.missions.items():
        if mission.agreement and mission.is_agreed and not before.missions[key].is_agreed:
            yield AgreementCompleted(key)
            yield from release_surplus(key, mission, mission.agreement)


def available_commands(operation: Operation) -> Iterator[type]:
    if not can_change(operation):
        return
    yield JoinOperation
    if operation.actions:
        yield LeaveOperation
        if operation.status is OperationStatus.FELL_SHORT:
            yield ContinueOperation
    if can_start(operation) and not lacks_agreement(operation):
        yield StartOperation


def evolve(operation: Operation, event: Event) -> Operation:
    match event:
        case BeneficiaryJoined(case, action, joined_on=joined_on):
            new = Beneficiary(case, joined_on, weight=0 if operation.shares_set else 1)
            joining = operation.find_beneficiary(case) or new
            joined = replace(joining, actions=(*joining.actions, action), departure=None)
            return operation.with_beneficiary(joined).with_signatories()
        case BeneficiaryLeft(case, action, reason=reason, left_on=left_on, share=share):
            leaving = operation.find_beneficiary(case)
            assert leaving is not None
            actions = tuple(each for each in leaving.actions if each != action)
            departure = None if actions else Departure(left_on, reason, share=share)
            left = replace(leaving, actions=actions, departure=departure)
            return operation.with_beneficiary(left).with_signatories()
        case AgreementCompleted(action):
            mission = operation.missions[action]
            assert mission.agreement is not None
            in_force = replace(mission, agreement=mission.agreement.with_day_in_force())
            return replace(operation, missions=operation.missions | {action: in_force})
        case OperationStarted() | OperationContinued():
            begun = operation.with_mission_status(ActionStatus.STARTED)
            return replace(begun, status=OperationStatus.STARTED, started=True)
        case OperationFellShort():
            return replace(operation, status=OperationStatus.FELL_SHORT)
        case OperationRestored():
            restored = OperationStatus.STARTED if operation.started else OperationStatus.PLANNED
            return replace(operation, status=restored)
