"""Reactions: the commands that integration events of the other services lead to.

None of these commands depends on a deployment's reference data."""

from __future__ import annotations

from intake.domain import erasure
from intake.domain.mail import MailKind, QueueMail, mail_decider, mail_id
from intake.domain.mail_preferences import mail_preferences_decider
from intake.domain.request import request
from intake.domain.request.ending import CloseCase, EndAccompaniment, StartAccompaniment
from intake.domain.request.reception import OpenLinkedRequest
from intake.mail.recipients import find_preferences_of_adviser
from shared.contracts import diagnostic, followup, parcours
from shared.contracts.diagnostic import DiagnosisContested, PlanAgreed
from shared.contracts.erasure import PersonErased
from shared.contracts.followup import FollowUpClosed, NeedFound, need_aad
from shared.contracts.parcours import ParcoursAbandoned, ParcoursCompleted, ParcoursContested
from shared.erasure import person_erasure_id
from shared.eventlog import ServiceApplication
from shared.kernel import Ending, EndingKind, paris_date
from shared.messaging import CommandDispatch, Header, Reactions

reactions = Reactions("intake")


@reactions.on(PlanAgreed)
def start_accompaniment(_: PlanAgreed, header: Header) -> CommandDispatch:
    """The plan is agreed and the parcours opens. From now on the parcours reports how the case ends."""
    return CommandDispatch(request.decider, header.case, command=StartAccompaniment())


@reactions.on(ParcoursCompleted)
def end_accompaniment(_: ParcoursCompleted, header: Header) -> CommandDispatch:
    """The parcours is over: the structure may ask again while its follow-up goes on, or resumes."""
    return CommandDispatch(request.decider, header.case, command=EndAccompaniment(header.recorded_at))


@reactions.on(ParcoursAbandoned)
def close_abandoned_case(payload: ParcoursAbandoned, header: Header) -> CommandDispatch:
    """The scheme is voluntary: an abandoned parcours closes its case, unless its follow-up goes on; or its ending is
    corrected."""
    ending = Ending(EndingKind(payload.kind), payload.on or paris_date(header.recorded_at))
    return CommandDispatch(request.decider, header.case, command=CloseCase(ending, header.recorded_at))


@reactions.on(FollowUpClosed)
def close_followed_up_case(payload: FollowUpClosed, header: Header) -> CommandDispatch:
    """The follow-up is over, and with it the case; or the day of the structure's end is corrected."""
    ending = Ending(EndingKind(payload.kind), payload.on)
    return CommandDispatch(request.decider, header.case, command=CloseCase(ending, header.recorded_at))


@reactions.on(NeedFound)
def open_linked_request(payload: NeedFound, header: Header, app: ServiceApplication) -> CommandDispatch:
    """A new need found in follow-up opens a request of its own, which says what the need is. It is not confidential,
    and so names the first case, and has what was typed there, only if that one is not confidential either."""
    former = app.load_existing(request.decider, header.case).state
    origin = need = None
    if not former.confidential:
        origin = header.case
        if payload.ciphertext is not None:
            need = app.key_store.transit.receive(payload.ciphertext, need_aad(payload.request))
    command = OpenLinkedRequest(origin, former, theme=payload.theme, need=need)
    return CommandDispatch(request.decider, payload.request, command=command, case=payload.request)


@reactions.on(DiagnosisContested)
def announce_contested_diagnosis(
    payload: DiagnosisContested, header: Header, app: ServiceApplication
) -> CommandDispatch | None:
    """A leader contests a diagnosis: whoever is in charge gets a mail, if they chose so."""
    return _announce_contestation(header, payload.contested_version, app)


@reactions.on(ParcoursContested)
def announce_contested_parcours(
    payload: ParcoursContested, header: Header, app: ServiceApplication
) -> CommandDispatch | None:
    """A leader contests a parcours: whoever is in charge gets a mail, if they chose so."""
    return _announce_contestation(header, payload.contested_version, app)


def _announce_contestation(header: Header, version: int, app: ServiceApplication) -> CommandDispatch | None:
    """Nobody can choose where mail is off, and nothing is queued."""
    stream = find_preferences_of_adviser(app, header.case)
    if stream is None or not app.load(mail_preferences_decider, stream).state.at_once:
        return None
    mail = mail_id(app.key_store.pseudonym, MailKind.CONTESTED, header.case, f"{header.publisher} {version}")
    return CommandDispatch(mail_decider, mail, command=QueueMail(MailKind.CONTESTED, header.case))


def _confirm(payload: PersonErased, header: Header) -> CommandDispatch:
    confirm = erasure.ConfirmErasure(
        header.publisher, payload.values, confirmed_at=header.recorded_at, elsewhere=payload.elsewhere
    )
    return CommandDispatch(erasure.decider, person_erasure_id(payload.person), command=confirm)


@reactions.on(diagnostic.PersonErased)
def confirm_for_diagnostic(payload: diagnostic.PersonErased, header: Header) -> CommandDispatch:
    """Diagnostic has erased the person."""
    return _confirm(payload, header)


@reactions.on(parcours.PersonErased)
def confirm_for_parcours(payload: parcours.PersonErased, header: Header) -> CommandDispatch:
    """Parcours has erased the person."""
    return _confirm(payload, header)


@reactions.on(followup.PersonErased)
def confirm_for_followup(payload: followup.PersonErased, header: Header) -> CommandDispatch:
    """Followup has erased the person."""
    return _confirm(payload, header)
