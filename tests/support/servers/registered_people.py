"""A parcours service whose people have the rights that the register gave them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from tests.support.servers.served_service import Served, served

from embedded.processes.nats import Nats
from parcours.main import service
from shared.access.replicated_rights import ReplicateRight, decider
from shared.kernel import Actor, Right, Role, uuid7
from shared.settings import RightsSource


@contextmanager
def served_to_registered_people(database: Callable[..., str], nats: Nats, folder: Path) -> Iterator[Served]:
    """An adviser and a manager of dla-44 have theirs already."""
    with served(service, database, nats, folder, rights_from=RightsSource.REGISTER) as running:
        for role in (Role.ADVISER, Role.MANAGER):
            give_right(running, f"some-{role}", Right(uuid7(), role, unit="dla-44"))
        yield running


def give_right(running: Served, subject: str, right: Right) -> UUID:
    app, identity = running.application, UUID(running.id_of(subject))
    app.handle(decider, identity, ReplicateRight(right), app.context(identity, Actor("intake", Role.SERVICE)))
    return right.id
