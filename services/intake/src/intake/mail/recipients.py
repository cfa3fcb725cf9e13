"""The orientation that was sent to the bearer of a recipient's link."""

from __future__ import annotations

from uuid import UUID

from intake.domain.orientation import Orientation, OrientationProposed
from intake.domain.orientation import decider as orientations
from shared.eventlog import ServiceApplication
from shared.kernel import event_name


def find_own_orientation(app: ServiceApplication, case: UUID, recipient: UUID) -> tuple[UUID, int, Orientation] | None:
    """Its id, version and state; null when nothing of the case was sent to this person."""
    for stream in app.recorder.streams_of_case(case, event_name(OrientationProposed).name):
        loaded = app.load_existing(orientations, stream)
        if loaded.state.recipient == recipient:
            return stream, loaded.version, loaded.state
    return None
