"""Intake with a real log that audit has received and committed to, to be altered by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from tests.support.servers.served_service import Served

from audit import domain
from audit.ledger.integrator import integrate
from audit.reactions import receive_event
from audit.reconcile.finding import Finding
from audit.reconcile.run import Reconciler, begin_reconciliation
from intake.main import service
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role
from shared.messaging import Feed, Message, messages_of

EVENTS = 12


def create_requests(intake: Served, count: int, first: int = 1) -> None:
    """One event each, in a case of its own."""
    adviser = intake.by("adviser")
    for nth in range(first, first + count):
        structure = {
            "name": f"Les Jardins {nth}",
            "legal_form": "association",
            "department": "44",
            "rna": f"W44{nth:07}",
        }
        request = {"structure": structure, "contact": {"name": f"Maëlle {nth}"}, "need": "Diversifier nos ressources."}
        answer = adviser.post("/api/v1/requests", request)
        assert answer.status_code == 201, answer.text


def published_messages(intake: Served) -> list[Message]:
    app = intake.application
    return messages_of(app, service.to_integration_event, app.recorder.select_notifications(None, 100_000))


def receive_messages(app: ServiceApplication, messages: list[Message]) -> None:
    """Audit hears them, and the ledger commits to them."""
    ourselves = Actor("service:audit", Role.SERVICE)
    for message in messages:
        header = message.header
        context = app.context(header.case, ourselves, header.id, header.correlation)
        app.handle(domain.decider, header.id, receive_event(message).command, context)
    while integrate(app):
        pass


@contextmanager
def feed_of(intake: Served) -> Iterator[Feed]:
    feed = Feed({"intake": str(intake.http.base_url)}, intake.settings.service_token.get_secret_value())
    try:
        yield feed
    finally:
        feed.close()


def find_differences(app: ServiceApplication, intake: Served) -> list[Finding]:
    with feed_of(intake) as feed:
        return list(Reconciler(app, feed, begin_reconciliation(app, "Inès", ["intake"])).findings())


def sql(of: ServiceApplication, statement: str, *parameters: Any) -> None:
    """By hand, as whoever holds the database may."""
    of.recorder.fetch(statement, parameters)


def id_at(messages: list[Message], position: int) -> UUID:
    return messages[position - 1].header.id


def summarize(found: list[Finding]) -> list[tuple[Any, ...]]:
    return [(finding.kind, finding.position, finding.event, finding.found_at) for finding in found]


def replace_in_state(old: str, new: str) -> str:
    return f"state = convert_to(replace(convert_from(state, 'UTF8'), '{old}', '{new}'), 'UTF8')"


@contextmanager
def restore_tables(app: ServiceApplication) -> Iterator[None]:
    """Whatever is done to its tables meanwhile, they hold afterwards what they held the first time."""
    rows = app.recorder.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()")
    tables = [row["name"] for row in rows if not row["name"].startswith("kept_")]
    app.recorder.fetch("; ".join(f"CREATE TABLE IF NOT EXISTS kept_{name} AS TABLE {name}" for name in tables))
    yield
    again = (f"INSERT INTO {name} OVERRIDING SYSTEM VALUE TABLE kept_{name}" for name in tables)
    app.recorder.fetch("; ".join([f"TRUNCATE {', '.join(tables)}", *again]))
