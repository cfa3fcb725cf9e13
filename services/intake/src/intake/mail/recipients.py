"""Whom a mail is about or for: the orientation of a recipient, and the adviser in charge of a case."""

from __future__ import annotations

from uuid import UUID

from intake import projections
from intake.domain.mail_preferences import mail_preferences_id
from intake.domain.orientation import Orientation, OrientationProposed
from intake.domain.orientation import decider as orientations
from shared.access import ADVISER, ROWS
from shared.eventlog import ServiceApplication
from shared.kernel import event_name
from shared.names.lookup import UUID_TEXT


def find_own_orientation(app: ServiceApplication, case: UUID, recipient: UUID) -> tuple[UUID, int, Orientation] | None:
    """Its id, version and state; null when nothing of the case was sent to this person."""
    for stream in app.recorder.streams_of_case(case, event_name(OrientationProposed).name):
        loaded = app.load_existing(orientations, stream)
        if loaded.state.recipient == recipient:
            return stream, loaded.version, loaded.state
    return None


def find_preferences_of_adviser(app: ServiceApplication, case: UUID) -> UUID | None:
    """The mail preferences of whoever is in charge of a case, or received its request; null before the list of requests
    shows it, and for a case that a program opened."""
    rows = app.recorder.fetch(
        f"SELECT {ADVISER} AS adviser FROM {ROWS} WHERE projection = %(projection)s AND case_id = %(case)s",  # noqa: S608
        {"projection": projections.requests.name, "case": case, "today": True},
    )
    adviser = rows[0]["adviser"] if rows else None
    if adviser is None or not UUID_TEXT.fullmatch(adviser):
        return None
    return mail_preferences_id(app.key_store.pseudonym, UUID(adviser))
