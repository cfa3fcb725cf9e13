"""The integrity gate: changes by hand in audit's database neither move a case nor lift its confidentiality."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.support.histories.audit_events import CASE, commit_to_ledger, header
from tests.support.servers.reconciled_intake import receive_messages, sql
from tests.support.servers.served_service import Client, Served

from audit import domain
from audit.health import TAMPERED_ADVICE
from audit.reactions import receive_event
from shared.contracts.intake import CaseAccessChanged
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role
from shared.messaging import Header, Message

TIMELINE = f"/api/v1/cases/{CASE}/timeline"
ANOTHER = UUID(int=6)
INES = "ines"


def message(position: int, publisher: str = "intake", case: UUID = CASE, unit: str = "dla-44") -> Message:
    """One that opens the case in its service."""
    said = msgspec.structs.replace(header(position, publisher, case), event="request-received", unit=unit)
    return Message.of(said, None, None, "Un événement")


def case_access(position: int, event: str, *, confidential: bool) -> Message:
    said = msgspec.structs.replace(header(position), event=event)
    body = {"adviser": Served.id_of(INES), "confidential": confidential}
    return Message.of(said, CaseAccessChanged.topic(), body, "Un événement")


SECRET = "case-made-confidential"
LIFTED = "confidentiality-lifted"


@pytest.fixture
def case(app: ServiceApplication) -> list[Header]:
    """Confidential, of dla-44; another case of dla-75 beside it."""
    messages = [
        message(1),
        message(2),
        case_access(3, SECRET, confidential=True),
        message(4, case=ANOTHER, unit="dla-75"),
    ]
    receive_messages(app, messages)
    return [message.header for message in messages]


def seen(client: Client, path: str = TIMELINE) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.json().get("policy") or answer.json().get("type", "").rpartition("/")[2]


def altered(old: str, new: str) -> str:
    return (
        f"UPDATE {{events}} SET state = convert_to(replace(convert_from(state, 'UTF8'), '{old}', '{new}'), 'UTF8')"
        " WHERE originator_id = %s"
    )


def closed_to_everybody(audit: Served) -> None:
    for reader in (
        audit.by("adviser", subject=INES),
        audit.by("adviser", unit="dla-75"),
        audit.by("manager"),
        audit.by("auditor"),
        audit.by("leader", unit=None, case=str(CASE)),
    ):
        for path in (TIMELINE, f"/api/v1/cases/{CASE}/changes", f"/api/v1/cases/{CASE}/bundle"):
            assert seen(reader, path) == (409, "altered-event")


def test_a_case_whose_events_were_altered_or_moved_is_shown_to_nobody_until_it_is_mended(
    audit: Served, app: ServiceApplication, case: list[Header]
) -> None:
    first, second, _, others = case
    assert seen(audit.by("adviser", unit="dla-75")) == (404, "unknown-case")
    for event, do, undo in (
        (second.id, altered("dla-44", "dla-75"), altered("dla-75", "dla-44")),
        (first.id, altered('"publisher":"intake"', '"publisher":"parcours"'), altered("parcours", "intake")),
        (others.id, f"UPDATE {{events}} SET case_id = '{CASE}' WHERE originator_id = %s",
         f"UPDATE {{events}} SET case_id = '{ANOTHER}' WHERE originator_id = %s"),
        (first.id, altered('"meta"', '"nothing"'), altered('"nothing"', '"meta"')),
    ):  # fmt: skip
        sql(app, do, event)
        closed_to_everybody(audit)
        report = audit.by("ops").get("/api/v1/ledger/health").json()
        assert (report["healthy"], report["tampered_events"], TAMPERED_ADVICE in report["advice"]) == (
            False,
            [str(event)],
            True,
        )
        sql(app, undo, event)
        assert audit.by("manager").get(TIMELINE).status_code == 200
        assert audit.by("ops").get("/api/v1/ledger/health").json()["tampered_events"] == []


@pytest.mark.parametrize(
    "by_hand",
    [
        altered('\\"confidential\\": true', '\\"confidential\\": false'),
        altered('"event":"case-made-confidential"', '"event":"confidentiality-lifted"'),
        altered(Served.id_of(INES), Served.id_of("some-adviser")),
        "DELETE FROM {events} WHERE originator_id = %s",
        f"UPDATE {{events}} SET case_id = '{ANOTHER}' WHERE originator_id = %s",
        "DELETE FROM {schema}.case_access WHERE %s IS NOT NULL",
        "UPDATE {schema}.case_access SET confidential = false WHERE %s IS NOT NULL",
        f"UPDATE {{schema}}.case_access SET adviser = '{Served.id_of('some-adviser')}' WHERE %s IS NOT NULL",
    ],
)
def test_confidentiality_is_not_lifted_by_hand(
    audit: Served, app: ServiceApplication, case: list[Header], by_hand: str
) -> None:
    colleague = audit.by("adviser")
    assert (seen(colleague), seen(audit.by("adviser", subject=INES))) == ((404, "unknown-case"), (200, ""))
    sql(app, by_hand, case[2].id)
    closed_to_everybody(audit)
    assert audit.by("ops").get("/api/v1/ledger/health").json()["healthy"] is False


def test_an_event_that_lost_its_leaf_does_not_pass_for_a_new_one(
    audit: Served, app: ServiceApplication, case: list[Header]
) -> None:
    sql(app, "DELETE FROM {schema}.leaves WHERE event_id = %s", case[1].id)
    sql(app, altered("dla-44", "dla-75"), case[1].id)
    closed_to_everybody(audit)


def receive_without_leaf(app: ServiceApplication, message: Message) -> None:
    said = message.header
    context = app.context(said.case, Actor("service:audit", Role.SERVICE), said.id)
    app.handle(domain.decider, said.id, receive_event(message).command, context)


def test_a_case_is_of_nobody_and_nothing_is_lifted_until_the_ledger_commits_to_it(
    audit: Served, app: ServiceApplication, case: list[Header]
) -> None:
    """About a second; what was put there by hand for less leaves no trace, and opens nothing."""
    new = uuid4()
    receive_without_leaf(app, message(9, case=new))
    path, colleague = f"/api/v1/cases/{new}/timeline", audit.by("adviser")
    waiting: Any = colleague.get(path)
    assert (seen(colleague, path), waiting.headers["retry-after"]) == ((503, "not-signed-yet"), "2")
    receive_without_leaf(app, case_access(5, LIFTED, confidential=False))
    assert seen(colleague) == (503, "not-signed-yet")
    receive_without_leaf(app, message(6, unit="dla-75"))
    commit_to_ledger(app)
    assert (seen(colleague, path), seen(colleague)) == ((200, ""), (200, ""))
    receive_without_leaf(app, message(7, unit="dla-49"))
    assert seen(audit.by("adviser", unit="dla-49")) == (404, "unknown-case")
    assert len(colleague.get(TIMELINE).json()["events"]) == 6, "what is new is shown at once to who sees the case"
    receive_messages(app, [message(1, "parcours", unit="dla-35")])
    assert seen(audit.by("adviser", unit="dla-49")) == (200, "")
    assert seen(audit.by("adviser", unit="dla-35")) == (404, "unknown-case"), "it is of those who began it"


def test_a_partner_passes_over_a_case_that_was_altered_and_reads_on(
    audit: Served, app: ServiceApplication, case: list[Header]
) -> None:
    manager = audit.by("manager", unit="dla-75")
    positions = [each["header"]["position"] for each in manager.get("/events", after=0).json()["events"]]
    sql(app, altered("dla-44", "dla-75"), case[0].id)
    assert [each["header"]["position"] for each in manager.get("/events", after=0).json()["events"]] == positions == [4]


def test_who_may_see_a_case_is_read_from_the_public_contract_and_from_no_private_event_of_intake() -> None:
    assert (CaseAccessChanged.publisher, CaseAccessChanged.topic()) == domain.CASE_ACCESS_CONTRACT
