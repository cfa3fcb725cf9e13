"""How does a log reach the others? One leader sends it to the stream in batches, and notices when the stream loses some."""

from __future__ import annotations

from dataclasses import dataclass

from shared.eventlog.application import ServiceApplication
from shared.transport.wire import Published


@dataclass(frozen=True, slots=True)
class Health:
    """`position`: the last one known to be in the stream; `error`: the last thing that went wrong, until it goes right."""

    leading: bool
    position: int
    error: str | None


class Relay:
    """`asyncio.create_task(relay.run())` and, at the end, `await relay.stop()`. Any number of them may run: one leads."""

    def __init__(
        self,
        app: ServiceApplication,
        published: Published,
        *,
        region: str,
        nats_url: str,
        token: str | None = None,
    ) -> None: ...

    @property
    def health(self) -> Health: ...

    async def run(self) -> None:
        """Until stopped or cancelled; a lost PostgreSQL or NATS, or a missing stream, is reported and waited for."""

    async def stop(self) -> None:
        """Gives the lead back, so that another takes over at once."""
