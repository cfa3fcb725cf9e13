"""What does a service tell and hear, as an AsyncAPI document?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI
from pydantic import BaseModel, Field, create_model

from shared.contracts.base import PublicEvent
from shared.messaging import topology
from shared.messaging.reactions import Reactions
from shared.messaging.wire import Header


def asyncapi(
    service: str, contracts_told: Iterable[type[PublicEvent]], reactions: Reactions, region: str = "{region}"
) -> dict[str, Any]:
    """AsyncAPI 3: one channel for each contract."""
    broker = NatsBroker("nats://{nats}", apply_types=False, logger=None)

    def channel(contract: type[PublicEvent]) -> str:
        return topology.subject(region, contract.publisher, "*", contract.topic())

    for contract in contracts_told:
        broker.publisher(
            channel(contract),
            title=f"tells {contract.topic()}",
            description=contract.__doc__,
            schema=_as_told(contract),
        )
    for contract, reaction in reactions.by_contract.items():
        broker.subscriber(
            channel(contract),
            title=f"hears {contract.topic()} of {contract.publisher}",
            description=reaction.__doc__,
        )(_hearing(_as_told(contract)))
    if (every := reactions.on_any) is not None:
        for publisher in reactions.publishers:
            broker.subscriber(
                topology.subject(region, publisher, "*", "*.*"),
                title=f"hears everything of {publisher}",
                description=every.__doc__,
            )(_hearing(_ANYTHING))
    document: dict[str, Any] = (
        AsyncAPI(broker, title=service, version="1", description=f"What {service} tells and hears.")
        .to_specification()
        .to_jsonable()
    )
    return document


_HEADER = create_model(
    "Header", __doc__=Header.__doc__, **{f.name: (f.type, ...) for f in msgspec.structs.fields(Header)}
)  # type: ignore[call-overload]


_ANYTHING = create_model(
    "AnyMessage", header=(_HEADER, ...), contract=(str | None, None), body=(dict[str, Any] | None, None)
)


def _hearing(shape: type[BaseModel]) -> Callable[[Any], Awaitable[None]]:
    """FastStream reads what is heard from the annotation."""

    async def hear(message: Any) -> None: ...

    hear.__annotations__["message"] = shape
    return hear


def _as_told(contract: type[PublicEvent]) -> type[BaseModel]:
    """A message as it is on the wire, for the document only."""
    model: type[BaseModel] = create_model(
        f"{contract.__name__}Message",
        header=(_HEADER, ...),
        contract=(str, Field(json_schema_extra={"const": contract.topic()})),
        body=(contract, ...),
    )
    return model
