"""Assessment of a received request: the first meeting, verdicts on the criteria in force, derogations."""

from __future__ import annotations

from datetime import date

from intake.domain.reference.criteria import NO_CRITERIA, Criteria, EligibilityCriterion, Verdict
from intake.domain.reference.reference import ReferenceData
from intake.domain.request.state import (
    NOT_RECEIVED,
    OUTCOME_GIVEN,
    CriterionJudgment,
    DerogationKind,
    Meeting,
    Request,
    RequestStatus,
    require_status,
)
from shared.kernel import (
    ConfidentialLine,
    Context,
    Day,
    Encrypted,
    Reason,
    Refusal,
    Role,
    Text,
    event,
    paris_date,
    require_past,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

UNKNOWN_CRITERION = Refusal("unknown-criterion", "Critère inconnu", status=422)
NOTHING_TO_DEROGATE = Refusal("nothing-to-derogate", "Dérogation sans objet")
NOT_A_MANAGER = Refusal("managers-only", "Réservé à la ou au responsable", status=403)


@event("meeting-recorded", label="Entretien d’accueil", effective="held_on")
class MeetingRecorded:
    held_on: date
    with_whom: Encrypted
    notes: Encrypted | None = None


@event("criterion-assessed", label="Critère d’éligibilité examiné")
class CriterionAssessed:
    criterion: str
    verdict: Verdict
    evidence: Encrypted
    rules: str
    by: str | None = None


@event("derogation-granted", label="Dérogation accordée")
class DerogationGranted:
    criterion: str
    reason: Encrypted
    rules: str
    kind: DerogationKind | None = None
    by: str | None = None


@command(
    title="Consigner un entretien d’accueil",
    leads_to=(MeetingRecorded,),
    may_refuse=(IMPLAUSIBLE_DATE, OUTCOME_GIVEN, NOT_RECEIVED),
)
class RecordMeeting:
    """The adviser has met the structure and explained what the DLA can do."""

    held_on: Day
    with_whom: ConfidentialLine
    notes: Text | None = None


@command(
    title="Examiner un critère d’éligibilité",
    leads_to=(CriterionAssessed,),
    may_refuse=(NO_CRITERIA, OUTCOME_GIVEN, NOT_RECEIVED, UNKNOWN_CRITERION),
)
class AssessCriterion:
    """The adviser says whether a criterion is met, and on what evidence."""

    criterion: str
    verdict: Verdict
    evidence: Reason


@command(
    title="Accorder une dérogation",
    leads_to=(DerogationGranted,),
    may_refuse=(NOT_A_MANAGER, NO_CRITERIA, NOTHING_TO_DEROGATE, OUTCOME_GIVEN, NOT_RECEIVED, UNKNOWN_CRITERION),
)
class GrantDerogation:
    """A manager waives a hard criterion that is not met, and says why."""

    criterion: str
    reason: Reason
    kind: DerogationKind | None = None


Event = MeetingRecorded | CriterionAssessed | DerogationGranted


def record_meeting(request: Request, command: RecordMeeting, context: Context) -> list[MeetingRecorded]:
    require_status(request, RequestStatus.RECEIVED)
    require_past(command.held_on, context.now, "La date de l’entretien")
    with_whom, notes = context.text(command.with_whom), context.optional_text(command.notes)
    return [MeetingRecorded(command.held_on, with_whom, notes=notes)]


def assess_criterion(
    request: Request, command: AssessCriterion, context: Context, reference: ReferenceData
) -> list[CriterionAssessed]:
    require_status(request, RequestStatus.RECEIVED)
    rules, criterion = _find_criterion(command.criterion, reference, context)
    return [
        CriterionAssessed(
            criterion.code,
            command.verdict,
            evidence=context.text(command.evidence),
            rules=rules.version,
            by=context.actor.id,
        )
    ]


def grant_derogation(
    request: Request, command: GrantDerogation, context: Context, reference: ReferenceData
) -> list[DerogationGranted]:
    require_status(request, RequestStatus.RECEIVED)
    if context.actor.role is not Role.MANAGER:
        raise NOT_A_MANAGER("Une dérogation est accordée par la ou le responsable de la structure porteuse.")
    rules, criterion = _find_criterion(command.criterion, reference, context)
    judgment = request.criteria.get(criterion.code)
    if not criterion.hard or judgment is None or judgment.verdict is not Verdict.NOT_MET:
        raise NOTHING_TO_DEROGATE(
            "Une dérogation lève un critère impératif jugé non rempli, ce qui n’est pas le cas de "
            f"«\u202f{criterion.label}\u202f»."
        )
    reason = context.text(command.reason)
    return [DerogationGranted(criterion.code, reason, rules=rules.version, kind=command.kind, by=context.actor.id)]


def _find_criterion(code: str, reference: ReferenceData, context: Context) -> tuple[Criteria, EligibilityCriterion]:
    rules = reference.in_force(paris_date(context.now))
    criterion = rules.find(code)
    if criterion is None:
        raise UNKNOWN_CRITERION(
            f"La version {rules.version} des critères n’en connaît aucun de ce nom.",
            rules=rules.version,
            criteria=[each.code for each in rules.list],
        )
    return rules, criterion


def evolve(request: Request, event: Event) -> Request:
    match event:
        case MeetingRecorded(held_on, with_whom, notes=notes):
            return replace(request, meetings=(*request.meetings, Meeting(held_on, with_whom, notes=notes)))
        case CriterionAssessed(criterion, verdict, evidence=evidence, by=by):
            # A derogation waives one verdict: it ends when the criterion is assessed again.
            judgment = CriterionJudgment(verdict, evidence, by=by)
            return replace(request, criteria=request.criteria | {criterion: judgment})
        case DerogationGranted(criterion, reason, kind=kind, by=by):
            judgment = replace(request.criteria[criterion], derogation=reason, derogation_kind=kind, derogated_by=by)
            return replace(request, criteria=request.criteria | {criterion: judgment})
