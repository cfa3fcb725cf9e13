"""Assessment of a received request: the first meeting, verdicts on the criteria in force, derogations."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from annotated_types import Len

from intake.domain.reference.criteria import NO_CRITERIA, Criteria, EligibilityCriterion, Verdict
from intake.domain.reference.reference import ReferenceData
from intake.domain.request.state import (
    NOT_RECEIVED,
    OUTCOME_GIVEN,
    CriterionJudgment,
    DerogationKind,
    Meeting,
    PersonMet,
    Request,
    RequestStatus,
    require_status,
)
from shared.kernel import (
    Context,
    Day,
    Encrypted,
    PersonalData,
    PersonalLine,
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
UNCLEAR_PARTICIPANT = Refusal("unclear-participant", "Participant·e mal désigné·e", status=422)
NOTHING_TO_DEROGATE = Refusal("nothing-to-derogate", "Dérogation sans objet")
NOT_A_MANAGER = Refusal("managers-only", "Réservé à la ou au responsable", status=403)


@event("meeting-recorded", label="Entretien d’accueil", effective="held_on")
class MeetingRecorded:
    held_on: date
    participants: tuple[PersonMet, ...]
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


@command
class MeetingParticipant:
    """Somebody whom the adviser met: by `name`, or by `person`, the id of the contact or of a participant of an earlier
    meeting, who is then erased with all of them."""

    name: PersonalLine | None = None
    function: PersonalLine | None = None
    person: UUID | None = None


@command(
    title="Consigner un entretien d’accueil",
    leads_to=(MeetingRecorded,),
    may_refuse=(IMPLAUSIBLE_DATE, OUTCOME_GIVEN, NOT_RECEIVED, UNCLEAR_PARTICIPANT),
)
class RecordMeeting:
    """The adviser has met the structure and explained what the DLA can do.

    `participants`: whom the adviser met, each under a key of their own. `notes`: what was said, without names."""

    held_on: Day
    participants: Annotated[tuple[MeetingParticipant, ...], Len(1, 50)]
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
    participants = tuple(_person_met(request, each, context) for each in command.participants)
    return [MeetingRecorded(command.held_on, participants, notes=context.optional_text(command.notes))]


def _person_met(request: Request, participant: MeetingParticipant, context: Context) -> PersonMet:
    """Under a new key, or the one under which the case knows them already."""
    if (participant.name is None) == (participant.person is None):
        raise UNCLEAR_PARTICIPANT(
            "Dites le nom de chaque personne rencontrée, ou l’identifiant sous lequel elle est connue."
        )
    if participant.name is not None:
        person = context.new_id()
        function = PersonalData(person, participant.function) if participant.function else None
        return PersonMet(person, PersonalData(person, participant.name), function=function)
    assert participant.person is not None
    known = _known_people(request).get(participant.person)
    if known is None:
        raise UNCLEAR_PARTICIPANT("Ce dossier ne connaît personne sous cet identifiant\u00a0: donnez plutôt son nom.")
    function = PersonalData(known.person, participant.function) if participant.function else known.function
    return replace(known, function=function)


def _known_people(request: Request) -> dict[UUID, PersonMet]:
    """The contact, and the participants of meetings, by id."""
    people = {each.person: each for meeting in request.meetings for each in meeting.participants}
    if contact := request.contact:
        person = UUID(contact.person)
        people[person] = PersonMet(person, contact.name, function=contact.function)
    return people


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
    waivable = _waivable_criteria(request, reference, context)
    if not waivable:
        raise NOTHING_TO_DEROGATE("Une dérogation lève un critère impératif jugé non rempli, et aucun ne l’est.")
    rules, criterion = _find_criterion(command.criterion, reference, context)
    if criterion.code not in waivable:
        raise NOTHING_TO_DEROGATE.of_body()(
            "Une dérogation lève un critère impératif jugé non rempli, ce qui n’est pas le cas de "
            f"«\u202f{criterion.label}\u202f»."
        )
    reason = context.text(command.reason)
    return [DerogationGranted(criterion.code, reason, rules=rules.version, kind=command.kind, by=context.actor.id)]


def _waivable_criteria(request: Request, reference: ReferenceData, context: Context) -> set[str]:
    """The hard criteria that are not met."""
    hard = {criterion.code for criterion in reference.in_force(paris_date(context.now)).hard}
    return {code for code, judgment in request.criteria.items() if judgment.verdict is Verdict.NOT_MET and code in hard}


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
        case MeetingRecorded(held_on, participants, notes=notes):
            return replace(request, meetings=(*request.meetings, Meeting(held_on, participants, notes=notes)))
        case CriterionAssessed(criterion, verdict, evidence=evidence, by=by):
            # A derogation waives one verdict: it ends when the criterion is assessed again.
            judgment = CriterionJudgment(verdict, evidence, by=by)
            return replace(request, criteria=request.criteria | {criterion: judgment})
        case DerogationGranted(criterion, reason, kind=kind, by=by):
            judgment = replace(request.criteria[criterion], derogation=reason, derogation_kind=kind, derogated_by=by)
            return replace(request, criteria=request.criteria | {criterion: judgment})
