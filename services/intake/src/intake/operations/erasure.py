"""Erasure of a person: the order with what intake knows of them, the certificate, the repetition after a restore."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from intake.domain import erasure, personal_link
from intake.domain.erasure import (
    Confirmation,
    Erasure,
    ErasureOrdered,
    OrderErasure,
    OrderErasureWithFindings,
    PersonFindings,
    RepeatErasureOrder,
)
from intake.domain.register import register
from intake.domain.request import request
from intake.domain.request.state import RequestStatus
from shared.erasure import person_erasure_id
from shared.erasure.after_restore import KeyDestruction, key_destruction
from shared.eventlog import ServiceApplication, UnknownCase, cases_of_person, count_values_of, is_case_key
from shared.kernel import Actor, Decider, event_name, paris_date
from shared.names.lookup import find_person_names

S = TypeVar("S")
OPEN = (RequestStatus.RECEIVED, RequestStatus.ADMITTED)
SERVICES = ("intake", *erasure.CONFIRMING_SERVICES)
ORDERED_TOPIC = f"{event_name(ErasureOrdered).name}:"


class ServiceConfirmation(BaseModel):
    """The confirmation of one service. `values`: how many encrypted values became unreadable there. `elsewhere`: it
    erased nothing, or not under each id, because a case outside the order's territory names the person there."""

    service: str
    confirmed_at: datetime | None
    values: int | None
    elsewhere: bool


class ErasureCertificate(BaseModel):
    """`persons`: the ids that the order erased, all of one human. `complete_at`: when the last service confirmed; null
    as long as one is `outstanding` or has found the person `elsewhere`.

    `backups_until`: the day from which no earlier back-up contains a key of this person any more."""

    person: UUID
    persons: list[UUID]
    erasure: UUID
    ordered_at: datetime
    ordered_by: str
    reason: str
    services: list[ServiceConfirmation]
    outstanding: list[str]
    complete_at: datetime | None
    backups_until: date | None
    names: dict[str, str] = Field(
        default={}, description="What who ordered it is called, by id; the person is shown as erased"
    )


def order_with_findings(
    app: ServiceApplication, person: UUID, order: OrderErasure, actor: Actor, covers: Callable[[UUID], bool]
) -> OrderErasureWithFindings:
    """`covers`: whether the DPO's right covers a case."""
    former = app.load(erasure.decider, person_erasure_id(person)).state
    persons = dict.fromkeys((person, *order.also, *former.also))
    findings = tuple(_find(app, each, covers) for each in persons)
    return OrderErasureWithFindings(order.reason, actor.territory, findings=findings)


def _find(app: ServiceApplication, person: UUID, covers: Callable[[UUID], bool]) -> PersonFindings:
    today = paris_date(app.clock.now())
    cases = cases_of_person(app, person)
    identity = _find_state(app, register.decider, person)
    link = _find_state(app, personal_link.decider, person)
    link_is_valid = bool(link and not link.revoked and link.until and link.until >= today)
    rights = identity.active if identity else ()
    is_case = _is_case(app, person)
    named_by = (*cases, *([person] if identity or is_case else []))
    return PersonFindings(
        person,
        is_case=is_case and covers(person),
        elsewhere=not all(covers(each) for each in named_by),
        open_cases=tuple(case for case in cases if _is_contact(app, case, person)),
        rights=sum(right.until is None or right.until >= today for right in rights) + link_is_valid,
        values=count_values_of(app, person),
        settled=app.load(erasure.decider, person_erasure_id(person)).state.settled,
    )


def repeat_erasure(app: ServiceApplication, key: UUID) -> KeyDestruction:
    """After a restore, the erasure of a person is ordered again, so that every service confirms it again and its
    certificate can be read."""
    stream = person_erasure_id(key)
    ordered = _find_state(app, erasure.decider, stream) is not None
    if ordered or _is_case(app, key):
        return key_destruction(app, key)
    return erasure.decider, stream, RepeatErasureOrder(key, count_values_of(app, key))


def build_certificate(
    app: ServiceApplication, person: UUID, backup_days: int, territory: Collection[str]
) -> ErasureCertificate:
    """Of the order that erased this id, and perhaps further ones. `territory`: the reader's.

    Raises UnknownCase when no erasure of this person was ordered, Refused when the order went beyond the territory."""
    state = app.load_existing(erasure.decider, person_erasure_id(person)).state
    person = state.part_of or person
    stream = person_erasure_id(person)
    state = app.load_existing(erasure.decider, stream).state
    if state.units is not None and not set(state.units) <= set(territory):
        raise erasure.KNOWN_ELSEWHERE(
            "Cet effacement a été ordonné pour un territoire que votre droit ne couvre pas en entier\u00a0: son"
            " certificat est à demander au ou à la DPO de ce territoire."
        )
    entries = app.recorder.entries_of_stream(stream)
    ordered = [entry for entry in entries if entry.topic.startswith(ORDERED_TOPIC)][-1]
    parts = [state, *(app.load_existing(erasure.decider, person_erasure_id(each)).state for each in state.also)]
    services = [_service_confirmation(name, parts, ordered.recorded_at) for name in SERVICES]
    outstanding = [each.service for each in services if each.confirmed_at is None]
    confirmed = [each.confirmed_at for each in services if each.confirmed_at and not each.elsewhere]
    complete_at = max(confirmed) if len(confirmed) == len(SERVICES) else None
    assert state.reason
    ordered_by = app.mapper.to_domain_event(ordered).meta.actor
    return ErasureCertificate(
        person=person,
        persons=[person, *state.also],
        erasure=stream,
        ordered_at=ordered.recorded_at,
        ordered_by=ordered_by,
        reason=app.key_store.display_text(state.reason),
        services=services,
        outstanding=outstanding,
        complete_at=complete_at,
        backups_until=complete_at and paris_date(complete_at) + timedelta(days=backup_days + 1),
        names=find_person_names(app, [ordered_by, person, *state.also]),
    )


def _service_confirmation(service: str, parts: Sequence[Erasure], ordered_at: datetime) -> ServiceConfirmation:
    """Of one service, for every id of the order: confirmed once each is."""
    if service == "intake":
        confirmations = [Confirmation(ordered_at, each.values) for each in parts]
    else:
        confirmations = [each.confirmed[service] for each in parts if service in each.confirmed]
    complete = len(confirmations) == len(parts)
    return ServiceConfirmation(
        service=service,
        confirmed_at=max(each.at for each in confirmations) if complete else None,
        values=sum(each.values for each in confirmations if not each.elsewhere) if complete else None,
        elsewhere=any(each.elsewhere for each in confirmations),
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
