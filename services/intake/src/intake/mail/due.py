"""Mails that wait to be sent: a projection, and the query of what is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from intake.domain.mail import (
    MailAbandoned,
    MailAttempted,
    MailDelayed,
    MailQueued,
    MailRefused,
    MailSent,
)
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.projections import Projection, Row

WAITING = "waiting"


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    mail, mails = str(entry.originator_id), row.get("mails", {})
    match recorded.data:
        case MailQueued(at=again_at) | MailAttempted(again_at=again_at) | MailDelayed(again_at=again_at):
            return row | {"status": WAITING, "mails": mails | {mail: again_at}}
        case MailSent() | MailRefused() | MailAbandoned():
            others = {key: again_at for key, again_at in mails.items() if key != mail}
            return row | {"status": WAITING if others else "nothing", "mails": others}
    return row


def due_mails(app: ServiceApplication) -> list[tuple[UUID, UUID]]:
    """The case and the id of each mail that may be sent now, those that waited longest first."""
    rows = app.recorder.fetch(
        "SELECT case_id, document->'mails' AS mails FROM {schema}.projection_rows"
        " WHERE projection = %s AND document->>'status' = %s",
        (outgoing_mails.name, WAITING),
    )
    waiting = sorted(_waiting(rows))
    now = app.clock.now()
    return [(case, mail) for again_at, case, mail in waiting if again_at <= now]


def _waiting(rows: list[dict[str, Any]]) -> Iterator[tuple[datetime, UUID, UUID]]:
    for row in rows:
        for mail, again_at in row["mails"].items():
            yield datetime.fromisoformat(again_at), row["case_id"], UUID(mail)


outgoing_mails = Projection(
    "outgoing-mails:v1",
    _project,
    about=(MailQueued, MailAttempted, MailSent, MailDelayed, MailRefused, MailAbandoned),
    units_of=lambda _: (),
)
