"""Receivers beside a service that was taken over: parcours lies, intake is genuine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from tests.support.generated.golden_samples import service
from tests.support.servers.taken_over_service import PlayedService, feeds_of, right_of

from embedded.processes.postgres import Postgres
from shared.access import load_replicated_rights
from shared.eventlog import ServiceApplication
from shared.messaging import Feed, Inbox, Message, halted_publishers
from shared.runtime import Service

RECEIVERS = ("followup", "audit")
"""A phase service, which receives partition by partition, and audit, which receives whole logs."""


@dataclass
class Receiver:
    """Followup or audit on a real log. `publishers`: what it receives from, played by the test."""

    service: Service
    app: ServiceApplication
    inbox: Inbox
    publishers: dict[str, PlayedService] = field(default_factory=dict)

    def receive(self, *messages: Message, by: str = "intake") -> None:
        """From the stream of a publisher."""
        for message in messages:
            self.inbox.receive(message, by)

    def announce(self, by: str, times: int = 2, **fields: Any) -> None:
        """From the subject of a publisher."""
        for _ in range(times):
            self.inbox.receive_high_water_mark(self.publishers[by].head(**fields), by)

    def has_right(self, identity: UUID) -> bool:
        """Whether the right of an identity was applied, as a right that intake gave."""
        if self.service.name == "audit":
            return ("intake", "right-granted:v1") in {
                (each.publisher, each.contract) for each in self.received(identity)
            }
        return right_of(identity) in {each.id for each in load_replicated_rights(self.app, identity)}

    def received(self, case: UUID) -> list[Any]:
        """In audit: what it keeps of a case."""
        return [recorded.data for _, recorded in self.app.events_of(self.app.recorder.entries_of_case(case))]

    def halted(self) -> dict[str, str]:
        return halted_publishers(self.app.recorder)

    def source(self, publisher: str) -> dict[str, Any]:
        (row,) = self.app.recorder.fetch("SELECT * FROM {schema}.sources WHERE publisher = %s", (publisher,))
        return row


@pytest.fixture(scope="module")
def applications(postgres: Postgres) -> Iterator[Callable[[str], ServiceApplication]]:
    """One log for each receiver and module: identities and log ids are new in each test."""
    opened: dict[str, ServiceApplication] = {}
    with ExitStack() as leaving:

        def application(name: str) -> ServiceApplication:
            if name not in opened:
                url = postgres.ensure_database(f"provenance_{name}", connections=-1)
                part = service(name)
                app = ServiceApplication(name, part.deciders, url, bytes(32), tables=part.tables)
                opened[name] = leaving.enter_context(closing(app))
                app.create_tables()
            return opened[name]

        yield application


@pytest.fixture
def intake() -> PlayedService:
    return PlayedService("intake")


@pytest.fixture
def parcours() -> PlayedService:
    """Whose keys, relay and feed somebody else holds."""
    return PlayedService("parcours")


@pytest.fixture(params=RECEIVERS)
def receiver(
    request: pytest.FixtureRequest,
    applications: Callable[[str], ServiceApplication],
    intake: PlayedService,
    parcours: PlayedService,
) -> Iterator[Receiver]:
    app, played = applications(request.param), {"intake": intake, "parcours": parcours}
    app.recorder.fetch("TRUNCATE {schema}.sources, {schema}.tracked, {schema}.parked, {schema}.failures")
    with feeds_of(intake, parcours) as addresses, closing(Feed(addresses, "token")) as feed:
        part = service(request.param)
        yield Receiver(part, app, inbox=Inbox(app, part.reactions, feed), publishers=played)
