"""What intake does when the other services tell something."""

from __future__ import annotations

from uuid import UUID

from intake import bootstrap
from intake.domain import erasure
from intake.domain.request.ending import CloseCase, EndAccompaniment, StartAccompaniment
from intake.domain.request.reception import OpenLinkedRequest
from intake.domain.request.state import Ending
from shared.contracts import diagnostic, followup, parcours
from shared.contracts.diagnostic import PlanAgreed
from shared.contracts.erasure import PersonErased
from shared.contracts.followup import FollowUpClosed, NeedFound
from shared.contracts.parcours import ParcoursAbandoned, ParcoursCompleted
from shared.erasure import person_erasure_id
from shared.eventlog import ServiceApplication
from shared.kernel import uuid7_after
from shared.messaging import CommandDispatch, Header, Reactions

reactions = Reactions("intake")


@reactions.on(PlanAgreed)
def start_accompaniment(_: PlanAgreed, header: Header) -> CommandDispatch:
    """The plan is agreed, and the parcours opens: it will tell how the case ends."""
    return CommandDispatch(bootstrap.requests, header.case, command=StartAccompaniment())


@reactions.on(ParcoursCompleted)
def end_accompaniment(_: ParcoursCompleted, header: Header) -> CommandDispatch:
    """The parcours is over: the structure may ask again while its follow-up goes on, or resumes."""
    return CommandDispatch(bootstrap.requests, header.case, command=EndAccompaniment(header.recorded_at))


@reactions.on(ParcoursAbandoned)
def close_abandoned_case(_: ParcoursAbandoned, header: Header) -> CommandDispatch:
    """The scheme is voluntary: an abandoned parcours closes its case, unless its follow-up goes on."""
    return CommandDispatch(bootstrap.requests, header.case, command=CloseCase(Ending.ABANDONED, header.recorded_at))


@reactions.on(FollowUpClosed)
def close_followed_up_case(_: FollowUpClosed, header: Header) -> CommandDispatch:
    """The follow-up is over, and with it the case."""
    return CommandDispatch(bootstrap.requests, header.case, command=CloseCase(Ending.FOLLOWED_UP, header.recorded_at))


@reactions.on(NeedFound)
def open_linked_request(event: NeedFound, header: Header, app: ServiceApplication) -> CommandDispatch:
    """A new need found in follow-up opens a request of its own, linked to the first; it is not confidential as that may
    be, and then does not name it."""
    origin = app.load_existing(bootstrap.requests, header.case).state
    linked = linked_request(header.id)
    assert origin.contact is not None
    named = None if origin.confidential else header.case
    command = OpenLinkedRequest(
        named,
        origin.structure,
        contact=origin.contact,
        structure_id=origin.structure_id,
        unit=origin.unit,
        theme=event.theme,
    )
    return CommandDispatch(bootstrap.requests, linked, command=command, case=linked)


def _confirmed(told: PersonErased, header: Header) -> CommandDispatch:
    confirm = erasure.ConfirmErasure(header.publisher, told.values, told_at=header.recorded_at)
    return CommandDispatch(erasure.decider, person_erasure_id(told.person), command=confirm)


@reactions.on(diagnostic.PersonErased)
def confirm_for_diagnostic(told: diagnostic.PersonErased, header: Header) -> CommandDispatch:
    """Diagnostic has forgotten the person."""
    return _confirmed(told, header)


@reactions.on(parcours.PersonErased)
def confirm_for_parcours(told: parcours.PersonErased, header: Header) -> CommandDispatch:
    """Parcours has forgotten the person."""
    return _confirmed(told, header)


@reactions.on(followup.PersonErased)
def confirm_for_followup(told: followup.PersonErased, header: Header) -> CommandDispatch:
    """Followup has forgotten the person."""
    return _confirmed(told, header)


def linked_request(need: UUID) -> UUID:
    """The same need always opens the same request."""
    return uuid7_after(need, "linked-request")
