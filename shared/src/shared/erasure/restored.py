"""Was the database restored from before an erasure? Then its keys are destroyed again, before anybody is answered."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.decider import Actor, Role
from shared.erasure.forgetting import DestroyAgain, decider, forgetting_of
from shared.eventlog.application import ServiceApplication
from shared.eventlog.people import values_of

log = logging.getLogger(__name__)


def destroy_again(app: ServiceApplication) -> list[UUID]:
    """Those of the list outside that this database holds. What only the database knows is added to the list.

    Raises ListDamaged, or OSError when the list cannot be read or written."""
    if app.erased is None:
        return []
    listed, destroyed = app.erased.ids(), app.recorder.destroyed_keys()
    app.erased.add(destroyed)
    ourselves = Actor(f"service:{app.service}", Role.SERVICE)
    for key in sorted(again := listed - destroyed):
        stream = forgetting_of(key)
        command = DestroyAgain(key, values_of(app, key))
        app.handle(decider, stream, command, app.context(stream, ourselves))
    if again:
        log.warning("restored from before %d erasures: their keys are destroyed again", len(again))
    return sorted(again)
