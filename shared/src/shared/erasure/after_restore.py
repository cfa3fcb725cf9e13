"""Erasures lost by a restore: their keys are destroyed again before the service answers its first request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from shared.erasure.erasure import DestroyKeyAgain, case_erasure_id, decider
from shared.eventlog import ServiceApplication, count_values_of
from shared.kernel import Actor, Decider, Role

log = logging.getLogger(__name__)

KeyDestruction = tuple[Decider[Any], UUID, Any]
"""The aggregate, the stream and the command that destroy a key once more."""


def key_destruction(app: ServiceApplication, key: UUID) -> KeyDestruction:
    """The default: the service's own erasure aggregate."""
    return decider, case_erasure_id(key), DestroyKeyAgain(key, count_values_of(app, key))


def repeat_lost_erasures(
    app: ServiceApplication, again: Callable[[ServiceApplication, UUID], KeyDestruction]
) -> list[UUID]:
    """Destroys the keys of the erasure list that this database still holds, and returns their ids. Destroyed keys that
    only the database knows are added to the list.

    Raises ErasureListDamaged, or OSError when the list cannot be read or written."""
    if app.erasure_list is None:
        return []
    listed, destroyed = app.erasure_list.ids(), app.recorder.destroyed_keys()
    app.erasure_list.add(destroyed)
    service = Actor(f"service:{app.service}", Role.SERVICE)
    keys = sorted(listed - destroyed)
    for key in keys:
        aggregate, stream, command = again(app, key)
        app.handle(aggregate, stream, command, app.context(stream, service))
    if keys:
        log.warning("the restored database had lost %d erasures: their keys are destroyed again", len(keys))
    return keys
