"""Changes by hand in audit's own database: each is found, and no service is accused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from tests.support.servers.reconciled_intake import (
    EVENTS,
    find_differences,
    id_at,
    published_messages,
    receive_messages,
    replace_in_state,
    sql,
    summarize,
)
from tests.support.servers.served_service import Served

from audit.reconcile.finding import FindingKind
from shared.contracts.base import PublicEvent
from shared.contracts.intake import RightGranted
from shared.eventlog import ServiceApplication
from shared.messaging import Message, wire


def test_a_header_altered_in_audit_does_not_accuse_the_service(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    sql(
        app,
        f"UPDATE {{events}} SET {replace_in_state('dla-44', 'dla-75')} WHERE position = 5",
    )
    (found,) = find_differences(app, intake)
    assert (found.kind, found.service, found.position, found.event) == (
        FindingKind.ALTERED_IN_AUDIT,
        "audit",
        5,
        id_at(messages, 5),
    )


def test_an_event_that_audit_lost_does_not_accuse_the_service(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    sql(app, "DELETE FROM {events} WHERE position = 5")
    sql(app, "DELETE FROM {events} WHERE position = %s", EVENTS)
    found = find_differences(app, intake)
    assert summarize(found) == [
        (FindingKind.DELETED_IN_AUDIT, each, id_at(messages, each), None) for each in (5, EVENTS)
    ]


def test_a_salt_altered_in_the_ledger_is_named(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    sql(app, "UPDATE {schema}.leaves SET salt = %s WHERE index = 4", bytes(32))
    (found,) = find_differences(app, intake)
    assert (found.kind, found.position, found.event) == (FindingKind.ALTERED_IN_AUDIT, 5, id_at(messages, 5))


def test_an_event_the_ledger_never_committed_to_is_named(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    sql(app, "DELETE FROM {schema}.leaves WHERE index = 4")
    found = find_differences(app, intake)
    assert summarize(found) == [
        (FindingKind.WITHOUT_LEAF, 5, id_at(messages, 5), None),
        (FindingKind.LEAVES_MISSING, 4, None, None),
    ]


# -- public bodies


class Gained(RightGranted):
    """A contract of tomorrow."""

    since_when: str = "toujours"


BODY = "convert_from(state, 'UTF8')::jsonb #>> ARRAY['data','body']"


def of_audit(change: str) -> str:
    """Puts something else at a place of the last event's stored state."""
    return (
        f"UPDATE {{events}} SET state = convert_to((jsonb_set(convert_from(state, 'UTF8')::jsonb, {change}))::text,"
        f" 'UTF8') WHERE position = {EVENTS + 1}"
    )


@pytest.fixture
def right(app: ServiceApplication, intake: Served, messages: list[Message]) -> Message:
    """An event with a public body, received and committed to."""
    body = {"identity": str(uuid4()), "role": "adviser", "unit": "dla-44", "reason": "Arrivée."}
    assert intake.by("manager").post("/api/v1/identities/rights", body).status_code == 201
    last_told = published_messages(intake)[EVENTS]
    assert last_told.body is not None
    receive_messages(app, [last_told])
    return last_told


@pytest.mark.parametrize(
    ("change", "part", "theirs"),
    [
        (f"ARRAY['data','body'], to_jsonb(replace({BODY}, 'dla-44', 'dla-75'))", "body", "dla-75"),
        ("ARRAY['data','body'], 'null'", "body", None),
        ("""ARRAY['data','label'], '"Droit retiré"'""", "label", "Droit retiré"),
        ("""ARRAY['data','contract'], '"right-revoked:v1"'""", "contract", "right-revoked:v1"),
    ],
)
def test_what_audit_keeps_beside_a_header_is_named_when_it_is_altered(
    app: ServiceApplication, intake: Served, right: Message, change: str, part: str, theirs: str | None
) -> None:
    assert find_differences(app, intake) == []
    sql(app, of_audit(change))
    (found,) = find_differences(app, intake)
    assert (found.kind, found.event, list(found.differences)) == (FindingKind.ALTERED_IN_AUDIT, right.header.id, [part])
    before, now = found.differences[part]
    assert {"label": "Droit donné", "contract": "right-granted:v1"}.get(part, "dla-44") in before
    assert now is None if theirs is None else theirs in now
    assert "chez audit" in str(found)


def test_a_body_put_where_there_was_none_is_named(app: ServiceApplication, intake: Served, right: Message) -> None:
    forged = '"un droit"'
    change = of_audit(f"ARRAY['data','body'], to_jsonb('{forged}'::text)")
    sql(app, change.replace(str(EVENTS + 1), "5"))
    (found,) = find_differences(app, intake)
    assert (found.kind, found.position) == (FindingKind.ALTERED_IN_AUDIT, 5)
    assert found.differences == {"body": (None, forged)}


def test_a_contract_may_gain_fields_and_not_take_its_word_back(
    app: ServiceApplication, intake: Served, right: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = RightGranted.model_validate(right.body)

    as_it_is: Callable[..., Message] = wire.message_of

    def publishing(today: PublicEvent) -> None:
        def message_of(*messages: Any) -> Message:
            return as_it_is(*messages[:-1], today if messages[-1] else None)

        monkeypatch.setattr(wire, "message_of", message_of)

    publishing(Gained(**said.model_dump()))
    assert find_differences(app, intake) == []
    publishing(said.model_copy(update={"unit": "dla-35"}))
    (found,) = find_differences(app, intake)
    assert (found.kind, found.differences) == (FindingKind.BODY_CHANGED, {"body.unit": ("dla-44", "dla-35")})
    sql(app, of_audit("ARRAY['data','body'], 'null'"))
    publishing(said)
    assert [finding.kind for finding in find_differences(app, intake)] == [FindingKind.ALTERED_IN_AUDIT]
