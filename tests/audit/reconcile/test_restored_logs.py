"""Following a restored service: an operator decides, and both histories stay in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb
from tests.support.servers.reconciled_intake import create_requests, feed_of, find_differences, published_messages, sql
from tests.support.servers.served_service import Serve, Served, listening
from typer.testing import CliRunner

from audit.cli import reconcile as commands
from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.main import cli, service
from audit.reactions import reactions
from audit.reconcile.finding import FindingKind
from audit.reconcile.ledger_check import check_ledger
from audit.reconcile.restored_logs import AcceptedRestore, find_accepted_restores
from audit.reconcile.run import follow_restored_log
from embedded.processes.nats import Nats
from intake.main import service as intake_service
from shared.eventlog import ServiceApplication
from shared.eventlog.maintenance.restored_log import take_new_log_id
from shared.messaging import Feed, Inbox, Message, NotFollowed
from shared.messaging.halts import PublisherHalted

EVENTS = 6
REASON = "Disque perdu, sauvegarde de la nuit."


@pytest.fixture
def audit(serve: Serve) -> Served:
    """A log of its own, empty."""
    return serve(service)


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    with listening(intake_service, database, nats, tmp_path) as running:
        create_requests(running, EVENTS)
        yield running


@pytest.fixture
def feed(intake: Served) -> Iterator[Feed]:
    with feed_of(intake) as feed:
        yield feed


@pytest.fixture
def receive(app: ServiceApplication, intake: Served, feed: Feed) -> Callable[[Message], None]:
    inbox = Inbox(app, reactions, feed)
    return partial(inbox.receive, publisher="intake")


@pytest.fixture
def lost(app: ServiceApplication, intake: Served, receive: Callable[[Message], None]) -> list[Message]:
    """Heard, and then lost by intake: the last two of its events. It goes on with two others."""
    messages = published_messages(intake)
    for message in messages:
        receive(message)
    while integrate(app):
        pass
    restore(intake, EVENTS - 2)
    create_requests(intake, 2, first=100)
    return messages[-2:]


def restore(intake: Served, since: int) -> None:
    sql(intake.application, "DELETE FROM {events} WHERE position > %s", since)
    take_new_log_id(intake.application.recorder, since)


def decided(app: ServiceApplication, feed: Feed, reason: str = REASON) -> AcceptedRestore:
    return follow_restored_log(app, feed, "intake", "Inès", reason)


def leaves(app: ServiceApplication) -> list[Any]:
    return [row["event_id"] for row in app.recorder.fetch("SELECT event_id FROM {schema}.leaves ORDER BY index")]


def test_the_restored_log_is_heard_from_where_it_is_another_history(
    app: ServiceApplication, intake: Served, feed: Feed, receive: Callable[[Message], None], lost: list[Message]
) -> None:
    before, now = leaves(app), published_messages(intake)
    with pytest.raises(PublisherHalted):
        receive(now[-2])
    done = decided(app, feed)
    assert (done.since, done.lost, done.by, done.reason) == (EVENTS - 2, 2, "Inès", REASON)
    receive(now[-1])  # the one before it is asked from the feed
    while integrate(app):
        pass
    assert leaves(app) == [*before, now[-2].header.id, now[-1].header.id]
    assert {message.header.id for message in lost} < set(leaves(app))
    for message in lost:
        receive(message)  # delivered again: passed over
    assert len(leaves(app)) == EVENTS + 2
    assert find_differences(app, intake) == []
    assert find_accepted_restores(app) == [done]


def test_what_was_acknowledged_is_no_finding_and_everything_else_is(
    app: ServiceApplication, intake: Served, feed: Feed, receive: Callable[[Message], None], lost: list[Message]
) -> None:
    assert {finding.kind for finding in find_differences(app, intake)} == {FindingKind.RESTORED, FindingKind.LOST}
    decided(app, feed)
    for message in published_messages(intake)[-2:]:
        receive(message)
    while integrate(app):
        pass
    sql(intake.application, "UPDATE {events} SET case_id = gen_random_uuid() WHERE position IN (2, %s)", EVENTS)
    assert [(finding.kind, finding.position) for finding in find_differences(app, intake)] == [
        (FindingKind.ALTERED, 2),
        (FindingKind.ALTERED, EVENTS),
    ]


def test_a_second_restore_is_told_and_followed_like_the_first(
    app: ServiceApplication, intake: Served, feed: Feed, receive: Callable[[Message], None], lost: list[Message]
) -> None:
    decided(app, feed)
    for message in published_messages(intake)[-2:]:
        receive(message)
    while integrate(app):
        pass
    restore(intake, 3)
    create_requests(intake, 1, first=200)
    kinds = [(finding.kind, finding.position) for finding in find_differences(app, intake)]
    assert kinds == [(FindingKind.RESTORED, 3), (FindingKind.LOST, 4), (FindingKind.LOST, 5), (FindingKind.LOST, 6)]
    assert decided(app, feed).lost == 3
    receive(published_messages(intake)[-1])
    while integrate(app):
        pass
    assert find_differences(app, intake) == []


def test_a_restore_of_more_than_audit_heard_misses_nothing(
    app: ServiceApplication, intake: Served, feed: Feed, receive: Callable[[Message], None]
) -> None:
    messages = published_messages(intake)
    for message in messages[:3]:
        receive(message)
    while integrate(app):
        pass
    restore(intake, EVENTS)
    create_requests(intake, 1, first=100)
    assert decided(app, feed).lost == 0
    receive(published_messages(intake)[-1])
    while integrate(app):
        pass
    assert leaves(app) == [message.header.id for message in published_messages(intake)]
    assert find_differences(app, intake) == []


def test_nothing_is_followed_that_differs_otherwise(
    app: ServiceApplication, intake: Served, feed: Feed, lost: list[Message]
) -> None:
    """A restore would be the occasion to change what came before it."""
    sql(intake.application, "UPDATE {events} SET case_id = %s WHERE position = 2", uuid4())
    with pytest.raises(NotFollowed, match="autre chose que la restauration"):
        decided(app, feed)
    assert find_accepted_restores(app) == []


def test_what_declares_no_restore_or_is_heard_already_is_refused(
    app: ServiceApplication, intake: Served, feed: Feed, lost: list[Message]
) -> None:
    identity = intake.application.recorder.identity()
    sql(intake.application, "UPDATE {schema}.log_identity SET ancestors = jsonb_build_object()")
    with pytest.raises(NotFollowed, match="ne déclare aucune restauration"):
        decided(app, feed)
    with pytest.raises(NotFollowed, match="dites pourquoi"):
        decided(app, feed, " ")
    sql(intake.application, "UPDATE {schema}.log_identity SET ancestors = %s", Jsonb(dict(identity.ancestors)))
    decided(app, feed)
    with pytest.raises(NotFollowed, match="déjà suivi"):
        decided(app, feed)


def test_an_operator_decides_it_and_health_tells_it(
    audit: Served,
    app: ServiceApplication,
    intake: Served,
    checkpoint_signer: CheckpointSigner,
    lost: list[Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deployed = {"feeds": {"intake": intake.http.base_url}, "service_token": intake.settings.service_token}
    monkeypatch.setattr(commands, "settings_for", lambda _: audit.settings.model_copy(update=deployed))
    arguments = ["follow-restored", "intake", "--reason", REASON, "--by", "Inès"]
    done = CliRunner().invoke(cli, arguments)
    assert (done.exit_code, "2 événements perdus" in done.stdout) == (0, True), done.output
    (restore,) = audit.by("ops").get("/api/v1/ledger/health").json()["accepted_restores"]
    assert (restore["since"], restore["lost"], restore["by"], restore["reason"]) == (EVENTS - 2, 2, "Inès", REASON)
    compared = CliRunner().invoke(cli, ["reconcile", "--service", "intake"])
    assert (compared.exit_code, "2 perdus par une restauration reconnue" in compared.stderr) == (0, True)
    again = CliRunner().invoke(cli, arguments)
    assert (again.exit_code, again.stderr.startswith("Rien n’a changé")) == (1, True)
    assert CliRunner().invoke(cli, ["follow-restored", "personne", "--reason", REASON]).exit_code == 2
    monkeypatch.setattr(commands, "settings_for", lambda _: audit.settings)
    assert CliRunner().invoke(cli, arguments).exit_code == 3
    checkpoint_signer.sign(app)
    assert list(check_ledger(app)) == []
