"""Case tables: one row per case that any decider may name, written in the transaction of the append."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.support.samples.note_aggregate import ADVISER, DEPLOYMENT_KEY, TOO_BIG, Note, Noted, Notes, decider

from shared.eventlog import EventLogError, ServiceApplication
from shared.kernel import CaseTable, Refused, uuid7

TOTALS = CaseTable("totals", {"total": "bigint", "label": "text"})


def case_row(notes: Notes, noted: Noted) -> dict[str, Any] | None:
    return {"total": notes.total + noted.number, "label": "x"} if noted.number else None


counting = replace(decider, case_table=TOTALS, case_row=case_row)


@pytest.fixture
def app(url: str) -> Iterator[ServiceApplication]:
    application = ServiceApplication("notes", [counting], url, DEPLOYMENT_KEY)
    application.create_tables()
    yield application
    application.close()


def row(app: ServiceApplication, case: UUID) -> dict[str, Any] | None:
    rows = app.recorder.fetch("SELECT total, label FROM {schema}.totals WHERE case_id = %s", (case,))
    return rows[0] if rows else None


def test_a_row_is_written_with_its_event_and_only_then(app: ServiceApplication) -> None:
    case = uuid7()
    app.handle(counting, case, Note(0, "Léa"), app.context(case, ADVISER))
    assert row(app, case) is None, "this event changes no row"
    for number in (2, 3):
        app.handle(counting, case, Note(number, "Léa"), app.context(case, ADVISER))
    assert row(app, case) == {"total": 5, "label": "x"}
    with pytest.raises(Refused, match=TOO_BIG.slug):
        app.handle(counting, case, Note(2000, "Léa"), app.context(case, ADVISER))
    assert row(app, case) == {"total": 5, "label": "x"}


def test_a_row_that_lacks_a_column_is_refused_with_its_event(url: str) -> None:
    """A confidential case whose confidentiality was null would be shown to everybody."""
    lacking = replace(decider, case_table=TOTALS, case_row=lambda notes, noted: {"total": noted.number})
    app = ServiceApplication("notes", [lacking], url, DEPLOYMENT_KEY)
    app.create_tables()
    case = uuid7()
    with pytest.raises(EventLogError, match="null value"):
        app.handle(lacking, case, Note(1, "Léa"), app.context(case, ADVISER))
    assert app.load(lacking, case).version == 0
    app.close()
