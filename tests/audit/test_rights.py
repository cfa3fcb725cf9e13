"""Rights as audit knows them: a row written by hand in audit's database gives none."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.support.histories.audit_events import header
from tests.support.servers.reconciled_intake import receive_messages, sql
from tests.support.servers.served_service import Client, Serve, Served

from audit import domain
from audit.health import TAMPERED_ADVICE
from audit.main import service
from audit.reactions import receive_event
from shared.contracts.intake import RightGranted, RightRevoked
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role
from shared.messaging import Header, Message
from shared.settings import RightsSource

CASE = UUID(int=5)


@pytest.fixture
def audit(serve: Serve) -> Served:
    return serve(service, rights_from=RightsSource.REGISTER)


@pytest.fixture
def app(audit: Served) -> ServiceApplication:
    return audit.application


class Person:
    """A person in intake's register, whose messages audit receives."""

    def __init__(self, audit: Served, subject: str) -> None:
        self.audit, self.identity = audit, UUID(audit.id_of(subject))
        self.client: Client = audit.by("ops", subject=subject)
        self.positions = iter(range(abs(hash(subject)) % 10**6, 10**9))

    def receives(self, payload: RightGranted | RightRevoked) -> Header:
        plain = header(next(self.positions), case=self.identity)
        sent = msgspec.structs.replace(plain, event=payload.name)
        message = Message.of(sent, payload.topic(), payload.model_dump(mode="json"), payload.name)
        receive_messages(self.audit.application, [message])
        return sent

    def rights(self) -> list[str]:
        return [right["role"] for right in self.client.get("/api/v1/me").json()["rights"]]


@pytest.fixture
def ines(audit: Served) -> Person:
    return Person(audit, "inès")


def health(audit: Served) -> Any:
    ops = Person(audit, "veille")
    if not ops.rights():
        ops.receives(RightGranted(right=uuid4(), role="ops"))
    return ops.client.get("/api/v1/ledger/health").json()


def altered(old: str, new: str) -> str:
    return (
        f"UPDATE {{events}} SET state = convert_to(replace(convert_from(state, 'UTF8'), '{old}', '{new}'), 'UTF8')"
        " WHERE originator_id = %s"
    )


def test_an_altered_right_opens_nothing_and_is_told_until_it_is_mended(
    app: ServiceApplication, audit: Served, ines: Person
) -> None:
    given = ines.receives(RightGranted(right=uuid4(), role="adviser", unit="dla-44"))
    assert ines.rights() == ["adviser"]
    for old, new in (("adviser", "auditor"), ("dla-44", "dla-75"), ("right-granted", "right-revoked")):
        sql(app, altered(old, new), given.id)
        assert ines.rights() == []
        report = health(audit)
        assert (report["healthy"], report["tampered_events"]) == (False, [str(given.id)])
        assert TAMPERED_ADVICE in report["advice"]
        sql(app, altered(new, old), given.id)
        assert ines.rights() == ["adviser"]
        assert health(audit)["tampered_events"] == []


def test_a_withdrawal_that_was_altered_gives_nothing_back(app: ServiceApplication, ines: Person) -> None:
    right = uuid4()
    ines.receives(RightGranted(right=right, role="adviser", unit="dla-44"))
    withdrawn = ines.receives(RightRevoked(right=right))
    for old, new in ((str(right), str(uuid4())), ("right-revoked:v1", "request-oriented:v1"), ('"meta"', '"nothing"')):
        sql(app, altered(old, new), withdrawn.id)
        assert ines.rights() == []
        sql(app, altered(new, old), withdrawn.id)


def test_a_withdrawal_that_lost_its_leaf_does_not_pass_for_a_new_event(app: ServiceApplication, ines: Person) -> None:
    right = uuid4()
    ines.receives(RightGranted(right=right, role="adviser", unit="dla-44"))
    withdrawn = ines.receives(RightRevoked(right=right))
    sql(app, "DELETE FROM {schema}.leaves WHERE event_id = %s", withdrawn.id)
    sql(app, altered(str(right), str(uuid4())), withdrawn.id)
    assert ines.rights() == []


def test_the_right_of_another_is_not_taken_over(app: ServiceApplication, audit: Served, ines: Person) -> None:
    """Its event is moved to one's own name, leaf and all: the header says whose it is."""
    other = Person(audit, "claire")
    given = other.receives(RightGranted(right=uuid4(), role="manager", unit="dla-44"))
    sql(app, "UPDATE {events} SET case_id = %s WHERE originator_id = %s", ines.identity, given.id)
    assert ines.rights() == []


def test_a_right_opens_from_when_the_ledger_commits_to_it(app: ServiceApplication, ines: Person) -> None:
    payload = RightGranted(right=uuid4(), role="adviser", unit="dla-44")
    event_header = header(1, case=ines.identity)
    message = Message.of(event_header, payload.topic(), payload.model_dump(mode="json"))
    context = app.context(ines.identity, Actor("service:audit", Role.SERVICE), event_header.id)
    app.handle(domain.decider, event_header.id, receive_event(message).command, context)
    assert ines.rights() == []
    receive_messages(app, [])
    assert ines.rights() == ["adviser"]
