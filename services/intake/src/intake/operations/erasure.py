"""Erasure of a person: the order with what intake knows of them, the certificate, the repetition after a restore."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from intake.domain import erasure, personal_link
from intake.domain.erasure import Confirmation, Erasure, OrderErasure, OrderErasureWithFindings, RepeatErasureOrder
from intake.domain.register import register
from intake.domain.register.state import Register
from intake.domain.request import request
from intake.domain.request.state import RequestStatus
from shared.erasure import person_erasure_id
from shared.erasure.after_restore import KeyDestruction, key_destruction
from shared.eventlog import ServiceApplication, UnknownCase, cases_of_person, count_values_of, is_case_key
from shared.kernel import Decider, paris_date

S = TypeVar("S")
OPEN = (RequestStatus.RECEIVED, RequestStatus.ADMITTED)
SERVICES = ("intake", *erasure.CONFIRMING_SERVICES)


class ServiceConfirmation(BaseModel):
    """The confirmation of one service. `values`: how many encrypted values became unreadable there."""

    service: str
    confirmed_at: datetime | None
    values: int | None


class ErasureCertificate(BaseModel):
    """`complete_at`: when the last service confirmed; null as long as one is `outstanding`.

    `backups_until`: the day from which no earlier back-up contains a key of this person any more."""

    person: UUID
    erasure: UUID
    ordered_at: datetime
    ordered_by: str
    reason: str
    services: list[ServiceConfirmation]
    outstanding: list[str]
    complete_at: datetime | None
    backups_until: date | None


def order_with_findings(app: ServiceApplication, person: UUID, order: OrderErasure) -> OrderErasureWithFindings:
    today = paris_date(app.clock.now())
    open_cases = tuple(case for case in cases_of_person(app, person) if _is_contact(app, case, person))
    identity = _find_state(app, register.decider, person) or Register()
    link = _find_state(app, personal_link.decider, person)
    link_is_valid = bool(link and not link.revoked and link.until and link.until >= today)
    return OrderErasureWithFindings(
        person,
        order.reason,
        is_case=_is_case(app, person),
        open_cases=open_cases,
        rights=sum(right.until is None or right.until >= today for right in identity.active) + link_is_valid,
        values=count_values_of(app, person),
    )


def repeat_erasure(app: ServiceApplication, key: UUID) -> KeyDestruction:
    """After a restore, the erasure of a person is ordered again, so that every service confirms it again and its
    certificate can be read."""
    stream = person_erasure_id(key)
    ordered = _find_state(app, erasure.decider, stream) is not None
    if ordered or _is_case(app, key):
        return key_destruction(app, key)
    return erasure.decider, stream, RepeatErasureOrder(key, count_values_of(app, key))


def build_certificate(app: ServiceApplication, person: UUID, backup_days: int) -> ErasureCertificate:
    """Raises UnknownCase when no erasure of this person was ordered."""
    stream = person_erasure_id(person)
    state: Erasure = app.load_existing(erasure.decider, stream).state
    ordered = app.recorder.entries_of_stream(stream)[0]
    meta = app.mapper.to_domain_event(ordered).meta
    confirmed = {"intake": Confirmation(ordered.recorded_at, state.values)} | state.confirmed
    outstanding = erasure.outstanding(state)
    complete_at = None if outstanding else max(each.at for each in confirmed.values())
    assert state.reason
    return ErasureCertificate(
        person=person,
        erasure=stream,
        ordered_at=ordered.recorded_at,
        ordered_by=meta.actor,
        reason=app.key_store.display_text(state.reason),
        services=[_service_confirmation(name, confirmed.get(name)) for name in SERVICES],
        outstanding=list(outstanding),
        complete_at=complete_at,
        backups_until=complete_at and paris_date(complete_at) + timedelta(days=backup_days + 1),
    )


def _service_confirmation(service: str, confirmation: Confirmation | None) -> ServiceConfirmation:
    return ServiceConfirmation(
        service=service,
        confirmed_at=confirmation.at if confirmation else None,
        values=confirmation.values if confirmation else None,
    )


def _is_case(app: ServiceApplication, id: UUID) -> bool:  # noqa: A002
    """Or another stream with a key of its own; a person of the register has one too, named or not."""
    if _find_state(app, register.decider, id):
        return False
    return is_case_key(app, id) or _find_state(app, request.decider, id) is not None


def _is_contact(app: ServiceApplication, case: UUID, person: UUID) -> bool:
    state = _find_state(app, request.decider, case)
    return bool(state and state.status in OPEN and state.contact and state.contact.person == str(person))


def _find_state(app: ServiceApplication, decider: Decider[S], stream: UUID) -> S | None:
    try:
        return app.load_existing(decider, stream).state
    except UnknownCase:
        return None
