"""One reading a request: history, case rows and data key in one statement, forgotten when somebody appends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.support.samples.note_aggregate import ADVISER, DEPLOYMENT_KEY, Note, Noted, decider
from tests.support.servers.served_service import Serve

from intake.main import service as intake_service
from shared.crypto import ERASED_TEXT, KeyErased
from shared.eventlog import LogRecorder, ServiceApplication
from shared.eventlog.storage.prepared_statement import PreparedStatement
from shared.kernel import CaseTable, uuid7

TOTALS = CaseTable("totals", {"total": "bigint", "label": "text"}, nullable=frozenset({"label"}))
counting = replace(
    decider, case_table=TOTALS, case_row=lambda notes, noted: {"total": notes.total + noted.number, "label": None}
)
REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
        "headcount": 12,
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}
VERDICT = {"criterion": "employer", "verdict": "not_met", "evidence": "Premier emploi prévu en mai."}


@pytest.fixture
def app(url: str) -> Iterator[ServiceApplication]:
    application = ServiceApplication("notes", [counting], url, DEPLOYMENT_KEY)
    application.create_tables()
    yield application
    application.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that are sent, whichever way, but for the notifications that follow an append."""
    statements: list[str] = []
    execute: Any = psycopg.Cursor.execute
    prepared: Any = PreparedStatement.execute

    def record(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else query if isinstance(query, str) else query.as_string()
        statements.append(text)
        return execute(cursor, query, *args, **options)

    def record_prepared(statement: PreparedStatement, *args: Any) -> Any:
        if not statement.sql.startswith(b"NOTIFY"):
            statements.append(statement.sql.decode())
        return prepared(statement, *args)

    monkeypatch.setattr(psycopg.Cursor, "execute", record)
    monkeypatch.setattr(PreparedStatement, "execute", record_prepared)
    return statements


def note(app: ServiceApplication, case: UUID, number: int) -> None:
    app.handle(counting, case, Note(number, "Léa"), app.context(case, ADVISER))


def test_a_command_takes_two_statements_whose_key_no_memory_holds(app: ServiceApplication, sent: list[str]) -> None:
    case = uuid7()
    note(app, case, 1)
    app.key_store.evict()
    sent.clear()
    note(app, case, 2)
    reading, append = sent
    assert "snapshots" in reading and "data_keys" in reading and ".append(" in append


def test_a_command_over_http_takes_two_statements(serve: Serve, sent: list[str]) -> None:
    """With the policy, which asks who may see the case, and the links of the answer, which ask for its orientations."""
    running = serve(intake_service)
    adviser = running.by("adviser", unit="dla-44")
    received = adviser.post("/api/v1/requests", REQUEST)
    running.application.key_store.evict()
    sent.clear()
    answer = adviser.post(f"{received.headers['Location']}/criteria", VERDICT)
    assert "reject-request" in {link["rel"] for link in answer.json()["links"]}
    assert len([each for each in sent if "case_access" in each or "append(" in each]) == len(sent) == 2, sent


def test_a_reception_does_not_look_for_the_request_that_it_opens(serve: Serve, sent: list[str]) -> None:
    adviser = serve(intake_service).by("adviser", unit="dla-44")
    sent.clear()
    assert adviser.post("/api/v1/requests", REQUEST).status_code == 201
    append = next(n for n, each in enumerate(sent) if ".append(" in each)
    assert not [each for each in sent[:append] if "originator_id" in each]


def test_a_caseload_takes_two_statements(serve: Serve, sent: list[str]) -> None:
    """That it is read, recorded; and its rows with the position that they rest on."""
    adviser = serve(intake_service).by("adviser", unit="dla-44")
    sent.clear()
    assert adviser.get("/api/v1/caseload").status_code == 200
    assert sorted("INSERT INTO" in each for each in sent) == [False, True], sent


def test_an_id_that_was_taken_for_new_and_is_not_is_read_after_all(app: ServiceApplication) -> None:
    """The version on append is the judge."""
    case = uuid7()
    note(app, case, 1)
    request = app.for_request()
    request.assume_new(counting, case)
    receipt = request.handle(counting, case, Note(2, "Léa"), request.context(case, ADVISER))
    assert (receipt.version, receipt.state.total) == (2, 3)


def test_the_reading_brings_the_row_of_the_case_and_the_append_forgets_it(
    app: ServiceApplication, sent: list[str]
) -> None:
    case, unknown = uuid7(), uuid7()
    note(app, case, 1)
    request = app.for_request()
    for each in (case, unknown):
        request.load(counting, each)
    sent.clear()
    assert request.case_row(TOTALS, case) == {"total": 1, "label": None}
    assert request.case_row(TOTALS, unknown) is None
    assert not sent, "both were read with the aggregate"
    note(app, case, 2)
    assert request.case_row(TOTALS, case) == {"total": 1, "label": None}, "another request's append is not seen"
    request.handle(counting, case, Note(4, "Léa"), request.context(case, ADVISER))
    assert request.case_row(TOTALS, case) == {"total": 7, "label": None}
    assert app.case_row(TOTALS, case) == {"total": 7, "label": None}


def test_what_a_request_appended_it_does_not_read_again(url: str, sent: list[str]) -> None:
    with closing(ServiceApplication("notes", [decider], url, DEPLOYMENT_KEY)) as app:
        app.create_tables()
        case, request = uuid7(), app.for_request()
        for number in (1, 2):
            request.handle(decider, case, Note(number, "Léa"), request.context(case, ADVISER))
        sent.clear()
        loaded = request.load(decider, case)
        assert not sent
        assert (loaded.version, loaded.state.total) == (2, 3) == (2, app.load(decider, case).state.total)


def test_the_ids_of_what_was_opened_in_a_case_come_with_its_reading(url: str, sent: list[str]) -> None:
    opening = replace(decider, opened_in_case=Noted)
    with closing(ServiceApplication("notes", [opening], url, DEPLOYMENT_KEY)) as app:
        app.create_tables()
        case, first, second = (uuid7() for _ in range(3))

        def open_in_case(within: ServiceApplication, stream: UUID) -> None:
            within.handle(opening, stream, Note(1, "Léa"), within.context(case, ADVISER))

        open_in_case(app, first)
        request = app.for_request()
        request.load(opening, case)
        sent.clear()
        assert request.streams_of_case(case, Noted) == [first]
        assert not sent
        assert request.streams_of_case(first, Noted) == [], "of another id it is asked"
        open_in_case(app, second)
        assert request.streams_of_case(case, Noted) == [first], "another request's append is not seen"
        open_in_case(request, third := uuid7())
        assert request.streams_of_case(case, Noted) == [first, second, third]
        assert app.streams_of_case(case, Noted) == [first, second, third]


def test_one_request_s_reading_is_no_other_s(app: ServiceApplication) -> None:
    case = uuid7()
    first = app.for_request()
    first.load(counting, case)
    note(app, case, 1)
    assert first.case_row(TOTALS, case) is None
    assert app.for_request().case_row(TOTALS, case) == app.case_row(TOTALS, case) == {"total": 1, "label": None}


def test_a_key_that_is_read_destroyed_opens_nothing_more_though_it_was_cached(app: ServiceApplication) -> None:
    """Another process destroyed it: this one learns of it with the next reading of the case, not ten seconds later."""
    case = uuid7()
    note(app, case, 1)
    remark = app.mapper.to_domain_event(app.recorder.entries_of_stream(case)[0]).data.remarks[0]
    assert app.key_store.display_text(remark) == "remarque de Léa"
    app.recorder.fetch("UPDATE {schema}.data_keys SET wrapped = NULL WHERE key_id = %s", (case,))
    app.load(counting, case)
    assert app.key_store.display_text(remark) == ERASED_TEXT
    with pytest.raises(KeyErased):
        note(app, case, 2)


def test_a_key_that_was_read_ahead_is_trusted_no_longer_than_a_cached_one(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, fetched = uuid7(), []
    note(app, case, 1)
    wrapped_keys = LogRecorder.wrapped_keys

    def count(self: LogRecorder, key_ids: list[UUID]) -> Any:
        fetched.extend(key_ids)
        return wrapped_keys(self, key_ids)

    monkeypatch.setattr(LogRecorder, "wrapped_keys", count)
    forgotten: tuple[tuple[UUID | None, ...], ...] = ((), (None,), (case,))
    for ids in forgotten:
        app.key_store.evict()
        app.load(counting, case)
        for key_id in ids:
            app.key_store.evict(key_id)
        app.key_store.fetch_keys([case])
    assert fetched == [case, case], "nothing at first, then each time that it was to be forgotten"


def test_a_snapshot_and_what_follows_it_are_read_together(app: ServiceApplication) -> None:
    case = uuid7()
    for number in range(app.SNAPSHOT_EVERY + 2):
        note(app, case, number)
    reading = app.recorder.read_stream(case, app._snapshot_topics[counting.name])
    assert [version for version, _, _ in reading.history] == [
        app.SNAPSHOT_EVERY,
        *range(app.SNAPSHOT_EVERY + 1, app.SNAPSHOT_EVERY + 3),
    ]
    assert reading.history == app.recorder.history(case, app._snapshot_topics[counting.name])
    assert app.load(counting, case).state.total == sum(range(app.SNAPSHOT_EVERY + 2))
