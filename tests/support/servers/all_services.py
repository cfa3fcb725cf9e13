"""The five services in this process, each with its real log; a test carries messages between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.support.generated.golden_samples import SERVICES, service
from tests.support.servers.served_service import Client, Served, listening, served

from embedded.processes.nats import Nats
from shared.kernel import PHASE_SERVICES
from shared.messaging import Feed, Inbox, messages_of
from shared.runtime import Service


class House:
    def __init__(self, running: dict[str, Served]) -> None:
        self.running = running
        self._inboxes = {
            name: Inbox(each.application, service(name).reactions, Feed({}, "")) for name, each in running.items()
        }

    def __getitem__(self, name: str) -> Served:
        return self.running[name]

    def by(self, name: str, role: str, **right: Any) -> Client:
        return self.running[name].by(role, **right)

    def carry(self, *without: str) -> None:
        """Delivers whatever was published, and what that leads to; except to the services named, which are down."""
        up, before = [name for name in self.running if name not in without], -1
        while before != (before := sum(self._deliver(name, up) for name in up)):
            pass

    def _deliver(self, publisher: str, up: list[str]) -> int:
        app = self.running[publisher].application
        entries = app.recorder.select_notifications(0, 10_000, inclusive_of_start=False)
        for message in messages_of(app, service(publisher).to_integration_event, entries):
            for name in up:
                if publisher in service(name).reactions.publishers:
                    self._inboxes[name].receive(message, publisher)
        return len(entries)


@contextmanager
def house(database: Callable[..., str], nats: Nats, folder: Path, **deployed: Any) -> Iterator[House]:
    """`deployed`: other settings of each service."""
    with ExitStack() as closing:
        running = {}
        for name in SERVICES:
            (own := folder / name).mkdir()
            running[name] = closing.enter_context(served(service(name), database, nats, own, **deployed))
        yield House(running)


@contextmanager
def reachable_house(
    database: Callable[..., str], nats: Nats, folder: Path, deployed: Mapping[str, Service] | None = None
) -> Iterator[House]:
    """The phases over real sockets, whose addresses audit knows, and whose tokens are signed by one issuer. `deployed`:
    services with settings of their own, by name."""
    jwks = str(folder / PHASE_SERVICES[0] / "jwks.json")
    with ExitStack() as closing:
        running: dict[str, Served] = {}
        for name in PHASE_SERVICES:
            (own := folder / name).mkdir()
            running[name] = closing.enter_context(
                listening((deployed or {}).get(name) or service(name), database, nats, own, jwks=jwks)
            )
        feeds = {name: str(each.http.base_url) for name, each in running.items()}
        (own := folder / "audit").mkdir()
        audit = served(service("audit"), database, nats, own, jwks=jwks, feeds=feeds)
        running["audit"] = closing.enter_context(audit)
        for each in running.values():
            each.issuer = running[PHASE_SERVICES[0]].issuer
        yield House(running)
