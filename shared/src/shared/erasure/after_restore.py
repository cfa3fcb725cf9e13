"""Was the database restored from before an erasure? Then its keys are destroyed again, before anybody is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from shared.erasure.erasure import DestroyKeyAgain, case_erasure_id, decider
from shared.eventlog import ServiceApplication, count_values_of
from shared.kernel import Actor, Decider, Role

log = logging.getLogger(__name__)


DestroyedAgain = tuple[Decider[Any], UUID, Any]
"""What destroys a key once more: the aggregate, its stream, and the command."""


def key_destroyed(app: ServiceApplication, key: UUID) -> DestroyedAgain:
    return decider, case_erasure_id(key), DestroyKeyAgain(key, count_values_of(app, key))


def destroy_again(app: ServiceApplication, again: Callable[[ServiceApplication, UUID], DestroyedAgain]) -> list[UUID]:
    """Those of the list outside that this database holds. What only the database knows is added to the list.

    Raises ListDamaged, or OSError when the list cannot be read or written."""
    if app.erasure_list is None:
        return []
    listed, destroyed = app.erasure_list.ids(), app.recorder.destroyed_keys()
    app.erasure_list.add(destroyed)
    ourselves = Actor(f"service:{app.service}", Role.SERVICE)
    keys = sorted(listed - destroyed)
    for key in keys:
        aggregate, stream, command = again(app, key)
        app.handle(aggregate, stream, command, app.context(stream, ourselves))
    if keys:
        log.warning("restored from before %d erasures: their keys are destroyed again", len(keys))
    return keys
