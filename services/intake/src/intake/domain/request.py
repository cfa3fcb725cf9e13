"""The request: received, met, assessed, and given exactly one outcome. The dossier begins here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intake.domain import admission, archive, confidentiality, ending
from intake.domain.commands import (
    AdmitRequest,
    ArchiveDossier,
    AssessCriterion,
    CloseCase,
    Command,
    CorrectContact,
    CorrectStructure,
    EndAccompaniment,
    EntrustDossier,
    GiveUpCase,
    GrantDerogation,
    LiftConfidentiality,
    MakeConfidential,
    OpenLinkedRequest,
    OrientRequest,
    ReceiveKnowing,
    ReceiveRequest,
    RecordMeeting,
    StartAccompaniment,
    TakeOver,
    TransferRequest,
    UnarchiveDossier,
    WithdrawRequest,
)
from intake.domain.difficulty import QualifyDifficulty, qualify
from intake.domain.events import (
    AccompanimentEnded,
    CaseClosed,
    CaseGivenUp,
    ContactCorrected,
    DossierMadeConfidential,
    Event,
    LinkedRequestOpened,
    MeetingRecorded,
    RequestAdmitted,
    RequestOriented,
    RequestReceived,
    RequestTransferred,
    RequestWithdrawn,
    StructureCorrected,
    TransferReceived,
)
from intake.domain.orientation import ProposeOrientation
from intake.domain.personal_link import GiveLink
from intake.domain.reference.criteria import Verdict
from intake.domain.reference.reference import OURS, Reference
from intake.domain.state import Request, Status, evolve
from intake.domain.structure import checked, corrected, sealed
from shared.attachments import AddAttachment
from shared.kernel import UNIT_CODE, Context, Decider, Refusal, UniqueKey, require_past

ALREADY_OPEN = Refusal("case-already-open", "Un dossier est déjà ouvert pour cette structure")
ALREADY_RECEIVED = Refusal("request-already-received", "Demande déjà reçue")
NOT_RECEIVED = Refusal("request-not-received", "Demande non reçue")
OUTCOME_GIVEN = Refusal("outcome-already-given", "La demande a déjà son issue")
NO_UNIT = Refusal("no-unit", "Unité inconnue", status=403)
SAME_UNIT = Refusal("same-unit", "Transfert sans objet")
WRONG_UNIT = Refusal("wrong-unit", "Code d’unité irrecevable", status=422)
NOT_TRANSFERRED = Refusal("not-transferred", "Demande non transférée")
NOT_THE_RECEIVING_UNIT = Refusal("not-the-receiving-unit", "Réservé à l’unité qui reçoit", status=403)
NO_ORIENTATION = Refusal("no-orientation", "Aucune orientation")
CRISIS_NOT_ORIENTED = Refusal("crisis-not-oriented", "Une orientation de crise est attendue")


def decide(request: Request, command: Command, context: Context, reference: Reference = OURS) -> list[Event]:
    match command:
        case ReceiveRequest():
            return _receive(request, ReceiveKnowing(command), context, reference)
        case ReceiveKnowing():
            return _receive(request, command, context, reference)
        case TakeOver():
            return _take_over(request, command, context)
        case OpenLinkedRequest() as linked:
            if request.status is not Status.NEW:
                return []
            return [
                LinkedRequestOpened(
                    linked.origin,
                    linked.structure,
                    structure_id=linked.structure_id,
                    contact=linked.contact,
                    theme=linked.theme,
                    unit=linked.unit,
                )
            ]
        case StartAccompaniment() | EndAccompaniment() | CloseCase():
            return ending.told(request, command)
        case GiveUpCase():
            return ending.give_up(request, command, context)
        case MakeConfidential() | LiftConfidentiality() | EntrustDossier():
            _must_be(request, *Status)
            return confidentiality.decided(request, command, context)
        case ArchiveDossier() | UnarchiveDossier():
            return archive.decided(request, command, context)
        case QualifyDifficulty():
            _must_be(request, Status.RECEIVED, Status.ADMITTED)
            return [qualify(command, context)]
        case CorrectStructure(structure, effective_on, reason=reason):
            _must_be(request, Status.RECEIVED, Status.ADMITTED)
            require_past(effective_on, context.now, "La date d’effet")
            return [
                StructureCorrected(
                    corrected(request.structure, structure, reference), effective_on, reason=context.text(reason)
                )
            ]
        case CorrectContact(contact, reason):
            _must_be(request, Status.RECEIVED, Status.ADMITTED)
            return [ContactCorrected(sealed(contact, context), context.text(reason))]
    _must_be(request, Status.RECEIVED)
    match command:
        case RecordMeeting(held_on, with_whom, notes=notes):
            require_past(held_on, context.now, "La date de l’entretien")
            return [MeetingRecorded(held_on, context.text(with_whom), notes=context.optional_text(notes))]
        case AssessCriterion():
            return [admission.assessed(command, reference, context)]
        case GrantDerogation():
            return [admission.derogated(request, command, reference, context)]
        case AdmitRequest():
            return [admission.admitted(request, command, reference, context)]
        case OrientRequest(motive, orientations, why_none=why_none):
            if not orientations and not why_none:
                raise NO_ORIENTATION("Nommez au moins une orientation, ou dites pourquoi il n’y en a aucune.")
            distinct = tuple(dict.fromkeys(orientations))
            return [RequestOriented(context.text(motive), distinct, why_none=context.optional_text(why_none))]
        case TransferRequest(to_unit, motive):
            return [RequestTransferred(_other_unit(to_unit, request), context.text(motive))]
        case WithdrawRequest(motive):
            return [RequestWithdrawn(context.text(motive))]


def available_commands(request: Request) -> Iterator[type]:
    """The structure is received, met and assessed until one outcome is given; once admitted, its end is told here."""
    if request.status is Status.NEW:
        yield from (ReceiveRequest, ReceiveKnowing, TakeOver, OpenLinkedRequest)
        return
    match request.status:
        case Status.RECEIVED:
            yield from (CorrectStructure, CorrectContact, RecordMeeting, AssessCriterion, QualifyDifficulty)
            if any(judged.verdict is Verdict.NOT_MET for judged in request.criteria.values()):
                yield GrantDerogation
            if request.meetings:
                yield AdmitRequest
            yield from (OrientRequest, TransferRequest, WithdrawRequest)
        case Status.ADMITTED:
            yield from (
                CorrectStructure,
                CorrectContact,
                QualifyDifficulty,
                StartAccompaniment,
                EndAccompaniment,
                CloseCase,
            )
            if not (request.accompaniment_started or request.accompaniment_ended):
                yield GiveUpCase
        case Status.CLOSED:
            yield EndAccompaniment
    yield from archive.available_commands(request)
    if request.archived:
        return
    yield from (ProposeOrientation, GiveLink, AddAttachment)
    yield from confidentiality.available_commands(request)


def _other_unit(code: str, request: Request) -> str:
    if not UNIT_CODE.fullmatch(code):
        raise WRONG_UNIT(
            "Une unité se désigne par son code, comme dla-44\u202f; ce que vous en dites va dans le motif."
        )
    if code.casefold() == request.unit.casefold():
        raise SAME_UNIT("Cette demande est déjà dans cette unité\u00a0: rien n’est à transférer.")
    return code


def _must_be(request: Request, *statuses: Status) -> None:
    if request.status is Status.NEW:
        raise NOT_RECEIVED("Aucune structure n’a fait cette demande.")
    if request.status not in statuses:
        raise OUTCOME_GIVEN(
            "Une demande ne reçoit qu’une issue\u202f; celle-ci ne change plus.", outcome=request.status
        )


def _receive(request: Request, command: ReceiveKnowing, context: Context, reference: Reference) -> list[Event]:
    if request.status is not Status.NEW:
        raise ALREADY_RECEIVED("Ce dossier est déjà ouvert.")
    if not context.actor.unit:
        raise NO_UNIT("Votre jeton ne nomme pas d’unité\u00a0: une demande appartient à celle qui la reçoit.")
    asked = command.asked
    structure = checked(asked.structure, reference)
    return [
        RequestReceived(
            structure,
            context.pseudonym(structure.number),
            contact=sealed(asked.contact, context),
            need=context.text(asked.need),
            unit=context.actor.unit,
            earlier=command.earlier,
            prefill=command.prefill,
            adviser=context.actor.id,
        )
    ]


def _take_over(request: Request, command: TakeOver, context: Context) -> list[Event]:
    """By the receiving unit itself, which may already have a case open for the structure, and should see it.

    What was confidential there is so here."""
    if request.status is not Status.NEW:
        raise ALREADY_RECEIVED("Ce dossier est déjà ouvert.")
    if command.to_unit is None:
        raise NOT_TRANSFERRED("Cette demande n’a pas été transférée.")
    if context.actor.unit != command.to_unit:
        raise NOT_THE_RECEIVING_UNIT("Cette demande a été transférée à une autre unité que la vôtre.")
    adviser = context.actor.id
    received = TransferReceived(
        command.origin,
        command.structure,
        structure_id=command.structure_id,
        contact=command.contact,
        unit=command.to_unit,
        need=command.need,
        difficulty=command.difficulty,
        adviser=adviser,
    )
    if command.confidential is None:
        return [received]
    kept = command.confidential
    return [received, DossierMadeConfidential(kept.reason, kept.motive, adviser=adviser)]


def unique_keys(request: Request, event: Event) -> Iterable[UniqueKey]:
    """One open case per structure and unit at a time, and a transfer is received once.

    A linked request opens beside its origin's follow-up, and counts among the open cases once it is admitted."""
    match event:
        case RequestAdmitted(structure_id=structure_id, unit=unit):
            yield UniqueKey("open-case", f"{unit}/{structure_id}")
        case RequestReceived(structure_id=structure_id, unit=unit):
            yield UniqueKey("open-case", f"{unit}/{structure_id}")
        case TransferReceived(origin, structure_id=structure_id, unit=unit):
            yield UniqueKey("open-case", f"{unit}/{structure_id}")
            yield UniqueKey("received-transfer", str(origin))
        case (
            RequestOriented()
            | RequestTransferred()
            | RequestWithdrawn()
            | AccompanimentEnded()
            | CaseClosed()
            | CaseGivenUp()
        ):
            yield UniqueKey("open-case", f"{request.unit}/{request.structure_id}", reserved=False)


decider: Decider[Request] = Decider(
    "request",
    Request(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    unique_keys=unique_keys,
    unique_key_refusal=ALREADY_OPEN,
    available_commands=available_commands,
    case_access=confidentiality.case_access,
)
