"""A service that was taken over knows the events of another before audit does: what it can make of them. The names of
the tests say what it tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from tests.audit.conftest import ORIGIN, SEED
from tests.support.histories.audit_events import commit_to_ledger
from tests.support.servers.served_service import Served
from tests.support.servers.taken_over_service import PlayedService, feeds_of, right, right_of

from audit.bundle.archive import pack
from audit.bundle.collect import ServiceContents, collect_bundle
from audit.bundle.model import ServiceAnswer
from audit.bundle.verify import verify_bundle
from audit.bundle.write import build_entries
from audit.domain import second_stream
from audit.ledger.event_proof import verify_event
from audit.ledger.signing import CheckpointSigner
from audit.reactions import reactions
from audit.reconcile.run import Reconciler, begin_reconciliation
from audit.rights import load_rights
from audit.tlog import Signer
from shared.contracts.intake import CaseAccessChanged, RightRevoked
from shared.eventlog import ServiceApplication
from shared.kernel import uuid7
from shared.messaging import Feed, ForeignContent, Inbox, Message

HIDDEN = ServiceContents(ServiceAnswer(False, "Non montré."), {}, values={}, schemas={})


@pytest.fixture
def intake() -> PlayedService:
    return PlayedService("intake")


@pytest.fixture
def parcours() -> PlayedService:
    return PlayedService("parcours")


@pytest.fixture
def feed(intake: PlayedService, parcours: PlayedService) -> Iterator[Feed]:
    with feeds_of(intake, parcours) as addresses, closing(Feed(addresses, "token")) as feed:
        yield feed


@pytest.fixture
def inbox(app: ServiceApplication, feed: Feed) -> Inbox:
    return Inbox(app, reactions, feed)


def receive(inbox: Inbox, app: ServiceApplication, *messages: Message) -> None:
    for message in messages:
        inbox.receive(message, message.header.publisher)
    commit_to_ledger(app)


def differences(app: ServiceApplication, feed: Feed) -> list[tuple[str, int]]:
    run = begin_reconciliation(app, "Inès", ["intake", "parcours"])
    return [(each.service, each.position) for each in Reconciler(app, feed, run).findings()]


def test_an_event_of_its_own_under_the_id_of_one_of_intake_that_audit_has_not_received(
    inbox: Inbox, app: ServiceApplication, feed: Feed, intake: PlayedService, parcours: PlayedService
) -> None:
    """A withdrawal, which audit would otherwise pass over as one that it has."""
    identity = uuid7()
    given = intake.grant(identity)
    withdrawn = intake.record(RightRevoked(right=right_of(identity)), identity)
    copied = parcours.record(id=withdrawn.header.id)
    receive(inbox, app, given, copied)
    assert [each.role for each in load_rights(app, identity)] == ["adviser"]
    receive(inbox, app, withdrawn)
    assert load_rights(app, identity) == ()
    assert inbox.reactions.reads_whole_logs and differences(app, feed) == []
    parcours.log.remove(copied)
    assert differences(app, feed) == [("parcours", 1)], "of intake nothing is missing"


def test_an_id_of_its_own_again_for_something_else(
    inbox: Inbox, app: ServiceApplication, feed: Feed, parcours: PlayedService
) -> None:
    """Services that react to it do so, and audit keeps both."""
    first = parcours.record()
    again = parcours.record(id=first.header.id)
    receive(inbox, app, first, again)
    assert len(app.recorder.entries_of_case(again.header.case)) == 1
    assert differences(app, feed) == []
    parcours.log.remove(again)
    assert differences(app, feed) == [("parcours", 2)]


@pytest.mark.parametrize(
    "fields",
    [{"recorded_at": datetime(2026, 1, 1)}, {"role": "emperor"}, {"version": -1}],  # noqa: DTZ001
    ids=["time", "role", "version"],
)
def test_an_event_on_which_the_whole_case_of_intake_would_fail(
    audit: Served,
    inbox: Inbox,
    app: ServiceApplication,
    intake: PlayedService,
    parcours: PlayedService,
    checkpoint_signer: CheckpointSigner,
    fields: dict[str, Any],
) -> None:
    """A time without a zone, sorted among others; a role that nobody has; a header that no bundle may hold."""
    case = uuid7()
    access = CaseAccessChanged(adviser="ines", confidential=False)
    receive(inbox, app, intake.record(access, case, unit="dla-44", event="request-received"))
    with pytest.raises(ForeignContent):
        receive(inbox, app, parcours.record(case=case, **fields))
    receive(inbox, app, intake.record(case=case, unit="dla-44", version=2))
    checkpoint_signer.sign(app)
    answer = audit.by("auditor", units=["dla-44"]).get(f"/api/v1/cases/{case}/timeline")
    assert (answer.status_code, [each["service"] for each in answer.json()["events"]]) == (200, ["intake", "intake"])
    assert verify_bundle(pack(build_entries(collect_bundle(app, case, lambda _: HIDDEN))))


def test_an_id_that_audit_would_keep_the_genuine_one_under(
    inbox: Inbox, app: ServiceApplication, intake: PlayedService, parcours: PlayedService
) -> None:
    identity = uuid7()
    genuine = intake.grant(identity)
    place = inbox.reactions.command_for(genuine, app)
    assert place is not None and place.second_stream is not None
    taken = parcours.record(id=genuine.header.id)
    blocking = parcours.record(id=place.second_stream)
    receive(inbox, app, taken)
    with pytest.raises(Exception, match="an id that no event has"):
        inbox.receive(blocking, "parcours")
    receive(inbox, app, genuine)
    assert [each.role for each in load_rights(app, identity)] == ["adviser"]


def test_both_events_of_one_id_are_shown_and_proved(
    audit: Served,
    inbox: Inbox,
    app: ServiceApplication,
    intake: PlayedService,
    parcours: PlayedService,
    checkpoint_signer: CheckpointSigner,
) -> None:
    case = uuid7()
    genuine = intake.record(
        CaseAccessChanged(adviser="ines", confidential=False), case, unit="dla-44", event="request-received"
    )
    copied = parcours.record(case=case, id=genuine.header.id)
    receive(inbox, app, copied, genuine)
    checkpoint = checkpoint_signer.sign(app)
    assert checkpoint is not None
    auditor, path = audit.by("auditor", units=["dla-44"]), f"/api/v1/cases/{case}/timeline"
    shown = auditor.get(path).json()["events"]
    ids = {each["service"]: UUID(each["id"]) for each in shown}
    assert ids == {"parcours": copied.header.id, "intake": second_stream(genuine.header.id, genuine.header)}
    page = auditor.get(path, limit=1).json()
    assert [*page["events"], *auditor.get(path, limit=1, after=page["next"]).json()["events"]] == shown
    for service, message in (("intake", genuine), ("parcours", copied)):
        proof = auditor.get(f"/api/v1/events/{ids[service]}/proof").text
        proven = verify_event(proof, [Signer(ORIGIN, SEED).verifier]).header
        assert (proven["id"], proven["publisher"]) == (str(message.header.id), service)
    verified = verify_bundle(pack(build_entries(collect_bundle(app, case, lambda _: HIDDEN))))
    assert [each.publisher for each in verified.headers] == [each["service"] for each in shown]


def test_the_first_event_of_a_case_of_another_unit(
    audit: Served, inbox: Inbox, app: ServiceApplication, intake: PlayedService, parcours: PlayedService
) -> None:
    """Whose a case is, intake says; and that it is one."""
    case, own = uuid7(), uuid7()
    stolen = parcours.record(case=case, unit="dla-75", correlation=own)
    opened = intake.record(case=case, event="request-received", unit="dla-44")
    intake.record(case=own, event="request-received", unit="dla-75")
    receive(inbox, app, stolen, *intake.log)
    path = f"/api/v1/cases/{case}/timeline"
    assert audit.by("adviser", unit="dla-44").get(path).status_code == 200
    assert audit.by("adviser", unit="dla-75").get(path).status_code == 404
    followed = audit.by("adviser", unit="dla-44").get("/api/v1/feed").json()["items"]
    assert str(opened.header.id) in {each["id"] for each in followed}


def test_a_case_of_several_services_before_intake_says_whose_it_is(
    audit: Served, inbox: Inbox, app: ServiceApplication, intake: PlayedService, parcours: PlayedService
) -> None:
    case, diagnostic = uuid7(), PlayedService("diagnostic")
    receive(inbox, app, parcours.record(case=case, unit="dla-75"), diagnostic.record(case=case, unit="dla-44"))
    for unit in ("dla-44", "dla-75"):
        answer = audit.by("adviser", unit=unit).get(f"/api/v1/cases/{case}/timeline")
        assert (answer.status_code, answer.json()["type"].rsplit("/")[-1]) == (404, "unknown-case")
    receive(inbox, app, intake.record(case=case, event="request-received", unit="dla-44"))
    assert audit.by("adviser", unit="dla-44").get(f"/api/v1/cases/{case}/timeline").status_code == 200
    assert audit.by("adviser", unit="dla-75").get(f"/api/v1/cases/{case}/timeline").status_code == 404


def test_a_right_under_its_own_name_in_a_case_that_is_an_identity(
    inbox: Inbox, app: ServiceApplication, parcours: PlayedService
) -> None:
    identity = uuid7()
    with pytest.raises(Exception, match="which another service publishes"):
        inbox.receive(parcours.record(right(identity, "manager"), identity), "parcours")
    commit_to_ledger(app)
    assert load_rights(app, identity) == ()
