"""The AsyncAPI document of a service: the contracts that it publishes and receives, each on a channel of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI
from pydantic import BaseModel, Field, create_model

from shared.contracts.base import PublicEvent
from shared.kernel import PHASE_SERVICES
from shared.messaging import topology
from shared.messaging.reactions import Reactions
from shared.messaging.wire import HEADER_MODEL

DESCRIPTION = (
    "Events between the services of a DLA deployment, over NATS JetStream. A subject is"
    " `dla.<region>.<publisher>.<partition>.<contract>.v<n>`; a case always has the same partition, and so its events"
    " arrive in order. Every event is delivered at least once: apply it once, by `publisher`, `log_id` and `position`."
    " A contract only gains optional fields, or gets a new version next to the old one."
)


def asyncapi(
    service: str, publishes: Iterable[type[PublicEvent]], reactions: Reactions, region: str = "{region}"
) -> dict[str, Any]:
    """AsyncAPI 3, as JSON: one channel for each contract, tagged with its publisher."""
    broker = NatsBroker("nats://{nats}", apply_types=False, logger=None)

    def channel(contract: type[PublicEvent]) -> str:
        return topology.subject(region, contract.publisher, "*", contract.topic())

    for contract in publishes:
        broker.publisher(
            channel(contract),
            title=f"publishes {contract.topic()}",
            description=contract.__doc__,
            schema=_message_model(contract),
        )
    for contract, reaction in reactions.by_contract.items():
        broker.subscriber(
            channel(contract),
            title=f"receives {contract.topic()} of {contract.publisher}",
            description=reaction.__doc__,
        )(_receiver_of(_message_model(contract)))
    if (on_any := reactions.on_any) is not None:
        for publisher in reactions.publishers:
            broker.subscriber(
                topology.subject(region, publisher, "*", "*.*"),
                title=f"receives every event of {publisher}",
                description=on_any.__doc__,
            )(_receiver_of(_ANY_MESSAGE))
    tags = [publisher for publisher in PHASE_SERVICES if publisher in {service, *reactions.publishers}]
    document: dict[str, Any] = (
        AsyncAPI(
            broker,
            title=f"DLA – events of {service}",
            version="1",
            description=DESCRIPTION,
            tags=[{"name": publisher, "description": f"Events that {publisher} publishes"} for publisher in tags],
        )
        .to_specification()
        .to_jsonable()
    )
    for found in document["channels"].values():
        found["tags"] = [{"name": found["address"].split(".")[2]}]
    return document


_ANY_MESSAGE = create_model(
    "AnyMessage",
    __doc__="An event, public or private. A private event has neither contract nor body.",
    header=(HEADER_MODEL, Field(description="The public facts of the event")),
    contract=(str | None, Field(None, description="Name and version of the body’s contract")),
    body=(dict[str, Any] | None, Field(None, description="As the contract says")),
    label=(str | None, Field(None, description="The event’s French name")),
)


def _receiver_of(model: type[BaseModel]) -> Callable[[Any], Awaitable[None]]:
    """A handler whose annotation says what it receives: FastStream documents that."""

    async def receive(message: Any) -> None: ...

    receive.__annotations__["message"] = model
    return receive


def _message_model(contract: type[PublicEvent]) -> type[BaseModel]:
    """A message on the wire, for the document only."""
    model: type[BaseModel] = create_model(
        f"{contract.__name__}Message",
        __doc__=contract.__doc__,
        header=(HEADER_MODEL, Field(description="The public facts of the event")),
        contract=(
            str,
            Field(description="Name and version of the body’s contract", json_schema_extra={"const": contract.topic()}),
        ),
        body=(contract, Field(description="As the contract says")),
        label=(str | None, Field(None, description="The event’s French name")),
    )
    return model
