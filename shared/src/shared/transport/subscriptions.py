"""How does a service hear the others? The inbox on FastStream: one subscriber for each publisher and partition."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from shared.contracts.base import PublicEvent
from shared.transport.inbox import Reactions


class Subscriptions:
    """`inbox` is an Inbox(app, reactions, feed); it knows the service and the publishers it hears."""

    def __init__(
        self,
        inbox: Any,
        *,
        region: str,
        nats_url: str,
        token: str | None = None,
        fatal: Callable[[str], None] | None = None,
    ) -> None: ...

    async def start(self) -> None:
        """Returns at once; NATS and the streams are waited for in the background."""

    async def stop(self) -> None:
        """Ends what is under way, then leaves."""


def asyncapi(
    service: str, contracts_told: Iterable[type[PublicEvent]], reactions: Reactions, region: str = "{region}"
) -> dict[str, Any]:
    """What a service tells and hears, as an AsyncAPI 3 document."""
    raise NotImplementedError
