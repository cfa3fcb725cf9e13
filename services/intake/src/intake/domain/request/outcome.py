"""Outcomes of a request: admitted, oriented, not admitted or withdrawn, exactly one; the fifth is a transfer."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from annotated_types import Len

from intake.domain.reference.criteria import NO_CRITERIA
from intake.domain.reference.reference import ReferenceData
from intake.domain.request.eligibility import assess
from intake.domain.request.state import (
    ALREADY_OPEN,
    NOT_RECEIVED,
    OUTCOME_GIVEN,
    CrisisPlan,
    Request,
    RequestStatus,
    require_status,
)
from intake.domain.structure import LegalForm
from shared.kernel import ConfidentialLine, Context, Encrypted, Reason, Refusal, Text, event, paris_date
from shared.kernel.events import command
from shared.kernel.frozen import replace

NO_MEETING = Refusal("no-meeting", "Aucun entretien d’accueil")
CRITERIA_OPEN = Refusal("criteria-not-assessed", "Des critères restent à examiner")
NOT_ELIGIBLE = Refusal("criteria-not-met", "Des critères ne sont pas remplis")
NO_ORIENTATION = Refusal("no-orientation", "Aucune orientation", depends_on_body=True)
ORIENTATION_UNDER_WAY = Refusal("orientation-under-way", "Une orientation est en cours")
CRISIS_NOT_ORIENTED = Refusal("crisis-not-oriented", "Une orientation de crise est attendue")


@event("request-admitted", label="Demande admise dans le DLA")
class RequestAdmitted:
    rules: str
    structure_id: UUID
    unit: str
    adviser: str
    legal_form: LegalForm
    department: str
    headcount: int | None
    reason: Encrypted | None = None
    crisis_plan: CrisisPlan | None = None


@event("request-oriented", label="Structure orientée vers d’autres acteurs")
class RequestOriented:
    """`orientations`: at least one."""

    reason: Encrypted
    orientations: tuple[UUID, ...]


@event("request-not-admitted", label="Demande non admise, sans orientation")
class RequestNotAdmitted:
    """`no_orientation_reason`: why the structure was directed to nobody."""

    reason: Encrypted
    no_orientation_reason: Encrypted


@event("request-withdrawn", label="Demande retirée par la structure")
class RequestWithdrawn:
    reason: Encrypted


@command
class CrisisPlanNote:
    """The crisis plan of a structure, in a request body: the scheme that leads it (CODEFI, CCSF, a mediation…)."""

    scheme: ConfidentialLine
    note: Text | None = None


@command(
    title="Admettre la demande",
    leads_to=(RequestAdmitted,),
    may_refuse=(ALREADY_OPEN, CRITERIA_OPEN, NOT_ELIGIBLE, NO_CRITERIA, NO_MEETING, OUTCOME_GIVEN, NOT_RECEIVED),
)
class AdmitRequest:
    """The structure enters the DLA: its diagnosis can begin.

    `crisis_plan`: the crisis plan that the support goes with, and the scheme that leads it."""

    reason: Reason | None = None
    crisis_plan: CrisisPlanNote | None = None


@command(
    title="Orienter la structure au lieu de l’admettre",
    leads_to=(RequestOriented,),
    may_refuse=(NO_ORIENTATION, OUTCOME_GIVEN, NOT_RECEIVED),
)
class OrientRequest:
    """The structure does not enter the DLA, and is directed to others who can help, by orientations of this case."""

    reason: Reason
    orientations: Annotated[tuple[UUID, ...], Len(0, 20)] = ()


@command(
    title="Ne pas admettre la demande, sans orientation",
    leads_to=(RequestNotAdmitted,),
    may_refuse=(OUTCOME_GIVEN, NOT_RECEIVED),
)
class RejectRequest:
    """The structure does not enter the DLA, and nobody else can help it: why, on both counts.

    `no_orientation_reason`: why it is directed to nobody."""

    reason: Reason
    no_orientation_reason: Reason


@command(title="Retirer la demande", leads_to=(RequestWithdrawn,), may_refuse=(OUTCOME_GIVEN, NOT_RECEIVED))
class WithdrawRequest:
    """The structure withdraws its request."""

    reason: Reason


Event = RequestAdmitted | RequestOriented | RequestNotAdmitted | RequestWithdrawn


def admit(request: Request, command: AdmitRequest, context: Context, reference: ReferenceData) -> list[RequestAdmitted]:
    """Under the criteria in force on the day of the recording. The event stores their version."""
    require_status(request, RequestStatus.RECEIVED)
    if not request.meetings:
        raise NO_MEETING("Recevez d’abord la structure\u00a0: elle entre dans le DLA après un entretien d’accueil.")
    rules = reference.in_force(paris_date(context.now))
    assessment = assess(request.structure, request.criteria, rules)
    if assessment.missing:
        raise CRITERIA_OPEN(f"Critères impératifs à examiner\u00a0: {rules.labels(assessment.missing)}.")
    if assessment.derogations_needed:
        raise NOT_ELIGIBLE(
            f"Une dérogation motivée est nécessaire\u00a0: {rules.labels(assessment.derogations_needed)}.",
            criteria=list(assessment.derogations_needed),
        )
    return [
        RequestAdmitted(
            rules.version,
            request.structure_id,
            unit=request.unit,
            adviser=request.adviser if request.assigned and request.adviser else context.actor.id,
            legal_form=request.structure.legal_form,
            department=request.structure.department,
            headcount=request.structure.headcount,
            reason=context.optional_text(command.reason),
            crisis_plan=_encrypt_plan(command.crisis_plan, context) if command.crisis_plan else None,
        )
    ]


def _encrypt_plan(plan: CrisisPlanNote, context: Context) -> CrisisPlan:
    return CrisisPlan(context.text(plan.scheme), context.optional_text(plan.note))


def orient(request: Request, command: OrientRequest, context: Context) -> list[RequestOriented]:
    require_status(request, RequestStatus.RECEIVED)
    if not command.orientations:
        raise NO_ORIENTATION(
            "Une structure orientée l’est vers quelqu’un\u00a0: nommez au moins une orientation. Si personne ne peut "
            "l’aider, n’admettez pas la demande et dites pourquoi il n’y a pas d’orientation."
        )
    return [RequestOriented(context.text(command.reason), tuple(dict.fromkeys(command.orientations)))]


def reject(request: Request, command: RejectRequest, context: Context) -> list[RequestNotAdmitted]:
    require_status(request, RequestStatus.RECEIVED)
    return [RequestNotAdmitted(context.text(command.reason), context.text(command.no_orientation_reason))]


def withdraw(request: Request, command: WithdrawRequest, context: Context) -> list[RequestWithdrawn]:
    require_status(request, RequestStatus.RECEIVED)
    return [RequestWithdrawn(context.text(command.reason))]


def evolve(request: Request, event: Event) -> Request:
    match event:
        case RequestAdmitted(rules, adviser=adviser, crisis_plan=plan):
            return replace(request, status=RequestStatus.ADMITTED, rules=rules, adviser=adviser, crisis_plan=plan)
        case RequestOriented(_, orientations):
            return replace(request, status=RequestStatus.ORIENTED, orientations=orientations)
        case RequestNotAdmitted():
            return replace(request, status=RequestStatus.NOT_ADMITTED)
        case RequestWithdrawn():
            return replace(request, status=RequestStatus.WITHDRAWN)
