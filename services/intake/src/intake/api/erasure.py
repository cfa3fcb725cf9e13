"""How does the DPO have somebody forgotten, and what certifies it? The order, and who has confirmed it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Body
from pydantic import BaseModel

from intake import bootstrap
from intake.domain import erasure, personal_link
from intake.domain.erasure import Erasure, OrderAgain, OrderErasure, OrderKnowing
from intake.domain.register import register
from intake.domain.request.state import RequestStatus
from intake.settings import deployment
from shared.erasure import person_erasure_id
from shared.erasure.after_restore import DestroyedAgain, key_destroyed
from shared.eventlog import ServiceApplication, UnknownCase, cases_of_person, count_values_of, is_case_key
from shared.kernel import Decider, Role
from shared.web.auth import Caller, authorize, authorize_read, requires
from shared.web.http import JsonBody, problem_responses
from shared.web.requests import AppDep
from shared.web.resources import Operation
from shared.web.standard import DPO_ONLY, people_router

S = TypeVar("S")
OPEN = (RequestStatus.RECEIVED, RequestStatus.ADMITTED)
SERVICES = ("intake", *erasure.OTHERS)


class Confirmation(BaseModel):
    """One service's word. `values`: how many sealed values nobody opens there any more."""

    service: str
    confirmed_at: datetime | None
    values: int | None


class Certificate(BaseModel):
    """`complete_at`: when the last service confirmed; null as long as one is `outstanding`.

    `backups_until`: the day from which no back-up taken before holds a key of this person, however it is wrapped."""

    person: UUID
    erasure: UUID
    ordered_at: datetime
    ordered_by: str
    motive: str
    services: list[Confirmation]
    outstanding: list[str]
    complete_at: datetime | None
    backups_until: date | None


router = people_router()


def order_erasure(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*DPO_ONLY)],
    body: Annotated[OrderErasure, JsonBody(), Body()],
) -> Certificate:
    """Every service destroys what opens this person's name, mail and telephone, for good; what happened stays told.

    Refused while an open dossier has them as its contact, and while they hold rights. Asked again, nothing changes."""
    authorize(caller)
    stream = person_erasure_id(id)
    app.handle(erasure.decider, stream, knowing(app, id, body), app.context(stream, caller.actor))
    return certificate(app, id)


@router.get("/{id}/erasure", summary="The certificate of an erasure")
def erasure_certificate(id: UUID, app: AppDep, caller: Annotated[Caller, requires(*DPO_ONLY)]) -> Certificate:  # noqa: A002
    """Who ordered it and why, which services have confirmed and when, what is outstanding, until when back-ups last."""
    authorize(caller)
    authorize_read(caller, id)
    return certificate(app, id)


def erases_again(app: ServiceApplication, key: UUID) -> DestroyedAgain:
    """A person is ordered to be erased once more, so that every service confirms again, and the certificate answers."""
    stream = person_erasure_id(key)
    ordered = _state(app, erasure.decider, stream) is not None
    if ordered or _is_dossier(app, key):
        return key_destroyed(app, key)
    return erasure.decider, stream, OrderAgain(key, count_values_of(app, key))


def knowing(app: ServiceApplication, person: UUID, asked: OrderErasure) -> OrderKnowing:
    """The order, with what intake knows of whoever is meant."""
    today = app.clock.now().date()
    dossiers = tuple(case for case in cases_of_person(app, person) if _is_contact(app, case, person))
    held = _state(app, register.decider, person) or register.Register()
    bearer = _state(app, personal_link.decider, person)
    return OrderKnowing(
        person,
        asked.motive,
        is_dossier=_is_dossier(app, person),
        dossiers=dossiers,
        rights=sum(right.until is None or right.until >= today for right in held.held)
        + bool(bearer and not bearer.revoked and bearer.until and bearer.until >= today),
        values=count_values_of(app, person),
    )


def certificate(app: ServiceApplication, person: UUID) -> Certificate:
    """Raises UnknownCase when nobody ordered it."""
    stream = person_erasure_id(person)
    state: Erasure = app.load_existing(erasure.decider, stream).state
    ordered = app.recorder.entries_of_stream(stream)[0]
    meta = app.mapper.to_domain_event(ordered).meta
    confirmed = {"intake": erasure.Confirmed(ordered.recorded_at, state.values)} | state.confirmed
    outstanding = erasure.outstanding(state)
    complete_at = None if outstanding else max(each.at for each in confirmed.values())
    assert state.motive
    return Certificate(
        person=person,
        erasure=stream,
        ordered_at=ordered.recorded_at,
        ordered_by=meta.actor,
        motive=app.key_store.display_text(state.motive),
        services=[_confirmation(name, confirmed.get(name)) for name in SERVICES],
        outstanding=list(outstanding),
        complete_at=complete_at,
        backups_until=complete_at and complete_at.date() + timedelta(days=deployment().backup_days + 1),
    )


def _confirmation(service: str, confirmed: erasure.Confirmed | None) -> Confirmation:
    return Confirmation(
        service=service,
        confirmed_at=confirmed.at if confirmed else None,
        values=confirmed.values if confirmed else None,
    )


def _is_dossier(app: ServiceApplication, id: UUID) -> bool:  # noqa: A002
    """Or what else has a key of its own; a person of the register has one too, named or not."""
    if _state(app, register.decider, id):
        return False
    return is_case_key(app, id) or _state(app, bootstrap.requests, id) is not None


def _is_contact(app: ServiceApplication, case: UUID, person: UUID) -> bool:
    request = _state(app, bootstrap.requests, case)
    return bool(request and request.status in OPEN and request.contact and request.contact.person == str(person))


def _state(app: ServiceApplication, decider: Decider[S], stream: UUID) -> S | None:
    try:
        return app.load_existing(decider, stream).state
    except UnknownCase:
        return None


order_erasure.__dict__["operation"] = Operation(
    OrderErasure, "/api/v1/people/{id}", roles=(Role.DPO,), before=(knowing,)
)
router.add_api_route(
    "/{id}",
    order_erasure,
    methods=["DELETE"],
    status_code=202,
    response_model=Certificate,
    responses=problem_responses(409),
    summary="Effacer une personne",
)
